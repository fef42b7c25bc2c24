#define OVF 13
#define CAPT 10

static uint32_t given; /* overflow interrupts so far */
static uint32_t since; /* of them since the last edge */
static uint32_t before;
static uint8_t known;
static uint32_t expected;

static void overflow(void)
{
    SIM_INTERRUPT(OVF);
    given++;
    since++;
    if (since >= HOLE_LOST_OVERFLOWS) {
        known = 0;
        expected = 0;
    }
    SIM_EXPECT(capture_period(), expected);
}

/* An edge at a time; late: an overflow that came shortly before or after it has not been served yet. */
static void edge(uint32_t at, uint8_t late)
{
    uint32_t serve = at >> 16;

    if (late && (at & 0xFFFF) < 0x8000)
        serve--;
    while (given != serve)
        overflow();
    SIM_HOLD(SIM_TIFR1, late ? 0x01 : 0x06); /* other flags mean nothing */
    SIM_FEED(SIM_REG(0x86), at & 0xFFFF);
    SIM_INTERRUPT(CAPT);
    if (known)
        expected = at - before;
    before = at;
    known = 1;
    since = 0;
    SIM_EXPECT(capture_period(), expected);
    if (late)
        overflow();
}

static void start(void)
{
    capture_init();
    given = 0;
    since = HOLE_LOST_OVERFLOWS;
    known = 0;
    expected = 0;
    SIM_EXPECT(capture_period(), 0);
    SIM_EXPECT(capture_hertz(), 0);
}

static void frequency(uint32_t counts)
{
    uint32_t hertz;
    uint32_t rest;

    start();
    edge(100, 0);
    edge(100 + counts, 0);
    hertz = HOLE_TIMER_HZ / counts;
    rest = HOLE_TIMER_HZ % counts;
    if (rest >= counts - rest)
        hertz++;
    SIM_EXPECT(capture_hertz(), hertz);
}

void main(void)
{
    uint8_t i;
    uint32_t at;
    uint32_t read;

    DDRB = 0x5B;
    PORTB = 0x5A;
    TCCR1A = 0xFF;
    TCCR1B = 0x1F;
    TCNT1 = 0x1234;
    SIM_SKIP_WRITES(SIM_REG(0x81));
    SIM_SKIP_WRITES(SIM_REG(0x84));
    SIM_SKIP_WRITES(SIM_REG(0x6F));
    capture_init();
    SIM_EXPECT(DDRB, 0x5A);
    SIM_EXPECT(PORTB, 0x5B);
    SIM_EXPECT(TCCR1A, 0);
    SIM_EXPECT_WRITE(SIM_REG(0x81), 0x80 | HOLE_EDGE_BIT); /* the edge is chosen while the timer stands */
    SIM_EXPECT_WRITE(SIM_REG(0x81), 0x80 | HOLE_EDGE_BIT | HOLE_CLOCK_BITS);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x81));
    SIM_EXPECT_WRITE(SIM_REG(0x84), 0);
    SIM_EXPECT_WRITE(SIM_REG(0x6F), 0);
    SIM_EXPECT_WRITE(SIM_REG(0x6F), 0x21);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x6F));
    SIM_EXPECT_WRITE(SIM_TIFR1, 0x21);
    SIM_EXPECT(SREG >> 7, 0);
    sei();

    SIM_MARK(1); /* one edge is no period; short ones, and one of several turns */
    start();
    edge(0x0010, 0);
    SIM_EXPECT(capture_period(), 0);
    edge(0x0011, 0);
    edge(0x7FFF, 0);
    edge(0x8000, 0);
    edge(0xFFFF, 0);
    edge(0x10000, 0);
    edge(0x31234, 0);

    SIM_MARK(2); /* the overflow waits behind the capture */
    start();
    edge(0xFFF0, 0);
    edge(0x10000, 1); /* it came just before the edge */
    edge(0x1FFF0, 1); /* and just after */
    edge(0x20002, 0);
    edge(0x37FFF, 1);
    edge(0x38000, 1);
    edge(0x4FFFF, 1);
    edge(0x50000, 0);

    SIM_MARK(3); /* the signal goes and comes back */
    start();
    edge(0x500, 0);
    edge(0x900, 0);
    for (i = 0; i + 1 < HOLE_LOST_OVERFLOWS; i++)
        overflow();
    SIM_EXPECT(capture_period(), 0x400);
    at = (uint32_t)HOLE_LOST_OVERFLOWS << 16;
    edge(at - 0x10000 + 0x901, 0); /* just in time */
    for (i = 0; i + 1 < HOLE_LOST_OVERFLOWS; i++)
        overflow();
    SIM_EXPECT(capture_period() != 0, 1);
    overflow();
    SIM_EXPECT(capture_period(), 0);
    for (i = 0; i < 4; i++)
        overflow();
    at = given << 16;
    edge(at + 7, 0);
    SIM_EXPECT(capture_period(), 0);
    edge(at + 107, 0);
    SIM_EXPECT(capture_period(), 100);
    for (i = 0; i < HOLE_LOST_OVERFLOWS; i++)
        overflow();
    SIM_EXPECT(capture_hertz(), 0);

    SIM_MARK(4); /* frequencies, halves rounded up */
    frequency(1000);
    frequency(1001);
    frequency(3);
    frequency(2 * HOLE_TIMER_HZ / 125); /* 62.5 Hz */
    frequency(2 * HOLE_TIMER_HZ / 125 + 1);
    frequency(2 * HOLE_TIMER_HZ / 125 - 1);
    frequency(((uint32_t)HOLE_LOST_OVERFLOWS << 16) - 101);

    SIM_MARK(5); /* a time after the other, some of them late */
    start();
    at = 0;
    for (i = 0; i < 20; i++) {
        at += SIM_DRAW(1, 0x24000);
        edge(at, i % 3 == 1 && at >= 0x10000 && given < (at + 0x8000) >> 16);
    }

    while (at < 0x1020000) { /* beyond 256 turns */
        at += 0x2F001;
        edge(at, 0);
    }

    SIM_MARK(6); /* read while an edge comes: the old period or the new one, no mixture */
    for (i = 1; i < 40; i++) {
        start();
        edge(0, 0);
        edge(0xFFFF, 0);
        overflow();
        SIM_HOLD(SIM_TIFR1, 0);
        SIM_FEED(SIM_REG(0x86), 0xFFFF);
        SIM_INTERRUPT_AFTER(CAPT, i);
        read = capture_period();
        while (capture_period() != 0x10000UL)
            ;
        SIM_EXPECT(read == 0xFFFF || read == 0x10000UL, 1);
    }

    SIM_MARK(7); /* the interrupt flag stays as the caller had it */
    cli();
    capture_period();
    SIM_EXPECT(SREG >> 7, 0);
    SIM_DONE();
}
