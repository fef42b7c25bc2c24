#define DIGIT_BITS (0x0F << HOLE_FIRST_DIGIT_BIT)
#define OTHERS (0x5A & ~DIGIT_BITS) /* what is on the other pins */
#define OFF ((uint8_t)(OTHERS | DIGIT_BITS))
#define ON(digit) (OFF & ~(1 << (HOLE_FIRST_DIGIT_BIT + (digit))))

static const __code char strokes[10][8] = {
    "abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg", "abcdfg"
};

static uint8_t glyph(uint8_t digit)
{
    uint8_t i;
    uint8_t bits = 0;

    for (i = 0; strokes[digit][i]; i++)
        bits |= 1 << (strokes[digit][i] - 'a');
    return bits;
}

static void expect_digit(uint8_t digit, uint8_t segments)
{
    display_scan();
    SIM_EXPECT_WRITE(SIM_P2, OFF);
    SIM_EXPECT_WRITE(SIM_P2, ON(digit));
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_EXPECT_WRITE(HOLE_SEGMENT_ADDRESS, segments ^ HOLE_SEGMENT_INVERT);
    SIM_EXPECT_NO_WRITE(HOLE_SEGMENT_ADDRESS);
}

static void expect_number(uint16_t value, uint8_t decimals)
{
    static const __code uint16_t weight[4] = {1000, 100, 10, 1};
    uint8_t digit;
    uint8_t segments;
    uint8_t units = 3 - decimals; /* the digit left of the point */

    display_number(value, decimals);
    for (digit = 0; digit < 4; digit++) {
        segments = 0;
        if (value >= weight[digit] || digit >= units)
            segments = glyph((uint8_t)(value / weight[digit] % 10));
        if (digit == units && decimals)
            segments |= 0x80;
        if (value > 9999)
            segments = 0x40;
        expect_digit(digit, segments);
    }
}

void main(void)
{
    uint8_t i;

    P2 = OTHERS;
    SIM_SKIP_WRITES(SIM_P2);
    display_init();
    SIM_EXPECT_WRITE(SIM_P2, OFF);
    expect_digit(0, 0);
    expect_digit(1, 0);
    display_number(8888, 1);
    display_init();
    SIM_SKIP_WRITES(SIM_P2);
    for (i = 0; i < 4; i++)
        expect_digit(i, 0);

    SIM_MARK(1);
    expect_number(0, 0);
    expect_number(0, 2);
    expect_number(5, 2);
    expect_number(1234, 1);
    expect_number(5678, 0);
    expect_number(9000, 3);
    expect_number(99, 3);
    expect_number(100, 2);
    expect_number(1000, 0);
    expect_number(9999, 0);
    expect_number(10000, 1);
    expect_number(65535, 0);
    SIM_MARK(2); /* the picture can change between two digits */
    display_number(4444, 0);
    expect_digit(0, glyph(4));
    expect_digit(1, glyph(4));
    display_number(37, 1);
    expect_digit(2, glyph(3) | 0x80);
    expect_digit(3, glyph(7));
    SIM_MARK(3); /* neighbours pulled low from outside keep their latch */
    SIM_HOLD(SIM_P2, 0x00);
    expect_number(8, 0);
    SIM_EXPECT(SIM_LATCH(SIM_P2), ON(3));
    for (i = 0; i < 12; i++) {
        SIM_MARK(4 + i);
        expect_number((uint16_t)SIM_DRAW(0, 10000), (uint8_t)SIM_DRAW(0, 3));
    }
    SIM_DONE();
}
