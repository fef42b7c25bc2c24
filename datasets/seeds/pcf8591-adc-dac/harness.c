#define PORT SIM_SFR(HOLE_PORT_SFR)
#define SDA_MASK (uint8_t)(1u << HOLE_SDA_BIT)
#define SCL_MASK (uint8_t)(1u << HOLE_SCL_BIT)

static uint8_t latch;

static void line(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void expect_bit(uint8_t high)
{
    line(SDA_MASK, high);
    line(SCL_MASK, 1);
    line(SCL_MASK, 0);
}

static void expect_start(void)
{
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    line(SDA_MASK, 0);
    line(SCL_MASK, 0);
}

static void expect_stop(void)
{
    line(SDA_MASK, 0);
    line(SCL_MASK, 1);
    line(SDA_MASK, 1);
    SIM_EXPECT_NO_WRITE(PORT);
}

/* Nine bits as the program puts them on the line. */
static void expect_byte(uint8_t byte, uint8_t ninth)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1)
        expect_bit(byte & mask);
    expect_bit(ninth);
}

/* Nine bits as the converter puts them: SDA is looked at in each. Other pins are low and mean nothing. */
static void feed_byte(uint8_t byte, uint8_t ninth)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1)
        SIM_FEED(PORT, byte & mask ? SDA_MASK : 0xFF & ~SDA_MASK);
    SIM_FEED(PORT, ninth ? SDA_MASK : 0xFF & ~SDA_MASK);
}

static void answers(uint8_t count)
{
    while (count--)
        feed_byte(0xFF, 0);
}

static void refusal(void)
{
    feed_byte(0xFF, 1);
}

static uint8_t samples[HOLE_SAMPLES];

static void check_read(uint8_t channel)
{
    uint8_t i;
    uint8_t value = 0x5A;
    uint16_t twice = 0; /* twice the sum, so that a half is a whole number */

    answers(3);
    feed_byte(0xEE, 1); /* the stale one */
    for (i = 0; i < HOLE_SAMPLES; i++) {
        feed_byte(samples[i], 1);
        twice += 2 * samples[i];
    }
    SIM_EXPECT(converter_read(channel, &value), 1);
    /* Nearest: not more than half a step off, and a half goes up. */
    SIM_EXPECT((twice + HOLE_SAMPLES) / (2 * HOLE_SAMPLES), value);
    expect_start();
    expect_byte(HOLE_CONVERTER, 1);
    expect_byte(0x40 + channel, 1);
    expect_start();
    expect_byte(HOLE_CONVERTER + 1, 1);
    for (i = 0; i < HOLE_SAMPLES; i++)
        expect_byte(0xFF, 0);
    expect_byte(0xFF, 1);
    expect_stop();
}

static void all_samples(uint8_t value)
{
    uint8_t i;

    for (i = 0; i < HOLE_SAMPLES; i++)
        samples[i] = value;
}

void main(void)
{
    uint8_t i;
    uint8_t n;
    uint8_t value = 0x77;

    latch = 0xFF;

    SIM_MARK(1); /* each channel, and no channel beyond */
    for (n = 0; n < 4; n++) {
        all_samples(17 * n + 3);
        check_read(n);
    }
    SIM_EXPECT(converter_read(4, &value), 0);
    SIM_EXPECT(converter_read(255, &value), 0);
    SIM_EXPECT(value, 0x77);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(2); /* both ends of the range; halves go up, less goes down */
    all_samples(255);
    check_read(0);
    all_samples(0);
    check_read(1);
    for (i = 0; i < HOLE_SAMPLES / 2; i++)
        samples[i] = 1;
    check_read(2);
    samples[0] = 0;
    check_read(3);

    SIM_MARK(3); /* the output, with the ends */
    for (n = 0; n < 4; n++) {
        value = (uint8_t)SIM_DRAW(0, 255);
        answers(3);
        SIM_EXPECT(converter_write(value), 1);
        expect_start();
        expect_byte(HOLE_CONVERTER, 1);
        expect_byte(0x40, 1);
        expect_byte(value, 1);
        expect_stop();
    }

    SIM_MARK(4); /* refused at each byte: stop, nothing more, the value untouched */
    value = 0x77;
    for (n = 0; n < 3; n++) {
        answers(n);
        refusal();
        SIM_EXPECT(converter_read(2, &value), 0);
        SIM_EXPECT(value, 0x77);
        expect_start();
        expect_byte(HOLE_CONVERTER, 1);
        if (n > 0)
            expect_byte(0x42, 1);
        if (n > 1) {
            expect_start();
            expect_byte(HOLE_CONVERTER + 1, 1);
        }
        expect_stop();
        answers(n);
        refusal();
        SIM_EXPECT(converter_write(0x81), 0);
        expect_start();
        expect_byte(HOLE_CONVERTER, 1);
        if (n > 0)
            expect_byte(0x40, 1);
        if (n > 1)
            expect_byte(0x81, 1);
        expect_stop();
    }

    for (n = 0; n < 4; n++) {
        SIM_MARK(5 + n);
        for (i = 0; i < HOLE_SAMPLES; i++)
            samples[i] = (uint8_t)SIM_DRAW(0, 255);
        check_read(n);
    }
    SIM_DONE();
}
