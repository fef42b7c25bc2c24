#define SER_MASK (uint8_t)(1 << HOLE_SER_BIT)
#define SCK_MASK (uint8_t)(1 << HOLE_SCK_BIT)
#define RCK_MASK (uint8_t)(1 << HOLE_RCK_BIT)

static uint8_t latch;

static void expect_pin(uint8_t mask, uint8_t level)
{
    if (level)
        latch |= mask;
    else
        latch &= ~mask;
    SIM_EXPECT_WRITE(SIM_P1, latch);
}

static void expect_byte(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1) {
        expect_pin(SER_MASK, byte & mask);
        expect_pin(SCK_MASK, 1);
        expect_pin(SCK_MASK, 0);
    }
}

static void expect_shown(void)
{
    expect_pin(RCK_MASK, 1);
    expect_pin(RCK_MASK, 0);
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

/* The segments of one character, drawn as a standard display draws it. */
static uint8_t drawn(char c)
{
    switch (c) {
    case '0': return 0x3F;
    case '1': return 0x06;
    case '2': return 0x5B;
    case '3': return 0x4F;
    case '4': return 0x66;
    case '5': return 0x6D;
    case '6': return 0x7D;
    case '7': return 0x07;
    case '8': return 0x7F;
    case '9': return 0x6F;
    case '-': return 0x40;
    }
    return 0;
}

static void expect_text(const char *text)
{
    uint8_t i;

    for (i = 0; i < 4; i++)
        expect_byte(drawn(text[i]) ^ HOLE_LIT_INVERT);
    expect_shown();
}

void main(void)
{
    char text[4];
    uint16_t left;
    int16_t number;
    uint8_t i, at;

    latch = 0xFF;
    SIM_HOLD(SIM_P1, 0x00); /* pins loaded from outside must not reach the latch */
    display_init();
    expect_pin(SCK_MASK, 0);
    expect_pin(RCK_MASK, 0);
    expect_text("    ");

    SIM_MARK(1);
    hc595_shift(0xA3);
    expect_byte(0xA3);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    hc595_latch();
    expect_shown();

    SIM_MARK(2);
    display_int(0);
    expect_text("   0");
    display_int(-7);
    expect_text("  -7");
    display_int(1234);
    expect_text("1234");
    display_int(-1000);
    expect_text("----");
    display_int(10000);
    expect_text("----");
    display_int(-32768);
    expect_text("----");
    display_int(58);
    expect_text("  58");
    display_int(600);
    expect_text(" 600");
    for (i = 0; i < 5; i++) {
        SIM_MARK(3 + i);
        number = (int16_t)SIM_DRAW(0, 10998) - 999;
        left = number < 0 ? 0 - number : number;
        for (at = 0; at < 4; at++)
            text[at] = ' ';
        text[3] = '0';
        for (at = 4; left; left /= 10)
            text[--at] = '0' + left % 10;
        if (number < 0)
            text[at - 1] = '-';
        display_int(number);
        expect_text(text);
    }
    SIM_DONE();
}
