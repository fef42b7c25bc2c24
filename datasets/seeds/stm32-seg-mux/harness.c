#define AT(address) (*(volatile uint32_t *)(address))
#define SEG SIM_BSRR('A')
#define DIG SIM_BSRR('B')
#define SR 0x40000010
#define CRH SIM_CRH('B')
#define TIM2_IRQ 44

static uint32_t next_digit;

/* What one segment pattern lights, drawn by hand: which of a..g each figure has. */
static uint32_t pattern(char figure)
{
    static const char *const drawn[10] = {"abcdef", "bc", "abdeg", "abcdg", "bcfg", "acdfg", "acdefg", "abc", "abcdefg",
                                          "abcdfg"};
    const char *segments;
    uint32_t lit = 0;

    if (figure == ' ')
        return 0;
    if (figure == '-')
        return 1 << 6;
    for (segments = drawn[figure - '0']; *segments; segments++)
        lit |= 1u << (*segments - 'a');
    return lit;
}

static uint32_t word(uint32_t mask, uint32_t high)
{
    uint32_t bit, set = 0;

    for (bit = 0; bit < 16; bit++)
        if (mask >> bit & 1)
            set |= (high >> bit & 1 ? 1u : 0x10000u) << bit;
    return set;
}

static uint32_t all_off(void) { return word(15u << HOLE_FIRST_DIGIT, HOLE_DIGIT_ON ? 0 : 0xFFFF); }

static void scan(uint32_t lit)
{
    SIM_INTERRUPT(TIM2_IRQ);
    SIM_EXPECT_WRITE(SR, 0xFFFFFFFE);
    SIM_EXPECT_WRITE(DIG, all_off());
    SIM_EXPECT_WRITE(SEG, word(0xFF, HOLE_SEGMENT_ON ? lit : ~lit));
    SIM_EXPECT_WRITE(DIG, word(1u << (HOLE_FIRST_DIGIT + next_digit), HOLE_DIGIT_ON ? 0xFFFF : 0));
    SIM_EXPECT_NO_WRITE(SEG);
    SIM_EXPECT_NO_WRITE(DIG);
    SIM_EXPECT_NO_WRITE(SR);
    next_digit = (next_digit + 1) % 4;
}

/* Four figures as they must be read, the point behind figure `point` from the right (0: none). */
static void expect_shown(const char *figures, uint32_t point)
{
    uint32_t i;

    for (i = 0; i < 4; i++)
        scan(pattern(figures[3 - next_digit]) | (point > 0 && next_digit == point ? 0x80 : 0));
}

static void shows(int32_t value, uint32_t decimals, const char *figures, uint32_t point)
{
    display_value((int16_t)value, (uint8_t)decimals);
    SIM_EXPECT_NO_WRITE(SEG);
    expect_shown(figures, point);
}

static void expect_start(uint32_t digits)
{
    uint32_t pin;

    SIM_EXPECT_WRITE(0x40021018, 0x4001 | 0xC);
    SIM_EXPECT_WRITE(0x4002101C, 0x10000002 | 1);
    SIM_EXPECT_WRITE(DIG, all_off());
    SIM_EXPECT_WRITE(SEG, word(0xFF, HOLE_SEGMENT_ON ? 0 : 0xFFFF));
    SIM_EXPECT_WRITE(SIM_CRL('A'), 0x22222222);
    for (pin = HOLE_FIRST_DIGIT; pin < HOLE_FIRST_DIGIT + 4; pin++) {
        digits = (digits & ~(15u << (pin * 4 - 32))) | 2u << (pin * 4 - 32);
        SIM_EXPECT_WRITE(CRH, digits);
    }
    SIM_EXPECT_NO_WRITE(CRH);
    SIM_EXPECT_WRITE(0x40000028, HOLE_TIMER_HZ / 100000 - 1);
    SIM_EXPECT_WRITE(0x4000002C, 100000 / HOLE_SCAN_HZ - 1);
    SIM_EXPECT_WRITE(0x40000014, 1);
    SIM_EXPECT_WRITE(SR, 0xFFFFFFFE);
    SIM_EXPECT_WRITE(0x4000000C, 1);
    SIM_EXPECT_WRITE(0xE000E100, 1u << 28);
    SIM_EXPECT_WRITE(0x40000000, 1);
}

static void dirty(uint32_t digits)
{
    AT(0x40021018) = 0x4001;
    AT(0x4002101C) = 0x10000002;
    AT(CRH) = digits;
    SIM_SKIP_WRITES(0x40021018);
    SIM_SKIP_WRITES(0x4002101C);
    SIM_SKIP_WRITES(CRH);
    SIM_SKIP_WRITES(SR);
}

/* The whole program for so many ticks, asleep between them; when nothing wakes it any more, `then` looks. */
static uint32_t began_at;

static void run(uint32_t count, void (*then)(void))
{
    dirty(0xFFFFFFFF);
    SIM_SKIP_WRITES(SEG);
    began_at = next_digit;
    ticks = 0u - count / 2; /* the count wraps on the way */
    next_digit = (next_digit + count) % 4;
    while (count--)
        SIM_INTERRUPT_ON_IDLE(TIM2_IRQ);
    SIM_CUT_AFTER(100000, then);
    program_main();
}

/* It was dark, then began with 0.0, and has come to these figures. */
static void look(const char *figures)
{
    uint32_t lit = pattern("  00"[3 - began_at]) | (began_at == 1 ? 0x80 : 0);

    SIM_EXPECT_WRITE(SEG, word(0xFF, HOLE_SEGMENT_ON ? 0 : 0xFFFF));
    SIM_EXPECT_WRITE(SEG, word(0xFF, HOLE_SEGMENT_ON ? lit : ~lit));
    lit = pattern("  00"[3 - (began_at + 1) % 4]) | ((began_at + 1) % 4 == 1 ? 0x80 : 0);
    SIM_EXPECT_WRITE(SEG, word(0xFF, HOLE_SEGMENT_ON ? lit : ~lit));
    SIM_SKIP_WRITES(SEG);
    SIM_SKIP_WRITES(DIG);
    SIM_SKIP_WRITES(SR);
    expect_shown(figures, 1);
}

static void one_short(void)
{
    look("  02");
    SIM_DONE();
}

static void three_tenths(void)
{
    look("  03");
    SIM_MARK(14); /* and one tick fewer */
    run(3 * HOLE_SCAN_HZ / 10 - 1, one_short);
}

void main(void)
{
    uint32_t i, n;
    char figures[4];

    SIM_MARK(1); /* dark before it is asked for anything; other pins of GPIOB keep their settings */
    AT(SIM_ODR('A')) = 0x55AA;
    AT(SIM_ODR('B')) = 0x5AA5;
    picture = 0x12345678;
    dirty(0x8B4A8B4A);
    display_init();
    expect_start(0x8B4A8B4A);
    expect_shown("    ", 0);
    SIM_EXPECT(SIM_LATCH(SIM_ODR('A')) & 0xFF00, 0x5500);
    SIM_EXPECT(SIM_LATCH(SIM_ODR('B')) & ~(15u << HOLE_FIRST_DIGIT), 0x5AA5 & ~(15u << HOLE_FIRST_DIGIT));

    SIM_MARK(2); /* all figures, leading zeros */
    shows(0, 0, "   0", 0);
    shows(7, 0, "   7", 0);
    shows(10, 0, "  10", 0);
    shows(999, 0, " 999", 0);
    shows(1000, 0, "1000", 0);
    shows(1234, 0, "1234", 0);
    shows(5678, 0, "5678", 0);
    shows(9999, 0, "9999", 0);
    shows(9090, 0, "9090", 0);

    SIM_MARK(3); /* decimals: a zero stays in front of the point */
    shows(0, 1, "  00", 1);
    shows(5, 1, "  05", 1);
    shows(42, 1, "  42", 1);
    shows(1234, 1, "1234", 1);
    shows(3, 2, " 003", 2);
    shows(3, 3, "0003", 3);
    shows(9876, 3, "9876", 3);
    shows(0, 3, "0000", 3);
    shows(9876, 2, "9876", 2);

    SIM_MARK(4); /* negative */
    shows(-1, 0, "  -1", 0);
    shows(-999, 0, "-999", 0);
    shows(-5, 1, " -05", 1);
    shows(-123, 1, "-123", 1);
    shows(-7, 2, "-007", 2);

    SIM_MARK(5); /* no room */
    shows(10000, 0, "----", 0);
    shows(-1000, 0, "----", 0);
    shows(-1, 3, "----", 0);
    shows(0, 4, "----", 0);
    shows(1, 255, "----", 0);
    shows(32767, 1, "----", 0);
    shows(-32768, 0, "----", 0);
    shows(-32767, 2, "----", 0);

    SIM_MARK(6); /* a new picture in the middle of a round is seen from the next digit on */
    shows(8888, 0, "8888", 0);
    scan(pattern('8'));
    display_value(1111, 0);
    expect_shown("1111", 0);

    for (i = 0; i < 6; i++) {
        SIM_MARK(7 + i);
        n = SIM_DRAW(1000, 9999);
        figures[3] = '0' + n % 10;
        figures[2] = '0' + n / 10 % 10;
        figures[1] = '0' + n / 100 % 10;
        figures[0] = '0' + n / 1000;
        shows((int32_t)n, i % 4, figures, i % 4);
    }

    SIM_MARK(13); /* three tenths of a second */
    run(3 * HOLE_SCAN_HZ / 10, three_tenths);
}
