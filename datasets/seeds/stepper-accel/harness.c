#define BIT_P1_0 0x01
#define BIT_P1_1 0x02
#define BIT_P1_2 0x04
#define BIT_P1_3 0x08
#define BIT_P1_4 0x10
#define BIT_P1_5 0x20
#define BIT_P1_6 0x40
#define BIT_P1_7 0x80
#define JOIN(name) BIT_##name
#define BIT(pin) JOIN(pin)
#define STEP_BIT BIT(HOLE_STEP)
#define DIR_BIT BIT(HOLE_DIR)
#define OTHERS (0x99 & ~(STEP_BIT | DIR_BIT))
#define TCON_ADDRESS SIM_SFR(0x88)
#define TH0_ADDRESS SIM_SFR(0x8C)
#define TL0_ADDRESS SIM_SFR(0x8A)
#define ENABLES SIM_SFR(0xA8)

static const uint16_t us[16] = {2000, 1414, 1155, 1000, 894, 816, 756, 707, 667, 632, 603, 577, 555, 535, 516, 500};

static uint8_t port;
static int16_t place;
static int8_t way;

static __xdata uint16_t load_of[16];

static void prepare(void)
{
    uint8_t i;

    for (i = 0; i < 16; i++)
        load_of[i] = (uint16_t)(0x10000 - (uint32_t)us[i] * (HOLE_CRYSTAL_HZ / 1200) / 10000);
}

static void loaded(uint8_t index)
{
    SIM_EXPECT_WRITE(TH0_ADDRESS, load_of[index] >> 8);
    SIM_EXPECT_WRITE(TL0_ADDRESS, load_of[index] & 0xFF);
    SIM_EXPECT_NO_WRITE(TH0_ADDRESS);
    SIM_EXPECT_NO_WRITE(TL0_ADDRESS);
}

/* One step: a pulse, the interval after it, the position. */
static void step(uint8_t index)
{
    SIM_INTERRUPT(1);
    SIM_EXPECT_WRITE(SIM_P1, port | STEP_BIT);
    SIM_EXPECT_WRITE(SIM_P1, port);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    loaded(index);
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);
    place += way;
    SIM_EXPECT(stepper_busy(), 1);
}

static void begin(int16_t steps)
{
    SIM_EXPECT(stepper_move(steps), 1);
    way = steps < 0 ? -1 : 1;
    port = OTHERS | (steps < 0 ? 0 : DIR_BIT);
    SIM_EXPECT_WRITE(SIM_P1, port);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    loaded(0);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x40); /* no old overflow */
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x50);
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);
    SIM_EXPECT(stepper_busy(), 1);
}

static void end(void)
{
    SIM_INTERRUPT(1);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x40);
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_NO_WRITE(TH0_ADDRESS);
    SIM_EXPECT(stepper_busy(), 0);
    SIM_SKIP_WRITES(ENABLES);
    SIM_EXPECT((uint16_t)stepper_position(), (uint16_t)place);
    SIM_EXPECT_WRITE(ENABLES, 0x90); /* not torn */
    SIM_EXPECT_WRITE(ENABLES, 0x92);
}

/* A whole movement: up to the middle each interval is one stage faster, after it one slower. */
static void move(int16_t steps)
{
    uint16_t n = (uint16_t)(steps < 0 ? -steps : steps);
    uint16_t k;
    uint16_t index;

    begin(steps);
    for (k = 0; k < n; k++) {
        index = k < n - 1 - k ? k : n - 1 - k;
        step(index > 15 ? 15 : (uint8_t)index);
    }
    end();
}

static void start(uint8_t others_mode)
{
    P1 = OTHERS | STEP_BIT | DIR_BIT;
    TMOD = others_mode;
    TCON = 0x70;
    IE = 0x10;
    SIM_SKIP_WRITES(SIM_P1);
    SIM_SKIP_WRITES(TCON_ADDRESS);
    stepper_init();
    SIM_EXPECT_WRITE(SIM_P1, OTHERS | DIR_BIT);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x60);
    SIM_EXPECT(TMOD, (others_mode & 0xF0) + 1);
    SIM_EXPECT(SIM_LATCH(ENABLES), 0x92);
    TCON = 0x60; /* an overflow of before */
    SIM_SKIP_WRITES(TCON_ADDRESS);
    SIM_EXPECT(stepper_busy(), 0);
    place = 0;
    SIM_EXPECT(stepper_position(), 0);
}

void main(void)
{
    uint8_t i, k;

    prepare();
    SIM_HOLD(SIM_P1, 0xFF & ~(STEP_BIT | DIR_BIT)); /* what the pins read must not reach the latch */
    SIM_MARK(1);
    start(0xAE);
    SIM_EXPECT(stepper_move(0), 1); /* nothing to do */
    SIM_EXPECT(stepper_busy(), 0);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);

    SIM_MARK(2); /* short ones: a triangle */
    move(1);
    move(-1);
    move(2);
    move(-3);
    move(4);
    SIM_MARK(3); /* just reaching the top, and staying there */
    move(30);
    move(-31);
    move(32);
    move(-40);

    SIM_MARK(4); /* busy: refused without a trace */
    begin(5);
    step(0);
    SIM_EXPECT(stepper_move(-7), 0);
    SIM_EXPECT(stepper_move(0), 0);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_NO_WRITE(TH0_ADDRESS);
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);
    step(1);
    step(2);
    step(1);
    step(0);
    SIM_EXPECT(stepper_move(1), 0); /* it is still settling */
    end();

    SIM_MARK(5); /* stopped while speeding up, and at full speed: as many steps as it has come */
    begin(300);
    for (k = 0; k < 6; k++)
        step(k);
    SIM_SKIP_WRITES(ENABLES);
    stepper_stop();
    SIM_EXPECT_WRITE(ENABLES, 0x90);
    SIM_EXPECT_WRITE(ENABLES, 0x92);
    for (k = 6; k > 0; k--)
        step(k - 1);
    end();
    begin(-300);
    for (k = 0; k < 20; k++)
        step(k < 15 ? k : 15);
    stepper_stop();
    stepper_stop();
    for (k = 15; k > 0; k--)
        step(k - 1);
    end();

    SIM_MARK(6); /* stopped while slowing down: that goes on; stopped before the first step, and at rest */
    begin(8);
    for (k = 0; k < 4; k++)
        step(k);
    step(3);
    stepper_stop();
    step(2);
    step(1);
    stepper_stop();
    step(0);
    end();
    begin(9);
    stepper_stop();
    end();
    stepper_stop();
    move(2);

    SIM_MARK(7); /* more than 255 steps, and the most there can be */
    begin(258);
    for (k = 0; k < 19; k++)
        step(k < 15 ? k : 15);
    for (k = 0; k < 239; k++)
        step(k < 224 ? 15 : 238 - k);
    end();
    begin(-32767 - 1);
    for (k = 0; k < 17; k++)
        step(k < 15 ? k : 15);
    stepper_stop();
    for (k = 15; k > 0; k--)
        step(k - 1);
    end();

    for (i = 0; i < 4; i++) {
        SIM_MARK(10 + i);
        k = (uint8_t)SIM_DRAW(1, 36);
        move(i & 1 ? -(int16_t)k : k);
    }
    SIM_MARK(8); /* a new start in the middle of a movement */
    begin(50);
    step(0);
    step(1);
    start(0x50);
    move(3);
    SIM_DONE();
}
