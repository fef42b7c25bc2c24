static uint8_t area[200];
static uint32_t quotient_rest;

/* The same division with the register the other way round, the message's bits as they come. */
static void divide(const uint8_t *bytes, uint16_t count)
{
    quotient_rest = 0xFFFFFFFF;
    while (count--) {
        uint8_t byte = *bytes++;
        uint8_t bit;

        for (bit = 0; bit < 8; bit++) {
            uint8_t out = (uint8_t)(quotient_rest >> 24) >> 7;

            quotient_rest <<= 1;
            if (out != (byte & 1))
                quotient_rest ^= HOLE_MIRRORED;
            byte >>= 1;
        }
    }
}

static uint32_t crc_of(const uint8_t *bytes, uint16_t count)
{
    uint32_t result = 0;
    uint8_t i;

    divide(bytes, count);
    for (i = 0; i < 32; i++) {
        result <<= 1;
        if (!(quotient_rest & 1))
            result |= 1;
        quotient_rest >>= 1;
    }
    return result;
}

static void fill(uint8_t from, uint8_t step)
{
    uint8_t i;

    for (i = 0; i < sizeof area; i++) {
        area[i] = from;
        from += step;
    }
}

static void seal(uint8_t count)
{
    uint32_t result = crc_of(area, count);

    area[count] = (uint8_t)result;
    area[count + 1] = (uint8_t)(result >> 8);
    area[count + 2] = (uint8_t)(result >> 16);
    area[count + 3] = (uint8_t)(result >> 24);
}

/* As many steps as are needed and not one more; before the last one it has not passed. */
static void check(uint8_t count, bool good)
{
    uint8_t steps = 1;

    check_begin(area, count);
    SIM_EXPECT(check_passed(), count == 0 && good);
    for (; steps * HOLE_PORTION < count; steps++) {
        SIM_EXPECT(check_step(), 0);
        SIM_EXPECT(check_passed(), 0);
    }
    SIM_EXPECT(check_step(), 1);
    SIM_EXPECT(check_passed(), good);
}

void main(void)
{
    static const uint8_t digits[9] = {'1', '2', '3', '4', '5', '6', '7', '8', '9'};
    uint8_t i;
    uint8_t n;

    SIM_MARK(1); /* the published check value, whole and in two parts, and the CRC of nothing */
    SIM_EXPECT(crc32_add(0, digits, 9), HOLE_CHECK);
    for (i = 0; i <= 9; i += 3)
        SIM_EXPECT(crc32_add(crc32_add(0, digits, i), digits + i, 9 - i), HOLE_CHECK);
    SIM_EXPECT(crc32_add(0, digits, 0), 0);
    SIM_EXPECT(crc32_add(0x12345678, digits, 0), 0x12345678);

    SIM_MARK(2); /* against the other way of computing it */
    for (i = 0; i < 4; i++) {
        fill((uint8_t)SIM_DRAW(0, 255), (uint8_t)SIM_DRAW(0, 255));
        n = (uint8_t)SIM_DRAW(1, 20);
        SIM_EXPECT(crc32_add(0, area, n), crc_of(area, n));
    }
    fill(0, 0); /* zeros count */
    SIM_EXPECT(crc32_add(0, area, 1) == crc32_add(0, area, 2), 0);
    SIM_EXPECT(crc32_add(0, (const uint8_t *)0x4000, 300), HOLE_ZEROS_300);

    SIM_MARK(3); /* a step reads a portion and no more: what changes behind it counts, what changes before does not */
    fill(7, 3);
    seal(2 * HOLE_PORTION);
    check_begin(area, 2 * HOLE_PORTION);
    area[HOLE_PORTION] ^= 0x10;
    SIM_EXPECT(check_step(), 0);
    area[HOLE_PORTION] ^= 0x10;
    area[0] ^= 0x01;
    area[HOLE_PORTION - 1] ^= 0x80;
    SIM_EXPECT(check_step(), 1);
    area[2 * HOLE_PORTION - 1] ^= 0x80;
    SIM_EXPECT(check_passed(), 1);
    SIM_EXPECT(check_step(), 1); /* one more does no harm */
    SIM_EXPECT(check_passed(), 1);

    SIM_MARK(4); /* lengths around the portion */
    for (i = 0; i < 5; i++) {
        fill(i, 91);
        n = HOLE_PORTION - 2 + i;
        seal(n);
        check(n, true);
    }
    fill(0xFF, 0);
    seal(0);
    check(0, true);
    area[0] ^= 1;
    check(0, false);
    seal(1);
    check(1, true);
    n = 2 * HOLE_PORTION + 1;
    seal(n);
    check(n, true);

    SIM_MARK(5); /* a bit wrong in the bytes, in each byte of the stored CRC */
    area[0] ^= 0x80;
    check(n, false);
    area[0] ^= 0x80;
    area[n - 1] ^= 0x01;
    check(n, false);
    area[n - 1] ^= 0x01;
    for (i = 0; i < 4; i++) {
        area[n + i] ^= 0x40;
        check(n, false);
        area[n + i] ^= 0x40;
    }
    check(n, true);
    check_begin(area, n); /* broken off, and begun again */
    check_step();
    check(n, true);
}
