#define PIN (1 << HOLE_COMPRESSOR_BIT)
#define STANDING 0xA5
#define OTHERS (STANDING & ~PIN) /* somebody else's pins */

static uint8_t on;
static uint16_t stood; /* seconds since it was stopped */

/* One second; a write of the port only when the compressor changes. */
static void second(int16_t tenths)
{
    uint8_t was = on;

    if (on) {
        if (tenths < HOLE_OFF_AT + 1) {
            on = 0;
            stood = 0;
        }
    } else {
        if (stood < HOLE_MIN_OFF_SECONDS)
            stood++;
        if (stood == HOLE_MIN_OFF_SECONDS && tenths > HOLE_ON_AT - 1)
            on = 1;
    }
    SIM_EXPECT(cooler_second(tenths), on);
    if (on != was)
        SIM_EXPECT_WRITE(SIM_P1, on ? OTHERS : OTHERS | PIN);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT(cooler_rest(), on ? 0 : HOLE_MIN_OFF_SECONDS - stood);
}

static void start(void)
{
    SIM_SKIP_WRITES(SIM_P1);
    cooler_init();
    on = 0;
    stood = 0;
    SIM_EXPECT_WRITE(SIM_P1, OTHERS | PIN);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT(cooler_rest(), HOLE_MIN_OFF_SECONDS);
}

static void pass(uint16_t seconds, int16_t tenths)
{
    while (seconds--)
        second(tenths);
}

void main(void)
{
    uint8_t i;

    P1 = OTHERS; /* the relay is on at start */
    running = 1;
    rest = 3;
    SIM_MARK(1);
    start();

    SIM_MARK(2); /* warm from the beginning: it rests its full time */
    pass(HOLE_MIN_OFF_SECONDS - 1, HOLE_ON_AT + 100);
    SIM_EXPECT(cooler_rest(), 1);
    second(HOLE_ON_AT + 100);
    SIM_EXPECT(on, 1);

    SIM_MARK(3); /* runs through the gap down to its lower end */
    second(HOLE_ON_AT);
    second(HOLE_ON_AT - 1);
    second(HOLE_OFF_AT + 1);
    second(32767);
    second(HOLE_OFF_AT);
    SIM_EXPECT(on, 0);

    SIM_MARK(4); /* rested long ago, it starts at the upper end only */
    pass(HOLE_MIN_OFF_SECONDS + 2, HOLE_OFF_AT + 1);
    second(HOLE_ON_AT - 1);
    second(-32767 - 1);
    second(-1);
    second(HOLE_ON_AT - 1);
    second(HOLE_ON_AT);
    SIM_EXPECT(on, 1);
    second(-32767 - 1);
    SIM_EXPECT(on, 0);

    SIM_MARK(5); /* warm at once: still the full time, now to the second */
    pass(HOLE_MIN_OFF_SECONDS, HOLE_ON_AT);
    SIM_EXPECT(on, 1);

    SIM_MARK(6); /* initialised while it runs, and in the middle of a rest */
    start();
    pass(2, HOLE_ON_AT);
    start();
    pass(HOLE_MIN_OFF_SECONDS, HOLE_ON_AT);
    SIM_EXPECT(on, 1);
    for (i = 0; i < 24; i++) {
        SIM_MARK(10 + i);
        second((int16_t)(HOLE_OFF_AT - 20 + (int16_t)SIM_DRAW(0, HOLE_ON_AT - HOLE_OFF_AT + 40)));
        if ((i & 7) == 7)
            pass(HOLE_MIN_OFF_SECONDS, HOLE_ON_AT);
    }
    SIM_DONE();
}
