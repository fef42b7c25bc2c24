#define ASF SIM_SFR(0x9D)
#define CONTR SIM_SFR(0xBC)
#define RES SIM_SFR(0xBD)
#define RESL SIM_SFR(0xBE)
#define READY (0x80 + HOLE_CHANNEL)

static const uint16_t codes[8] = {676, 737, 758, 778, 799, 819, 840, 860};
static const uint8_t charge[8] = {0, 10, 25, 50, 70, 82, 92, 100};
static const uint8_t wall[4] = {10, 35, 60, 85};

static uint8_t shown; /* 0xFF at first */

static __xdata uint8_t line[185]; /* what the codes from 676 on stand for */

/* Walks along the curve: the next percent begins where the line is half-way to it. Nothing is divided. */
static void draw_line(void)
{
    uint8_t i, p = 0;
    uint16_t code, width, step;

    for (i = 1; i < 8; i++) {
        width = codes[i] - codes[i - 1];
        step = charge[i] - charge[i - 1];
        for (code = codes[i - 1]; code < codes[i]; code++) {
            while (2 * step * (code - codes[i - 1]) >= (2 * (p - charge[i - 1]) + 1) * width)
                p++;
            line[code - 676] = p;
        }
        p = charge[i];
    }
    line[184] = 100;
}

static uint8_t percent_at(uint16_t code)
{
    if (code < 676)
        return 0;
    return code > 860 ? 100 : line[code - 676];
}

static void feed(uint16_t code, uint8_t busy)
{
    while (busy--)
        SIM_FEED(CONTR, READY | 0x68);
    SIM_FEED(CONTR, READY | 0x10);
    SIM_HOLD(RES, code >> 2);
    SIM_HOLD(RESL, (uint8_t)(0xFC | (code & 3)));
}

static void converted(void)
{
    SIM_EXPECT_WRITE(CONTR, READY + 8);
    SIM_EXPECT_WRITE(CONTR, READY);
    SIM_EXPECT_NO_WRITE(CONTR);
}

static void measure(uint16_t code, uint8_t busy)
{
    uint8_t p = percent_at(code);
    uint8_t plain = 0; /* bars without hysteresis */
    uint8_t strict = 0; /* bars that are sure even with it */
    uint8_t i;

    for (i = 0; i < 4; i++) {
        plain += p >= wall[i];
        strict += p >= wall[i] + HOLE_HYSTERESIS;
    }
    if (shown == 0xFF || shown > plain)
        shown = plain;
    else if (shown < strict)
        shown = strict;
    feed(code, busy);
    SIM_EXPECT(gauge_update(), 1);
    SIM_EXPECT(gauge_percent(), p);
    SIM_EXPECT(gauge_bars(), shown);
    converted();
}

/* The lowest code that stands for so many percent or more. */
static uint16_t code_for(uint8_t p)
{
    uint8_t at = 0;

    while (line[at] < p)
        at++;
    return 676 + at;
}

static void start(uint8_t analogue)
{
    P1ASF = (uint8_t)(analogue & ~HOLE_CHANNEL_MASK);
    SIM_SKIP_WRITES(ASF);
    gauge_init();
    SIM_EXPECT_WRITE(ASF, analogue | HOLE_CHANNEL_MASK);
    SIM_EXPECT_NO_WRITE(ASF);
    SIM_EXPECT_WRITE(CONTR, READY);
    SIM_EXPECT_NO_WRITE(CONTR);
    SIM_EXPECT(gauge_percent(), 0);
    SIM_EXPECT(gauge_bars(), 0xFF);
    shown = 0xFF;
}

void main(void)
{
    uint16_t code;
    uint8_t i;

    draw_line();
    SIM_MARK(1); /* the curve: its ends, beyond them, and between all knots */
    SIM_EXPECT(gauge_percent_of(0), 0);
    SIM_EXPECT(gauge_percent_of(675), 0);
    SIM_EXPECT(gauge_percent_of(1023), 100);
    SIM_EXPECT(gauge_percent_of(0xFFFF), 100);
    SIM_EXPECT(gauge_percent_of(0x8000), 100);
    SIM_EXPECT(gauge_percent_of(861), 100);
    for (i = 0; i < 8; i++)
        SIM_EXPECT(gauge_percent_of(codes[i]), charge[i]);
    for (code = 676; code <= 860; code++)
        SIM_EXPECT(gauge_percent_of(code), percent_at(code));
    for (i = 1; i < 8; i++) {
        SIM_EXPECT(gauge_percent_of(codes[i] - 1), percent_at(codes[i] - 1));
        SIM_EXPECT(gauge_percent_of(codes[i] + 1), percent_at(codes[i] + 1));
    }

    SIM_MARK(2); /* nothing is known before the first measurement, even if the converter hangs */
    start(0x81);
    SIM_HOLD(CONTR, READY | 0x68);
    SIM_EXPECT(gauge_update(), 0);
    SIM_EXPECT(gauge_percent(), 0);
    SIM_EXPECT(gauge_bars(), 0xFF);
    converted();

    SIM_MARK(3); /* each first reading goes by the plain limits */
    for (i = 0; i < 4; i++) {
        start(0x7E);
        measure(code_for(wall[i]), 0);
        SIM_EXPECT(gauge_bars(), i + 1);
        start(0x81);
        measure(code_for(wall[i]) - 1, 1);
        SIM_EXPECT(gauge_bars(), i);
    }

    SIM_MARK(4); /* up bar by bar only above the gap, down at the limit */
    measure(0, 0);
    for (i = 0; i < 4; i++) {
        code = code_for(wall[i] + HOLE_HYSTERESIS);
        measure(code - 1, 0);
        SIM_EXPECT(gauge_bars(), i);
        measure(code, 0);
        SIM_EXPECT(gauge_bars(), i + 1);
        measure(code_for(wall[i]), 2);
        SIM_EXPECT(gauge_bars(), i + 1);
    }
    for (i = 4; i > 0; i--) {
        measure(code_for(wall[i - 1]), 0);
        SIM_EXPECT(gauge_bars(), i);
        measure(code_for(wall[i - 1]) - 1, 0);
        SIM_EXPECT(gauge_bars(), i - 1);
    }
    measure(1023, 0); /* and over several at once */
    measure(700, 0);

    SIM_MARK(5); /* the last allowed poll still counts, one more does not; what is shown stays */
    measure(830, HOLE_POLL_LIMIT - 1);
    feed(680, HOLE_POLL_LIMIT);
    SIM_EXPECT(gauge_update(), 0);
    SIM_EXPECT(gauge_percent(), percent_at(830));
    SIM_EXPECT(gauge_bars(), shown);
    converted();
    SIM_HOLD(CONTR, READY);

    for (i = 0; i < 12; i++) {
        SIM_MARK(10 + i);
        measure((uint16_t)SIM_DRAW(660, 870), 0);
    }
    SIM_DONE();
}
