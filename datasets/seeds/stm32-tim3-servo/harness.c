#define AT(address) (*(volatile uint32_t *)(address))
#define TIM3_AT(offset) (0x40000400 + (offset))
#define CCR TIM3_AT(0x34 + 4 * (HOLE_CHANNEL - 1))
#define CCMR TIM3_AT(HOLE_CHANNEL < 3 ? 0x18 : 0x1C)
#define OTHER_CCMR TIM3_AT(HOLE_CHANNEL < 3 ? 0x1C : 0x18)
#define CRL HOLE_SERVO_PORT

static uint32_t position;

static uint32_t bounded(uint32_t us)
{
    return us < HOLE_MIN_US ? HOLE_MIN_US : us > HOLE_MAX_US ? HOLE_MAX_US : us;
}

static void expect_pulse(uint32_t us)
{
    SIM_EXPECT_WRITE(CCR, us);
    SIM_EXPECT_NO_WRITE(CCR);
    position = us;
}

static void check_pulse(uint32_t us)
{
    SIM_EXPECT(servo_pulse((uint16_t)us), bounded(us));
    expect_pulse(bounded(us));
}

static void check_angle(uint32_t degrees)
{
    uint32_t d = degrees > HOLE_TRAVEL_DEGREES ? HOLE_TRAVEL_DEGREES : degrees;
    uint32_t way = (HOLE_MAX_US - HOLE_MIN_US) * d, us = HOLE_MIN_US;

    while (2 * way >= HOLE_TRAVEL_DEGREES) { /* division by hand, to the nearest */
        uint32_t whole = way > 4096 * HOLE_TRAVEL_DEGREES ? 4096 : way > 64 * HOLE_TRAVEL_DEGREES ? 64 : 1;

        us += whole;
        way = way > whole * HOLE_TRAVEL_DEGREES ? way - whole * HOLE_TRAVEL_DEGREES : 0;
    }
    SIM_EXPECT(servo_angle((uint16_t)degrees), us);
    expect_pulse(us);
}

static void check_step(uint32_t target, uint32_t step)
{
    uint32_t goal = bounded(target), next = position, i;

    for (i = 0; i < step && next != goal; i++)
        next = next < goal ? next + 1 : next - 1;
    SIM_EXPECT(servo_move((uint16_t)target, (uint16_t)step), next == goal);
    expect_pulse(next);
}

static void start(uint32_t us, uint32_t modes, uint32_t outputs, uint32_t pins)
{
    uint32_t i;
    uint32_t field = HOLE_CHANNEL % 2 ? 0 : 8;

    AT(0x4002101C) = 0x10000004;
    AT(0x40021018) = 0x4011;
    AT(CCMR) = modes;
    AT(OTHER_CCMR) = 0x1234;
    AT(TIM3_AT(0x20)) = outputs;
    AT(CRL) = pins;
    SIM_SKIP_WRITES(0x4002101C);
    SIM_SKIP_WRITES(0x40021018);
    SIM_SKIP_WRITES(CCMR);
    SIM_SKIP_WRITES(OTHER_CCMR);
    SIM_SKIP_WRITES(TIM3_AT(0x20));
    SIM_SKIP_WRITES(CRL);
    servo_init((uint16_t)us);
    SIM_EXPECT_WRITE(0x4002101C, 0x10000006);
    SIM_EXPECT_WRITE(0x40021018, 0x4011 | 1u << HOLE_SERVO_CLOCK_BIT);
    SIM_EXPECT_WRITE(TIM3_AT(0x28), HOLE_TIMER_HZ / 1000000 - 1);
    SIM_EXPECT_WRITE(TIM3_AT(0x2C), HOLE_FRAME_US - 1);
    SIM_EXPECT_WRITE(CCMR, (modes & ~(0xFFu << field)) | 0x68u << field);
    expect_pulse(bounded(us));
    SIM_EXPECT_WRITE(TIM3_AT(0x20), outputs | 1u << (HOLE_CHANNEL - 1) * 4);
    SIM_EXPECT_WRITE(TIM3_AT(0x14), 1);
    SIM_EXPECT_WRITE(TIM3_AT(0x00), 0x81);
    for (i = 0; i < 4; i++)
        pins &= ~(1u << (4 * HOLE_SERVO_PIN + i));
    SIM_EXPECT_WRITE(CRL, pins | 0xAu << 4 * HOLE_SERVO_PIN);
    SIM_EXPECT_NO_WRITE(CCMR);
    SIM_EXPECT_NO_WRITE(OTHER_CCMR);
    SIM_EXPECT_NO_WRITE(TIM3_AT(0x20));
    SIM_EXPECT_NO_WRITE(TIM3_AT(0x2C));
    SIM_EXPECT_NO_WRITE(TIM3_AT(0x00));
    SIM_EXPECT_NO_WRITE(CRL);
}

void main(void)
{
    uint32_t i;

    SIM_MARK(1); /* the other channels, pins and clocks belong to somebody else */
    start(1500, 0x7F5A, 0x2222, 0x43218B4A);

    SIM_MARK(2); /* the ends, one beyond, far beyond */
    check_pulse(HOLE_MIN_US);
    check_pulse(HOLE_MIN_US - 1);
    check_pulse(HOLE_MIN_US + 1);
    check_pulse(0);
    check_pulse(HOLE_MAX_US);
    check_pulse(HOLE_MAX_US + 1);
    check_pulse(HOLE_MAX_US - 1);
    check_pulse(65535);

    SIM_MARK(3);
    check_angle(0);
    check_angle(1);
    check_angle(HOLE_TRAVEL_DEGREES / 2);
    check_angle(HOLE_TRAVEL_DEGREES - 1);
    check_angle(HOLE_TRAVEL_DEGREES);
    check_angle(HOLE_TRAVEL_DEGREES + 1);
    check_angle(65535);
    check_angle(256);
    check_angle(300);
    for (i = 0; i < 12; i++)
        check_angle(SIM_DRAW(0, HOLE_TRAVEL_DEGREES));

    SIM_MARK(4); /* steps up, down, the last one shorter, none left, none allowed */
    check_pulse(1000);
    check_step(1025, 10);
    check_step(1025, 10);
    check_step(1025, 10);
    check_step(1025, 10);
    check_step(1025, 0);
    check_step(1030, 0);
    check_step(1035, 10);
    check_step(1000, 34);
    check_step(1000, 34);
    check_step(HOLE_MIN_US, 65535);
    check_step(0, 7);
    check_step(65535, 60000);
    check_step(65535, 7);
    check_step(HOLE_MAX_US - 3, 3);
    check_step(0, HOLE_MAX_US - HOLE_MIN_US - 4);
    check_step(0, 1);
    check_step(0, 1);

    SIM_MARK(5); /* off: no pulse, but the position is remembered */
    check_pulse(1200);
    servo_off();
    SIM_EXPECT_WRITE(CCR, 0);
    SIM_EXPECT_NO_WRITE(CCR);
    check_step(1300, 50);
    servo_off();
    SIM_EXPECT_WRITE(CCR, 0);
    check_step(1250, 50);

    SIM_MARK(6); /* starting again, beyond both ends */
    start(0, 0xFFFFFFFF, 0xFFFFFFFF, 0xFFFFFFFF);
    start(65535, 0, 0, 0);

    for (i = 0; i < 12; i++) {
        SIM_MARK(7 + i);
        check_pulse(SIM_DRAW(0, 3000));
        check_step(SIM_DRAW(0, 3000), SIM_DRAW(0, 900));
    }
}
