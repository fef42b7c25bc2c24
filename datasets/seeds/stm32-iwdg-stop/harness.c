#define AT(address) (*(volatile uint32_t *)(address))
#define KR 0x40003000
#define PR 0x40003004
#define RLR 0x40003008
#define SR 0x4000300C
#define CR 0x40021000
#define CFGR 0x40021004
#define CSR 0x40021024
#define PWR_CONTROL 0x40007000
#define SCR 0xE000ED10
#define APB1ENR 0x4002101C
#define SYSTICK 15

static uint32_t woken;

void SysTick_Handler(void)
{
    woken++;
    SIM_EXPECT(AT(SCR) & 4, 4); /* it sleeps deeply */
    SIM_EXPECT(AT(PWR_CONTROL) & 3, 1);
}

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(KR);
    SIM_EXPECT_NO_WRITE(PR);
    SIM_EXPECT_NO_WRITE(RLR);
    SIM_EXPECT_NO_WRITE(CR);
    SIM_EXPECT_NO_WRITE(CFGR);
    SIM_EXPECT_NO_WRITE(CSR);
    SIM_EXPECT_NO_WRITE(SCR);
    SIM_EXPECT_NO_WRITE(PWR_CONTROL);
}

static void check_cause(uint32_t flags, uint32_t cause)
{
    SIM_HOLD(CSR, flags);
    SIM_EXPECT(reset_cause(), cause);
    SIM_EXPECT_WRITE(CSR, flags | 0x01000000);
    quiet();
}

static void expect_start(void)
{
    SIM_EXPECT_WRITE(KR, 0xCCCC);
    SIM_EXPECT_WRITE(KR, 0x5555);
    SIM_EXPECT_WRITE(PR, HOLE_PRESCALER);
    SIM_EXPECT_WRITE(RLR, HOLE_RELOAD_VALUE);
    SIM_EXPECT_WRITE(KR, 0xAAAA);
    quiet();
}

/* All tasks but one report, several times over; then the last. */
static void round_with(uint32_t last)
{
    uint32_t i, n;

    for (n = 0; n < 2; n++)
        for (i = 0; i < HOLE_TASK_COUNT; i++)
            if (i != last)
                watchdog_report((uint8_t)i);
    watchdog_report(HOLE_TASK_COUNT);
    watchdog_report(31);
    watchdog_report(32 + (uint8_t)last);
    watchdog_report(255);
    quiet();
    watchdog_report((uint8_t)last);
    SIM_EXPECT_WRITE(KR, 0xAAAA);
    quiet();
}

static void into_stop(uint32_t power)
{
    AT(APB1ENR) = 0x20001;
    AT(PWR_CONTROL) = power;
    AT(SCR) = 0x10;
    SIM_SKIP_WRITES(APB1ENR);
    SIM_SKIP_WRITES(PWR_CONTROL);
    SIM_SKIP_WRITES(SCR);
    SIM_INTERRUPT_ON_IDLE(SYSTICK);
    woken = 0;
}

static void expect_stop(uint32_t power)
{
    SIM_EXPECT(woken, 1);
    SIM_EXPECT_WRITE(APB1ENR, 0x10020001);
    SIM_EXPECT_NO_WRITE(APB1ENR);
    SIM_EXPECT_WRITE(PWR_CONTROL, (power & ~3u) | 5);
    SIM_EXPECT_WRITE(SCR, 0x14);
    SIM_EXPECT_WRITE(KR, 0xAAAA);
    SIM_EXPECT_WRITE(SCR, 0x10);
}

/* A flag comes with the last look that is allowed. */
static void feed_late(uint32_t reg, uint32_t before, uint32_t after, uint32_t looks)
{
    while (--looks > 0)
        SIM_FEED(reg, before);
    SIM_FEED(reg, after);
}

void main(void)
{
    uint32_t i;

    SIM_MARK(1); /* each cause alone, all at once, none; the low-speed clock stays as it is */
    check_cause(0x08000000, 1);
    check_cause(0x0C000003, 1);
    check_cause(0xFC000000, 1);
    check_cause(0x24000000, 3);
    check_cause(0x20000001, 3);
    check_cause(0xF4000000, 3);
    check_cause(0x44000000, 4);
    check_cause(0xD4000000, 4);
    check_cause(0x14000002, 2);
    check_cause(0x94000000, 2);
    check_cause(0x84000000, 5);
    check_cause(0x04000000, 0);
    check_cause(0x00000003, 0);

    SIM_MARK(2);
    AT(SCR) = 0;
    SIM_SKIP_WRITES(SCR);
    alive = 1;
    SIM_EXPECT(watchdog_start(), 1);
    expect_start();

    SIM_MARK(3); /* no round is complete without each of its tasks; tasks that there are not count for nothing */
    for (i = 0; i < HOLE_TASK_COUNT; i++)
        round_with(i);
    for (i = 0; i < HOLE_TASK_COUNT; i++)
        watchdog_report((uint8_t)i);
    SIM_EXPECT_WRITE(KR, 0xAAAA);
    quiet();

    SIM_MARK(4); /* started anew in the middle of a round */
    watchdog_report(0);
    SIM_EXPECT(watchdog_start(), 1);
    expect_start();
    round_with(0);

    SIM_MARK(5); /* the values take their time: one of the two flags up to the last look, then too long */
    feed_late(SR, 1, 0, HOLE_WAIT_LIMIT);
    SIM_EXPECT(watchdog_start(), 1);
    expect_start();
    feed_late(SR, 2, 0xFC, 5);
    SIM_EXPECT(watchdog_start(), 1);
    expect_start();
    feed_late(SR, 3, 0, HOLE_WAIT_LIMIT + 1);
    SIM_EXPECT(watchdog_start(), 0);
    expect_start();
    SIM_EXPECT(AT(SR), 0);

    SIM_MARK(6); /* STOP, and back to the clock of before */
    AT(0xE000E010) = 3;
    AT(CR) = 0x83;
    AT(CFGR) = 0x001D0400;
    SIM_SKIP_WRITES(CR);
    SIM_SKIP_WRITES(CFGR);
    for (i = 0; i < 2; i++) {
        into_stop(i ? 0x103 : 0);
        AT(CFGR) = 0x001D0400 + i;
        SIM_SKIP_WRITES(CFGR);
        SIM_EXPECT(power_stop(), 1);
        expect_stop(i ? 0x103 : 0);
        SIM_EXPECT_WRITE(CR, i ? 0x03030083 : 0x00010083);
        SIM_EXPECT_WRITE(CR, i ? 0x03030083 : 0x01030083);
        SIM_EXPECT_WRITE(CFGR, i ? 0x001D0406 : 0x001D0402);
        quiet();
    }

    SIM_MARK(7); /* HSE, PLL and switch come with the last look */
    SIM_FEED(CR, 0x83); /* before it is switched on */
    feed_late(CR, 0x10083, 0x30083, HOLE_WAIT_LIMIT);
    SIM_FEED(CR, 0x30083);
    feed_late(CR, 0x1030083, 0x3030083, 4);
    SIM_FEED(CFGR, 0x001D0401);
    feed_late(CFGR, 0x001D0406, 0x001D040A, HOLE_WAIT_LIMIT);
    into_stop(0);
    SIM_EXPECT(power_stop(), 1);
    expect_stop(0);
    SIM_EXPECT_WRITE(CR, 0x10083);
    SIM_EXPECT_WRITE(CR, 0x1030083);
    SIM_EXPECT_WRITE(CFGR, 0x001D0402);
    quiet();

    SIM_MARK(8); /* one look too late each */
    SIM_HOLD(CFGR, 0x001D040D); /* PLL and more: another source */
    SIM_HOLD(CR, 0x3030083);
    into_stop(0);
    SIM_EXPECT(power_stop(), 0);
    expect_stop(0);
    SIM_EXPECT_WRITE(CR, 0x3030083);
    SIM_EXPECT_WRITE(CR, 0x3030083);
    SIM_EXPECT_WRITE(CFGR, 0x001D040E);
    quiet();
    SIM_HOLD(CR, 0xFDFFFFFF);
    into_stop(0);
    SIM_EXPECT(power_stop(), 0);
    expect_stop(0);
    SIM_EXPECT_WRITE(CR, 0xFDFFFFFF);
    SIM_EXPECT_WRITE(CR, 0xFDFFFFFF);
    quiet();
    SIM_HOLD(CR, 0xFFFDFFFF);
    into_stop(0);
    SIM_EXPECT(power_stop(), 0);
    expect_stop(0);
    SIM_EXPECT_WRITE(CR, 0xFFFDFFFF);
    quiet();
    SIM_EXPECT(AT(SCR), 0x10);
}
