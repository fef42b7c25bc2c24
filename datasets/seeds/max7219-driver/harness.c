#define PORT SIM_SFR(HOLE_PORT_SFR)
#define BIT_LOAD (uint8_t)(1u << HOLE_LOAD_BIT)
#define BIT_CLK (uint8_t)(1u << HOLE_CLK_BIT)
#define BIT_DIN (uint8_t)(1u << HOLE_DIN_BIT)

static uint8_t latch;

static void line(uint8_t mask, uint8_t level)
{
    latch = level ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

/* The frame edge by edge. */
static void expect_frame(uint8_t reg, uint8_t value)
{
    uint16_t bits = (uint16_t)reg << 8 | value;
    uint8_t i;

    line(BIT_LOAD, 0);
    for (i = 0; i < 16; i++) {
        line(BIT_DIN, (bits & 0x8000) != 0);
        line(BIT_CLK, 1);
        line(BIT_CLK, 0);
        bits <<= 1;
    }
    line(BIT_LOAD, 1);
}

static void expect_shown(int16_t number, uint8_t places)
{
    uint8_t digit;
    uint8_t code[8];
    int32_t rest = number < 0 ? -(int32_t)number : number;
    uint8_t used = 0;

    for (digit = 0; digit < HOLE_DIGITS; digit++)
        code[digit] = 0x0F;
    while (used < HOLE_DIGITS && (rest > 0 || used <= places)) {
        code[used] = (uint8_t)(rest % 10);
        if (places > 0 && used == places)
            code[used] += 0x80;
        rest /= 10;
        used++;
    }
    if (number < 0 && used < HOLE_DIGITS)
        code[used] = 0x0A;
    for (digit = 0; digit < HOLE_DIGITS; digit++)
        expect_frame(digit + 1, code[digit]);
    SIM_EXPECT_NO_WRITE(PORT);
}

static const __code struct {
    int16_t number;
    uint8_t places;
} cases[] = {{7, 2}, {-35, 0}, {-32768, 1}};

void main(void)
{
    uint8_t i;
    int16_t number;

    latch = 0xFF;
    SIM_MARK(1);
    max7219_init();
    line(BIT_CLK, 0);
    line(BIT_LOAD, 1);
    expect_frame(0x0F, 0x00);
    expect_frame(0x0B, HOLE_DIGITS - 1);
    expect_frame(0x09, 0xFF);
    expect_frame(0x0A, HOLE_INTENSITY);
    for (i = 1; i <= HOLE_DIGITS; i++)
        expect_frame(i, 0x0F);
    expect_frame(0x0C, 0x01);
    SIM_EXPECT_NO_WRITE(PORT);

    SIM_MARK(2);
    max7219_intensity(16);
    expect_frame(0x0A, 15);
    max7219_write(0xA5, 0x5A);
    expect_frame(0xA5, 0x5A);
    SIM_EXPECT_NO_WRITE(PORT);

    for (i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        SIM_MARK(3 + i);
        max7219_show(cases[i].number, cases[i].places);
        expect_shown(cases[i].number, cases[i].places);
    }
    SIM_MARK(20);
    number = (int16_t)SIM_DRAW(0, 1998) - 999;
    max7219_show(number, 0);
    expect_shown(number, 0);
    SIM_DONE();
}
