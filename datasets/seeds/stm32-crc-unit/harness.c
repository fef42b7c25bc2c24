#define AT(address) (*(volatile uint32_t *)(address))
#define AHBENR 0x40021014
#define DR 0x40023000
#define CR 0x40023008

/* Bit by bit, the way the reference manual draws it. */
static uint32_t divided(uint32_t rest, uint32_t value, uint32_t bits)
{
    while (bits--) {
        uint32_t out = (rest >> 31) ^ (value >> bits & 1);

        rest <<= 1;
        if (out)
            rest ^= 0x04C11DB7;
    }
    return rest;
}

static uint8_t data[64];

static uint32_t expected(uint32_t from, uint32_t count)
{
    uint32_t i, rest = 0xFFFFFFFF;

    for (i = 0; i < count; i++)
        rest = divided(rest, data[from + i], 8);
    return rest;
}

static uint32_t word(uint32_t at)
{
    return data[at] * 0x1000000u + data[at + 1] * 0x10000u + data[at + 2] * 0x100u + data[at + 3];
}

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(DR);
    SIM_EXPECT_NO_WRITE(CR);
}

/* The unit was reset, then fed; what it holds then is put in by hand. */
static void feed_unit(uint32_t from, uint32_t count, uint32_t damage)
{
    SIM_HOLD(DR, expected(from, count & ~3u) ^ damage);
}

static void unit_was_used(uint32_t from, uint32_t count)
{
    uint32_t i;

    SIM_EXPECT_WRITE(CR, 1);
    for (i = 0; i + 4 <= count; i += 4)
        SIM_EXPECT_WRITE(DR, word(from + i));
    quiet();
}

static void check(uint32_t from, uint32_t count)
{
    uint32_t crc = 0x12345678;

    SIM_EXPECT(crc_software(data + from, count), expected(from, count));
    quiet();
    feed_unit(from, count, 0);
    SIM_EXPECT(crc_hardware(data + from, count), expected(from, count));
    unit_was_used(from, count);
    SIM_EXPECT(crc_checked(data + from, count, &crc), 1);
    SIM_EXPECT(crc, expected(from, count));
    unit_was_used(from, count);
    feed_unit(from, count, 1u << (count % 32));
    SIM_EXPECT(crc_checked(data + from, count, &crc), 0);
    SIM_EXPECT(crc, expected(from, count));
    unit_was_used(from, count);
}

void main(void)
{
    uint32_t i, crc;

    SIM_MARK(1);
    AT(AHBENR) = 0x115;
    SIM_SKIP_WRITES(AHBENR);
    in_use = true;
    crc_init();
    SIM_EXPECT_WRITE(AHBENR, 0x155);
    SIM_EXPECT_NO_WRITE(AHBENR);
    quiet();

    SIM_MARK(2); /* the value that every list of CRCs has for "123456789" */
    for (i = 0; i < 9; i++)
        data[i] = (uint8_t)('1' + i);
    SIM_EXPECT(crc_software(data, 9), 0x0376E6E7);
    SIM_EXPECT(expected(0, 9), 0x0376E6E7);
    SIM_EXPECT(crc_software(data, 0), 0xFFFFFFFF);

    SIM_MARK(3); /* all lengths around whole words, also from odd addresses */
    for (i = 0; i < sizeof data; i++)
        data[i] = (uint8_t)(i * 151 + 0x3C);
    for (i = 0; i <= 13; i++)
        check(i % 4, i);
    check(0, 64);
    check(1, 63);

    SIM_MARK(4); /* one byte in each place of a word */
    for (i = 0; i < sizeof data; i++)
        data[i] = 0;
    for (i = 0; i < 4; i++) {
        data[i] = (uint8_t)(0x81 + i);
        check(0, 8);
        data[i] = 0;
    }
    data[0] = 0x01; /* each nibble of the table */
    for (i = 0; i < 16; i++) {
        data[0] = (uint8_t)(i * 16 + (15 - i));
        SIM_EXPECT(crc_software(data, 1), expected(0, 1));
    }

    SIM_MARK(5); /* somebody else uses the unit: it is left alone, and the answer is the same */
    in_use = true;
    SIM_HOLD(DR, 0xDEADBEEF);
    SIM_EXPECT(crc_hardware(data, 11), expected(0, 11));
    SIM_EXPECT(crc_checked(data, 11, &crc), 1);
    SIM_EXPECT(in_use, 1);
    quiet();
    in_use = false;
    check(0, 11);
    SIM_EXPECT(in_use, 0);

    for (i = 0; i < 6; i++) {
        SIM_MARK(6 + i);
        for (crc = 0; crc < 20; crc++)
            data[crc] = (uint8_t)SIM_DRAW(0, 255);
        check(SIM_DRAW(0, 3), SIM_DRAW(0, 17));
    }
}
