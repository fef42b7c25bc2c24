#define PORT SIM_SFR(HOLE_PORT_SFR)
#define LOW (uint8_t)~(1u << HOLE_DQ_BIT)
#define HIGH 0xFF
#define TCON_ 0x88
#define TMOD_ 0x89
#define TL0_ 0x8A
#define TH0_ 0x8C
#define IE_ 0xA8

enum { FOUND, NO_MORE, ABSENT, SHORTED, CORRUPT };

#define LOAD(us) (uint16_t)(65556UL - (us) * (HOLE_CRYSTAL_HZ / 1200UL) / 10000UL)

static uint8_t rom[8];
static uint8_t seen_rom[8]; /* what rom must hold */
static uint8_t enabled;     /* IE outside and inside of slots */
static uint8_t disabled;
static uint8_t brief;       /* of a slot, only its wait is looked at: a run has room for so many events */

/* ---- The bus. Codes in the order in which a search finds them: at the first different bit, 0 before 1. ---- */

#define COUNT 4
static uint8_t codes[COUNT][8] = {{0x10}, {0x28}, {0x28}, {0x2A}};

/* The CRC by division of the mirrored code, from the top. */
static uint8_t crc_of(const uint8_t *code)
{
    uint8_t rest = 0;
    uint8_t i;
    uint8_t mask;
    uint8_t mirrored = 0;
    uint8_t out;

    for (i = 0; i < 7; i++) {
        for (mask = 1; mask; mask <<= 1) {
            out = (rest & 0x80 ? 1 : 0) ^ (code[i] & mask ? 1 : 0);
            rest <<= 1;
            if (out)
                rest ^= 0x31;
        }
    }
    for (i = 0; i < 8; i++)
        if (rest & 1 << i)
            mirrored |= 0x80 >> i;
    return mirrored;
}

static void feed_presence(void)
{
    SIM_FEED(PORT, LOW);
    SIM_FEED(PORT, HIGH);
}

/* Answers of the devices in the mask `alive`, to a master that goes to `target`, for so many bits. */
static void feed_bits(uint8_t alive, const uint8_t *target, uint8_t bits)
{
    uint8_t n;
    uint8_t byte = 0;
    uint8_t mask = 1;
    uint8_t bit;
    uint8_t complement;

    while (bits--) {
        bit = HIGH;
        complement = HIGH;
        for (n = 0; n < COUNT; n++) {
            if (alive & 1 << n) {
                if (codes[n][byte] & mask)
                    complement = LOW;
                else
                    bit = LOW;
            }
        }
        SIM_FEED(PORT, bit);
        SIM_FEED(PORT, complement);
        for (n = 0; n < COUNT; n++)
            if ((codes[n][byte] ^ target[byte]) & mask)
                alive &= ~(1 << n);
        mask <<= 1;
        if (mask == 0) {
            mask = 1;
            byte++;
        }
    }
}

/* ---- What must have been on the line. ---- */

static void expect_wait(uint16_t load)
{
    if (!brief)
        SIM_EXPECT_WRITE(SIM_SFR(TH0_), load >> 8);
    SIM_EXPECT_WRITE(SIM_SFR(TL0_), load & 0xFF);
}

static void expect_pulse(void)
{
    if (brief)
        return;
    SIM_EXPECT_WRITE(PORT, LOW);
    SIM_EXPECT_WRITE(PORT, HIGH);
    SIM_EXPECT_WRITE(SIM_SFR(IE_), disabled);
    SIM_EXPECT_WRITE(SIM_SFR(IE_), enabled);
}

static void expect_reset(void)
{
    expect_pulse();
    expect_wait(LOAD(500));
    expect_wait(LOAD(68));
    expect_wait(LOAD(420));
}

static void expect_written(uint8_t bit)
{
    expect_pulse();
    expect_wait(bit ? LOAD(62) : LOAD(65));
}

static void expect_pair(void)
{
    expect_pulse();
    expect_wait(LOAD(55));
    expect_pulse();
    expect_wait(LOAD(55));
}

static void expect_command(void)
{
    uint8_t i;

    expect_reset();
    for (i = 0; i < 8; i++)
        expect_written(0xF0 >> i & 1);
}

static void expect_bits(const uint8_t *target, uint8_t bits)
{
    uint8_t i;

    for (i = 0; i < bits; i++) {
        expect_pair();
        expect_written(target[i >> 3] >> (i & 7) & 1);
    }
}

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(PORT);
    SIM_EXPECT_NO_WRITE(SIM_SFR(TH0_));
    SIM_EXPECT_NO_WRITE(SIM_SFR(TL0_));
    SIM_EXPECT_NO_WRITE(SIM_SFR(IE_));
    SIM_EXPECT(SIM_LATCH(PORT), HIGH);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(TCON_)) & 0xDF, 0x40);
}

static void call(uint8_t status)
{
    uint8_t i;

    SIM_EXPECT(ow_search_next(rom), status);
    for (i = 0; i < 8; i++)
        SIM_EXPECT(rom[i], seen_rom[i]);
}

/* Whole passes since the marks were set: reset and 8 + 64 * 3 slots each, a pulse and EA off and on in every one. */
static uint32_t port_mark;
static uint32_t ie_mark;

static void set_marks(void)
{
    port_mark = SIM_WRITES(PORT);
    ie_mark = SIM_WRITES(SIM_SFR(IE_));
}

static void expect_whole(const uint8_t *target)
{
    brief = 1;
    expect_command();
    expect_bits(target, 64);
    brief = 0;
}

static void expect_pulses(uint16_t passes)
{
    SIM_EXPECT(SIM_WRITES(PORT) - port_mark, passes * 402);
    SIM_EXPECT(SIM_WRITES(SIM_SFR(IE_)) - ie_mark, passes * 402);
    SIM_SKIP_WRITES(PORT);
    SIM_SKIP_WRITES(SIM_SFR(IE_));
    SIM_SKIP_WRITES(SIM_SFR(TH0_));
    quiet();
}

/* A pass that fails: after so many bits on the way to `target` both answers are 1. */
static void feed_failure(uint8_t alive, const uint8_t *target, uint8_t bits)
{
    feed_presence();
    feed_bits(alive, target, bits);
    SIM_FEED(PORT, HIGH);
    SIM_FEED(PORT, HIGH);
}

static void expect_failure(const uint8_t *target, uint8_t bits)
{
    expect_command();
    expect_bits(target, bits);
    expect_pair();
}

/* The same, and at the next try nobody is there any more. */
static void lost(uint8_t alive, const uint8_t *target, uint8_t bits)
{
    SIM_HOLD(PORT, HIGH);
    feed_failure(alive, target, bits);
    SIM_FEED(PORT, HIGH);
    call(ABSENT);
    expect_failure(target, bits);
    expect_reset();
    quiet();
}

/* A pass over the devices in the mask that ends at number n of them. */
static void find(uint8_t alive, uint8_t n)
{
    uint8_t i;

    SIM_HOLD(PORT, HIGH);
    feed_presence();
    feed_bits(alive, codes[n], 64);
    for (i = 0; i < 8; i++)
        seen_rom[i] = codes[n][i];
    set_marks();
    call(FOUND);
    expect_whole(codes[n]);
    expect_pulses(1);
}

static void nobody(void)
{
    SIM_HOLD(PORT, HIGH);
    call(ABSENT);
    expect_reset();
    quiet();
}

static void no_more(void)
{
    call(NO_MORE);
    quiet();
}

void main(void)
{
    uint8_t i;
    uint8_t n;
    uint8_t fork_byte;
    uint8_t fork_mask;

    SIM_MARK(1); /* start from dirt */
    TMOD = 0xAE;
    TCON = 0x70;
    IE = 0x92;
    SIM_HOLD(PORT, HIGH);
    for (i = 0; i < 8; i++)
        rom[i] = seen_rom[i] = 0x51 + i;
    /* Two of family 28 part somewhere below the family code. */
    fork_byte = (uint8_t)SIM_DRAW(1, 6);
    fork_mask = 1 << (uint8_t)SIM_DRAW(0, 7);
    for (i = 1; i < 7; i++) {
        codes[0][i] = (uint8_t)SIM_DRAW(0, 255);
        codes[1][i] = codes[2][i] = (uint8_t)SIM_DRAW(0, 255);
        codes[3][i] = (uint8_t)SIM_DRAW(0, 255);
    }
    codes[1][fork_byte] &= ~fork_mask;
    codes[2][fork_byte] |= fork_mask;
    for (n = 0; n < COUNT; n++)
        codes[n][7] = crc_of(codes[n]);
#if HOLE_PORT_SFR == 0x90
    P1 &= LOW;
#elif HOLE_PORT_SFR == 0xA0
    P2 &= LOW;
#else
    P3 &= LOW;
#endif
    SIM_SKIP_WRITES(PORT);
    SIM_SKIP_WRITES(SIM_SFR(IE_));
    ow_init();
    SIM_EXPECT(SIM_LATCH(SIM_SFR(TMOD_)), 0xA1);
    SIM_EXPECT(SIM_LATCH(SIM_SFR(IE_)), 0x90);
    SIM_SKIP_WRITES(SIM_SFR(IE_));
    SIM_EXPECT_WRITE(PORT, HIGH);
    quiet();
    enabled = 0x90;
    disabled = 0x10;

    SIM_MARK(2); /* nobody; low all the time; low only at the end */
    ow_search_start(0x28);
    SIM_SKIP_WRITES(SIM_SFR(TCON_));
    nobody();
    for (i = 0; i < 3; i++) { /* overflow flag cleared, timer started, and stopped when the flag is set */
        SIM_EXPECT_WRITE(SIM_SFR(TCON_), 0x40);
        SIM_EXPECT_WRITE(SIM_SFR(TCON_), 0x50);
        SIM_EXPECT_WRITE(SIM_SFR(TCON_), 0x60);
    }
    SIM_EXPECT_NO_WRITE(SIM_SFR(TCON_));
    SIM_HOLD(PORT, LOW);
    call(SHORTED);
    expect_reset();
    quiet();
    SIM_HOLD(PORT, LOW);
    SIM_FEED(PORT, HIGH);
    SIM_FEED(PORT, LOW);
    call(SHORTED);
    expect_reset();
    quiet();

    SIM_MARK(3); /* one family among others, to its end */
    find(0x0F, 1);
    find(0x0F, 2);
    no_more();
    no_more();

    SIM_MARK(4); /* a line held low after the presence pulse is no device */
    ow_search_start(0);
    feed_presence();
    for (i = 0; i < 16; i++)
        SIM_FEED(PORT, LOW);
    SIM_FEED(PORT, HIGH);
    call(ABSENT);
    expect_command();
    for (i = 0; i < 8; i++) {
        expect_pair();
        expect_written(0);
    }
    expect_reset();
    quiet();

    SIM_MARK(5); /* all devices; what fails in between does not lose the way */
    find(0x0F, 0);
    SIM_MARK(6); /* the last try succeeds */
    for (i = 1; i < HOLE_TRIES; i++)
        feed_failure(0, codes[1], 0);
    feed_presence();
    feed_bits(0x0F, codes[1], 64);
    for (i = 0; i < 8; i++)
        seen_rom[i] = codes[1][i];
    call(FOUND);
    for (i = 1; i < HOLE_TRIES; i++)
        expect_failure(codes[1], 0);
    expect_whole(codes[1]);
    SIM_SKIP_WRITES(PORT);
    SIM_SKIP_WRITES(SIM_SFR(IE_));
    SIM_SKIP_WRITES(SIM_SFR(TH0_));
    quiet();
    SIM_MARK(7); /* only one answers, which goes another way, and then it falls silent; other interrupts stay off */
    EA = 0;
    SIM_SKIP_WRITES(SIM_SFR(IE_));
    enabled = 0x10;
    lost(0x01, codes[0], 9);
    EA = 1;
    SIM_SKIP_WRITES(SIM_SFR(IE_));
    enabled = 0x90;
    find(0x0F, 2);
    SIM_HOLD(PORT, HIGH);
    feed_failure(0x0F, codes[3], 2); /* the fork that is left */
    for (i = 1; i < HOLE_TRIES; i++)
        feed_failure(0, codes[3], 0);
    call(CORRUPT);
    brief = 1;
    expect_failure(codes[3], 2);
    for (i = 1; i < HOLE_TRIES; i++)
        expect_failure(codes[3], 0);
    brief = 0;
    SIM_SKIP_WRITES(PORT);
    SIM_SKIP_WRITES(SIM_SFR(IE_));
    SIM_SKIP_WRITES(SIM_SFR(TH0_));
    quiet();
    ow_search_start(0);
    lost(0x0F, codes[0], 2); /* forgotten */

    SIM_MARK(8); /* a wrong CRC, and once more; it is a device of another family than the wanted one */
    ow_search_start(0x22);
    SIM_HOLD(PORT, HIGH);
    codes[3][5] ^= 0x04;
    feed_presence();
    feed_bits(0x08, codes[3], 64);
    codes[3][5] ^= 0x04;
    feed_presence();
    feed_bits(0x08, codes[3], 64);
    set_marks();
    call(NO_MORE);
    codes[3][5] ^= 0x04;
    expect_whole(codes[3]);
    codes[3][5] ^= 0x04;
    expect_whole(codes[3]);
    expect_pulses(2);
    no_more();
    ow_search_start(0x22);
    nobody();
    SIM_DONE();
}
