#define TCON_ 0x88
#define TMOD_ 0x89
#define TL0_ 0x8A
#define TH0_ 0x8C
#define IE_ 0xA8

enum { NONE, PRESSED, HELD };

/* Whole counts a microsecond: the limits themselves can be tried; else one keeps a little away from them. */
#if HOLE_CRYSTAL_HZ % 12000000 == 0
#define INSIDE 0
#define OUTSIDE 1
#define COUNTS(us) (uint16_t)((us) * (HOLE_CRYSTAL_HZ / 12000000))
#else
#define INSIDE 5
#define OUTSIDE 5
#define COUNTS(us) (uint16_t)((us) * (HOLE_CRYSTAL_HZ / 100UL * 2048UL / 3750UL) >> 16)
#endif

#define START_COUNT (uint16_t)(65536UL - HOLE_SILENCE_US * (HOLE_CRYSTAL_HZ / 100UL) / 120000UL)
#define NO_EDGE 0xFF

static rc5_key_t key;
static uint8_t odd_edge;  /* the interval before this falling edge (0 is the first) is off */
static int16_t off_us;    /* by so much */
static int16_t all_off;   /* added to every second interval, taken from the others */

static void edge(uint16_t us)
{
    uint16_t count = START_COUNT + COUNTS(us);

    SIM_FEED(SIM_SFR(TH0_), count >> 8);
    SIM_FEED(SIM_SFR(TL0_), count & 0xFF);
    SIM_INTERRUPT(0);
}

/* The waveform, half-bit by half-bit: a 1 is high and low, a 0 low and high, the line rests high. */
static void wave(uint16_t word, uint8_t length, uint16_t more_ones)
{
    uint8_t before = 1;
    uint8_t level;
    uint8_t half;
    uint8_t edges = 0;
    uint16_t us = 400; /* in front of the first edge: means nothing */
    uint8_t one;
    uint8_t odd = 0;

    while (length || more_ones) {
        if (length)
            one = word >> --length & 1;
        else
            one = more_ones-- > 0;
        for (half = 0; half < 2; half++) {
            level = one ^ half;
            if (before && !level) {
                if (edges == odd_edge)
                    us += off_us;
                if (edges)
                    us += odd ? -all_off : all_off;
                odd = !odd;
                edge(us);
                us = 0;
                if (edges < NO_EDGE - 1)
                    edges++;
            }
            us += 889;
            before = level;
        }
    }
    odd_edge = NO_EDGE;
    all_off = 0;
}

static void quiet(void) { SIM_INTERRUPT(1); }

static void send(uint16_t word)
{
    wave(word, 14, 0);
    quiet();
}

static uint16_t code(uint8_t toggle, uint8_t address, uint8_t command)
{
    return (command < 64 ? 0x3000 : 0x2000) + toggle * 0x800 + address * 64 + command % 64;
}

static void expect(uint8_t event, uint8_t toggle, uint8_t address, uint8_t command)
{
    key.toggle = 0x55;
    key.address = 0xEE;
    key.command = 0xDD;
    SIM_EXPECT(rc5_take(&key), event);
    SIM_EXPECT(key.toggle, event == NONE ? 0x55 : toggle);
    SIM_EXPECT(key.address, event == NONE ? 0xEE : address);
    SIM_EXPECT(key.command, event == NONE ? 0xDD : command);
}

static void expect_none(void) { expect(NONE, 0, 0, 0); }

static void expect_running(uint8_t running) { SIM_EXPECT(SIM_LATCH(SIM_SFR(TCON_)) & 0x10, running ? 0x10 : 0); }

static void skip_all(void)
{
    SIM_SKIP_WRITES(SIM_SFR(TCON_));
    SIM_SKIP_WRITES(SIM_SFR(TH0_));
    SIM_SKIP_WRITES(SIM_SFR(TL0_));
    SIM_SKIP_WRITES(SIM_SFR(IE_));
}

/* Forgets the key that was down. */
static void release(void)
{
    uint8_t i;

    for (i = 0; i < HOLE_RELEASE_AFTER; i++) {
        expect_running(1);
        quiet();
    }
    expect_running(0);
}

void main(void)
{
    uint8_t i;
    uint8_t n;
    uint8_t a;
    uint8_t c;
    uint8_t t;
    uint16_t last;

    SIM_MARK(1); /* what belongs to others stays */
    odd_edge = NO_EDGE;
    TMOD = 0xDE;
    TCON = 0x72;
    P3 = 0xEB;
    IE = 0x18;
    rc5_init();
    SIM_EXPECT(SIM_LATCH(SIM_SFR(TMOD_)), 0xD1);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(TCON_)), 0x41);
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xEF);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(IE_)), 0x9B);
    expect_none();

    SIM_MARK(2); /* one frame; it counts when silence has come */
    skip_all();
    edge(12345);
    SIM_EXPECT_WRITE(SIM_SFR(TCON_), 0x41); /* stopped while it is read and loaded */
    SIM_EXPECT_WRITE(SIM_SFR(TH0_), START_COUNT >> 8);
    SIM_EXPECT_WRITE(SIM_SFR(TL0_), START_COUNT & 0xFF);
    SIM_EXPECT_WRITE(SIM_SFR(TCON_), 0x51);
    SIM_EXPECT_NO_WRITE(SIM_SFR(TCON_));
    SIM_EXPECT_NO_WRITE(SIM_SFR(TH0_));
    SIM_EXPECT_NO_WRITE(SIM_SFR(TL0_));
    quiet(); /* a spike: nothing comes of it */
    expect_running(0);
    expect_none();
    wave(code(0, 5, 53), 14, 0);
    expect_none();
    skip_all();
    quiet();
    SIM_EXPECT_WRITE(SIM_SFR(TH0_), START_COUNT >> 8);
    SIM_EXPECT_WRITE(SIM_SFR(TL0_), START_COUNT & 0xFF);
    SIM_EXPECT_WRITE(SIM_SFR(TCON_), 0x41);
    SIM_EXPECT_WRITE(SIM_SFR(TCON_), 0x51);
    SIM_EXPECT_NO_WRITE(SIM_SFR(TCON_));
    SIM_SKIP_WRITES(SIM_SFR(IE_));
    expect(PRESSED, 0, 5, 53);
    SIM_EXPECT_WRITE(SIM_SFR(IE_), 0x1B);
    SIM_EXPECT_WRITE(SIM_SFR(IE_), 0x9B);
    SIM_EXPECT_NO_WRITE(SIM_SFR(IE_));
    expect_none();
    EA = 0;
    expect_none();
    SIM_EXPECT(SIM_LATCH(SIM_SFR(IE_)), 0x1B); /* off, and stays off */
    EA = 1;

    SIM_MARK(3); /* held, pressed again, another key, another address */
    send(code(0, 5, 53));
    expect(HELD, 0, 5, 53);
    send(code(1, 5, 53));
    expect(PRESSED, 1, 5, 53);
    send(code(1, 5, 117));
    expect(PRESSED, 1, 5, 117);
    send(code(1, 6, 117));
    expect(PRESSED, 1, 6, 117);
    send(code(1, 6, 117));
    expect(HELD, 1, 6, 117);

    SIM_MARK(4); /* released, as far as one can know, and not yet */
    for (i = 1; i < HOLE_RELEASE_AFTER; i++)
        quiet();
    expect_running(1);
    send(code(1, 6, 117));
    expect(HELD, 1, 6, 117);
    release();
    send(code(1, 6, 117));
    expect(PRESSED, 1, 6, 117);

    SIM_MARK(5); /* a spoilt frame is no release, and does not put it off */
    odd_edge = 3;
    off_us = 2000;
    send(code(1, 6, 117));
    expect_none();
    for (i = 1; i < HOLE_RELEASE_AFTER; i++)
        quiet();
    wave(0x2AA, 10, 0);
    quiet();
    expect_none();
    send(code(1, 6, 117));
    expect(HELD, 1, 6, 117);
    for (i = 1; i < HOLE_RELEASE_AFTER; i++)
        quiet();
    edge(0);
    quiet();
    quiet();
    expect_running(0);
    edge(0);
    quiet();
    expect_running(0);

    SIM_MARK(6); /* what nobody took: the press stays, a new press replaces it */
    send(code(0, 31, 0));
    send(code(0, 31, 0));
    expect(PRESSED, 0, 31, 0);
    send(code(0, 31, 0));
    send(code(1, 0, 127));
    expect(PRESSED, 1, 0, 127);
    send(code(1, 0, 127));
    send(code(1, 0, 127));
    expect(HELD, 1, 0, 127);
    send(code(1, 0, 127));
    send(code(0, 9, 1));
    send(code(1, 9, 2));
    expect(PRESSED, 1, 9, 2);
    expect_none();

    SIM_MARK(7); /* all intervals at the ends of the tolerance */
    all_off = HOLE_TOLERANCE_US - INSIDE;
    send(code(0, 0x0A, 0x4C));
    expect(PRESSED, 0, 0x0A, 0x4C);
    all_off = INSIDE - HOLE_TOLERANCE_US;
    send(code(1, 0x0A, 0x4C));
    expect(PRESSED, 1, 0x0A, 0x4C);
    all_off = HOLE_TOLERANCE_US - INSIDE;
    send(code(1, 0x0C, 0x26));
    expect(PRESSED, 1, 0x0C, 0x26);
    all_off = INSIDE - HOLE_TOLERANCE_US;
    send(code(0, 0x0C, 0x26));
    expect(PRESSED, 0, 0x0C, 0x26);

    SIM_MARK(8); /* one interval just outside: 10 11 00 10 1..., each of the lengths in turn */
    for (i = 1; i < 7; i++) {
        odd_edge = i;
        off_us = HOLE_TOLERANCE_US + OUTSIDE;
        send(0x2CA5);
        expect_none();
        odd_edge = i;
        off_us = -HOLE_TOLERANCE_US - OUTSIDE;
        send(0x2CA5);
        expect_none();
        odd_edge = i;
        off_us = HOLE_TOLERANCE_US - INSIDE;
        send(0x2CA5);
        expect(i == 1 ? PRESSED : HELD, 1, 0x12, 0x65);
        odd_edge = i;
        off_us = INSIDE - HOLE_TOLERANCE_US;
        send(0x2CA5);
        expect(HELD, 1, 0x12, 0x65);
    }

    SIM_MARK(9); /* lengths: 13 bits after a 1 and silence are 14, anything else is not */
    release();
    wave(0x1CA5, 13, 0);
    quiet();
    expect(PRESSED, 1, 5, 0x0A);
    wave(0x1CA4, 13, 0); /* ends with 0 after a 1: 12 bits that one can see */
    quiet();
    expect_none();
    wave(0x1CA8, 13, 0); /* ends with 00 */
    quiet();
    expect_none();
    wave(0x0E53, 12, 0);
    quiet();
    expect_none();
    wave(0x5A93, 15, 0);
    quiet();
    expect_none();
    wave(0x7000, 15, 0);
    quiet();
    expect_none();
    wave(0x3CA5, 14, 256); /* a counter that runs round */
    quiet();
    expect_none();
    for (n = 9; n < 12; n++) { /* from the beginning of a 0 the line must fall after 2 or 3 halves */
        edge(0);
        edge(2667);
        edge(3556);
        for (i = 0; i < n; i++)
            edge(1778);
        quiet();
        expect_none();
    }
    edge(0);
    edge(889);
    for (i = 0; i < 12; i++)
        edge(1778);
    quiet();
    expect_none();
    edge(0);
    edge(1026);
    for (i = 0; i < 12; i++)
        edge(1778);
    quiet();
    expect_none();
    edge(0);
    edge(4445);
    for (i = 0; i < 12; i++)
        edge(1778);
    quiet();
    expect_none();
    send(0x3CA5);
    expect(PRESSED, 1, 18, 37);

    SIM_MARK(10); /* the overflow is pending when the next frame begins: both frames count */
    wave(code(0, 1, 2), 14, 0);
    skip_all();
    TCON |= 0x20;
    wave(code(1, 1, 3), 14, 0);
    expect(PRESSED, 0, 1, 2);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(TCON_)) & 0x30, 0x10);
    quiet();
    expect(PRESSED, 1, 1, 3);
    for (i = 1; i < HOLE_RELEASE_AFTER; i++)
        quiet();
    TCON |= 0x20; /* the one that ends the hold */
    wave(code(1, 1, 3), 14, 0);
    expect_running(1);
    quiet();
    expect(PRESSED, 1, 1, 3);

    SIM_MARK(11); /* starting again forgets all */
    send(code(0, 1, 4));
    wave(code(1, 1, 5), 9, 0);
    rc5_init();
    expect_none();
    expect_running(0);
    send(code(0, 1, 4));
    expect(PRESSED, 0, 1, 4);
    TMOD = 0x2F;
    rc5_init();
    SIM_EXPECT(SIM_LATCH(SIM_SFR(TMOD_)), 0x21);
    expect_none();
    edge(0);
    quiet();
    expect_running(0);
    send(code(0, 1, 4));
    expect(PRESSED, 0, 1, 4);

    last = code(0, 1, 4);
    for (i = 0; i < 12; i++) {
        SIM_MARK(12 + i);
        a = (uint8_t)SIM_DRAW(0, 31);
        c = (uint8_t)SIM_DRAW(0, 127);
        t = (uint8_t)SIM_DRAW(0, 1);
        send(code(t, a, c));
        expect(code(t, a, c) == last ? HELD : PRESSED, t, a, c);
        last = code(t, a, c);
    }
    SIM_EXPECT(SIM_LATCH(SIM_SFR(IE_)), 0x9B);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(TMOD_)), 0x21);
    SIM_DONE();
}
