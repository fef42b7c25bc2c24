#define PORT SIM_SFR(HOLE_PORT_SFR)
#define BIT_CS (uint8_t)(1u << HOLE_CS_BIT)
#define BIT_CLK (uint8_t)(1u << HOLE_CLK_BIT)
#define BIT_DOUT (uint8_t)(1u << HOLE_DOUT_BIT)

static uint8_t latch;

static void line(uint8_t mask, uint8_t level)
{
    latch = level ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void feed(uint8_t value)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        SIM_FEED(PORT, value & 0x80 ? 0xFF : ~(uint16_t)BIT_DOUT);
        value <<= 1;
    }
}

static void expect_frame(void)
{
    uint8_t i;

    line(BIT_CS, 0);
    for (i = 0; i < 8; i++) {
        line(BIT_CLK, 1);
        line(BIT_CLK, 0);
    }
    line(BIT_CS, 1);
}

/* An old value, then readings of which the first few are one higher; gives the rounded average. */
static uint8_t feed_readings(uint8_t low, uint8_t higher)
{
    uint16_t sum = 0;
    uint8_t i;

    feed(~low);
    for (i = 0; i < HOLE_SAMPLES; i++) {
        feed(i < higher ? low + 1 : low);
        sum += i < higher ? low + 1 : low;
    }
    return (uint8_t)((2 * sum + HOLE_SAMPLES) / (2 * HOLE_SAMPLES));
}

void main(void)
{
    uint8_t i;
    uint8_t value;

    latch = 0xFF & ~BIT_DOUT;
    HOLE_DOUT = 0;
    SIM_SKIP_WRITES(PORT);
    SIM_HOLD(PORT, 0xFF);
    SIM_MARK(1);
    adc_init();
    line(BIT_CS, 1);
    line(BIT_CLK, 0);
    line(BIT_DOUT, 1);
    SIM_EXPECT_NO_WRITE(PORT);

    for (i = 0; i < 4; i++) { /* the first value is stale */
        SIM_MARK(2 + i);
        value = (uint8_t)SIM_DRAW(0, 255) ^ 0x96;
        feed(~value);
        feed(value);
        SIM_EXPECT(adc_read(), value);
        expect_frame();
        expect_frame();
        SIM_EXPECT_NO_WRITE(PORT);
    }

    SIM_MARK(10); /* rounding below and above one half; no overflow of the sum */
    value = feed_readings(0x40, (HOLE_SAMPLES - 1) / 2);
    SIM_EXPECT(value, 0x40);
    SIM_EXPECT(adc_average(), value);
    for (i = 0; i <= HOLE_SAMPLES; i++)
        expect_frame();
    SIM_EXPECT_NO_WRITE(PORT);
    value = feed_readings(0xFE, (HOLE_SAMPLES + 1) / 2);
    SIM_EXPECT(value, 0xFF);
    SIM_EXPECT(adc_average(), value);

    SIM_MARK(12);
    for (i = 0; i < 4; i++) { /* 16 and 32 give exact halves with most references */
        value = feed_readings(i & 2 ? 16 * (i - 1) : (uint8_t)SIM_DRAW(0, 255), 0);
        SIM_EXPECT(adc_millivolts(), (uint16_t)(((uint32_t)value * HOLE_VREF_MV * 2 + 256) / 512));
    }
    SIM_DONE();
}
