#define PORT HOLE_PWM_ADDRESS
#define CHANNEL_BITS (7 << HOLE_FIRST_BIT)
#define OTHERS (0x5A & ~CHANNEL_BITS)

static volatile __idata __at(0xE0) uint8_t far_away[32]; /* where a negative channel would land */
static uint8_t level[3];
static uint8_t looked; /* how many events of the initialisation have been looked behind */

/* Runs ticks first..last of a period and compares the latch after each. */
static void ticks(uint8_t first, uint8_t last)
{
    uint8_t tick, channel, port;
    uint16_t writes;

    for (tick = first; tick <= last; tick++) {
        port = OTHERS;
        for (channel = 0; channel < 3; channel++)
            if (level[channel] > tick)
                port |= (uint8_t)(1 << (HOLE_FIRST_BIT + channel));
        writes = (uint16_t)SIM_WRITES(PORT);
        SIM_INTERRUPT(1);
        SIM_EXPECT(SIM_LATCH(PORT), port);
        SIM_EXPECT(SIM_WRITES(PORT) - writes > 1, 0); /* all channels in one write */
    }
}

static void period(uint8_t red, uint8_t green, uint8_t blue)
{
    pwm_set(0, red);
    pwm_set(1, green);
    pwm_set(2, blue);
    level[0] = red;
    level[1] = green;
    level[2] = blue;
    ticks(0, HOLE_STEPS - 1);
}

static void begin(uint8_t events);

/* At any moment of the initialisation: a running timer has its mode and its count. */
static void look(void)
{
    if (SIM_LATCH(SIM_SFR(0x88)) & 0x10) {
        SIM_EXPECT(SIM_LATCH(SIM_SFR(0x89)), 0x02);
        SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8C)), HOLE_RELOAD);
        SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8A)), HOLE_RELOAD);
    }
    if (++looked > 12)
        SIM_DONE();
    begin(looked);
}

/* The initialisation again, until so many events after its beginning. */
static void begin(uint8_t events)
{
    TCON = 0x00;
    TMOD = 0x0D;
    TH0 = HOLE_RELOAD + 1;
    TL0 = HOLE_RELOAD + 1;
    looked = events;
    SIM_CUT_AFTER(events, look);
    pwm_init();
    for (;;)
        P3 = 0xFF; /* is over: on to the cut */
}

void main(void)
{
    uint8_t i, red, green, blue;

    HOLE_PWM_PORT = (uint8_t)(OTHERS | CHANNEL_BITS);
    SIM_HOLD(PORT, 0x00); /* pins loaded from outside must not reach the latch */
    TMOD = 0x25;
    TCON = 0x10;
    SIM_SKIP_WRITES(SIM_SFR(0x88));
    pwm_set(1, 5); /* before the start: forgotten */
    pwm_init();
    SIM_EXPECT(SIM_LATCH(PORT), OTHERS);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x89)), 0x22);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8C)), HOLE_RELOAD);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0x8A)), HOLE_RELOAD);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(0xA8)), 0x82);
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x00); /* stopped first */
    SIM_EXPECT_WRITE(SIM_SFR(0x88), 0x10);
    SIM_EXPECT_NO_WRITE(SIM_SFR(0x88));

    SIM_MARK(1);
    ticks(0, HOLE_STEPS - 1); /* all off */
    period(1, HOLE_STEPS - 1, HOLE_STEPS);
    period(HOLE_STEPS, 0, HOLE_STEPS / 2);
    SIM_MARK(2); /* changes within a period wait for the next */
    ticks(0, 3);
    pwm_set(0, HOLE_STEPS - 2);
    pwm_set(1, HOLE_STEPS);
    pwm_set(2, 0);
    ticks(4, HOLE_STEPS - 1);
    level[0] = HOLE_STEPS - 2;
    level[1] = HOLE_STEPS;
    level[2] = 0;
    ticks(0, HOLE_STEPS - 1);
    SIM_MARK(3); /* too much, and no such channel */
    pwm_set(2, HOLE_STEPS + 1);
    level[2] = HOLE_STEPS;
    ticks(0, 0);
    for (i = 0; i < sizeof far_away; i++)
        far_away[i] = 0xA5;
    i = 2;
    while (++i)
        pwm_set(i, i & 7);
    for (i = 0; i < sizeof far_away; i++)
        SIM_EXPECT(far_away[i], 0xA5);
    ticks(1, HOLE_STEPS - 1);
    pwm_set(2, 255);
    ticks(0, HOLE_STEPS - 1);
    for (i = 0; i < 3; i++) {
        SIM_MARK(4 + i);
        red = (uint8_t)SIM_DRAW(0, HOLE_STEPS);
        green = (uint8_t)SIM_DRAW(0, HOLE_STEPS);
        blue = (uint8_t)SIM_DRAW(0, HOLE_STEPS);
        period(red, green, blue);
    }
    SIM_MARK(7); /* a new start begins a new period, dark */
    ticks(0, 1);
    pwm_init();
    SIM_EXPECT(SIM_LATCH(PORT), OTHERS);
    level[0] = 0;
    level[1] = 0;
    level[2] = 0;
    ticks(0, HOLE_STEPS - 1);
    period(1, 0, 0);
    SIM_MARK(8);
    begin(1);
}
