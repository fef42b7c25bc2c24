#define FORWARD (1 << HOLE_FORWARD_BIT)
#define REVERSE (1 << HOLE_REVERSE_BIT)
#define PINS (FORWARD | REVERSE)
#define ENABLE 0x08
#define CONNECTED 0x20
#define TCCR2A_ SIM_REG(0xB0)

static uint8_t other_b; /* other bits of the ports */
static uint8_t other_d;

/* The bridge as it must stand for a speed; 127 means the brake. */
static void bridge(int16_t speed)
{
    uint8_t inputs = speed == 127 ? PINS : speed > 0 ? FORWARD : speed < 0 ? REVERSE : 0;
    uint16_t high;

    SIM_EXPECT(SIM_LATCH(SIM_PORTB), other_b | inputs);
    SIM_EXPECT(SIM_LATCH(SIM_PORTD), other_d | (speed == 127 ? ENABLE : 0));
    SIM_EXPECT(SIM_LATCH(TCCR2A_), speed == 0 || speed == 127 ? 0x03 : 0x03 | CONNECTED);
    if (speed == 127)
        speed = 0;
    SIM_EXPECT((uint8_t)motor_speed(), (uint8_t)speed);
    if (speed < 0)
        speed = -speed;
    if (speed != 0) {
        high = (uint16_t)(SIM_LATCH(0xB4) + 1) * 100; /* counts of a period that are high, times 100 */
        SIM_EXPECT(high >= (uint16_t)speed * (HOLE_PWM_TOP + 1) - 49, 1);
        SIM_EXPECT(high <= (uint16_t)speed * (HOLE_PWM_TOP + 1) + 50, 1);
    }
}

static int16_t now;
static int16_t want;
static uint8_t wait;

/* One tick of the expectation: percent by percent. */
static void tick(void)
{
    uint8_t i;
    int16_t was = now;

    motor_tick();
    if (wait) {
        wait--;
    } else {
        for (i = 0; i < HOLE_RAMP_STEP && now != want; i++) {
            now += now < want ? 1 : -1;
            if (now == 0)
                break;
        }
        if (was != 0 && now == 0)
            wait = HOLE_DEAD_TICKS;
    }
    bridge(now);
}

static void go(int16_t percent, uint8_t ticks)
{
    motor_set((int8_t)percent);
    want = percent > 100 ? 100 : percent < -100 ? -100 : percent;
    bridge(now);
    while (ticks--)
        tick();
}

static void stopped(int16_t how)
{
    now = 0;
    want = 0;
    wait = HOLE_DEAD_TICKS;
    bridge(how);
}

/* Looks at the bridge after each write of a function: while it is enabled its inputs are as before or as in the end. */
static uint8_t step;
static uint8_t action;

static void next_look(void);

static void look(void)
{
    uint8_t inputs = (uint8_t)SIM_LATCH(SIM_PORTB) & PINS;
    uint8_t pwm = (uint8_t)SIM_LATCH(TCCR2A_) & CONNECTED;
    uint8_t pin = (uint8_t)SIM_LATCH(SIM_PORTD) & ENABLE;

    if (pwm) /* before the function, or from tick */
        SIM_EXPECT(inputs, FORWARD);
    if (pin)
        SIM_EXPECT(inputs == PINS, 1);
    step++;
    next_look();
}

static void finished(void)
{
    SIM_DONE();
}

static void next_look(void)
{
    for (; action < 4; action++, step = 1) {
        motor_init();
        motor_set(HOLE_RAMP_STEP);
        if (action != 3)
            motor_tick();
        if (action == 2)
            motor_set(0);
        SIM_CUT_AFTER(step, look);
        if (action == 0)
            motor_brake();
        else if (action == 1)
            motor_coast();
        else
            motor_tick();
        SIM_CUT_AFTER(60000, finished); /* it has no more writes */
    }
    SIM_DONE();
}

void main(void)
{
    uint8_t i;

    other_b = 0xA5 & (uint8_t)~PINS;
    other_d = 0x52;
    DDRB = 0x80 & (uint8_t)~PINS;
    DDRD = 0x01;
    PORTB = other_b | PINS;
    PORTD = other_d | ENABLE;
    TCCR2A = 0xFF;
    TCCR2B = 0x07;
    TCNT2 = 9;
    OCR2B = 9;
    SIM_SKIP_WRITES(SIM_REG(0xB1));
    SIM_SKIP_WRITES(SIM_REG(0xB2));
    SIM_SKIP_WRITES(SIM_DDRB);
    motor_init();
    bridge(0);
    SIM_EXPECT(DDRB, (0x80 & (uint8_t)~PINS) | PINS);
    SIM_EXPECT(DDRD, 0x09);
    SIM_EXPECT(SIM_LATCH(0xB3), HOLE_PWM_TOP);
    SIM_EXPECT(SIM_LATCH(0xB4), 0);
    SIM_EXPECT_WRITE(SIM_REG(0xB1), 0);
    SIM_EXPECT_WRITE(SIM_REG(0xB1), 0x08 | HOLE_CLOCK_BITS);
    SIM_EXPECT_WRITE(SIM_REG(0xB2), 0);

    SIM_MARK(1); /* up, down, through zero, with limits */
    tick();
    go(37, 40);
    go(100, 80);
    go(99, 2);
    go(120, 5);
    go(1, 110);
    go(-1, 3 + HOLE_DEAD_TICKS);
    go(-128, 110);
    go(0, 110);
    go(50, HOLE_DEAD_TICKS / 2);
    go(-50, 60);
    go(60, 3);
    go(-60, 3);

    SIM_MARK(2); /* stopping at once; what was wanted is forgotten */
    go(80, 60);
    motor_coast();
    stopped(0);
    for (i = 0; i < HOLE_DEAD_TICKS + 3; i++)
        tick();
    go(-80, HOLE_DEAD_TICKS + 30);
    motor_coast();
    stopped(0);
    go(-10, HOLE_DEAD_TICKS + 5);

    SIM_MARK(3); /* the brake holds until a new speed is set */
    motor_brake();
    stopped(127);
    for (i = 0; i < 2 * HOLE_DEAD_TICKS; i++)
        motor_tick();
    bridge(127);
    motor_set(30);
    want = 30;
    wait = HOLE_DEAD_TICKS;
    bridge(0);
    for (i = 0; i < HOLE_DEAD_TICKS + 12; i++)
        tick();
    motor_brake();
    stopped(127);
    motor_brake();
    stopped(127);
    motor_coast();
    stopped(0);
    tick();
    tick();
    go(5, HOLE_DEAD_TICKS + 3);

    SIM_MARK(4); /* setting up again while it runs */
    motor_brake();
    motor_init();
    now = 0;
    want = 0;
    wait = 0;
    bridge(0);
    tick();
    go(7, 4);
    motor_init();
    now = 0;
    want = 0;
    wait = 0;
    bridge(0);
    tick();
    motor_coast();
    motor_init();
    now = 0;
    want = 0;
    wait = 0;
    go(-7, 4);
    for (i = 0; i < 30; i++) {
        SIM_MARK(10 + i);
        go((int16_t)SIM_DRAW(0, 200) - 100, (uint8_t)SIM_DRAW(0, 12));
    }

    SIM_MARK(50);
    action = 0;
    step = 1;
    next_look();
}
