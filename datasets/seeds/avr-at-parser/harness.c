enum { NONE, OK, VALUE, SYNTAX, UNKNOWN, RANGE, TOO_LONG };

#define ZERO HOLE_CHANNELS
#define RATE (HOLE_CHANNELS + 1)

static int16_t expected[HOLE_CHANNELS + 2];
static char text[48];
static uint8_t used;

static void check_settings(void)
{
    uint8_t i;

    for (i = 0; i < HOLE_CHANNELS + 2; i++)
        SIM_EXPECT((uint16_t)at_setting(i), (uint16_t)expected[i]);
}

static void defaults(void)
{
    uint8_t i;

    at_init();
    for (i = 0; i < RATE; i++)
        expected[i] = 0;
    expected[RATE] = 60;
    check_settings();
    SIM_EXPECT(at_setting(RATE + 1), 0);
    SIM_EXPECT(at_setting(255), 0);
}

static void type(const char *characters)
{
    while (*characters)
        SIM_EXPECT(at_feed(*characters++), NONE);
}

static void line_gives(const char *characters, uint8_t result)
{
    type(characters);
    SIM_EXPECT(at_feed('\r'), result);
    check_settings();
}

/* Text with numbers in it. */
static void begin(const char *characters)
{
    used = 0;
    while (*characters)
        text[used++] = *characters++;
    text[used] = 0;
}

static void add(int32_t number)
{
    char digits[10];
    uint8_t n = 0;

    if (number < 0) {
        text[used++] = '-';
        number = -number;
    }
    do {
        digits[n++] = (char)('0' + number % 10);
        number /= 10;
    } while (number != 0);
    while (n != 0)
        text[used++] = digits[--n];
    text[used] = 0;
}

static void set(const char *start, int32_t number, uint8_t setting, uint8_t allowed)
{
    begin(start);
    add(number);
    if (allowed)
        expected[setting] = (int16_t)number;
    line_gives(text, allowed ? OK : RANGE);
}

static void query(const char *start, int32_t index, uint8_t setting)
{
    begin(start);
    if (index >= 0)
        add(index);
    line_gives(text, VALUE);
    SIM_EXPECT((uint16_t)at_value(), (uint16_t)expected[setting]);
}

static void duty(int32_t channel, int32_t percent)
{
    uint8_t there = channel >= 0 && channel < HOLE_CHANNELS;

    begin("AT+DUTY=");
    add(channel);
    text[used++] = ',';
    add(percent);
    if (there && percent >= 0 && percent <= 100) {
        expected[channel] = (int16_t)percent;
        line_gives(text, OK);
    } else {
        line_gives(text, RANGE);
    }
}

static void long_line(uint8_t characters)
{
    uint8_t i;

    begin("AT+RATE=");
    while (used < characters)
        text[used++] = '0';
    text[used - 1] = '7';
    text[used] = 0;
    if (characters <= HOLE_LINE_MAX)
        expected[RATE] = 7;
    for (i = 0; i < used; i++)
        SIM_EXPECT(at_feed(text[i]), NONE);
    SIM_EXPECT(at_feed('\r'), characters <= HOLE_LINE_MAX ? OK : TOO_LONG);
    check_settings();
}

void main(void)
{
    static const char *const wrong[] = {
        "A", "T", "BT", "AX", " AT", "AT ", "ATX", "AT=", "AT-ZERO=1", "AT+ZERO", "AT+ZERO:1", "AT+ZERO=", "AT+ZERO=-",
        "AT+ZERO=+1", "AT+ZERO= 1", "AT+ZERO=1 ", "AT+ZERO=1,2", "AT+ZERO=1-", "AT+ZERO=--1", "AT+ZERO=1:", "AT+ZERO=/",
        "AT+ZERO?1", "AT+ZERO?=", "AT+ZERO=?", "AT+DUTY", "AT+DUTY=", "AT+DUTY=1", "AT+DUTY=1,", "AT+DUTY=,1",
        "AT+DUTY=1,2,3", "AT+DUTY=1;2", "AT+DUTY?", "AT+DUTY?1,", "AT+DUTY?1,2", "AT+DUTY=9,9X", "AT+RATE=99999X", "0", "?"
    };
    static const char *const unknown[] = {
        "AT+", "AT+?", "AT+=1", "AT+ZER=1", "AT+ZEROM=1", "AT+ZERX=1", "AT+DUT?0", "AT+RATED=1", "AT+1", "AT+Z",
        "AT+XZERO=1", "AT+XERO=1", "AT+BATE=1", "AT+ZATE=1", "AT+DUTYZERO=1"
    };
    uint8_t i;
    int16_t number;

    SIM_EXPECT(at_feed('A'), NONE); /* something was on the line before */
    defaults();

    SIM_MARK(1); /* the shortest command, line ends, case */
    line_gives("AT", OK);
    line_gives("at", OK);
    line_gives("", NONE);
    line_gives("\n", NONE);
    line_gives("A\nT\n", OK);
    expected[ZERO] = -7;
    line_gives("at+zEro=-7", OK);
    expected[ZERO] = 7;
    line_gives("\nAT+ZERO=0007", OK);
    expected[ZERO] = 0;
    line_gives("AT+ZERO=-0", OK);

    SIM_MARK(2); /* limits of the single settings, and what does not fit 16 bits */
    set("AT+ZERO=", HOLE_ZERO_LIMIT, ZERO, 1);
    set("AT+ZERO=", HOLE_ZERO_LIMIT + 1, ZERO, 0);
    query("AT+ZERO?", -1, ZERO);
    set("AT+ZERO=", -HOLE_ZERO_LIMIT, ZERO, 1);
    set("AT+ZERO=", -HOLE_ZERO_LIMIT - 1, ZERO, 0);
    query("AT+ZERO?", -1, ZERO);
    set("AT+RATE=", 1, RATE, 1);
    set("AT+RATE=", 0, RATE, 0);
    set("AT+RATE=", -1, RATE, 0);
    set("AT+RATE=", HOLE_RATE_MAX, RATE, 1);
    set("AT+RATE=", HOLE_RATE_MAX + 1, RATE, 0);
    query("AT+RATE?", -1, RATE);
    set("AT+RATE=", 32767, RATE, 0);
    set("AT+RATE=", 32768, RATE, 0);
    set("AT+RATE=", 65537, RATE, 0);
    set("AT+RATE=", 655370, RATE, 0);
    set("AT+ZERO=", 65536, ZERO, 0);
    set("AT+ZERO=", -65536, ZERO, 0);
    set("AT+ZERO=", -32768, ZERO, 0);
    line_gives("AT+RATE=655360001", RANGE);

    SIM_MARK(3); /* the channels */
    for (i = 0; i < HOLE_CHANNELS; i++)
        duty(i, 10 * i + 3);
    for (i = 0; i < HOLE_CHANNELS; i++)
        query("AT+DUTY?", i, i);
    duty(0, 0);
    duty(0, 100);
    duty(0, 101);
    duty(0, -1);
    duty(HOLE_CHANNELS - 1, 100);
    duty(HOLE_CHANNELS, 50);
    duty(-1, 50);
    duty(256, 50);
    duty(65536, 50);
    duty(HOLE_CHANNELS, 101);
    begin("AT+DUTY?");
    add(HOLE_CHANNELS);
    line_gives(text, RANGE);
    line_gives("AT+DUTY?-1", RANGE);
    query("AT+DUTY?", HOLE_CHANNELS - 1, HOLE_CHANNELS - 1);

    SIM_MARK(4); /* everything that is no command changes nothing */
    for (i = 0; i < sizeof wrong / sizeof wrong[0]; i++)
        line_gives(wrong[i], SYNTAX);
    for (i = 0; i < sizeof unknown / sizeof unknown[0]; i++)
        line_gives(unknown[i], UNKNOWN);
    SIM_EXPECT((uint16_t)at_value(), (uint16_t)expected[HOLE_CHANNELS - 1]); /* as the last query left it */
    line_gives("AT", OK);

    SIM_MARK(5); /* as long as a line may be, and longer */
    long_line(HOLE_LINE_MAX);
    set("AT+RATE=", 61, RATE, 1);
    long_line(HOLE_LINE_MAX + 1);
    long_line(HOLE_LINE_MAX + 2);
    line_gives("AT", OK);
    for (i = 0; i < 13; i++)
        type("AT+RATE=5AT+RATE=5AT");
    SIM_EXPECT(at_feed('\r'), TOO_LONG);
    line_gives("T+RATE=1", SYNTAX);
    line_gives("AT", OK);

    for (i = 0; i < 20; i++) {
        SIM_MARK(6 + i);
        number = (int16_t)SIM_DRAW(0, 2 * HOLE_ZERO_LIMIT + 4) - HOLE_ZERO_LIMIT - 2;
        set("AT+ZERO=", number, ZERO, number >= -HOLE_ZERO_LIMIT && number <= HOLE_ZERO_LIMIT);
        query("AT+ZERO?", -1, ZERO);
        duty((int32_t)SIM_DRAW(0, HOLE_CHANNELS), (int32_t)SIM_DRAW(0, 102) - 1);
    }
    type("AT+RATE=9"); /* starting anew in the middle of a line */
    defaults();
    SIM_EXPECT(at_value(), 0);
    line_gives("9", SYNTAX);
    SIM_DONE();
}
