#define BIT_P1_0 0x01
#define BIT_P1_2 0x04
#define BIT_P1_5 0x20
#define BIT_P1_7 0x80
#define BIT_P3_2 0x04
#define BIT_P3_3 0x08
#define BIT_P3_4 0x10
#define BIT_P3_5 0x20
#define JOIN(name) BIT_##name
#define BIT(pin) JOIN(pin)
#define LED_BIT BIT(HOLE_LED)
#define STRAP_BIT BIT(HOLE_STRAP)
#define LOW (0xFF & ~STRAP_BIT) /* all other pins say the opposite */
#define OPEN STRAP_BIT
#define OTHERS (0x5A & ~LED_BIT)

#define SAMPLES HOLE_STRAP_SAMPLES
#define TICK_COUNTS (HOLE_CRYSTAL_HZ / 480) /* 25 ms */
#define CONTR SIM_SFR(0xC7)
#define TH0_ADDRESS SIM_SFR(0x8C)
#define TL0_ADDRESS SIM_SFR(0x8A)
#define TMOD_ADDRESS SIM_SFR(0x89)

enum { APPLICATION, STRAP_SET, REQUESTED, NO_IMAGE, GAVE_UP };

static volatile __xdata __at(0x03F8) uint8_t note[7]; /* the last is somebody else's */

/* Images with CRC-16/CCITT from 0xFFFF over length and code, computed bit by bit elsewhere. */
#define HEAD(mark, length, crc) (mark) & 0xFF, (mark) >> 8, (length) & 0xFF, (length) >> 8, (crc) & 0xFF, (crc) >> 8
#define OURS(length, crc) HEAD(HOLE_APP_MARK, length, crc)
#define IMAGE static const __code uint8_t
#define RUNS 0x75, 0xA0, 0x3C, 0x43, 0x87, 0x01, 0x80, 0xFB /* P2 = 0x3C, then idle for ever */
#define RUNS_CRC 0xB3D3
#define LONG \
    0x03, 0x0A, 0x11, 0x18, 0x1F, 0x26, 0x2D, 0x34, 0x3B, 0x42, 0x49, 0x50, 0x57, 0x5E, 0x65, 0x6C, 0x73, 0x7A, 0x81, 0x88, \
    0x8F, 0x96, 0x9D, 0xA4, 0xAB, 0xB2, 0xB9, 0xC0, 0xC7, 0xCE, 0xD5, 0xDC, 0xE3, 0xEA, 0xF1, 0xF8, 0xFF, 0x06, 0x0D, 0x14, \
    0x1B, 0x22, 0x29, 0x30, 0x37, 0x3E, 0x45, 0x4C, 0x53, 0x5A, 0x61, 0x68, 0x6F, 0x76, 0x7D, 0x84, 0x8B, 0x92, 0x99, 0xA0, \
    0xA7, 0xAE, 0xB5, 0xBC, 0xC3, 0xCA, 0xD1, 0xD8, 0xDF, 0xE6, 0xED, 0xF4, 0xFB, 0x02, 0x09, 0x10, 0x17, 0x1E, 0x25, 0x2C, \
    0x33, 0x3A, 0x41, 0x48, 0x4F, 0x56, 0x5D, 0x64, 0x6B, 0x72, 0x79, 0x80, 0x87, 0x8E, 0x95, 0x9C, 0xA3, 0xAA, 0xB1, 0xB8, \
    0xBF, 0xC6, 0xCD, 0xD4, 0xDB, 0xE2, 0xE9, 0xF0, 0xF7, 0xFE, 0x05, 0x0C, 0x13, 0x1A, 0x21, 0x28, 0x2F, 0x36, 0x3D, 0x44, \
    0x4B, 0x52, 0x59, 0x60, 0x67, 0x6E, 0x75, 0x7C, 0x83, 0x8A, 0x91, 0x98, 0x9F, 0xA6, 0xAD, 0xB4, 0xBB, 0xC2, 0xC9, 0xD0, \
    0xD7, 0xDE, 0xE5, 0xEC, 0xF3, 0xFA, 0x01, 0x08, 0x0F, 0x16, 0x1D, 0x24, 0x2B, 0x32, 0x39, 0x40, 0x47, 0x4E, 0x55, 0x5C, \
    0x63, 0x6A, 0x71, 0x78, 0x7F, 0x86, 0x8D, 0x94, 0x9B, 0xA2, 0xA9, 0xB0, 0xB7, 0xBE, 0xC5, 0xCC, 0xD3, 0xDA, 0xE1, 0xE8, \
    0xEF, 0xF6, 0xFD, 0x04, 0x0B, 0x12, 0x19, 0x20, 0x27, 0x2E, 0x35, 0x3C, 0x43, 0x4A, 0x51, 0x58, 0x5F, 0x66, 0x6D, 0x74, \
    0x7B, 0x82, 0x89, 0x90, 0x97, 0x9E, 0xA5, 0xAC, 0xB3, 0xBA, 0xC1, 0xC8, 0xCF, 0xD6, 0xDD, 0xE4, 0xEB, 0xF2, 0xF9, 0x00, \
    0x07, 0x0E, 0x15, 0x1C, 0x23, 0x2A, 0x31, 0x38, 0x3F, 0x46, 0x4D, 0x54, 0x5B, 0x62, 0x69, 0x70, 0x77, 0x7E, 0x85, 0x8C, \
    0x93, 0x9A, 0xA1, 0xA8, 0xAF, 0xB6, 0xBD, 0xC4, 0xCB, 0xD2, 0xD9, 0xE0, 0xE7, 0xEE, 0xF5, 0xFC, 0x03, 0x0A, 0x11, 0x18, \
    0x1F, 0x26, 0x2D, 0x34, 0x3B, 0x42, 0x49, 0x50, 0x57, 0x5E, 0x65, 0x6C, 0x73, 0x7A, 0x81, 0x88, 0x8F, 0x96, 0x9D, 0xA4, \
    0xAB, 0xB2, 0xB9, 0xC0, 0xC7, 0xCE, 0xD5, 0xDC, 0xE3, 0xEA, 0xF1, 0xF8, 0xFF, 0x06, 0x0D, 0x14, 0x1B, 0x22, 0x29
#define LONG_CRC 0x2061 /* with a 0x30 as the 300th byte */

#if HOLE_APP_ROOM == 1024 /* so many zeros, and one more */
#define FULL_CRC 0x0CC2
#define OVER_CRC 0x6D75
#elif HOLE_APP_ROOM == 2048
#define FULL_CRC 0xEF05
#define OVER_CRC 0x5AC3
#else
#define FULL_CRC 0x9F72
#define OVER_CRC 0xCDAC
#endif

/* What main finds: real machine code behind the header. */
static const __code __at(HOLE_APP_BASE) uint8_t application[] = {OURS(8, RUNS_CRC), RUNS};
static const __code __at(0xB000) uint8_t full[HOLE_APP_ROOM + 6] = {OURS(HOLE_APP_ROOM, FULL_CRC)};
static const __code __at(0xD800) uint8_t over[HOLE_APP_ROOM + 7] = {OURS(HOLE_APP_ROOM + 1, OVER_CRC)};

IMAGE one[] = {OURS(1, 0xFF8C), 0x22};
IMAGE longer[] = {OURS(300, LONG_CRC), LONG, 0x30};
IMAGE longer_bit[] = {OURS(300, LONG_CRC), LONG, 0x31};
IMAGE mark_low[] = {HEAD(HOLE_APP_MARK ^ 0x0001, 8, RUNS_CRC), RUNS};
IMAGE mark_high[] = {HEAD(HOLE_APP_MARK ^ 0x8000, 8, RUNS_CRC), RUNS};
IMAGE mark_swapped[] = {HOLE_APP_MARK >> 8, HOLE_APP_MARK & 0xFF, 8, 0, RUNS_CRC & 0xFF, RUNS_CRC >> 8, RUNS};
IMAGE empty[] = {OURS(0, 0x1D0F), RUNS};
IMAGE erased[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
IMAGE cut[] = {OURS(7, RUNS_CRC), RUNS};
IMAGE first_bit[] = {OURS(8, RUNS_CRC), 0xF5, 0xA0, 0x3C, 0x43, 0x87, 0x01, 0x80, 0xFB};
IMAGE last_bit[] = {OURS(8, RUNS_CRC), 0x75, 0xA0, 0x3C, 0x43, 0x87, 0x01, 0x80, 0xFA};
IMAGE crc_low[] = {OURS(8, RUNS_CRC ^ 0x0001), RUNS};
IMAGE crc_high[] = {OURS(8, RUNS_CRC ^ 0x8000), RUNS};
IMAGE no_length[] = {OURS(9, 0x29B1), 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39}; /* CRC of the code alone */
IMAGE digits[] = {OURS(9, 0x9F0B), 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39};

static uint8_t strap_low; /* samples, in the run that comes */

static void put_request(uint16_t request, uint16_t check)
{
    note[0] = (uint8_t)request;
    note[1] = (uint8_t)(request >> 8);
    note[2] = (uint8_t)check;
    note[3] = (uint8_t)(check >> 8);
}

static void put_starts(uint8_t starts, uint8_t check)
{
    note[4] = starts;
    note[5] = check;
}

static void feed_strap(void)
{
    uint8_t n;

    P3 = LOW; /* nobody has released it yet */
    for (n = 0; n < strap_low; n++)
        SIM_FEED(SIM_P3, LOW);
    if (strap_low < SAMPLES)
        SIM_FEED(SIM_P3, OPEN);
}

static void expect_notes(uint8_t starts)
{
    uint8_t n;

    for (n = 0; n < 4; n++)
        SIM_EXPECT(note[n], 0);
    SIM_EXPECT(note[4], starts);
    SIM_EXPECT(note[5], 255 - starts);
    SIM_EXPECT(note[6], 0xE7);
}

static void decide(const __code uint8_t *image, uint8_t expected, uint8_t starts)
{
    feed_strap();
    SIM_EXPECT(boot_decide(image), expected);
    expect_notes(starts);
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
}

static void refuse(const __code uint8_t *image)
{
    put_starts(1, 254);
    decide(image, NO_IMAGE, 0);
}

static void accept(const __code uint8_t *image)
{
    put_starts(0, 255);
    decide(image, APPLICATION, 1);
}

static uint8_t step;
static uint8_t expected_reason;
static uint8_t ticks_to_run; /* in the last one the strap is seen open, in the one before closed */

static void next_run(void);

static void go(uint8_t reason, uint8_t ticks)
{
    uint8_t t;

    expected_reason = reason;
    ticks_to_run = ticks;
    feed_strap();
    if (reason != APPLICATION) {
        for (t = 1; t < ticks - 1; t++)
            SIM_FEED(SIM_P3, reason == STRAP_SET ? LOW : OPEN);
        SIM_FEED(SIM_P3, LOW);
        SIM_FEED(SIM_P3, OPEN);
    }
    P1 = OTHERS | LED_BIT;
    P2 = 0xFF;
    TMOD = 0x2E; /* timer 1 is at work; timer 0 was left in some other mode */
    TR0 = 0;
    SIM_SKIP_WRITES(SIM_P1);
    SIM_SKIP_WRITES(SIM_P2);
    SIM_SKIP_WRITES(CONTR);
    SIM_SKIP_WRITES(TMOD_ADDRESS);
    SIM_SKIP_WRITES(TH0_ADDRESS);
    SIM_SKIP_WRITES(TL0_ADDRESS);
    SIM_CUT_AFTER(3000, next_run);
    program_main();
}

/* The light at a tick, told from the time since the beginning. */
static void check_loader(void)
{
    uint8_t t;
    uint8_t in_group = 0; /* phases of 8 ticks */

    SIM_EXPECT_WRITE(CONTR, 0x20);
    SIM_EXPECT_WRITE(TMOD_ADDRESS, 0x21);
    SIM_EXPECT(TR0, 1);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    for (t = 0; t < ticks_to_run; t++) {
        SIM_EXPECT_WRITE(TH0_ADDRESS, (0x10000 - TICK_COUNTS) >> 8);
        SIM_EXPECT_WRITE(TL0_ADDRESS, (0x10000 - TICK_COUNTS) & 0xFF);
        if (t % 8 != 0)
            continue;
        if (in_group < 2 * expected_reason && in_group % 2 == 0)
            SIM_EXPECT_WRITE(SIM_P1, OTHERS);
        else
            SIM_EXPECT_WRITE(SIM_P1, OTHERS | LED_BIT);
        in_group++;
        if (in_group == 2 * expected_reason + 4)
            in_group = 0;
    }
    SIM_EXPECT(SIM_LATCH(SIM_P3), 0xFF);
    expect_notes(0);
}

static void check_application(void)
{
    SIM_EXPECT_WRITE(SIM_P2, 0x3C);
    SIM_EXPECT_NO_WRITE(SIM_P2);
    SIM_EXPECT_NO_WRITE(CONTR);
    SIM_EXPECT_NO_WRITE(TMOD_ADDRESS);
    SIM_EXPECT(TR0, 0);
}

static void next_run(void)
{
    if (step > 0) {
        if (expected_reason == APPLICATION)
            check_application();
        else
            check_loader();
        SIM_EXPECT_NO_WRITE(SIM_P1);
        SIM_EXPECT_NO_WRITE(TH0_ADDRESS);
        SIM_EXPECT_NO_WRITE(TL0_ADDRESS);
    }
    SIM_MARK(100 + step);
    step++;
    switch (step) {
    case 1: /* new on the bench: notes at random, jumper in, taken off */
        put_request(HOLE_REQUEST, HOLE_REQUEST);
        put_starts(0x66, 0x66);
        strap_low = SAMPLES;
        go(STRAP_SET, 52);
        break;
    case 2: /* a request, answered by a key that is pressed for one tick */
        put_request(HOLE_REQUEST, 0xFFFF - HOLE_REQUEST);
        strap_low = SAMPLES - 1;
        go(REQUESTED, 82);
        break;
    case 3: /* it is gone after the reset; starts that nobody reports on */
    case 4:
    case 5:
    case 6:
    case 7:
    case 8:
        if (step == 3 + HOLE_MAX_STARTS) {
            strap_low = 0;
            go(GAVE_UP, 105);
        } else if (step < 3 + HOLE_MAX_STARTS) {
            if (step > 3)
                expect_notes(step - 3);
            strap_low = step & 1 ? SAMPLES - 1 : 0;
            go(APPLICATION, 0);
        }
        break;
    }
    if (step == 4 + HOLE_MAX_STARTS) { /* the shortest visit of all, and an application that runs again */
        strap_low = SAMPLES;
        go(STRAP_SET, 2);
    }
    if (step == 5 + HOLE_MAX_STARTS) {
        strap_low = 0;
        go(APPLICATION, 0);
    }
    expect_notes(1);
    SIM_DONE();
}

void main(void)
{
    uint8_t n;
    uint8_t starts;
    uint8_t request;
    uint8_t told;

    SIM_MARK(1); /* each wish alone, and which comes first */
    note[6] = 0xE7;
    put_request(0, 0xFFFF);
    strap_low = SAMPLES;
    put_starts(2, 253);
    decide(application, STRAP_SET, 0);
    put_request(HOLE_REQUEST, 0xFFFF - HOLE_REQUEST);
    put_starts(2, 253);
    decide(application, STRAP_SET, 0); /* uses the request up */
    strap_low = 0;
    decide(application, APPLICATION, 1);
    put_request(HOLE_REQUEST, 0xFFFF - HOLE_REQUEST);
    decide(erased, REQUESTED, 0);
    decide(application, APPLICATION, 1);
    put_request(HOLE_REQUEST, 0xFFFF - HOLE_REQUEST);
    put_starts(255, 0);
    decide(application, REQUESTED, 0);
    put_starts(255, 0);
    decide(erased, NO_IMAGE, 0);
    put_starts(255, 0);
    decide(application, GAVE_UP, 255);
    decide(application, GAVE_UP, 255);

    SIM_MARK(2); /* requests that are none */
    put_starts(0, 255);
    put_request(HOLE_REQUEST, HOLE_REQUEST);
    decide(application, APPLICATION, 1);
    put_request(HOLE_REQUEST, 0);
    put_starts(0, 255);
    decide(application, APPLICATION, 1);
    put_request(HOLE_REQUEST ^ 0x0001, 0xFFFF - (HOLE_REQUEST ^ 0x0001));
    put_starts(0, 255);
    decide(application, APPLICATION, 1);
    for (n = 0; n < 4; n++) {
        put_request(HOLE_REQUEST, 0xFFFF - HOLE_REQUEST);
        note[n] ^= 0x10;
        put_starts(0, 255);
        decide(application, APPLICATION, 1);
    }

    SIM_MARK(3); /* the starts up to their limit, and notes that are random */
    put_starts(0, 255);
    for (n = 1; n <= HOLE_MAX_STARTS; n++)
        decide(application, APPLICATION, n);
    decide(application, GAVE_UP, HOLE_MAX_STARTS);
    put_starts(HOLE_MAX_STARTS, 254 - HOLE_MAX_STARTS);
    decide(application, APPLICATION, 1);
    put_starts(HOLE_MAX_STARTS + 1, HOLE_MAX_STARTS + 1);
    decide(application, APPLICATION, 1);
    put_starts(0x80, 0xFF);
    decide(application, APPLICATION, 1);

    SIM_MARK(4); /* a strap that bounces: the first open sample ends it, and no more are taken */
    for (n = 0; n < SAMPLES; n++) {
        strap_low = n;
        put_starts(0, 255);
        decide(application, APPLICATION, 1);
        strap_low = SAMPLES;
        decide(application, STRAP_SET, 0);
    }
    strap_low = 0;

    SIM_MARK(5); /* images */
    accept(application);
    accept(one);
    accept(longer);
    accept(digits);
    accept(full);
    refuse(over);
    refuse(empty);
    refuse(erased);
    refuse(mark_low);
    refuse(mark_high);
    refuse(mark_swapped);
    refuse(cut);
    refuse(first_bit);
    refuse(last_bit);
    refuse(crc_low);
    refuse(crc_high);
    refuse(longer_bit);
    refuse(no_length);
    SIM_EXPECT(application[0] + application[1] * 256u, HOLE_APP_MARK);
    SIM_EXPECT(full[HOLE_APP_ROOM + 5] + over[HOLE_APP_ROOM + 6], 0);

    for (n = 0; n < 12; n++) {
        SIM_MARK(10 + n);
        starts = (uint8_t)SIM_DRAW(0, HOLE_MAX_STARTS + 1);
        request = (uint8_t)SIM_DRAW(0, 1);
        strap_low = (uint8_t)SIM_DRAW(0, SAMPLES);
        told = (uint8_t)SIM_DRAW(0, 1);
        put_starts(starts, told ? 255 - starts : starts);
        if (request)
            put_request(HOLE_REQUEST, 0xFFFF - HOLE_REQUEST);
        if (strap_low == SAMPLES)
            decide(digits, STRAP_SET, 0);
        else if (request)
            decide(digits, REQUESTED, 0);
        else if (told && starts >= HOLE_MAX_STARTS)
            decide(digits, GAVE_UP, starts);
        else
            decide(digits, APPLICATION, told ? starts + 1 : 1);
    }

    SIM_EXPECT_NO_WRITE(SIM_P1); /* deciding shows nothing and starts nothing */
    SIM_EXPECT_NO_WRITE(CONTR);
    SIM_EXPECT(TR0, 0);
    next_run();
}
