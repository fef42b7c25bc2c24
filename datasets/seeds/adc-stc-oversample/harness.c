#define CONTR SIM_SFR(0xBC)
#define RES SIM_SFR(0xBD)
#define RESL SIM_SFR(0xBE)
#define COUNT (1 << HOLE_OVERSAMPLE_SHIFT)
#define IDLE (uint8_t)(0x80 | HOLE_SPEED_BITS | HOLE_CHANNEL)

/* A conversion that is ready after so many polls without the flag. */
static void conversion(uint16_t code, uint8_t busy)
{
    while (busy--)
        SIM_FEED(CONTR, IDLE | 0x08);
    SIM_FEED(CONTR, IDLE | 0x10);
    SIM_FEED(RES, code >> 2);
    SIM_FEED(RESL, (uint8_t)(0xFC | (code & 3))); /* the upper bits are no part of it */
}

static void seen(uint8_t conversions)
{
    while (conversions--) {
        SIM_EXPECT_WRITE(CONTR, IDLE | 0x08);
        SIM_EXPECT_WRITE(CONTR, IDLE);
    }
    SIM_EXPECT_NO_WRITE(CONTR);
}

void main(void)
{
    uint8_t i;
    uint8_t round;
    uint16_t average;
    uint16_t code;
    uint32_t twice;

    P1ASF = (uint8_t)(0x81 & ~HOLE_CHANNEL_MASK);
    SIM_MARK(1);
    adc_init();
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x9D)), 0x81 | HOLE_CHANNEL_MASK); /* the other inputs stay */
    SIM_EXPECT_WRITE(CONTR, IDLE);
    SIM_EXPECT_NO_WRITE(CONTR);

    SIM_HOLD(CONTR, IDLE);
    SIM_MARK(2); /* full scale: the sum does not overflow */
    for (i = 0; i < COUNT; i++)
        conversion(1023, 0);
    average = 0x5AA5;
    SIM_EXPECT(adc_read(&average), 1);
    SIM_EXPECT(average, 1023);
    seen(COUNT);

    SIM_MARK(3); /* half of them one higher: rounds up; one fewer: down */
    for (i = 0; i < COUNT; i++)
        conversion(i < COUNT / 2 ? 513 : 512, 1);
    SIM_EXPECT(adc_read(&average), 1);
    SIM_EXPECT(average, 513);
    seen(COUNT);
    for (i = 0; i < COUNT; i++)
        conversion(i + 1 < COUNT / 2 ? 513 : 512, i & 1);
    SIM_EXPECT(adc_read(&average), 1);
    SIM_EXPECT(average, 512);
    seen(COUNT);

    for (round = 0; round < 3; round++) {
        SIM_MARK(10 + round);
        twice = 0;
        for (i = 0; i < COUNT; i++) {
            code = (uint16_t)SIM_DRAW(0, 1023);
            conversion(code, i == 1 ? 5 : 0);
            twice += 2 * code;
        }
        SIM_EXPECT(adc_read(&average), 1);
        SIM_EXPECT(average, (twice + COUNT) / (2 * COUNT));
        seen(COUNT);
    }

    SIM_MARK(4); /* the flag at the very last poll still counts */
    SIM_HOLD(CONTR, IDLE);
    conversion(300, (uint8_t)(HOLE_POLL_LIMIT - 1));
    for (i = 1; i < COUNT; i++)
        conversion(300, 0);
    SIM_EXPECT(adc_read(&average), 1);
    SIM_EXPECT(average, 300);
    seen(COUNT);

    SIM_MARK(5); /* one poll later is too late: given up after the first conversion */
    conversion(400, (uint8_t)HOLE_POLL_LIMIT);
    average = 0x5AA5;
    SIM_EXPECT(adc_read(&average), 0);
    SIM_EXPECT(average, 0x5AA5);
    seen(1);

    SIM_MARK(6); /* the second conversion hangs */
    SIM_HOLD(CONTR, IDLE);
    SIM_HOLD(RES, 10);
    SIM_HOLD(RESL, 0);
    conversion(40, 0);
    SIM_FEED(CONTR, IDLE | 0x08);
    SIM_EXPECT(adc_read(&average), 0);
    SIM_EXPECT(average, 0x5AA5);
    seen(2);
    SIM_DONE();
}
