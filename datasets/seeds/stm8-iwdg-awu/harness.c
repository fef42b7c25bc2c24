#define REG(address) (*(volatile uint8_t *)(address))
#define FLOAT_MASK (uint8_t)(1u << HOLE_FLOAT_BIT)
#define ALARM_MASK (uint8_t)(1u << HOLE_ALARM_BIT)
#define KR SIM_REG(0x50E0)
#define ALARM_ODR SIM_ODR('D')
#define DDR SIM_DDR('B')
#define CR1 SIM_CR1('B')
#define IDR SIM_IDR('B')

static uint8_t odr;
static uint8_t ddr;
static uint8_t cr1;
static uint8_t run;  /* looks in a row that were against the alarm */
static bool sounding;
static uint8_t n;

static void expect_watchdog(void)
{
    SIM_EXPECT_WRITE(KR, 0xCC);
    SIM_EXPECT_WRITE(KR, 0x55);
    SIM_EXPECT_WRITE(SIM_REG(0x50E1), HOLE_WATCHDOG_PR);
    SIM_EXPECT_WRITE(SIM_REG(0x50E2), HOLE_WATCHDOG_RLR);
    SIM_EXPECT_WRITE(KR, 0xAA);
}

static void expect_wake(void)
{
    SIM_EXPECT_WRITE(SIM_REG(0x50F1), HOLE_WAKE_DIV - 2);
    SIM_EXPECT_WRITE(SIM_REG(0x50F2), HOLE_WAKE_TBR);
}

static void expect_alarm(bool on)
{
    sounding = on;
    if (on)
        odr |= ALARM_MASK;
    else
        odr &= (uint8_t)~ALARM_MASK;
    SIM_EXPECT_WRITE(ALARM_ODR, odr);
    run = 0;
}

static void expect_pins_of_a_look(void)
{
    SIM_EXPECT_WRITE(DDR, ddr & (uint8_t)~FLOAT_MASK);
    SIM_EXPECT_WRITE(CR1, cr1 | FLOAT_MASK);
    SIM_EXPECT_WRITE(CR1, cr1);
    SIM_EXPECT_WRITE(DDR, ddr);
}

static void expect_result(bool full)
{
    if (full == sounding) {
        run = 0;
    } else {
        run++;
        if (run == HOLE_CONFIRM)
            expect_alarm(full);
    }
}

static void feed(bool full)
{
    if (full)
        SIM_FEED(IDR, (uint8_t)~FLOAT_MASK);
    else
        SIM_FEED(IDR, FLOAT_MASK);
}

static void look(bool full)
{
    feed(full);
    tank_look();
    expect_pins_of_a_look();
    expect_result(full);
    SIM_EXPECT_NO_WRITE(DDR);
    SIM_EXPECT_NO_WRITE(CR1);
    SIM_EXPECT_NO_WRITE(ALARM_ODR);
}

static void looks(uint8_t count, bool full)
{
    while (count--)
        look(full);
}

static void expect_init(uint8_t dirt, bool alarmed)
{
    odr = dirt;
    expect_alarm(alarmed);
    ddr = dirt | FLOAT_MASK;
    cr1 = dirt & (uint8_t)~FLOAT_MASK;
    SIM_EXPECT_WRITE(CR1, cr1);
    SIM_EXPECT_WRITE(DDR, ddr);
    SIM_EXPECT(SIM_LATCH(SIM_ODR('B')), dirt & (uint8_t)~FLOAT_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_DDR('D')), dirt | ALARM_MASK);
    SIM_EXPECT(SIM_LATCH(SIM_CR1('D')), dirt | ALARM_MASK);
}

static void make_dirt(uint8_t dirt)
{
    REG(SIM_ODR('B')) = dirt;
    REG(SIM_DDR('B')) = dirt;
    REG(SIM_CR1('B')) = dirt;
    REG(SIM_ODR('D')) = dirt;
    REG(SIM_DDR('D')) = dirt;
    REG(SIM_CR1('D')) = dirt;
    SIM_SKIP_WRITES(ALARM_ODR);
    SIM_SKIP_WRITES(DDR);
    SIM_SKIP_WRITES(CR1);
}

static void start(uint8_t dirt, bool alarmed)
{
    make_dirt(dirt);
    tank_init(alarmed);
    expect_init(dirt, alarmed);
    SIM_EXPECT_NO_WRITE(ALARM_ODR);
}

static void after_a_good_life(void);
static void after_a_bad_life(void);

void main(void)
{
    SIM_MARK(1);
    watchdog_start();
    expect_watchdog();
    SIM_EXPECT_NO_WRITE(KR);

    SIM_MARK(2); /* the alarm follows after enough looks that agree, in both directions */
    start(0x00, false);
    start(0xFF, false);
    looks(2, false);
    looks(HOLE_CONFIRM - 1, true);
    looks(1, false);
    looks(HOLE_CONFIRM - 1, true);
    SIM_EXPECT(sounding, false);
    looks(1, true);
    SIM_EXPECT(sounding, true);
    looks(3, true);
    looks(HOLE_CONFIRM - 1, false);
    looks(1, true);
    looks(HOLE_CONFIRM, false);
    SIM_EXPECT(sounding, false);
    looks(HOLE_CONFIRM - 1, true); /* what was counted before a new start does not count */
    start(0x5A, false);
    looks(HOLE_CONFIRM - 1, true);
    looks(1, false);
    start(0xA5, true);
    looks(2 * HOLE_CONFIRM, false);
    for (n = 0; n < 40; n++)
        look((bool)SIM_DRAW(0, 1));

    SIM_MARK(3); /* a life as a program: after power-up, wet for some looks, and dry again */
    make_dirt(0x00);
    REG(SIM_REG(0x50F0)) = 0;
    REG(SIM_REG(0x50C0)) = 0x01;
    SIM_HOLD(SIM_REG(0x50B3), 0xFD); /* any other cause of the reset */
    SIM_SKIP_WRITES(KR);
    SIM_SKIP_WRITES(SIM_REG(0x50E1));
    SIM_SKIP_WRITES(SIM_REG(0x50E2));
    SIM_SKIP_WRITES(SIM_REG(0x50B3));
    for (n = 0; n < HOLE_CONFIRM; n++)
        feed(true);
    for (n = 0; n < HOLE_CONFIRM; n++)
        feed(false);
    for (n = 0; n < 2 * HOLE_CONFIRM; n++)
        SIM_INTERRUPT_ON_IDLE(1);
    SIM_CUT_AFTER(2000, after_a_good_life);
    program_main();
}

static void after_a_good_life(void)
{
    expect_watchdog();
    SIM_EXPECT_NO_WRITE(SIM_REG(0x50B3));
    expect_init(0x00, false);
    expect_wake();
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x50F0)) & 0x10, 0x10);
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x50C0)) & 0x29, 0x21);
    for (n = 0; n < 2 * HOLE_CONFIRM; n++) {
        expect_pins_of_a_look();
        expect_result(n < HOLE_CONFIRM);
        SIM_EXPECT_WRITE(KR, 0xAA);
    }
    SIM_EXPECT_NO_WRITE(KR); /* and none while nothing happens */
    SIM_EXPECT_NO_WRITE(ALARM_ODR);
    SIM_EXPECT(SIM_LATCH(SIM_REG(0x50F0)) & 0x20, 0); /* AWUF was cleared */

    SIM_MARK(4); /* and one after the watchdog had to bite: alarm at once, until the tank is seen empty; an interrupt of
                    somebody else wakes it, which is no reason to look or to refresh */
    make_dirt(0xFF);
    REG(SIM_CR2('C')) = 0x02;
    SIM_HOLD(SIM_REG(0x50B3), 0x02);
    for (n = 0; n < HOLE_CONFIRM; n++)
        feed(false);
    for (n = 0; n < HOLE_CONFIRM; n++) {
        SIM_INTERRUPT_ON_IDLE(5);
        SIM_INTERRUPT_ON_IDLE(1);
    }
    SIM_INTERRUPT_ON_IDLE(5);
    SIM_CUT_AFTER(2000, after_a_bad_life);
    program_main();
}

static void after_a_bad_life(void)
{
    expect_watchdog();
    SIM_EXPECT_WRITE(SIM_REG(0x50B3), 0x02);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x50B3));
    expect_init(0xFF, true);
    expect_wake();
    for (n = 0; n < HOLE_CONFIRM; n++) {
        expect_pins_of_a_look();
        expect_result(false);
        SIM_EXPECT_WRITE(KR, 0xAA);
    }
    SIM_EXPECT(sounding, false);
    SIM_EXPECT_NO_WRITE(KR);
    SIM_EXPECT_NO_WRITE(DDR);
    SIM_EXPECT_NO_WRITE(ALARM_ODR);
    SIM_DONE();
}

void somebody_isr(void) __interrupt(5)
{
}
