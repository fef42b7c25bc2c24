#define BIT_P2_0 0x01
#define BIT_P2_1 0x02
#define BIT_P2_2 0x04
#define BIT_P2_3 0x08
#define BIT_P2_4 0x10
#define BIT_P2_5 0x20
#define BIT_P2_6 0x40
#define BIT_P2_7 0x80
#define JOIN(name) BIT_##name
#define BIT(pin) JOIN(pin)
#define PIN_A BIT(HOLE_IN_A)
#define PIN_B BIT(HOLE_IN_B)
#define OTHERS (0xA5 & ~(PIN_A | PIN_B))
#define COMPARE SIM_SFR(0xFA)
#define NINTH SIM_SFR(0xF2)
#define CCON_ADDRESS SIM_SFR(0xD8)

static int16_t now;     /* signed duty */
static int16_t wish;
static uint8_t resting;
static uint8_t bridge;  /* 0 off, else the pin that is high */

static void bridge_is(void)
{
    SIM_EXPECT(SIM_LATCH(SIM_P2), OTHERS | bridge);
    SIM_EXPECT((uint16_t)motor_speed(), (uint16_t)now);
}

/* What a duty looks like in the PCA's registers, and in which order it is written. */
static void expect_duty(uint8_t duty)
{
    if (duty == 0) {
        SIM_EXPECT_WRITE(NINTH, 0x02);
    } else {
        SIM_EXPECT_WRITE(COMPARE, 0x100 - duty);
        SIM_EXPECT_WRITE(NINTH, 0x00);
        SIM_EXPECT(SIM_LATCH(NINTH), 0x00);
    }
}

static void settled(void)
{
    SIM_EXPECT_NO_WRITE(NINTH);
    SIM_EXPECT_NO_WRITE(COMPARE);
    bridge_is();
}

static void tick(void)
{
    int16_t aim = wish;
    int16_t before = now;

    motor_tick();
    if (resting) {
        resting--;
        settled();
        return;
    }
    if (bridge == 0 && wish == 0) {
        settled();
        return;
    }
    if (bridge == 0)
        bridge = wish > 0 ? PIN_A : PIN_B;
    if ((bridge == PIN_A && wish < 0) || (bridge == PIN_B && wish > 0))
        aim = 0;
    if (now < aim)
        now = aim - now < HOLE_RAMP_STEP ? aim : now + HOLE_RAMP_STEP;
    else
        now = now - aim < HOLE_RAMP_STEP ? aim : now - HOLE_RAMP_STEP;
    if (now != before && now != 0)
        expect_duty((uint8_t)(now < 0 ? -now : now));
    if (now == 0) {
        SIM_EXPECT(SIM_LATCH(NINTH), 0x02);
        SIM_SKIP_WRITES(NINTH);
        bridge = 0;
        resting = HOLE_REST_TICKS;
    }
    settled();
}

static void ticks(uint8_t count)
{
    while (count--)
        tick();
}

static void set(int16_t speed)
{
    motor_set(speed);
    wish = speed > 255 ? 255 : speed < -255 ? -255 : speed;
    settled(); /* nothing happens before the tick */
}

static void start(void)
{
    P2 = OTHERS | PIN_A;
    CCON = 0x43;
    SIM_SKIP_WRITES(SIM_P2);
    SIM_SKIP_WRITES(CCON_ADDRESS);
    SIM_SKIP_WRITES(SIM_SFR(0xD9));
    SIM_SKIP_WRITES(SIM_SFR(0xDA));
    motor_init();
    SIM_EXPECT_WRITE(CCON_ADDRESS, 0x03); /* stopped, the flags are nobody's business */
    SIM_EXPECT_WRITE(CCON_ADDRESS, 0x43);
    SIM_EXPECT_NO_WRITE(CCON_ADDRESS);
    SIM_EXPECT_WRITE(SIM_SFR(0xD9), 0x02);
    SIM_EXPECT_WRITE(SIM_SFR(0xDA), 0x42);
    SIM_EXPECT(SIM_LATCH(NINTH), 0x02);
    SIM_EXPECT(SIM_LATCH(COMPARE), 0x00);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0xEA)), 0x00);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0xE9)), 0x00);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0xF9)), 0x00);
    SIM_EXPECT(SIM_LATCH(SIM_P2), OTHERS);
    SIM_SKIP_WRITES(NINTH);
    SIM_SKIP_WRITES(COMPARE);
    now = 0;
    wish = 0;
    bridge = 0;
    resting = HOLE_REST_TICKS;
    bridge_is();
}

void main(void)
{
    uint8_t i;

    SIM_HOLD(SIM_P2, 0x00); /* what the pins read must not reach the latch */
    CCAP0L = 0x77;
    CL = 0x77;
    CH = 0x77;
    motor_set(100); /* forgotten by the start */
    SIM_MARK(1);
    start();
    ticks(HOLE_REST_TICKS + 2);

    SIM_MARK(2); /* up to full, in whole steps and a last smaller one */
    set(255);
    ticks((255 + HOLE_RAMP_STEP - 1) / HOLE_RAMP_STEP);
    SIM_EXPECT(now, 255);
    ticks(2);
    set(256);
    ticks(2);

    SIM_MARK(3); /* down a little, and turning round through zero and rest */
    set(255 - 2 * HOLE_RAMP_STEP - 1);
    ticks(4);
    set(HOLE_RAMP_STEP);
    ticks(255 / HOLE_RAMP_STEP + 1);
    set(-1);
    tick();
    SIM_EXPECT(bridge, 0);
    ticks(HOLE_REST_TICKS);
    SIM_EXPECT(bridge, 0);
    tick();
    SIM_EXPECT(bridge, PIN_B);
    SIM_EXPECT((uint16_t)now, 0xFFFF);
    set(-256);
    ticks(255 / HOLE_RAMP_STEP + 1);
    SIM_EXPECT((uint16_t)now, (uint16_t)-255);

    SIM_MARK(4); /* a change of mind on the way down, then stop by ramp */
    set(50);
    ticks(3);
    set(-255);
    ticks(2);
    set(0);
    ticks(255 / HOLE_RAMP_STEP + 1);
    SIM_EXPECT(bridge, 0);
    ticks(HOLE_REST_TICKS + 3);

    set(1); /* the smallest duty there is */
    tick();
    SIM_EXPECT(bridge, PIN_A);
    SIM_EXPECT(now, 1);
    set(0);
    ticks(HOLE_REST_TICKS + 2);

    SIM_MARK(5); /* the emergency stop: duty first, then the bridge, and the rest holds */
    set(-200);
    ticks(4);
    SIM_SKIP_WRITES(SIM_P2);
    motor_stop();
    now = 0;
    wish = 0;
    bridge = 0;
    resting = HOLE_REST_TICKS;
    SIM_EXPECT_WRITE(NINTH, 0x02);
    settled();
    set(30);
    ticks(HOLE_REST_TICKS + 2);
    SIM_EXPECT(bridge, PIN_A);
    motor_stop();
    SIM_EXPECT_WRITE(NINTH, 0x02);
    now = 0;
    wish = 0;
    bridge = 0;
    resting = HOLE_REST_TICKS;
    ticks(HOLE_REST_TICKS + 2); /* nothing is wanted any more */
    set(32767);
    ticks(3);
    set(-32767 - 1);
    ticks(3);

    SIM_MARK(6); /* a new start while it runs */
    start();
    ticks(HOLE_REST_TICKS + 1);
    for (i = 0; i < 12; i++) {
        SIM_MARK(10 + i);
        set((int16_t)SIM_DRAW(0, 520) - 260);
        ticks((uint8_t)SIM_DRAW(1, 24));
    }
    SIM_DONE();
}
