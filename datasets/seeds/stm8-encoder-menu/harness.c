#define REG(address) (*(volatile uint8_t *)(address))
#define A_MASK (1u << HOLE_A_BIT)
#define B_MASK (1u << HOLE_B_BIT)
#define KEY_MASK (1u << HOLE_KEY_BIT)
#define OWN (uint8_t)(A_MASK | B_MASK | KEY_MASK)
#define IDR SIM_IDR('B')
#define IER SIM_REG(0x5341)

/* Clockwise A falls first; the other pins of the port do anything. */
static const uint8_t wheel[4] = {3, 1, 0, 2};
static uint8_t place;
static bool held;
static uint8_t noise;

static uint8_t pins_now(void)
{
    uint8_t state = wheel[place & 3];
    uint8_t pins = 0;

    if (state & 2)
        pins |= A_MASK;
    if (state & 1)
        pins |= B_MASK;
    if (!held)
        pins |= KEY_MASK;
    noise = (uint8_t)(noise * 5 + 3);
    return pins | (noise & (uint8_t)~OWN);
}

static void tick(void)
{
    SIM_HOLD(IDR, pins_now());
    SIM_INTERRUPT(23);
    SIM_EXPECT_WRITE(SIM_TIM4_SR, 0xFE);
}

static void ticks(uint8_t count)
{
    while (count--)
        tick();
}

static void steps(int8_t quarter_steps)
{
    for (; quarter_steps > 0; quarter_steps--) {
        place++;
        tick();
    }
    for (; quarter_steps < 0; quarter_steps++) {
        place--;
        tick();
    }
}

static void press(void)
{
    held = true;
    ticks(HOLE_DEBOUNCE_MS);
    held = false;
    ticks(HOLE_DEBOUNCE_MS);
}

static void poll(bool news)
{
    SIM_EXPECT(menu_poll(), news);
    SIM_EXPECT_WRITE(IER, 0);
    SIM_EXPECT_WRITE(IER, 1);
    SIM_EXPECT_NO_WRITE(IER);
}

static void check(bool news, uint8_t at, bool edits, int16_t value)
{
    poll(news);
    SIM_EXPECT(menu_item(), at);
    SIM_EXPECT(menu_editing(), edits);
    SIM_EXPECT((uint16_t)menu_value(), (uint16_t)value);
}

static void start(uint8_t dirt, uint8_t from)
{
    REG(SIM_DDR('B')) = dirt;
    REG(SIM_CR1('B')) = dirt;
    REG(SIM_CR2('B')) = dirt;
    REG(SIM_REG(0x5341)) = 1;
    SIM_SKIP_WRITES(IER);
    SIM_SKIP_WRITES(SIM_TIM4_SR);
    SIM_SKIP_WRITES(SIM_REG(0x5340));
    place = from;
    held = false;
    SIM_HOLD(IDR, pins_now());
    menu_init();
    SIM_EXPECT_WRITE(IER, 0);
    SIM_EXPECT_WRITE(IER, 1);
    SIM_EXPECT(SIM_LATCH(SIM_DDR('B')), dirt & (uint8_t)~OWN);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('B')), dirt | OWN);
    SIM_EXPECT(SIM_LATCH(SIM_CR2('B')), dirt & (uint8_t)~OWN);
    SIM_EXPECT_WRITE(SIM_REG(0x5345), 7);
    SIM_EXPECT_WRITE(SIM_REG(0x5346), 124);
    SIM_EXPECT_WRITE(SIM_REG(0x5343), 1);
    SIM_EXPECT_WRITE(SIM_TIM4_SR, 0xFE);
    SIM_EXPECT_WRITE(SIM_REG(0x5340), 1);
    check(false, 0, false, 250);
}

static uint16_t quiet_now(void)
{
    return quiet_ms;
}

void main(void)
{
    uint8_t i;
    int8_t move;
    int8_t sum = 0;
    int16_t value = 250;
    bool news;

    start(0x00, 2);
    start(0xFF, 0);
    start(0xA5, 0);
    SIM_INTERRUPT(23);
    SIM_EXPECT_NO_WRITE(SIM_TIM4_SR); /* the caller has not enabled interrupts */
    __asm__("rim");

    SIM_MARK(1); /* through the items and against both ends; three quarters are no click, a rattle neither */
    steps(3);
    check(false, 0, false, 250);
    steps(1);
    check(true, 1, false, 21);
    check(false, 1, false, 21);
    steps(4);
    check(true, 2, false, 6);
    steps(8);
    check(false, 2, false, 6);
    for (i = 0; i < 5; i++) {
        steps(2);
        steps(-2);
    }
    check(false, 2, false, 6);
    steps(-4);
    check(true, 1, false, 21);
    steps(-12);
    check(true, 0, false, 250);
    steps(-4);
    check(false, 0, false, 250);
    place += 2; /* a lost step: both contacts at once, and back */
    tick();
    place += 2;
    tick();
    steps(2);
    check(false, 0, false, 250);
    steps(2);
    check(true, 1, false, 21);

    SIM_MARK(2); /* bounce is no press, and one press is one however long */
    held = true;
    ticks(HOLE_DEBOUNCE_MS - 1);
    held = false;
    tick();
    held = true;
    ticks(HOLE_DEBOUNCE_MS - 1);
    check(false, 1, false, 21);
    tick();
    check(true, 1, true, 21);
    held = false;
    ticks(HOLE_DEBOUNCE_MS - 1);
    held = true;
    ticks(HOLE_DEBOUNCE_MS + 2);
    held = false;
    ticks(HOLE_DEBOUNCE_MS - 1);
    held = true;
    ticks(HOLE_DEBOUNCE_MS + 2);
    check(false, 1, true, 21);
    held = false;
    ticks(HOLE_DEBOUNCE_MS);
    check(false, 1, true, 21);

    SIM_MARK(3); /* edit against both limits, commit, look at it */
    steps(8);
    check(true, 1, true, 23);
    steps(72);
    check(true, 1, true, 40);
    check(false, 1, true, 40);
    steps(4);
    check(false, 1, true, 40);
    for (i = 0; i < 3; i++) {
        steps(-80);
        poll(true);
    }
    check(false, 1, true, -20);
    steps(-4);
    check(false, 1, true, -20);
    steps(4);
    press();
    check(true, 1, false, -19); /* turned and pressed between two calls: the turn counts first */
    steps(-4);
    check(true, 0, false, 250);
    steps(4);
    press();
    check(true, 1, true, -19); /* in the list, too */
    press();
    check(true, 1, false, -19);

    SIM_MARK(4); /* clicks are kept between calls, up to a limit */
    steps(-4);
    press();
    check(true, 0, true, 250);
    for (i = 0; i < 104; i++)
        steps(4);
    check(true, 0, true, 350);
    for (i = 0; i < 99; i++)
        steps(4);
    check(true, 0, true, 449);
    for (i = 0; i < 50; i++)
        steps(4);
    check(true, 0, true, 499);
    steps(8);
    check(true, 0, true, 500);
    for (i = 0; i < 104; i++)
        steps(-4);
    check(true, 0, true, 400);

    SIM_MARK(5); /* left alone: one tick before the end, at it; the stored value is as it was */
    quiet_ms = HOLE_TIMEOUT_MS - 2;
    tick();
    check(false, 0, true, 400);
    tick();
    SIM_EXPECT(quiet_now(), HOLE_TIMEOUT_MS);
    tick();
    SIM_EXPECT(quiet_now(), HOLE_TIMEOUT_MS);
    check(true, 0, false, 250);
    check(false, 0, false, 250);
    press();
    check(true, 0, true, 250);
    SIM_EXPECT(quiet_now(), HOLE_DEBOUNCE_MS);
    quiet_ms = HOLE_TIMEOUT_MS - 1; /* a click in the last moment */
    steps(3);
    quiet_ms = HOLE_TIMEOUT_MS - 1;
    steps(1);
    SIM_EXPECT(quiet_now(), 0);
    check(true, 0, true, 251);
    press(); /* both at once: it counts */
    quiet_ms = HOLE_TIMEOUT_MS;
    check(true, 0, false, 251);
    steps(-4);
    check(false, 0, false, 251);

    SIM_MARK(6); /* starting again in the middle of everything */
    steps(4);
    held = true;
    ticks(HOLE_DEBOUNCE_MS);
    check(true, 1, true, -19);
    steps(6);
    held = false;
    ticks(3);
    press(); /* a press that nobody fetched, and a key that is held */
    held = true;
    ticks(HOLE_DEBOUNCE_MS);
    quiet_ms = HOLE_TIMEOUT_MS;
    start(0x5A, 1);
    SIM_EXPECT(quiet_now(), 0);
    press();
    check(true, 0, true, 250);
    press();
    check(true, 0, false, 250);
    for (i = 0; i < HOLE_DEBOUNCE_MS - 1; i++) { /* neither its quarters nor its milliseconds are left over */
        held = true;
        tick();
    }
    held = false;
    tick();
    steps(3);
    check(false, 0, false, 250);
    steps(-3);
    steps(8); /* the limits of the last item */
    press();
    check(true, 2, true, 6);
    steps(20);
    check(true, 2, true, 11);
    steps(8);
    check(true, 2, true, 12);
    steps(-40);
    check(true, 2, true, 2);
    steps(-8);
    check(true, 2, true, 1);
    press();
    check(true, 2, false, 1);
    steps(-8);
    check(true, 0, false, 250);

    SIM_MARK(7); /* a random walk of the knob while editing */
    press();
    check(true, 0, true, 250);
    for (i = 0; i < 100; i++) {
        move = (int8_t)(uint8_t)SIM_DRAW(0, 3) - 1; /* back, none, on, both contacts at once */
        place += move;
        tick();
        if (move != 2)
            sum += move;
        news = false;
        if (sum == 4 || sum == -4) {
            value += sum / 4;
            sum = 0;
            news = true;
        }
        check(news, 0, true, value);
    }
    SIM_EXPECT_NO_WRITE(SIM_TIM4_SR);
}
