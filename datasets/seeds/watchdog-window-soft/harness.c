#define TMOD_REG SIM_SFR(0x89)
#define TCON_REG SIM_SFR(0x88)
#define TL0_REG SIM_SFR(0x8A)
#define TH0_REG SIM_SFR(0x8C)
#define IE_REG SIM_SFR(0xA8)

enum { NONE, EARLY, LATE };

static void ticks(uint8_t count)
{
    while (count--)
        SIM_INTERRUPT(1);
}

static void state(uint8_t cause)
{
    SIM_EXPECT(wwd_cause(), cause);
    SIM_EXPECT(SIM_LATCH(SIM_P1), cause ? 0x2A : 0xAA); /* no other pin moves */
}

static void report(uint8_t cause)
{
    SIM_SKIP_WRITES(IE_REG);
    SIM_EXPECT(wwd_report(), cause == NONE);
    SIM_EXPECT_WRITE(IE_REG, 0x90);
    SIM_EXPECT_WRITE(IE_REG, 0x92);
    SIM_EXPECT_NO_WRITE(IE_REG);
    state(cause);
}

static void timer_loaded(void)
{
    SIM_EXPECT_WRITE(TH0_REG, HOLE_RELOAD >> 8);
    SIM_EXPECT_NO_WRITE(TH0_REG);
    SIM_EXPECT_WRITE(TL0_REG, HOLE_RELOAD & 0xFF);
    SIM_EXPECT_NO_WRITE(TL0_REG);
}

static void start(void)
{
    SIM_SKIP_WRITES(TH0_REG);
    SIM_SKIP_WRITES(TL0_REG);
    SIM_SKIP_WRITES(IE_REG);
    SIM_SKIP_WRITES(TCON_REG);
    wwd_start();
    timer_loaded();
    SIM_EXPECT(SIM_LATCH(TMOD_REG), 0x21);
    SIM_EXPECT(SIM_LATCH(IE_REG), 0x92);
    SIM_EXPECT(SIM_LATCH(TCON_REG), 0x55);
    state(NONE);
}

void main(void)
{
    uint8_t i, n;

    P1 = 0x2A;
    TMOD = 0x2E; /* timer 1 belongs to the serial port */
    TCON = 0x75; /* an old overflow */
    IE = 0x12;
    age = HOLE_CLOSE_TICKS;
    cause = EARLY;
    start();
    SIM_EXPECT_WRITE(IE_REG, 0x10); /* off first, EA last */
    SIM_EXPECT_WRITE(IE_REG, 0x12);
    SIM_EXPECT_WRITE(IE_REG, 0x92);
    SIM_EXPECT_NO_WRITE(IE_REG);
    SIM_EXPECT_WRITE(TCON_REG, 0x65);
    SIM_EXPECT_WRITE(TCON_REG, 0x45);
    SIM_EXPECT_WRITE(TCON_REG, 0x55);
    SIM_EXPECT_NO_WRITE(TCON_REG);
    SIM_INTERRUPT(1);
    timer_loaded();
    SIM_EXPECT_WRITE(TCON_REG, 0x45); /* stopped while it is loaded */
    SIM_EXPECT_WRITE(TCON_REG, 0x55);
    SIM_EXPECT_NO_WRITE(TCON_REG);

    SIM_MARK(1); /* both edges of the window, from the inside */
    ticks(HOLE_OPEN_TICKS - 1);
    report(NONE);
    ticks(HOLE_CLOSE_TICKS - 1);
    state(NONE);
    report(NONE);
    ticks(HOLE_OPEN_TICKS);
    report(NONE);

    SIM_MARK(2); /* one tick too early */
    ticks(HOLE_OPEN_TICKS - 1);
    state(NONE);
    report(EARLY);
    ticks(HOLE_OPEN_TICKS); /* a fault stays, whatever comes */
    report(EARLY);
    ticks(HOLE_CLOSE_TICKS);
    state(EARLY);

    SIM_MARK(3); /* one tick too late */
    start();
    ticks(HOLE_CLOSE_TICKS - 1);
    state(NONE);
    ticks(1);
    state(LATE);
    report(LATE);
    report(LATE); /* too early, but the first cause stays */
    start();

    SIM_MARK(4); /* so long that a byte of ticks would have wrapped; the line is pulled again and again */
    ticks(250);
    P1 |= 0x80;
    ticks(1);
    state(LATE);
    P1 |= 0x80;
    ticks(HOLE_OPEN_TICKS + 6);
    state(LATE);

    SIM_MARK(5);
    start();
    report(EARLY); /* immediately after the start */
    start();
    ET0 = 0; /* a caller that has the tick off keeps it off */
    SIM_EXPECT(wwd_report(), 0);
    SIM_EXPECT(ET0, 0);
    ET0 = 1;
    start();
    for (i = 0; i < 12; i++) {
        SIM_MARK(6 + i);
        n = (uint8_t)SIM_DRAW(HOLE_OPEN_TICKS, HOLE_CLOSE_TICKS - 1);
        ticks(n);
        report(NONE);
    }
    SIM_DONE();
}
