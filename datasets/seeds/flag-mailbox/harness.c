#define LOW SIM_XDATA(HOLE_CONVERTER)
#define HIGH SIM_XDATA(HOLE_CONVERTER + 1)
#define IE_REG SIM_SFR(0xA8)
#define TCON_REG SIM_SFR(0x88)
#define STEPS (1u << (HOLE_RESULT_BITS - 8)) /* one channel further in the high byte */

static __xdata sample got;

static void convert(uint8_t high, uint8_t low)
{
    SIM_FEED(LOW, low);
    SIM_FEED(HIGH, high);
    SIM_INTERRUPT(0);
}

static void expect_none(void)
{
    got.channel = 0x5A;
    got.value = 0xA55A;
    SIM_EXPECT(mailbox_take(&got), 0);
    SIM_EXPECT(got.channel, 0x5A);
    SIM_EXPECT(got.value, 0xA55A);
}

static void expect_sample(uint8_t high, uint8_t low)
{
    got.channel = ~high;
    got.value = ~low;
    SIM_EXPECT(mailbox_take(&got), 1);
    SIM_EXPECT(got.channel, high / STEPS);
    SIM_EXPECT(got.value, (high % STEPS) * 256u + low);
    expect_none();
}

static void expect_lost(uint8_t count)
{
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(mailbox_lost(), count);
    SIM_EXPECT_WRITE(IE_REG, 0x8A);
    SIM_EXPECT_WRITE(IE_REG, 0x8B);
    SIM_EXPECT_NO_WRITE(IE_REG);
}

void main(void)
{
    uint8_t i;
    uint8_t high;
    uint8_t low;
    uint16_t n;

    SIM_HOLD(LOW, 0xEE);
    SIM_HOLD(HIGH, 0xEE);
    TCON = 0x56;
    IE = 0x0B; /* INT0 was on, two others too */
    full = 1;
    lost = 77;
    SIM_SKIP_WRITES(IE_REG);
    mailbox_init();
    SIM_EXPECT_WRITE(IE_REG, 0x0A);
    SIM_EXPECT_WRITE(IE_REG, 0x0B);
    SIM_EXPECT_WRITE(IE_REG, 0x8B);
    SIM_EXPECT_NO_WRITE(IE_REG);
    SIM_EXPECT(SIM_LATCH(TCON_REG), 0x55);
    expect_none();
    expect_lost(0);

    SIM_MARK(1); /* one in, one out, once */
    convert(0x3A, 0x5C);
    expect_sample(0x3A, 0x5C);
    convert(0x00, 0x00);
    expect_sample(0x00, 0x00);
    convert(0xFF, 0xFF);
    expect_sample(0xFF, 0xFF);
    convert(STEPS, 0x01);
    expect_sample(STEPS, 0x01);
    convert(STEPS - 1, 0x80);
    expect_sample(STEPS - 1, 0x80);
    convert(0x7F, 0x80);
    expect_sample(0x7F, 0x80);
    expect_lost(0);

    SIM_MARK(2); /* the slot is taken: the first stays, the others are read from the converter, lost and counted */
    convert(0x12, 0x34);
    convert(0x56, 0x78);
    convert(0x9A, 0xBC);
    expect_sample(0x12, 0x34);
    convert(0xDE, 0xF0);
    expect_sample(0xDE, 0xF0);
    expect_lost(2);
    expect_lost(0);

    SIM_MARK(3); /* asking for losses does not touch the slot, and the other way round */
    convert(0x21, 0x43);
    convert(0x65, 0x87);
    expect_lost(1);
    expect_sample(0x21, 0x43);
    expect_lost(0);

    SIM_MARK(4); /* the count stays at its end */
    convert(0x81, 0x18);
    for (n = 0; n < 254; n++)
        convert((uint8_t)n, 0x77);
    expect_lost(254);
    for (n = 0; n < 255; n++)
        convert((uint8_t)n, 0x77);
    expect_lost(255);
    for (n = 0; n < 258; n++)
        convert((uint8_t)n, 0x77);
    expect_lost(255);
    expect_lost(0);
    expect_sample(0x81, 0x18);

    for (i = 0; i < 12; i++) {
        SIM_MARK(5 + i);
        high = (uint8_t)SIM_DRAW(0, 255);
        low = (uint8_t)SIM_DRAW(0, 255);
        convert(high, low);
        expect_sample(high, low);
    }

    SIM_MARK(17); /* starting again empties it */
    convert(0x11, 0x22);
    convert(0x33, 0x44);
    mailbox_init();
    expect_none();
    expect_lost(0);
    SIM_DONE();
}
