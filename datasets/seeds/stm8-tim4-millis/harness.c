#define REG(address) (*(volatile uint8_t *)(address))
#define IER SIM_REG(0x5341)
#define SR SIM_TIM4_SR
#define START (0xFFFFFFFF - HOLE_WRAP_AFTER_MS + 1)

static uint32_t expected;

static void tick(void)
{
    SIM_INTERRUPT(23);
    SIM_EXPECT_WRITE(SR, 0xFE);
    SIM_EXPECT_NO_WRITE(SR);
    expected += HOLE_TICK_MS;
}

/* The copy is made with the tick's interrupt off, which afterwards is as it was. */
static void check_masking(uint8_t enabled)
{
    SIM_EXPECT_WRITE(IER, 0);
    SIM_EXPECT_WRITE(IER, enabled);
    SIM_EXPECT_NO_WRITE(IER);
}

static void check_time(void)
{
    SIM_EXPECT(millis(), expected);
    check_masking(1);
}

static void start(void)
{
    millis_init();
    expected = START;
    SIM_EXPECT_WRITE(SIM_REG(0x5345), HOLE_PRESCALER);
    SIM_EXPECT_WRITE(SIM_REG(0x5346), HOLE_COUNTS - 1);
    SIM_EXPECT_WRITE(SIM_REG(0x5343), 1);
    SIM_EXPECT_WRITE(SIM_REG(0x5340), 0);
    SIM_EXPECT_WRITE(SIM_REG(0x5340), 1);
    SIM_EXPECT_WRITE(SR, 0xFE);
    SIM_EXPECT_WRITE(IER, 0);
    SIM_EXPECT_WRITE(IER, 1);
    SIM_EXPECT(SIM_LATCH(SR) & 1, 0); /* the update of UG is no tick */
    SIM_EXPECT_NO_WRITE(SR);
    SIM_EXPECT_NO_WRITE(IER);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x5340));
    check_time();
}

static void check_elapsed(uint32_t since, uint32_t period, bool passed)
{
    SIM_EXPECT(millis_elapsed(since, period), passed);
    check_masking(1);
}

void main(void)
{
    uint8_t i;
    uint32_t mark;
    uint32_t period;

    REG(SIM_REG(0x5340)) = 0x01; /* somebody left it running, with its interrupt on */
    REG(SIM_REG(0x5341)) = 0x01;
    REG(SIM_REG(0x5346)) = 3;
    now = 77;
    SIM_SKIP_WRITES(SIM_REG(0x5340));
    SIM_SKIP_WRITES(SIM_REG(0x5346));
    SIM_SKIP_WRITES(IER);
    start();
    SIM_INTERRUPT(23); /* masked as a whole: the caller has not enabled interrupts yet */
    check_time();
    __asm__("rim");

    SIM_MARK(1);
    for (i = 0; i < 5; i++) {
        tick();
        check_time();
    }

    SIM_MARK(2); /* carries between the bytes, and the wrap */
    now = expected = 0x000000FF;
    tick();
    check_time();
    now = expected = 0x0000FFFE;
    tick();
    tick();
    check_time();
    now = expected = 0x00FFFFFF;
    tick();
    check_time();
    now = expected = 0xFFFFFFFF;
    check_elapsed(0xFFFFFF00, 0xFF, true);
    check_elapsed(0xFFFFFF00, 0x100, false);
    tick();
    check_time();
    check_elapsed(0xFFFFFF00, 0xFF + HOLE_TICK_MS, true);
    check_elapsed(0xFFFFFF00, 0x100 + HOLE_TICK_MS, false);
    check_elapsed(0xFFFFFFFF, HOLE_TICK_MS, true);
    check_elapsed(0xFFFFFFFF, HOLE_TICK_MS + 1, false);

    SIM_MARK(3); /* the limits of periods */
    now = expected = 0x12345678;
    check_elapsed(0x12345678, 0, true);
    check_elapsed(0x12345678, 1, false);
    check_elapsed(0x12345679, 0xFFFFFFFF, true);
    check_elapsed(0x12345679, 0xFFFFFFFE, true);
    check_elapsed(0x1234567A, 0xFFFFFFFF, false);
    check_elapsed(0x02345678, 0x10000000, true);
    check_elapsed(0x02345678, 0x10000001, false);

    SIM_MARK(4); /* every 10 ticks, across the wrap; late once, and caught up */
    now = expected = 0xFFFFFFFF - 15 * HOLE_TICK_MS;
    mark = expected;
    period = 10 * HOLE_TICK_MS;
    for (i = 1; i <= 45; i++) {
        tick();
        SIM_EXPECT(millis_every(&mark, period), i % 10 == 0);
        check_masking(1);
    }
    for (i = 0; i < 29; i++) /* 29 ticks without asking: 74 */
        tick();
    SIM_EXPECT(mark, (uint32_t)(0xFFFFFFFF + 25 * HOLE_TICK_MS));
    for (i = 0; i < 3; i++) {
        SIM_EXPECT(millis_every(&mark, period), true);
        check_masking(1);
    }
    SIM_EXPECT(millis_every(&mark, period), false);
    check_masking(1);
    SIM_EXPECT(mark, (uint32_t)(0xFFFFFFFF + 55 * HOLE_TICK_MS));

    SIM_MARK(5); /* asked while the tick is off, it stays off */
    REG(SIM_REG(0x5341)) = 0;
    SIM_SKIP_WRITES(IER);
    SIM_EXPECT(millis(), expected);
    check_masking(0);
    SIM_INTERRUPT(23);
    SIM_EXPECT(millis(), expected);
    check_masking(0);
    SIM_SKIP_WRITES(SR);

    for (i = 0; i < 12; i++) {
        SIM_MARK(6 + i);
        REG(SIM_REG(0x5341)) = 1;
        now = expected = SIM_DRAW(0, 0xFFFFFFFF);
        period = SIM_DRAW(0, 0xFFFFFFFF);
        SIM_SKIP_WRITES(IER);
        tick();
        check_time();
        mark = expected - period;
        check_elapsed(mark, period, true);
        if (period != 0xFFFFFFFF)
            check_elapsed(mark, period + 1, false);
        SIM_EXPECT(millis_every(&mark, period), true);
        SIM_EXPECT(mark, expected);
        SIM_SKIP_WRITES(IER);
    }

    SIM_MARK(20); /* starting again */
    start();
}
