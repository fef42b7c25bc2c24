#define T2CON_ADDRESS SIM_SFR(0xC8)
#define INTERRUPTS SIM_SFR(0xA8)
#define LAST (HOLE_TIMER_COUNT - 1)

/* Where a list of expiries that is too short would be overrun. */
static volatile uint8_t behind[2];

static void ticks(uint8_t n)
{
    while (n--)
        SIM_INTERRUPT(5);
}

/* A timer started with (first, period): how it stands after n ticks, one tick after the other. */
static void watch(uint8_t id, uint8_t first, uint8_t period, uint8_t n)
{
    uint8_t to_go = first;
    uint8_t i;

    timer_start(id, first, period);
    SIM_EXPECT(timer_left(id), first);
    SIM_EXPECT(timer_expired(id), 0);
    for (i = 1; i <= n; i++) {
        uint8_t rings = 0;

        ticks(1);
        if (to_go) {
            to_go--;
            if (to_go == 0) {
                rings = 1;
                to_go = period;
            }
        }
        SIM_EXPECT(timer_left(id), to_go);
        SIM_EXPECT(timer_expired(id), rings);
        SIM_EXPECT(timer_expired(id), 0);
    }
    timer_stop(id);
}

void main(void)
{
    uint8_t i;
    uint8_t first;

    behind[0] = 0xC3;
    T2CON = 0xFF;
    RCAP2H = 0x55;
    RCAP2L = 0x55;
    TH2 = 0x55;
    TL2 = 0x55;
    SIM_MARK(1);
    timers_init();
    SIM_EXPECT(SIM_LATCH(T2CON_ADDRESS), 0x04);
    SIM_EXPECT(RCAP2H, HOLE_RELOAD_HIGH);
    SIM_EXPECT(RCAP2L, HOLE_RELOAD_LOW);
    SIM_EXPECT(TH2, HOLE_RELOAD_HIGH);
    SIM_EXPECT(TL2, HOLE_RELOAD_LOW);
    SIM_EXPECT(ET2, 1);
    SIM_EXPECT(EA, 1);
    for (i = 0; i < HOLE_TIMER_COUNT; i++) {
        SIM_EXPECT(timer_left(i), 0);
        SIM_EXPECT(timer_expired(i), 0);
    }
    ticks(2);
    SIM_EXPECT(SIM_LATCH(T2CON_ADDRESS), 0x04); /* the flag was cleared by hand */
    for (i = 0; i < HOLE_TIMER_COUNT; i++)
        SIM_EXPECT(timer_expired(i), 0); /* a stopped timer never expires */

    timer_start(0, 0x0101, 0x0101); /* no other one is touched */
    for (i = 1; i < HOLE_TIMER_COUNT; i++) {
        SIM_EXPECT(timer_expired(i), 0);
        SIM_EXPECT(timer_left(i), 0);
    }

    SIM_MARK(2);
    watch(0, 3, 0, 6);    /* one-shot */
    watch(LAST, 2, 4, 12); /* periodic with another first time */
    watch(0, 1, 1, 4);
    SIM_MARK(3); /* independent of one another */
    timer_start(0, 5, 0);
    timer_start(LAST, 3, 0);
    ticks(3);
    SIM_EXPECT(timer_expired(0), 0);
    SIM_EXPECT(timer_left(0), 2);
    SIM_EXPECT(timer_expired(LAST), 1);
    ticks(2);
    SIM_EXPECT(timer_expired(0), 1);
    SIM_EXPECT(timer_expired(LAST), 0);

    SIM_MARK(4); /* nobody asked for a while: one expiry is remembered, not several */
    timer_start(1, 2, 2);
    ticks(6);
    SIM_EXPECT(timer_expired(1), 1);
    SIM_EXPECT(timer_expired(1), 0);
    ticks(2);
    timer_start(1, 2, 0); /* starting anew drops the old expiry */
    SIM_EXPECT(timer_expired(1), 0);
    ticks(2);
    timer_stop(1); /* so does stopping */
    SIM_EXPECT(timer_expired(1), 0);
    timer_start(1, 2, 2);
    ticks(1);
    timer_stop(1);
    ticks(4);
    SIM_EXPECT(timer_expired(1), 0);
    SIM_EXPECT(timer_left(1), 0);

    SIM_MARK(5); /* sixteen bits */
    timer_start(0, 0x0100, 0x1234);
    ticks(1);
    SIM_EXPECT(timer_left(0), 0x00FF);
    ticks(255);
    SIM_EXPECT(timer_expired(0), 1);
    SIM_EXPECT(timer_left(0), 0x1234);
    timer_start(0, 0xFFFF, 0);
    ticks(1);
    SIM_EXPECT(timer_left(0), 0xFFFE);
    timer_stop(0);

    SIM_SKIP_WRITES(INTERRUPTS); /* the tick is held off, and nothing else */
    timer_start(0, 1, 0);
    SIM_EXPECT_WRITE(INTERRUPTS, 0x80);
    SIM_EXPECT_WRITE(INTERRUPTS, 0xA0);
    SIM_EXPECT(timer_left(0), 1);
    SIM_EXPECT_WRITE(INTERRUPTS, 0x80);
    SIM_EXPECT_WRITE(INTERRUPTS, 0xA0);
    timer_stop(0);

    SIM_MARK(6); /* no such timer */
    for (i = HOLE_TIMER_COUNT; i; i++)
        timer_start(i, 1, 1);
    timer_stop(0xFF);
    ticks(1);
    for (i = HOLE_TIMER_COUNT; i; i++) {
        SIM_EXPECT(timer_expired(i), 0);
        SIM_EXPECT(timer_left(i), 0);
    }
    SIM_EXPECT(EA, 1);
    SIM_EXPECT(ET2, 1);
    for (i = 0; i < 5; i++) {
        SIM_MARK(10 + i);
        first = (uint8_t)SIM_DRAW(1, 9);
        watch((uint8_t)SIM_DRAW(0, LAST), first, (uint8_t)SIM_DRAW(0, 5), 10);
    }
    SIM_EXPECT(behind[0], 0xC3);
    SIM_MARK(20); /* a second init stops everything */
    timer_start(1, 1, 1);
    timer_start(0, 5, 0);
    ticks(1);
    timers_init();
    SIM_EXPECT(timer_expired(1), 0);
    ticks(6);
    for (i = 0; i < HOLE_TIMER_COUNT; i++)
        SIM_EXPECT(timer_expired(i), 0);
    /* The stack lies behind the timers: returning shows that nothing counted past their end. */
}
