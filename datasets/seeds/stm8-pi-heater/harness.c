#define REG(address) (*(volatile uint8_t *)(address))
#define ODR SIM_ODR('D')
#define MASK (uint8_t)(1u << HOLE_HEATER_BIT)

static uint8_t others; /* the other pins' latches */
static int16_t wanted;
static int32_t share; /* the integral in 1/256 tick, by the words of the instruction */

static bool is_on(void)
{
    return REG(SIM_ODR('D')) & MASK;
}

static void expect_off(void)
{
    SIM_EXPECT_WRITE(ODR, others);
    SIM_EXPECT_NO_WRITE(ODR);
    SIM_EXPECT(heater_duty(), 0);
}

/* The ticks that a window has at this temperature. */
static uint8_t expected_duty(int16_t measured)
{
    int16_t error = wanted - measured;
    int32_t with = share + (int32_t)error * HOLE_KI;
    int32_t output = with + (int32_t)error * HOLE_KP;
    bool over = output > (int32_t)HOLE_WINDOW * 256;
    uint8_t ticks = 0;

    if (!(over && error > 0) && !(output < 0 && error < 0))
        share = with;
    if (over)
        return HOLE_WINDOW;
    for (output += 128; output >= 256; output -= 256)
        ticks++;
    if (ticks < HOLE_MIN_PULSE)
        return 0;
    if (HOLE_WINDOW - ticks < HOLE_MIN_PULSE)
        return HOLE_WINDOW;
    return ticks;
}

/* A whole window: on from its beginning for so many ticks, then off to its end, whatever is measured meanwhile. */
static void window(int16_t measured, int16_t meanwhile)
{
    uint8_t expected = expected_duty(measured);
    uint8_t wrong = 0;
    uint8_t i;

    for (i = 0; i < HOLE_WINDOW; i++) {
        heater_tick(measured);
        if (is_on() != (i < expected))
            wrong++;
        if ((REG(SIM_ODR('D')) & (uint8_t)~MASK) != others)
            wrong++;
        measured = meanwhile;
    }
    SIM_EXPECT(heater_duty(), expected);
    SIM_EXPECT(wrong, 0);
}

static void windows(uint8_t count, int16_t measured)
{
    while (count--)
        window(measured, measured);
}

static void set(int16_t tenths, int16_t means)
{
    heater_set(tenths);
    wanted = means;
    if (means == 0)
        share = 0;
}

static void start(uint8_t dirt)
{
    REG(SIM_ODR('D')) = dirt;
    REG(SIM_DDR('D')) = dirt;
    REG(SIM_CR1('D')) = dirt;
    others = dirt & (uint8_t)~MASK;
    SIM_SKIP_WRITES(ODR);
    heater_init();
    expect_off();
    SIM_EXPECT(SIM_LATCH(SIM_DDR('D')), dirt | MASK);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('D')), dirt | MASK);
    wanted = 0;
    share = 0;
}

/* Gives the integral a value, in the program and in the expectation. */
static void preset(int32_t value)
{
    integral = value;
    share = value;
}

static void silent_ticks(uint8_t count, int16_t measured)
{
    while (count--)
        heater_tick(measured);
    SIM_EXPECT_NO_WRITE(ODR);
    SIM_EXPECT(heater_duty(), 0);
}

void main(void)
{
    uint8_t i;
    int16_t place;

    heater_set(500); /* whatever ran before */
    heater_tick(490);
    integral = 70000;
    start(0x00);
    silent_ticks(3, 100); /* off until it is told */
    start(0xFF);
    start(0xA5);

    SIM_MARK(1); /* in balance nothing happens; a small error adds up, its sign turns it back */
    set(1000, 1000);
    windows(2, 1000);
    windows(6, 990);
    windows(2, 1000);
    windows(4, 1004);
    window(995, 1500); /* what is measured within a window does not count */
    set(1010, 1010); /* another target does not take the integral away */
    windows(2, 1008);

    SIM_MARK(2); /* far too cold for long, then just too warm: no windup, it leaves the limit at once */
    start(0x5A);
    set(2000, 2000);
    windows(8, 300);
    SIM_EXPECT(heater_duty(), HOLE_WINDOW);
    windows(2, 2001);
    SIM_EXPECT(heater_duty() < HOLE_WINDOW, 1);
    windows(2, 1999);

    set(2000, 2000);
    preset(0); /* errors whose products do not fit into 16 bits */
    window(1310, 1310);
    preset(0);
    window(2350, 2350);
    preset(0);
    window(1947, 1947);

    SIM_MARK(3); /* far too warm for long, then too cold */
    windows(6, 1980);
    windows(6, 2900);
    SIM_EXPECT(heater_duty(), 0);
    windows(3, 1990);
    preset(100000); /* an integral beyond the limit, as after a change of the target, can only come back */
    windows(2, 1990);
    windows(2, 2010);
    preset(-30000);
    windows(2, 2010);
    windows(2, 1990);

    preset((int32_t)HOLE_WINDOW * 256 - HOLE_KP - HOLE_KI); /* just at a limit is not beyond it */
    window(1999, 1999);
    window(2096, 2096);
    preset(HOLE_KP + HOLE_KI);
    window(2001, 2001);
    window(1979, 1979);
    preset(-20000);
    window(1999, 1999);
    window(1745, 1745);

    SIM_MARK(4); /* pulses that are too short */
    start(0x00);
    set(500, 500);
    for (i = 0; i < HOLE_MIN_PULSE + 2; i++) {
        preset((int32_t)i * 256);
        window(500, 500);
        preset((int32_t)(HOLE_WINDOW - i) * 256);
        window(500, 500);
        preset((int32_t)i * 256 + 127);
        window(500, 500);
        preset((int32_t)i * 256 + 128);
        window(500, 500);
    }
    preset((int32_t)HOLE_WINDOW * 256);
    window(500, 500);
    preset((int32_t)HOLE_WINDOW * 256 + 1);
    window(500, 500);
    preset(0);
    window(500, 500);

    SIM_MARK(5); /* the limits of the target */
    set(2500, 2500);
    windows(2, 2499);
    set(2501, 2500);
    preset((int32_t)20 * 256 + 127 - HOLE_KP - HOLE_KI);
    windows(2, 2499);
    set(32767, 2500);
    windows(2, 2499);
    set(1, 1);
    windows(2, -30);
    SIM_SKIP_WRITES(ODR);
    set(0, 0);
    expect_off();
    silent_ticks(2, -100);
    set(400, 400);
    windows(2, 380);
    SIM_SKIP_WRITES(ODR);
    heater_tick(380); /* off in the middle of a pulse; on again, a window begins and nothing is remembered */
    SIM_SKIP_WRITES(ODR);
    set(-5, 0);
    expect_off();
    silent_ticks(2, -100);
    set(1000, 1000);
    window(947, 947);
    SIM_SKIP_WRITES(ODR);
    set(0, 0);
    expect_off();
    set(400, 400);
    windows(2, 390);

    SIM_MARK(6); /* a broken sensor: off at once, at each of both ends; afterwards it starts anew */
    set(1500, 1500);
    windows(3, 1480);
    heater_tick(1480);
    SIM_SKIP_WRITES(ODR);
    heater_tick(3001);
    share = 0;
    expect_off();
    heater_tick(-201);
    expect_off();
    heater_tick(32767);
    expect_off();
    heater_tick(-32767 - 1);
    expect_off();
    windows(2, 1470);
    window(3000, 3000);
    window(-200, -200);
    windows(1, 1495);
    SIM_SKIP_WRITES(ODR);
    heater_tick(-201);
    share = 0;
    expect_off();

    SIM_MARK(7); /* a walk around the target */
    set(1200, 1200);
    place = 1150;
    for (i = 0; i < 24; i++) {
        place += (int16_t)SIM_DRAW(0, 40) - 18;
        window(place, (int16_t)SIM_DRAW(0, 3000));
    }
}
