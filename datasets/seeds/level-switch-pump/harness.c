#define BIT_P2_0 0x01
#define BIT_P2_3 0x08
#define BIT_P2_6 0x40
#define BIT_P2_7 0x80
#define BIT_P3_2 0x04
#define BIT_P3_3 0x08
#define BIT_P3_4 0x10
#define BIT_P3_5 0x20
#define BIT_P3_6 0x40
#define BIT_P3_7 0x80
#define JOIN(name) BIT_##name
#define BIT(pin) JOIN(pin)
#define PUMP_BIT BIT(HOLE_PUMP)
#define LOW_BIT BIT(HOLE_FLOAT_LOW)
#define HIGH_BIT BIT(HOLE_FLOAT_HIGH)
#define OTHERS (0x96 & ~PUMP_BIT)

enum { DRY, NORMAL, BROKEN, FULL };

static uint8_t on;
static uint16_t since;
static uint8_t noise;

/* One second with the water at this level; the other pins of the port carry anything. */
static void second(uint8_t water)
{
    uint8_t pins = noise & ~(LOW_BIT | HIGH_BIT);
    uint8_t was = on;

    noise = (uint8_t)~noise;
    if (water == DRY || water == BROKEN)
        pins |= LOW_BIT;
    if (water == DRY || water == NORMAL)
        pins |= HIGH_BIT;
    SIM_HOLD(SIM_P3, pins);

    since++;
    if (on && (water == BROKEN || (water == DRY && since >= HOLE_MIN_RUN_S)))
        on = 0;
    else if (!on && water == FULL && since >= HOLE_MIN_PAUSE_S)
        on = 1;

    SIM_EXPECT(pump_step(), on + (water == BROKEN ? 2 : 0));
    if (on != was) {
        since = 0;
        SIM_EXPECT_WRITE(SIM_P2, on ? OTHERS : OTHERS | PUMP_BIT);
    }
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_EXPECT_NO_WRITE(SIM_P3);
}

static void seconds(uint16_t count, uint8_t water)
{
    while (count--)
        second(water);
}

static void begin(void)
{
    P2 = OTHERS; /* the pump on and the float pins held low by an old program */
    P3 = 0xFF & ~(LOW_BIT | HIGH_BIT);
    SIM_SKIP_WRITES(SIM_P2);
    SIM_SKIP_WRITES(SIM_P3);
    pump_init();
    SIM_EXPECT_WRITE(SIM_P2, OTHERS | PUMP_BIT);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    SIM_SKIP_WRITES(SIM_P3);
    on = 0;
    since = 0;
}

void main(void)
{
    uint8_t i;

    SIM_HOLD(SIM_P2, 0x00);
    noise = 0xA5;
    begin();

    SIM_MARK(1); /* the pause holds after a start, to the second */
    seconds(HOLE_MIN_PAUSE_S - 1, FULL);
    SIM_EXPECT(on, 0);
    second(FULL);
    SIM_EXPECT(on, 1);

    SIM_MARK(2); /* so does the run, though the sump is empty soon */
    second(NORMAL);
    seconds(HOLE_MIN_RUN_S - 2, DRY);
    SIM_EXPECT(on, 1);
    second(DRY);
    SIM_EXPECT(on, 0);
    seconds(HOLE_MIN_PAUSE_S - 1, FULL);
    second(NORMAL); /* neither float asks for anything: nothing changes, off or on */
    second(NORMAL);
    SIM_EXPECT(on, 0);
    second(FULL);
    SIM_EXPECT(on, 1);

    SIM_MARK(3); /* a long run over all wrap-arounds, ended at the first dry second */
    seconds(HOLE_MIN_RUN_S + 3, NORMAL);
    seconds(520 - HOLE_MIN_RUN_S, FULL);
    second(DRY);
    SIM_EXPECT(on, 0);
    seconds(520, DRY); /* and a long rest */
    seconds(2, NORMAL);
    second(FULL);
    SIM_EXPECT(on, 1);

    SIM_MARK(4); /* a fault stops at once, whatever the run time; the pause follows */
    second(BROKEN);
    SIM_EXPECT(on, 0);
    seconds(3, BROKEN);
    seconds(HOLE_MIN_PAUSE_S - 4, FULL);
    SIM_EXPECT(on, 0);
    second(BROKEN); /* allowed to start now, but not in a fault */
    second(BROKEN);
    SIM_EXPECT(on, 0);
    second(FULL);
    SIM_EXPECT(on, 1);

    SIM_MARK(5); /* starting anew while it runs */
    begin();
    seconds(HOLE_MIN_PAUSE_S, FULL);
    SIM_EXPECT(on, 1);

    for (i = 0; i < 20; i++) {
        SIM_MARK(10 + i);
        seconds((uint16_t)SIM_DRAW(1, HOLE_MIN_RUN_S + 2), (uint8_t)SIM_DRAW(DRY, FULL));
    }
    SIM_DONE();
}
