#define WDT SIM_SFR(0xE1)
#define INTERRUPTS SIM_SFR(0xA8)
#define FED (0x30 + HOLE_WDT_PRESCALE)

static void everybody_but(uint8_t absent)
{
    uint8_t task;

    for (task = 0; task < HOLE_TASK_COUNT; task++)
        if (task != absent)
            watchdog_report(task);
}

static void nothing_fed(void)
{
    SIM_EXPECT(watchdog_service(), 0);
    SIM_EXPECT_NO_WRITE(WDT);
}

static void fed(void)
{
    SIM_EXPECT(watchdog_service(), 1);
    SIM_EXPECT_WRITE(WDT, FED);
    SIM_EXPECT_NO_WRITE(WDT);
}

void main(void)
{
    uint8_t task;
    uint8_t i;
    uint8_t reported;

    EA = 1;
    SIM_MARK(1);
    watchdog_start();
    SIM_EXPECT_WRITE(WDT, FED);
    SIM_EXPECT(watchdog_missing(), (1 << HOLE_TASK_COUNT) - 1);
    nothing_fed();

    SIM_MARK(2); /* all: fed once, then everything starts again */
    everybody_but(0xFF);
    SIM_EXPECT(watchdog_missing(), 0);
    SIM_EXPECT_NO_WRITE(WDT); /* reporting alone does not feed */
    fed();
    SIM_EXPECT(watchdog_missing(), (1 << HOLE_TASK_COUNT) - 1);
    nothing_fed();

    SIM_MARK(3); /* each one missing in turn */
    for (task = 0; task < HOLE_TASK_COUNT; task++) {
        everybody_but(task);
        everybody_but(task); /* reporting twice does not stand in for another */
        SIM_EXPECT(watchdog_missing(), 1 << task);
        nothing_fed();
        watchdog_report(HOLE_TASK_COUNT);
        watchdog_report(task + 8);
        watchdog_report(0xFF);
        nothing_fed();
        watchdog_report(task);
        fed();
    }
    SIM_EXPECT(EA, 1); /* interrupts are on again */
    SIM_SKIP_WRITES(INTERRUPTS);
    watchdog_report(0); /* shared with interrupts: EA is off meanwhile */
    SIM_EXPECT_WRITE(INTERRUPTS, 0x00);
    SIM_EXPECT_WRITE(INTERRUPTS, 0x80);
    watchdog_service();
    SIM_EXPECT_WRITE(INTERRUPTS, 0x00);
    SIM_EXPECT_WRITE(INTERRUPTS, 0x80);

    SIM_MARK(4); /* starting again forgets old reports */
    everybody_but(0xFF);
    watchdog_start();
    SIM_EXPECT_WRITE(WDT, FED);
    nothing_fed();

    reported = 0;
    for (i = 0; i < 30; i++) {
        SIM_MARK(10 + i);
        task = (uint8_t)SIM_DRAW(0, HOLE_TASK_COUNT);
        watchdog_report(task);
        if (task < HOLE_TASK_COUNT)
            reported |= (uint8_t)(1 << task);
        if (reported == (uint8_t)((1 << HOLE_TASK_COUNT) - 1)) {
            fed();
            reported = 0;
        } else {
            nothing_fed();
        }
    }
    EA = 0;
    watchdog_report(0);
    watchdog_service();
    SIM_EXPECT(EA, 0); /* and stay off where they were off */
    SIM_DONE();
}
