#define TH0_REG SIM_SFR(0x8C)
#define TL0_REG SIM_SFR(0x8A)
#define IE_REG SIM_SFR(0xA8)

static void expect_timer(uint16_t value)
{
    SIM_EXPECT_WRITE(TH0_REG, value >> 8);
    SIM_EXPECT_WRITE(TL0_REG, value & 0xFF);
}

static void overflow(uint16_t late)
{
    SIM_HOLD(TH0_REG, late >> 8);
    SIM_HOLD(TL0_REG, late & 0xFF);
    SIM_SKIP_WRITES(SIM_SFR(0x88));
    SIM_INTERRUPT(1);
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x00); /* stopped while it is changed */
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x10);
    expect_timer((uint16_t)(HOLE_RELOAD + 21 + late));
}

static void expect_guard(uint8_t ie)
{
    SIM_EXPECT_WRITE(IE_REG, ie & 0x7F);
    SIM_EXPECT_WRITE(IE_REG, ie);
    SIM_EXPECT_NO_WRITE(IE_REG);
}

void main(void)
{
    uint8_t i;
    uint32_t start;
    uint16_t since, span, passed;

    TMOD = 0x52;
    TCON = 0x30;
    ms_count = 0x12345678;
    millis_init();
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x89)), 0x51);
    SIM_EXPECT(SIM_LATCH(IE_REG), 0x82);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x88)), 0x10);
    expect_timer((uint16_t)HOLE_RELOAD);
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(millis(), 0);
    expect_guard(0x82);

    SIM_MARK(1);
    overflow(0);
    SIM_EXPECT(millis(), HOLE_TICK_MS);
    overflow(3);
    overflow(200);
    overflow(0x0123);
    SIM_EXPECT(millis(), 4 * HOLE_TICK_MS);
    SIM_EXPECT(millis16(), 4 * HOLE_TICK_MS);
    SIM_SKIP_WRITES(IE_REG);

    SIM_MARK(2); /* a caller that runs with interrupts off keeps them off */
    EA = 0;
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(millis(), 4 * HOLE_TICK_MS);
    expect_guard(0x02);
    SIM_EXPECT(millis16(), 4 * HOLE_TICK_MS);
    expect_guard(0x02);
    SIM_EXPECT(elapsed(0, 4 * HOLE_TICK_MS), 1);
    expect_guard(0x02);
    EA = 1;
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(millis16(), 4 * HOLE_TICK_MS);
    expect_guard(0x82);

    for (i = 0; i < 8; i++) {
        SIM_MARK(3 + i);
        start = SIM_DRAW(0, 0xFFFFFFFF);
        ms_count = start;
        overflow(i);
        SIM_EXPECT(millis(), start + HOLE_TICK_MS);
        SIM_EXPECT(millis16(), (start + HOLE_TICK_MS) & 0xFFFF);
    }
    for (i = 0; i < 16; i++) {
        SIM_MARK(11 + i);
        since = (uint16_t)SIM_DRAW(0, 65535);
        passed = (uint16_t)SIM_DRAW(1, 65534);
        span = i < 4 ? passed + 1 - (i & 1) : (uint16_t)SIM_DRAW(0, 65535);
        ms_count = 0xABCD0000 | (uint16_t)(since + passed);
        SIM_EXPECT(elapsed(since, span), (int32_t)passed - (int32_t)span >= 0);
    }
    SIM_DONE();
}
