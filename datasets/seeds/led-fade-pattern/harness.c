#define PLACE_P1_0 0
#define PLACE_P1_3 3
#define PLACE_P1_7 7
#define PLACE_P2_0 8
#define PLACE_P2_5 13
#define PLACE_P2_6 14
#define PLACE_P2_7 15
#define JOIN(name) PLACE_##name
#define PLACE(pin) JOIN(pin)
#define PORT (PLACE(HOLE_LED) < 8 ? SIM_P1 : SIM_P2)
#define PIN (1 << (PLACE(HOLE_LED) & 7))
#define OTHERS (0x5A & ~PIN)
#define READ (PLACE(HOLE_LED) < 8 ? P1 : P2) /* cheaper than SIM_LATCH: there are many ticks */
#define TCON_ADDRESS SIM_SFR(0x88)

/* What each brightness adds to the lit ticks. */
static const uint8_t more[9] = {1, 1, 1, 2, 4, 4, 5, 7, 7};

static uint8_t at;
static uint8_t up;
static uint8_t asked;
static uint8_t lasted;

static void period(void)
{
    uint8_t lit = 0;
    uint8_t i;
    uint8_t wrong = 0;

    if (lasted == HOLE_HOLD_PERIODS) {
        lasted = 0;
        if (asked == 1 || (asked == 2 && at == 0))
            up = 1;
        if (asked == 0 || (asked == 2 && at == 9))
            up = 0;
        if (up && at < 9)
            at++;
        if (!up && at > 0)
            at--;
    }
    lasted++;
    for (i = 0; i < at; i++)
        lit += more[i];

    for (i = 0; i < 32; i++) {
        SIM_INTERRUPT(1);
        if (READ != (i < lit ? OTHERS : OTHERS | PIN))
            wrong++;
    }
    SIM_EXPECT(wrong, 0);
}

static void periods(uint8_t count)
{
    while (count--)
        period();
}

static void start(void)
{
    fade_init();
    at = 0;
    up = 0;
    asked = 0;
    lasted = 0;
    SIM_EXPECT(SIM_LATCH(PORT), OTHERS | PIN);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x00); /* stopped before the variables change */
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x10);
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);
}

static void ask(uint8_t mode)
{
    fade_mode(mode);
    if (mode < 3)
        asked = mode;
}

void main(void)
{
    uint8_t i;

    P1 = (uint8_t)OTHERS;
    P2 = (uint8_t)OTHERS;
    SIM_HOLD(PORT, 0x00); /* what the pins read must not reach the latch */
    TMOD = 0xAD;
    TCON = 0x10;
    SIM_SKIP_WRITES(TCON_ADDRESS);
    fade_mode(1);

    SIM_MARK(1);
    start();
    SIM_EXPECT(TMOD, 0xA2);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8C)), HOLE_RELOAD_VALUE);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8A)), HOLE_RELOAD_VALUE);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0xA8)), 0x82);
    for (i = 0; i < 32; i++) {
        SIM_INTERRUPT(1);
        SIM_EXPECT(SIM_LATCH(PORT), OTHERS | PIN);
    }
    lasted++;
    SIM_HOLD(PORT, 0xFF); /* from here on a read gives the latch */
    periods(HOLE_HOLD_PERIODS + 1);

    SIM_MARK(2); /* all the way up, and it stays there */
    ask(1);
    ask(3);
    ask(128);
    ask(255);
    periods(10 * HOLE_HOLD_PERIODS);
    SIM_EXPECT(at, 9);

    SIM_MARK(3); /* breathing from the top; unknown modes change nothing */
    ask(2);
    ask(3);
    ask(255);
    periods(2 * HOLE_HOLD_PERIODS);

    SIM_MARK(4); /* turned round half-way, and the first step waits for its period */
    ask(1);
    periods(HOLE_HOLD_PERIODS + 1);
    ask(0);
    periods(3 * HOLE_HOLD_PERIODS - 1);
    ask(2); /* goes on downwards */
    periods(8 * HOLE_HOLD_PERIODS);
    periods((uint8_t)SIM_DRAW(1, HOLE_HOLD_PERIODS)); /* and up again from the bottom */

    SIM_MARK(5); /* a change within a period is heard only at its end */
    ask(0);
    for (i = 0; i < 3; i++) {
        SIM_INTERRUPT(1);
    }
    P1 = (uint8_t)OTHERS;
    P2 = (uint8_t)OTHERS;
    SIM_SKIP_WRITES(TCON_ADDRESS);

    SIM_MARK(6); /* a new start begins a new period in the dark */
    TCON = 0x10;
    SIM_SKIP_WRITES(TCON_ADDRESS);
    start();
    periods(HOLE_HOLD_PERIODS + 1);
    ask(2);
    periods(2 * HOLE_HOLD_PERIODS);
    SIM_MARK(7);
    for (i = 0; i < 4; i++) {
        ask((uint8_t)SIM_DRAW(0, 3));
        periods((uint8_t)SIM_DRAW(1, HOLE_HOLD_PERIODS + 1));
    }
    SIM_DONE();
}
