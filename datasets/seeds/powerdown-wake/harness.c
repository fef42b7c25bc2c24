#define BIT_P2_0 0x01
#define BIT_P2_2 0x04
#define BIT_P2_4 0x10
#define BIT_P2_6 0x40
#define BIT_P2_7 0x80
#define JOIN(name) BIT_##name
#define BIT(pin) JOIN(pin)
#define SUPPLY BIT(HOLE_LED_SUPPLY)
#define OTHERS (0x65 & ~SUPPLY)
#define PCON_ADDRESS SIM_SFR(0x87)
#define TCON_ADDRESS SIM_SFR(0x88)
#define TH0_ADDRESS SIM_SFR(0x8C)
#define TL0_ADDRESS SIM_SFR(0x8A)
#define ENABLES SIM_SFR(0xA8)
#define COUNTS (HOLE_CRYSTAL_HZ / 2400) /* 5 ms */

#define DOWN 0xF7 /* only the key low */
#define UP 0x08   /* only the key high */

/* What the key does after each wake-up: the first look, then the polls, in runs of equal levels. */
struct press {
    uint8_t counts;   /* low at the first look */
    uint8_t bounces;  /* high polls, fewer than a release wants, before it is low again */
    uint16_t held;    /* low polls after that */
};

static const __code struct press presses_made[] = {
    {1, 0, 0},
    {0, 0, 0},
    {1, 0, 5},
    {1, HOLE_RELEASE_POLLS - 1, 1},
    {0, 0, 0},
    {1, 1, HOLE_LIGHT_POLLS - HOLE_RELEASE_POLLS - 1}, /* the lights go out with the last poll */
    {1, 0, HOLE_LIGHT_POLLS - HOLE_RELEASE_POLLS - 1}, /* just before it */
    {1, HOLE_RELEASE_POLLS - 1, HOLE_LIGHT_POLLS + 3}, /* stuck */
    {1, 0, 1}
};
#define COUNT (sizeof presses_made / sizeof presses_made[0])

static void plan(void)
{
    uint8_t n;
    uint16_t i;

    for (n = 0; n < COUNT; n++) {
        SIM_INTERRUPT_ON_IDLE(2);
        SIM_FEED(SIM_P3, presses_made[n].counts ? DOWN : UP);
        if (!presses_made[n].counts)
            continue;
        for (i = 0; i < presses_made[n].bounces; i++)
            SIM_FEED(SIM_P3, UP);
        for (i = 0; i < presses_made[n].held; i++)
            SIM_FEED(SIM_P3, DOWN);
        for (i = 0; i < HOLE_RELEASE_POLLS; i++)
            SIM_FEED(SIM_P3, UP);
    }
}

static void parked(void)
{
    SIM_EXPECT_WRITE(SIM_P2, OTHERS | SUPPLY);
    SIM_EXPECT_WRITE(SIM_P1, 0xFF);
}

static void slept(void)
{
    SIM_EXPECT_WRITE(ENABLES, 0x04);
    SIM_EXPECT_WRITE(ENABLES, 0x84);
    SIM_EXPECT_WRITE(PCON_ADDRESS, 0x0E); /* the other bits of PCON stay */
}

static void finish(void)
{
    uint8_t n;
    uint8_t lit = 0;
    uint16_t polls = 0;
    uint16_t i, these;

    SIM_MARK(2);
    parked(); /* from the very beginning */
    SIM_EXPECT_WRITE(SIM_P0, 0x00);
    SIM_EXPECT_NO_WRITE(SIM_P0);
    SIM_EXPECT_WRITE(SIM_P3, 0xFF);
    SIM_EXPECT_NO_WRITE(SIM_P3);
    SIM_EXPECT_WRITE(SIM_SFR(0x89), 0x01);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0x20); /* level */
    for (n = 0; n < COUNT; n++) {
        SIM_MARK(10 + n);
        slept();
        SIM_EXPECT_WRITE(ENABLES, 0x80); /* off by the interrupt itself */
        SIM_EXPECT_WRITE(ENABLES, 0x00);
        if (!presses_made[n].counts)
            continue;
        lit++;
        SIM_EXPECT_WRITE(SIM_P1, 0xFF - lit);
        SIM_EXPECT_WRITE(SIM_P2, OTHERS);
        these = presses_made[n].bounces + presses_made[n].held + HOLE_RELEASE_POLLS;
        if (these >= HOLE_LIGHT_POLLS)
            parked();
        parked();
        polls += these;
    }
    SIM_MARK(3);
    slept(); /* and it sleeps again */
    SIM_EXPECT_NO_WRITE(ENABLES);
    SIM_EXPECT_NO_WRITE(PCON_ADDRESS);
    SIM_EXPECT_NO_WRITE(SIM_P1);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_EXPECT(SIM_WRITES(TH0_ADDRESS), polls);
    for (i = 0; i < 3; i++) {
        SIM_EXPECT_WRITE(TH0_ADDRESS, (0x10000 - COUNTS) >> 8);
        SIM_EXPECT_WRITE(TL0_ADDRESS, (0x10000 - COUNTS) & 0xFF);
        SIM_EXPECT_WRITE(TCON_ADDRESS, 0x00); /* no old overflow */
        SIM_EXPECT_WRITE(TCON_ADDRESS, 0x10);
        SIM_EXPECT_WRITE(TCON_ADDRESS, 0x20); /* stopped after the overflow */
    }
    SIM_EXPECT(TR0, 0);
    SIM_DONE();
}

void main(void)
{
    SIM_MARK(1);
    P0 = 0xFF;
    P1 = 0x00;
    P2 = OTHERS;
    P3 = 0xF7; /* the key's latch is low, the interrupt selected by its edge, an overflow from before */
    TCON = 0x24;
    PCON = 0x0C;
    SIM_HOLD(SIM_P1, 0x00); /* what the pins read must not reach the latches */
    SIM_HOLD(SIM_P2, 0x00);
    SIM_SKIP_WRITES(SIM_P0);
    SIM_SKIP_WRITES(SIM_P1);
    SIM_SKIP_WRITES(SIM_P2);
    SIM_SKIP_WRITES(SIM_P3);
    SIM_SKIP_WRITES(TCON_ADDRESS);
    SIM_SKIP_WRITES(PCON_ADDRESS);
    plan();
    SIM_CUT_AFTER(19000, finish);
    program_main();
}
