#define TCON_REG SIM_SFR(0x88)
#define TMOD_REG SIM_SFR(0x89)
#define TL0_REG SIM_SFR(0x8A)
#define TH0_REG SIM_SFR(0x8C)
#define TH1_REG SIM_SFR(0x8D)
#define PCON_REG SIM_SFR(0x87)
#define SCON_REG SIM_SFR(0x98)
#define SBUF_REG SIM_SFR(0x99)
#define IE_REG SIM_SFR(0xA8)
#define T2CON_REG SIM_SFR(0xC8)
#define RCAP2L_REG SIM_SFR(0xCA)
#define RCAP2H_REG SIM_SFR(0xCB)

#define MOST 80

/* What has to be printed. */
static __xdata uint32_t want_period[MOST]; /* 0: the signal stands */
static __xdata uint32_t want_high[MOST];
static __xdata uint8_t want_level[MOST];
static __xdata uint8_t lines;
static __xdata uint16_t sleeps;

/* Writes of T2CON and TCON that have to come, one bit or byte each. */
static __xdata uint8_t want_t2con[900];
static __xdata uint16_t t2con_writes;
static __xdata uint8_t cleared_tf0;
static __xdata uint8_t edges;

/* Time as one long number, counted by the harness. */
static __xdata uint32_t turns;
static __xdata uint32_t last_time;
static __xdata uint8_t known;
static __xdata uint16_t quiet;
static __xdata uint8_t level;

static void line(uint32_t period, uint32_t high)
{
    want_period[lines] = period;
    want_high[lines] = high;
    want_level[lines] = level;
    lines++;
}

static void cleared(uint8_t value)
{
    want_t2con[t2con_writes++] = value;
}

/* Returns whether the signal counts as standing from now on. */
static uint8_t turn(void)
{
    turns++;
    quiet++;
    if (quiet != HOLE_LOST_OVERFLOWS)
        return 0;
    known = 0;
    return 1;
}

static void stands(void)
{
    SIM_FEED(SIM_P3, level ? 0x04 : 0xFB); /* the other pins say the opposite */
    line(0, 0);
}

static void wake(uint8_t interrupt)
{
    SIM_INTERRUPT_ON_IDLE(interrupt);
    sleeps++;
}

static void overflow(uint16_t times)
{
    while (times--) {
        SIM_FEED(T2CON_REG, 0x8D);
        wake(5);
        cleared(0x0D);
        if (turn())
            stands();
    }
}

/* Timer 0 has reached `count` when the edge comes, besides the overflows told before; `waits` is one that was not. */
static __xdata uint32_t high_turns;

static void high_overflow(uint8_t times)
{
    while (times--) {
        wake(1);
        high_turns++;
    }
}

static void edge_with(uint16_t capture, uint16_t count, uint8_t overflow_waits, uint8_t waits)
{
    static __xdata uint32_t time;
    static __xdata uint8_t first;
    static __xdata uint8_t lost;

    first = overflow_waits && capture < 0x8000;
    lost = 0;

    SIM_FEED(T2CON_REG, overflow_waits ? 0xCD : 0x4D);
    SIM_FEED(RCAP2H_REG, capture >> 8);
    SIM_FEED(RCAP2L_REG, capture & 0xFF);
    SIM_FEED(TCON_REG, waits ? 0x70 : 0x50);
    wake(5);
    cleared(0x8D); /* the simulator sets TF2 with each interrupt 5; EXF2 was never set but in what was fed */
    if (first) {
        lost = turn();
        cleared(0x0D);
    }
    if (waits) {
        high_turns++;
        cleared_tf0++;
    }
    time = turns * 65536UL + capture;
    if (known) {
        SIM_FEED(TH0_REG, count >> 8);
        SIM_FEED(TL0_REG, count & 0xFF);
        line(time - last_time, high_turns * 65536UL + count);
    } else if (lost) {
        stands();
    }
    known = 1;
    last_time = time;
    high_turns = 0;
    quiet = 0;
    edges++;
    if (overflow_waits && !first) {
        turn();
        cleared(0x0D);
    }
}

static void edge_at(uint16_t capture, uint16_t count)
{
    edge_with(capture, count, 0, 0);
}

static void sent(char c)
{
    SIM_EXPECT_WRITE(SBUF_REG, c);
    SIM_EXPECT_WRITE(SCON_REG, 0x40); /* TI is cleared behind each */
}

static void printed(const __code char *text)
{
    while (*text) {
        sent(*text++);
    }
}

static const __code uint32_t weights[] = {10000000, 1000000, 100000, 10000, 1000, 100, 10, 1};

static void printed_number(uint32_t number)
{
    static __xdata uint8_t i, figure, begun;

    begun = 0;
    for (i = 0; i < 8; i++) {
        figure = 0;
        while (number >= weights[i]) {
            number -= weights[i];
            figure++;
        }
        if (figure || begun || i == 7) {
            sent('0' + figure);
            begun = 1;
        }
    }
}

static void finish(void)
{
    static __xdata uint16_t i;
    static __xdata uint32_t tenths;

    SIM_MARK(1);
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    SIM_EXPECT(SIM_LATCH(SIM_P1), 0xFF);
    SIM_EXPECT_WRITE(TMOD_REG, 0x29);
    SIM_EXPECT_NO_WRITE(TMOD_REG);
    SIM_EXPECT_WRITE(TH1_REG, HOLE_TIMER1_RELOAD);
    SIM_EXPECT_NO_WRITE(TH1_REG);
    SIM_EXPECT_WRITE(SCON_REG, 0x40);
    SIM_EXPECT_WRITE(TCON_REG, 0x10);
    SIM_EXPECT_WRITE(TCON_REG, 0x50);
    while (cleared_tf0--)
        SIM_EXPECT_WRITE(TCON_REG, 0x50);
    SIM_EXPECT_NO_WRITE(TCON_REG);
    SIM_EXPECT_WRITE(T2CON_REG, 0x0D);
    for (i = 0; i < t2con_writes; i++)
        SIM_EXPECT_WRITE(T2CON_REG, want_t2con[i]);
    SIM_EXPECT_NO_WRITE(T2CON_REG);
    while (edges--) {
        SIM_EXPECT_WRITE(TH0_REG, 0);
        SIM_EXPECT_WRITE(TL0_REG, 0);
    }
    SIM_EXPECT_NO_WRITE(TH0_REG);
    SIM_EXPECT_NO_WRITE(TL0_REG);
    SIM_EXPECT_WRITE(IE_REG, 0x02);
    SIM_EXPECT_WRITE(IE_REG, 0x22);
    SIM_EXPECT_WRITE(IE_REG, 0xA2);
    for (i = 0; i <= sleeps + lines; i++) { /* a look before each line and each sleep */
        SIM_EXPECT_WRITE(IE_REG, 0x22);
        SIM_EXPECT_WRITE(IE_REG, 0xA2);
    }
    SIM_EXPECT_NO_WRITE(IE_REG);
    for (i = 0; i <= sleeps; i++)
        SIM_EXPECT_WRITE(PCON_REG, 0x0D);
    SIM_EXPECT_NO_WRITE(PCON_REG);
    for (i = 0; i < lines; i++) {
        SIM_MARK(2 + i);
        if (want_period[i] == 0) {
            printed(want_level[i] ? "HIGH\r\n" : "LOW\r\n");
            continue;
        }
        printed("T=");
        printed_number(want_period[i] * 1250 / (HOLE_FOSC_HZ / 9600));
        printed("us D=");
        tenths = want_high[i] * 1000 / want_period[i];
        printed_number(tenths / 10);
        printed(".");
        sent('0' + tenths % 10);
        printed("%\r\n");
    }
    SIM_EXPECT_NO_WRITE(SBUF_REG);
    SIM_EXPECT_NO_WRITE(SCON_REG);
    SIM_DONE();
}

void main(void)
{
    static __xdata uint8_t i;
    static __xdata uint8_t whole;
    static __xdata uint16_t from, to;
    static __xdata uint32_t counts;

    P1 = 0x5D;
    P1 = 0xFD;
    P3 = 0xFB;
    TMOD = 0xC4;
    SCON = 0x92;
    T2CON = 0x00;
    PCON = 0x0C;
    TL1 = 0;
    SIM_SKIP_WRITES(TMOD_REG);
    SIM_SKIP_WRITES(SCON_REG);
    SIM_SKIP_WRITES(T2CON_REG);
    SIM_SKIP_WRITES(PCON_REG);
    SIM_SKIP_WRITES(TH0_REG);
    SIM_SKIP_WRITES(TL0_REG);
    SIM_SKIP_WRITES(TCON_REG);
    SIM_SKIP_WRITES(IE_REG);

    /* Nothing from one edge, a measurement from each further one. */
    overflow(2);
    edge_at(0x1000, 0x4444);
    edge_at(0x1C00, 0x0300);
    edge_at(0x2800, 0x0BFF);
    edge_at(0x2864, 0);
    edge_at(0x2865 + 999, 1);
    edge_at(0x2865 + 999 + 1000, 999);

    /* Across one overflow and across several. */
    overflow(1);
    edge_at(0x0010, 0x0800);
    overflow(3);
    edge_at(0xFFF0, 0xFFFF);
    overflow(1);
    edge_at(0xFFEF, 0x7FFF);

    /* An overflow that waits with the edge: before it in the first half of a turn, after it in the second. */
    edge_with(0x0000, 0x0001, 1, 0);
    edge_with(0x7FFF, 0x0123, 1, 0);
    edge_with(0x8000, 0x0001, 1, 0);
    edge_with(0xFFFF, 0x4567, 1, 0);
    edge_at(0x0002, 0x0001);
    overflow(1);
    edge_with(0x0001, 0x9999, 1, 0);

    /* A high phase longer than timer 0, its last overflow counted or still waiting. */
    overflow(1);
    high_overflow(1);
    overflow(1);
    edge_at(0x0001, 0x1234);
    high_overflow(1);
    overflow(2);
    edge_with(0x4000, 0x0002, 0, 1);
    overflow(1);
    edge_with(0x4000, 0x0010, 0, 1);
    edge_at(0x4100, 0x0080);
    overflow(1);
    edge_with(0x7000, 0x0080, 1, 1);

    /* Standing still: one overflow short of it, then at its limit, once only, high and low. */
    overflow(HOLE_LOST_OVERFLOWS - 1);
    edge_at(0xFFFF, 0x0000);
    overflow(HOLE_LOST_OVERFLOWS - 1);
    high_overflow(HOLE_LOST_OVERFLOWS - 2);
    edge_with(0xFFFE, 0xFFFE, 0, 1);
    level = 1;
    overflow(HOLE_LOST_OVERFLOWS);
    high_overflow(3);
    overflow(270); /* nothing wraps */
    edge_at(0x0100, 0x5555);
    edge_at(0x0300, 0x0100);
    level = 0;
    overflow(HOLE_LOST_OVERFLOWS + 1);
    edge_with(0x0200, 0x6666, 1, 1);
    overflow(1);
    edge_at(0x0180, 0x2000);
    level = 1;
    overflow(HOLE_LOST_OVERFLOWS - 1);
    edge_with(0x0400, 0x0007, 1, 0); /* the overflow that makes it stand comes just before an edge */
    edge_at(0x0600, 0x0007);
    overflow(HOLE_LOST_OVERFLOWS - 1);
    edge_with(0x8400, 0x0007, 1, 0); /* and just after one */
    edge_at(0x8400 - 1, 0x0007);

    for (i = 0; i < 6; i++) {
        from = (uint16_t)SIM_DRAW(0, 0xFFFF);
        to = (uint16_t)SIM_DRAW(0, 0xFFFF);
        whole = (uint8_t)SIM_DRAW(1, HOLE_LOST_OVERFLOWS - 1);
        overflow(1);
        edge_at(from, (uint16_t)SIM_DRAW(0, from));
        overflow(whole);
        counts = whole * 65536UL + to - from;
        counts = SIM_DRAW(0, counts - 1);
        high_overflow((uint8_t)(counts >> 16));
        edge_at(to, (uint16_t)counts);
    }
    SIM_CUT_AFTER(19900, finish);
    program_main();
}
