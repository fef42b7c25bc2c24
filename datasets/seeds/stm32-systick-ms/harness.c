#define CTRL 0xE000E010
#define LOAD 0xE000E014
#define VAL 0xE000E018
#define SHPR3 0xE000ED20
#define AT(address) (*(volatile uint32_t *)(address))
#define STEP (1000 / HOLE_TICK_HZ)
#define SYSTICK 15

static uint32_t clock_ms; /* what the time must be */

static void tick(void)
{
    SIM_INTERRUPT(SYSTICK);
    clock_ms += STEP;
    SIM_EXPECT(tick_ms(), clock_ms);
}

static void jump(uint32_t to)
{
    now_ms = clock_ms = to;
}

static void start(uint32_t priorities)
{
    AT(SHPR3) = priorities;
    SIM_SKIP_WRITES(SHPR3);
    SIM_SKIP_WRITES(CTRL);
    tick_init();
    clock_ms = 0;
    SIM_EXPECT_WRITE(CTRL, 0);
    SIM_EXPECT_WRITE(LOAD, HOLE_CORE_HZ / HOLE_TICK_HZ - 1);
    SIM_EXPECT_WRITE(VAL, 0);
    SIM_EXPECT_WRITE(SHPR3, (priorities & 0xFFFFFF) | (uint32_t)HOLE_TICK_PRIORITY << 28);
    SIM_EXPECT_WRITE(CTRL, 7);
    SIM_EXPECT_NO_WRITE(CTRL);
    SIM_EXPECT_NO_WRITE(LOAD);
    SIM_EXPECT_NO_WRITE(VAL);
    SIM_EXPECT_NO_WRITE(SHPR3);
    SIM_EXPECT(tick_ms(), 0);
}

/* Sleeps through exactly so many ticks: one fewer and the time is wrong, one more and nothing wakes it. */
static void sleep_for(uint32_t ms)
{
    uint32_t ticks = 1, length;

    for (length = 0; length < ms; length += STEP)
        ticks++;
    clock_ms += ticks * STEP;
    while (ticks--)
        SIM_INTERRUPT_ON_IDLE(SYSTICK);
    tick_wait(ms);
    SIM_EXPECT(tick_ms(), clock_ms);
}

static void check_every(uint32_t from, uint32_t period, uint32_t later)
{
    uint32_t last = from;
    uint32_t behind = later;

    jump(from + later);
    SIM_EXPECT(tick_every(&last, period), behind >= period);
    if (behind < period)
        SIM_EXPECT(last, from);
    else if (behind < 2 * period)
        SIM_EXPECT(last, from + period);
    else
        SIM_EXPECT(last, from + later);
}

void main(void)
{
    uint32_t i, a, b, last;

    SIM_MARK(1);
    AT(CTRL) = 7; /* a boot loader left it running */
    AT(VAL) = 0x1234;
    SIM_SKIP_WRITES(VAL);
    now_ms = 0xDEADBEEF;
    start(0x50A07030);
    for (i = 0; i < 5; i++)
        tick();

    SIM_MARK(2); /* the limit, one below and one above, also across the wrap */
    jump(1000);
    SIM_EXPECT(tick_passed(900, 100), 1);
    SIM_EXPECT(tick_passed(900, 101), 0);
    SIM_EXPECT(tick_passed(900, 99), 1);
    SIM_EXPECT(tick_passed(1000, 0), 1);
    SIM_EXPECT(tick_passed(1000, 1), 0);
    SIM_EXPECT(tick_passed(1001, 0xFFFFFFFF), 1);
    SIM_EXPECT(tick_passed(1002, 0xFFFFFFFF), 0);
    SIM_EXPECT(tick_passed(0xFFFFFF00, 1256), 1);
    SIM_EXPECT(tick_passed(0xFFFFFF00, 1257), 0);

    SIM_MARK(3); /* the handler wraps too */
    jump(0u - 2 * STEP);
    for (i = 0; i < 4; i++)
        tick();
    SIM_EXPECT(tick_passed(0u - 2 * STEP, 4 * STEP), 1);
    SIM_EXPECT(tick_passed(0u - 2 * STEP, 4 * STEP + 1), 0);

    SIM_MARK(4); /* periods: early, on time, late, too late */
    check_every(500, 250, 0);
    check_every(500, 250, 249);
    check_every(500, 250, 250);
    check_every(500, 250, 251);
    check_every(500, 250, 499);
    check_every(500, 250, 500);
    check_every(500, 250, 501);
    check_every(500, 250, 5000);
    check_every(0xFFFFFFF0, 20, 19);
    check_every(0xFFFFFFF0, 20, 20);
    check_every(0xFFFFFFF0, 20, 39);
    check_every(0xFFFFFFF0, 20, 40);
    last = 0;
    jump(0xC0000000);
    SIM_EXPECT(tick_every(&last, 0xA0000000), 1); /* twice this period does not fit into 32 bits */
    SIM_EXPECT(last, 0xA0000000);

    SIM_MARK(5); /* no drift over many late calls */
    jump(0xFFFFFFFF - 60 * STEP);
    last = clock_ms;
    a = b = 0;
    for (i = 0; i < 130; i++) {
        tick();
        if (i % 3 == 0)
            a += tick_every(&last, 10 * STEP);
    }
    SIM_EXPECT(a, 13);

    SIM_MARK(6); /* asleep */
    sleep_for(0);
    sleep_for(1);
    sleep_for(STEP);
    sleep_for(STEP + 1);
    sleep_for(7 * STEP - 1);
    sleep_for(25 * STEP);
    jump(0u - 3 * STEP);
    sleep_for(5 * STEP + 1);
    jump(0u - STEP);
    sleep_for(STEP);

    SIM_MARK(7); /* two ticks, however short the first one was */
    jump(40);
    SIM_INTERRUPT_ON_IDLE(SYSTICK);
    SIM_INTERRUPT_ON_IDLE(SYSTICK);
    tick_wait(STEP);
    SIM_EXPECT(tick_ms(), 40 + 2 * STEP);

    SIM_MARK(8); /* starting again */
    start(0xFFFFFFFF);
    start(0);

    for (i = 0; i < 10; i++) {
        SIM_MARK(9 + i);
        a = SIM_DRAW(0, 0xFFFFFFFF);
        b = SIM_DRAW(1, 60000);
        jump(a + b);
        SIM_EXPECT(tick_passed(a, b), 1);
        SIM_EXPECT(tick_passed(a, b + 1), 0);
        check_every(a, b, SIM_DRAW(0, 200000));
    }
}
