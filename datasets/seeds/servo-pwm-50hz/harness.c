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
#define BOTH (BIT(HOLE_SERVO_0) | BIT(HOLE_SERVO_1))
#define OTHERS (0xA6 & ~BOTH)
#define TCON_ADDRESS SIM_SFR(0x88)
#define TH0_ADDRESS SIM_SFR(0x8C)
#define TL0_ADDRESS SIM_SFR(0x8A)
#define ENABLES SIM_SFR(0xA8)
#define SLOT (HOLE_CRYSTAL_HZ / 1200UL)

static uint16_t us[2];
static uint32_t ahead; /* writes of TH0 over those of TL0 before an interrupt */
static uint8_t looked; /* how many events of an interrupt have been looked behind */

/* Nearest count without a division: a microsecond is SLOT ten-thousandths of a count. */
static uint16_t counts(uint16_t length)
{
    uint32_t fine = (uint32_t)length * SLOT;
    uint32_t whole = 0;
    uint32_t weight;

    for (weight = 8192; weight > 0; weight >>= 1)
        if ((whole + weight) * 20000UL <= 2 * fine + 10000)
            whole += weight;
    return (uint16_t)whole;
}

/* One interrupt that comes late by so many counts: one edge, and the time to the next overflow. */
static void edge(uint8_t port, uint16_t length, uint8_t late)
{
    uint16_t reload = 0u - length + late;

    SIM_FEED(TL0_ADDRESS, late);
    SIM_INTERRUPT(1);
    SIM_EXPECT_WRITE(SIM_P1, port);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x40); /* the timer stands while it is loaded */
    SIM_EXPECT_WRITE(TH0_ADDRESS, reload >> 8);
    SIM_EXPECT_WRITE(TL0_ADDRESS, reload & 0xFF);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x50);
    SIM_EXPECT_NO_WRITE(TH0_ADDRESS);
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);
}

static void frame(uint8_t late)
{
    edge(OTHERS | BIT(HOLE_SERVO_0), counts(us[0]), late);
    edge(OTHERS, (uint16_t)(SLOT - counts(us[0])), 9);
    edge(OTHERS | BIT(HOLE_SERVO_1), counts(us[1]), 0);
    edge(OTHERS, (uint16_t)(SLOT - counts(us[1])), late);
}

static void set(uint8_t number, uint16_t length)
{
    SIM_SKIP_WRITES(ENABLES);
    servo_set(number, length);
    if (number < 2) {
        SIM_EXPECT_WRITE(ENABLES, 0x90); /* only this interrupt is held off */
        SIM_EXPECT_WRITE(ENABLES, 0x92);
        us[number] = length < HOLE_MIN_US ? HOLE_MIN_US : length > HOLE_MAX_US ? HOLE_MAX_US : length;
    }
    SIM_EXPECT_NO_WRITE(ENABLES);
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);
    SIM_EXPECT_NO_WRITE(SIM_P1);
}

static void start(uint8_t others_mode)
{
    P1 = OTHERS | BOTH;
    SIM_HOLD(SIM_P1, 0xFF & ~BOTH); /* what the pins read must not reach the latch */
    TMOD = others_mode;
    TCON = 0x70; /* running and overflown; timer 1 runs for somebody else */
    SIM_SKIP_WRITES(TCON_ADDRESS);
    SIM_SKIP_WRITES(TH0_ADDRESS);
    SIM_SKIP_WRITES(TL0_ADDRESS);
    servo_init();
    SIM_EXPECT(SIM_LATCH(SIM_P1), OTHERS);
    SIM_SKIP_WRITES(SIM_P1);
    SIM_EXPECT(TMOD, (others_mode & 0xF0) + 1);
    SIM_EXPECT(SIM_LATCH(ENABLES), 0x92);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x60);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x40);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x50);
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);
    SIM_EXPECT_WRITE(TH0_ADDRESS, (0x10000 - SLOT) >> 8);
    SIM_EXPECT_WRITE(TL0_ADDRESS, (0x10000 - SLOT) & 0xFF);
    us[0] = 1500;
    us[1] = 1500;
}

static void step(uint8_t events);

/* At any moment of an interrupt: the timer runs with both halves of a count or stands. */
static void look(void)
{
    if (SIM_LATCH(TCON_ADDRESS) & 0x10)
        SIM_EXPECT(SIM_WRITES(TH0_ADDRESS) - SIM_WRITES(TL0_ADDRESS), ahead);
    if (++looked > 8)
        SIM_DONE();
    step(looked);
}

/* A pulse's begin, until so many events after it. */
static void step(uint8_t events)
{
    servo_init();
    ahead = SIM_WRITES(TH0_ADDRESS) - SIM_WRITES(TL0_ADDRESS);
    looked = events;
    SIM_CUT_AFTER(events, look);
    SIM_INTERRUPT(1);
    for (;;)
        P3 = 0xFF; /* is over: on to the cut */
}

void main(void)
{
    uint8_t i;

    IE = 0x10;
    SIM_MARK(1); /* the centre, whatever was set before */
    servo_set(0, 600);
    start(0xAE);
    frame(0);
    frame(3);

    SIM_MARK(2); /* each servo by itself, at and beyond the limits */
    set(0, HOLE_MIN_US);
    set(1, HOLE_MAX_US);
    frame(1);
    set(0, HOLE_MIN_US - 1);
    set(1, HOLE_MAX_US + 1);
    frame(0);
    set(0, HOLE_MAX_US - 1);
    set(1, HOLE_MIN_US + 1);
    frame(200); /* very late: the carry into the high byte */
    set(0, 0xFFFF);
    set(1, 0);
    frame(255);
    set(2, 1000);
    set(255, 1000);
    frame(0);

    SIM_MARK(3); /* a change in the middle of a pulse leaves its slot at 10 ms */
    edge(OTHERS | BIT(HOLE_SERVO_0), counts(us[0]), 0);
    i = (uint8_t)(us[0] & 1);
    servo_set(0, 1234 + i);
    edge(OTHERS, (uint16_t)(SLOT - counts(us[0])), 0);
    us[0] = 1234 + i;
    edge(OTHERS | BIT(HOLE_SERVO_1), counts(us[1]), 0);
    edge(OTHERS, (uint16_t)(SLOT - counts(us[1])), 0);
    frame(0);

    SIM_MARK(4); /* a locked caller stays locked */
    ET0 = 0;
    servo_set(1, 1700);
    SIM_EXPECT(SIM_LATCH(ENABLES), 0x90);
    ET0 = 1;
    us[1] = 1700;
    frame(0);

    for (i = 0; i < 10; i++) {
        SIM_MARK(10 + i);
        set(0, (uint16_t)SIM_DRAW(HOLE_MIN_US, HOLE_MAX_US));
        set(1, (uint16_t)SIM_DRAW(HOLE_MIN_US, HOLE_MAX_US));
        frame((uint8_t)SIM_DRAW(0, 40));
    }

    SIM_MARK(5); /* a new start out of the second servo's pulse */
    edge(OTHERS | BIT(HOLE_SERVO_0), counts(us[0]), 0);
    edge(OTHERS, (uint16_t)(SLOT - counts(us[0])), 0);
    edge(OTHERS | BIT(HOLE_SERVO_1), counts(us[1]), 0);
    start(0x50);
    frame(0);
    SIM_MARK(6);
    step(1);
}
