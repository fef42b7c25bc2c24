#define AT(address) (*(volatile uint32_t *)(address))
#define IDR SIM_IDR(HOLE_PORT_CHAR)
#define SET SIM_BSRR(HOLE_PORT_CHAR)
#define RESET SIM_BRR(HOLE_PORT_CHAR)
#define CONTROL (HOLE_WIRE_PIN < 8 ? SIM_CRL(HOLE_PORT_CHAR) : SIM_CRH(HOLE_PORT_CHAR))
#define PIN (1u << HOLE_WIRE_PIN)
#define CNT 0x40000024

/* ---- Devices: what the line is when the master looks. ---- */

static void line(uint32_t high) { SIM_FEED(IDR, high ? 0xFFFF : 0xFFFF & ~PIN); }

static void presence(uint32_t present)
{
    SIM_HOLD(IDR, 0xFFFF);
    line(1);
    line(!present);
    line(1);
}

/* ---- What must have been on the line. ---- */

static void waited(uint32_t us) { SIM_EXPECT_WRITE(CNT, 65536 - us); }

static void low_for(uint32_t us)
{
    SIM_EXPECT_WRITE(RESET, PIN);
    waited(us);
    SIM_EXPECT_WRITE(SET, PIN);
}

static void expect_reset(void)
{
    low_for(HOLE_RESET_LOW_US);
    waited(HOLE_PRESENCE_US);
    waited(410);
}

static void expect_slot(uint32_t bit)
{
    low_for(bit ? 6 : 60);
    if (bit) {
        waited(8);
        waited(56);
    } else {
        waited(10);
    }
}

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(SET);
    SIM_EXPECT_NO_WRITE(RESET);
    SIM_EXPECT_NO_WRITE(CNT);
    SIM_EXPECT(SIM_LATCH(SIM_ODR(HOLE_PORT_CHAR)) & PIN, PIN);
}

static void check_write(uint8_t byte)
{
    uint32_t i;

    SIM_HOLD(IDR, SIM_DRAW(0, 1) ? 0xFFFF : 0);
    ow_write(byte);
    for (i = 0; i < 8; i++)
        expect_slot(byte >> i & 1);
    quiet();
}

static void check_read(uint8_t byte)
{
    uint32_t i;

    for (i = 0; i < 8; i++)
        line(byte >> i & 1);
    SIM_EXPECT(ow_read(), byte);
    for (i = 0; i < 8; i++)
        expect_slot(1);
    quiet();
}

/* The same CRC the other way round: bits mirrored, division from the top. */
static uint8_t mirrored(uint8_t byte)
{
    uint8_t i, to = 0;

    for (i = 0; i < 8; i++)
        if (byte >> i & 1)
            to |= 0x80 >> i;
    return to;
}

static uint8_t crc_of(const uint8_t *data, uint32_t count)
{
    uint32_t i, rest = 0;

    while (count--) {
        rest ^= (uint32_t)mirrored(*data++) << 8;
        for (i = 0; i < 8; i++)
            rest = rest & 0x8000 ? (rest << 1 ^ 0x3100) & 0xFF00 : rest << 1 & 0xFF00;
    }
    return mirrored((uint8_t)(rest >> 8));
}

#define COUNT 4
static uint8_t codes[COUNT][8] = {
    {0x28, 0xFF, 0x64, 0x1E, 0x92, 0x16, 0x03}, {0x10, 0x01, 0x02, 0x03, 0x04, 0x05, 0x06},
    {0x28, 0xFF, 0x64, 0x1E, 0x92, 0x16, 0x83}, {0x10, 0x01, 0x02, 0x03, 0x04, 0x05, 0x86},
};

static uint32_t bit_at(const uint8_t *code, uint32_t i) { return code[i / 8] >> i % 8 & 1; }

/* Whether one code is found before the other: at the first bit that differs, 0 goes first. */
static uint32_t before(const uint8_t *one, const uint8_t *other)
{
    uint32_t i = 0;

    while (i < 63 && bit_at(one, i) == bit_at(other, i))
        i++;
    return bit_at(one, i) < bit_at(other, i);
}

static uint32_t agree(const uint8_t *one, const uint8_t *other, uint32_t bits)
{
    uint32_t i;

    for (i = 0; i < bits; i++)
        if (bit_at(one, i) != bit_at(other, i))
            return 0;
    return 1;
}

/* The two answers in a pass that selects `target`, up to so many bits. */
static void feed_pass(uint32_t devices, const uint8_t *target, uint32_t bits)
{
    uint32_t i, n;

    presence(1);
    for (i = 0; i < 4; i++)
        line(1); /* 0xF0 has four ones, each of them looked at */
    for (i = 0; i < bits; i++) {
        uint32_t ones = 1, zeros = 1;

        for (n = 0; n < devices; n++) {
            if (!agree(codes[n], target, i))
                continue;
            ones &= bit_at(codes[n], i);
            zeros &= !bit_at(codes[n], i);
        }
        line(ones);
        line(zeros);
        if (bit_at(target, i))
            line(1);
    }
}

static void expect_pass(const uint8_t *target, uint32_t bits)
{
    uint32_t i;

    expect_reset();
    for (i = 0; i < 8; i++)
        expect_slot(0xF0 >> i & 1);
    for (i = 0; i < bits; i++) {
        expect_slot(1);
        expect_slot(1);
        expect_slot(bit_at(target, i));
    }
}

static void find(ow_search_t *search, uint32_t devices, const uint8_t *target, uint32_t last)
{
    uint32_t i;

    feed_pass(devices, target, 64);
    SIM_EXPECT(ow_search_next(search), 1);
    for (i = 0; i < 8; i++)
        SIM_EXPECT(search->rom[i], target[i]);
    SIM_EXPECT(search->finished, last);
    expect_pass(target, 64);
    quiet();
}

void main(void)
{
    ow_search_t search;
    uint32_t i, n;
    uint32_t shift = HOLE_WIRE_PIN % 8 * 4;
    uint8_t bytes[9];

    SIM_MARK(1);
    AT(0x4002101C) = 0x8000002;
    AT(0x40021018) = 0x4801;
    AT(CONTROL) = 0xA4B81234;
    AT(SIM_ODR(HOLE_PORT_CHAR)) = 0;
    SIM_SKIP_WRITES(0x4002101C);
    SIM_SKIP_WRITES(0x40021018);
    SIM_SKIP_WRITES(CONTROL);
    ow_init();
    SIM_EXPECT_WRITE(0x4002101C, 0x8000003);
    SIM_EXPECT_WRITE(0x40021018, 0x4801 | 1u << HOLE_WIRE_CLOCK_BIT);
    SIM_EXPECT_WRITE(SET, PIN);
    SIM_EXPECT_WRITE(CONTROL, (0xA4B81234 & ~(15u << shift)) | 6u << shift);
    SIM_EXPECT_NO_WRITE(CONTROL);
    SIM_EXPECT_WRITE(0x40000028, HOLE_TIMER_HZ / 1000000 - 1);
    SIM_EXPECT_WRITE(0x4000002C, 0xFFFF);
    SIM_EXPECT_WRITE(0x40000014, 1);
    SIM_EXPECT_WRITE(0x40000000, 1);
    SIM_EXPECT_NO_WRITE(0x40000000);
    quiet();

    SIM_MARK(2); /* a device, nobody, shorted before, shorted after, shorted all the time */
    presence(1);
    SIM_EXPECT(ow_reset(), 1);
    expect_reset();
    presence(0);
    SIM_EXPECT(ow_reset(), 0);
    expect_reset();
    quiet();
    SIM_HOLD(IDR, 0xFFFF);
    line(0);
    line(0);
    line(1);
    SIM_EXPECT(ow_reset(), 0);
    quiet();
    SIM_HOLD(IDR, 0xFFFF);
    line(1);
    line(0);
    line(0);
    SIM_EXPECT(ow_reset(), 0);
    expect_reset();
    SIM_HOLD(IDR, 0xFFFF & ~PIN);
    SIM_EXPECT(ow_reset(), 0);
    SIM_HOLD(IDR, PIN); /* neighbours low */
    line(1);
    line(0);
    SIM_FEED(IDR, PIN);
    SIM_EXPECT(ow_reset(), 1);
    expect_reset();
    quiet();

    SIM_MARK(3);
    check_write(0xCC);
    check_write(0x44);
    check_write(0x01);
    check_write(0x80);
    check_read(0x00);
    check_read(0xFF);
    check_read(0x4D);
    check_read(0x81);

    SIM_MARK(4); /* the CRC */
    for (i = 0; i < 9; i++)
        bytes[i] = (uint8_t)(i + '1');
    SIM_EXPECT(ow_crc8(bytes, 9), 0xA1);
    SIM_EXPECT(ow_crc8(bytes, 0), 0);
    for (n = 0; n < COUNT; n++) {
        codes[n][7] = crc_of(codes[n], 7);
        SIM_EXPECT(ow_crc8(codes[n], 7), codes[n][7]);
        SIM_EXPECT(ow_crc8(codes[n], 8), 0);
    }
    for (n = 0; n < 5; n++) {
        for (i = 0; i < 9; i++)
            bytes[i] = (uint8_t)SIM_DRAW(0, 255);
        SIM_EXPECT(ow_crc8(bytes, 9), crc_of(bytes, 9));
    }

    SIM_MARK(5); /* four devices, in their order; then no more, without a look at the line */
    for (i = 0; i < COUNT; i++)
        for (n = i + 1; n < COUNT; n++)
            if (before(codes[n], codes[i])) {
                uint32_t k;

                for (k = 0; k < 8; k++) {
                    uint8_t kept = codes[i][k];

                    codes[i][k] = codes[n][k];
                    codes[n][k] = kept;
                }
            }
    search.last_fork = 33;
    search.finished = true;
    for (i = 0; i < 8; i++)
        search.rom[i] = 0xFF;
    ow_search_start(&search);
    for (n = 0; n < COUNT; n++)
        find(&search, COUNT, codes[n], n + 1 == COUNT);
    SIM_HOLD(IDR, 0xFFFF);
    SIM_EXPECT(ow_search_next(&search), 0);
    quiet();

    SIM_MARK(6); /* an empty bus; a device that leaves in the middle: nothing is finished */
    ow_search_start(&search);
    presence(0);
    SIM_EXPECT(ow_search_next(&search), 0);
    SIM_EXPECT(search.finished, 0);
    expect_reset();
    quiet();
    feed_pass(1, codes[0], 11);
    line(1);
    line(1);
    SIM_EXPECT(ow_search_next(&search), 0);
    SIM_EXPECT(search.finished, 0);
    expect_pass(codes[0], 11);
    expect_slot(1);
    expect_slot(1);
    quiet();

    SIM_MARK(7); /* one device alone, and one bit of its CRC is wrong */
    codes[0][7] ^= 0x10;
    ow_search_start(&search);
    feed_pass(1, codes[0], 64);
    SIM_EXPECT(ow_search_next(&search), 0);
    expect_pass(codes[0], 64);
    quiet();

    SIM_MARK(8); /* a delay lasts until UIF, whatever the other flags do */
    SIM_SKIP_WRITES(0x40000010);
    presence(1);
    for (i = 0; i < 3; i++) {
        SIM_FEED(0x40000010, 0x1E);
        SIM_FEED(0x40000010, 0x00);
        SIM_FEED(0x40000010, 0x40);
        SIM_FEED(0x40000010, 0x01);
    }
    SIM_FEED(0x40000010, 0x02);
    SIM_EXPECT(ow_reset(), 1);
    SIM_EXPECT(AT(0x40000010), 0x02);
    for (i = 0; i < 3; i++)
        SIM_EXPECT_WRITE(0x40000010, 0);
    expect_reset();
    quiet();
}
