enum { OK, NO_MAGIC, BAD_HEADER, WRONG_PRODUCT, BAD_LENGTH, TOO_OLD, BAD_CRC };

/* A header with a right sum, plus wrong. */
#define SUMMED(m0, m1, product, major, minor, length, crc, wrong) \
    m0, m1, product, major, minor, (length) & 0xFF, (length) >> 8, (crc) & 0xFF, (crc) >> 8, \
    (uint8_t)(wrong - (m0 + m1 + (product) + (major) + (minor) + ((length) & 0xFF) + ((length) >> 8) + ((crc) & 0xFF) + ((crc) >> 8)))
#define OURS(major, minor, length, crc) SUMMED(0x4D, 0xB2, HOLE_PRODUCT_ID, major, minor, length, crc, 0)

/* Payloads with their CRC-16/CCITT-FALSE, from published tables and by hand. */
#define JUMP 0x02, 0x30, 0x00
#define JUMP_CRC 0xA769
#define DIGITS 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x39
#define DIGITS_CRC 0x29B1
#define LONG \
    0x05, 0x2A, 0x4F, 0x74, 0x99, 0xBE, 0xE3, 0x08, 0x2D, 0x52, 0x77, 0x9C, 0xC1, 0xE6, 0x0B, 0x30, 0x55, 0x7A, 0x9F, 0xC4, \
    0xE9, 0x0E, 0x33, 0x58, 0x7D, 0xA2, 0xC7, 0xEC, 0x11, 0x36, 0x5B, 0x80, 0xA5, 0xCA, 0xEF, 0x14, 0x39, 0x5E, 0x83, 0xA8, \
    0xCD, 0xF2, 0x17, 0x3C, 0x61, 0x86, 0xAB, 0xD0, 0xF5, 0x1A, 0x3F, 0x64, 0x89, 0xAE, 0xD3, 0xF8, 0x1D, 0x42, 0x67, 0x8C, \
    0xB1, 0xD6, 0xFB, 0x20, 0x45, 0x6A, 0x8F, 0xB4, 0xD9, 0xFE, 0x23, 0x48, 0x6D, 0x92, 0xB7, 0xDC, 0x01, 0x26, 0x4B, 0x70, \
    0x95, 0xBA, 0xDF, 0x04, 0x29, 0x4E, 0x73, 0x98, 0xBD, 0xE2, 0x07, 0x2C, 0x51, 0x76, 0x9B, 0xC0, 0xE5, 0x0A, 0x2F, 0x54, \
    0x79, 0x9E, 0xC3, 0xE8, 0x0D, 0x32, 0x57, 0x7C, 0xA1, 0xC6, 0xEB, 0x10, 0x35, 0x5A, 0x7F, 0xA4, 0xC9, 0xEE, 0x13, 0x38, \
    0x5D, 0x82, 0xA7, 0xCC, 0xF1, 0x16, 0x3B, 0x60, 0x85, 0xAA, 0xCF, 0xF4, 0x19, 0x3E, 0x63, 0x88, 0xAD, 0xD2, 0xF7, 0x1C, \
    0x41, 0x66, 0x8B, 0xB0, 0xD5, 0xFA, 0x1F, 0x44, 0x69, 0x8E, 0xB3, 0xD8, 0xFD, 0x22, 0x47, 0x6C, 0x91, 0xB6, 0xDB, 0x00, \
    0x25, 0x4A, 0x6F, 0x94, 0xB9, 0xDE, 0x03, 0x28, 0x4D, 0x72, 0x97, 0xBC, 0xE1, 0x06, 0x2B, 0x50, 0x75, 0x9A, 0xBF, 0xE4, \
    0x09, 0x2E, 0x53, 0x78, 0x9D, 0xC2, 0xE7, 0x0C, 0x31, 0x56, 0x7B, 0xA0, 0xC5, 0xEA, 0x0F, 0x34, 0x59, 0x7E, 0xA3, 0xC8, \
    0xED, 0x12, 0x37, 0x5C, 0x81, 0xA6, 0xCB, 0xF0, 0x15, 0x3A, 0x5F, 0x84, 0xA9, 0xCE, 0xF3, 0x18, 0x3D, 0x62, 0x87, 0xAC, \
    0xD1, 0xF6, 0x1B, 0x40, 0x65, 0x8A, 0xAF, 0xD4, 0xF9, 0x1E, 0x43, 0x68, 0x8D, 0xB2, 0xD7, 0xFC, 0x21, 0x46, 0x6B, 0x90, \
    0xB5, 0xDA, 0xFF, 0x24, 0x49, 0x6E, 0x93, 0xB8, 0xDD, 0x02, 0x27, 0x4C, 0x71, 0x96, 0xBB, 0xE0, 0x05, 0x2A, 0x4F, 0x74, \
    0x99, 0xBE, 0xE3, 0x08, 0x2D, 0x52, 0x77, 0x9C, 0xC1, 0xE6, 0x0B, 0x30, 0x55, 0x7A, 0x9F, 0xC4, 0xE9, 0x0E, 0x33, 0x58, \
    0x7D, 0xA2, 0xC7, 0xEC, 0x11, 0x36, 0x5B, 0x80, 0xA5, 0xCA, 0xEF, 0x14, 0x39, 0x5E, 0x83, 0xA8, 0xCD, 0xF2, 0x17, 0x3C
#define LONG_CRC 0xC6AA

#define OLDEST HOLE_OLDEST_MAJOR
#define MAX HOLE_LENGTH_MAX
#define IMAGE static const __code uint8_t

IMAGE jump[] = {OURS(OLDEST, 0, 3, JUMP_CRC), JUMP};
IMAGE digits[] = {OURS(OLDEST, 1, 9, DIGITS_CRC), DIGITS};
IMAGE longer[] = {OURS(OLDEST + 1, 0, 300, LONG_CRC), LONG};
IMAGE newest[] = {OURS(255, 255, 9, DIGITS_CRC), DIGITS};
IMAGE twin[] = {OURS(OLDEST, 1, 3, JUMP_CRC), JUMP};
IMAGE other_magic_0[] = {SUMMED(0x4C, 0xB2, HOLE_PRODUCT_ID, OLDEST, 0, 3, JUMP_CRC, 0), JUMP};
IMAGE other_magic_1[] = {SUMMED(0x4D, 0x4D, HOLE_PRODUCT_ID, OLDEST, 0, 3, JUMP_CRC, 0), JUMP};
IMAGE erased[] = {0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF};
IMAGE magic_and_sum[] = {SUMMED(0xFF, 0xFF, HOLE_PRODUCT_ID, OLDEST, 0, 3, JUMP_CRC, 1), JUMP};
IMAGE sum_1[] = {SUMMED(0x4D, 0xB2, HOLE_PRODUCT_ID, OLDEST, 0, 3, JUMP_CRC, 1), JUMP};
IMAGE sum_128[] = {SUMMED(0x4D, 0xB2, HOLE_PRODUCT_ID ^ 1, OLDEST, 0, 3, JUMP_CRC, 0x80), JUMP};
IMAGE product_above[] = {SUMMED(0x4D, 0xB2, HOLE_PRODUCT_ID + 1, OLDEST, 0, 2, JUMP_CRC, 0), JUMP};
IMAGE product_below[] = {SUMMED(0x4D, 0xB2, HOLE_PRODUCT_ID - 1, OLDEST, 0, 3, JUMP_CRC, 0), JUMP};
IMAGE empty[] = {OURS(OLDEST, 0, 0, 0xFFFF), JUMP};
IMAGE too_short[] = {OURS(OLDEST - 1, 0, 2, JUMP_CRC), JUMP};
IMAGE too_long[] = {OURS(OLDEST - 1, 0, MAX + 1, JUMP_CRC), JUMP};
IMAGE far_too_long[] = {OURS(OLDEST, 0, 0xFF03, JUMP_CRC), JUMP};
IMAGE old_bad[] = {OURS(OLDEST - 1, 255, MAX, 0x1234), JUMP};
IMAGE old_good[] = {OURS(OLDEST - 1, 255, 9, DIGITS_CRC), DIGITS};
IMAGE payload_bit[] = {OURS(OLDEST, 2, 9, DIGITS_CRC), 0x31, 0x32, 0x33, 0x34, 0x35, 0x36, 0x37, 0x38, 0x38};
IMAGE payload_start[] = {OURS(OLDEST, 2, 3, JUMP_CRC), 0x82, 0x30, 0x00};
IMAGE crc_low[] = {OURS(255, 2, 9, DIGITS_CRC ^ 0x0001), DIGITS};
IMAGE crc_high[] = {OURS(OLDEST, 2, 9, DIGITS_CRC ^ 0x8000), DIGITS};
IMAGE crc_swapped[] = {OURS(OLDEST, 2, 9, (DIGITS_CRC >> 8 | (DIGITS_CRC & 0xFF) << 8)), DIGITS};
IMAGE cut[] = {OURS(OLDEST, 2, 8, DIGITS_CRC), DIGITS};
IMAGE full_size[] = {OURS(OLDEST, 2, MAX, 0x0001), JUMP};

void main(void)
{
    uint8_t i;
    const __code uint8_t *one;
    const __code uint8_t *two;
    uint8_t a, b;

    SIM_MARK(1); /* one fault after another, some hidden behind an earlier one */
    SIM_EXPECT(image_check(jump), OK);
    SIM_EXPECT(image_check(digits), OK);
    SIM_EXPECT(image_check(longer), OK);
    SIM_EXPECT(image_check(newest), OK);
    SIM_EXPECT(image_check(twin), OK);
    SIM_EXPECT(image_check(other_magic_0), NO_MAGIC);
    SIM_EXPECT(image_check(other_magic_1), NO_MAGIC);
    SIM_EXPECT(image_check(erased), NO_MAGIC);
    SIM_EXPECT(image_check(magic_and_sum), NO_MAGIC);
    SIM_EXPECT(image_check(sum_1), BAD_HEADER);
    SIM_EXPECT(image_check(sum_128), BAD_HEADER);
    SIM_EXPECT(image_check(product_above), WRONG_PRODUCT);
    SIM_EXPECT(image_check(product_below), WRONG_PRODUCT);
    SIM_EXPECT(image_check(empty), BAD_LENGTH);
    SIM_EXPECT(image_check(too_short), BAD_LENGTH);
    SIM_EXPECT(image_check(too_long), BAD_LENGTH);
    SIM_EXPECT(image_check(far_too_long), BAD_LENGTH);
    SIM_EXPECT(image_check(old_bad), TOO_OLD);
    SIM_EXPECT(image_check(old_good), TOO_OLD);
    SIM_EXPECT(image_check(payload_bit), BAD_CRC);
    SIM_EXPECT(image_check(payload_start), BAD_CRC);
    SIM_EXPECT(image_check(crc_low), BAD_CRC);
    SIM_EXPECT(image_check(crc_high), BAD_CRC);
    SIM_EXPECT(image_check(crc_swapped), BAD_CRC);
    SIM_EXPECT(image_check(cut), BAD_CRC);
    SIM_EXPECT(image_check(full_size), BAD_CRC);

    SIM_MARK(2);
    SIM_EXPECT(image_version(jump), OLDEST * 256);
    SIM_EXPECT(image_version(digits), OLDEST * 256 + 1);
    SIM_EXPECT(image_version(newest), 0xFFFF);
    SIM_EXPECT(image_version(old_good), OLDEST * 256 - 1);

    SIM_MARK(3); /* choosing */
    SIM_EXPECT(image_choose(jump, digits), 2);
    SIM_EXPECT(image_choose(digits, jump), 1);
    SIM_EXPECT(image_choose(digits, longer), 2); /* the major counts more than the minor */
    SIM_EXPECT(image_choose(longer, digits), 1);
    SIM_EXPECT(image_choose(digits, twin), 1);
    SIM_EXPECT(image_choose(twin, digits), 1);
    SIM_EXPECT(image_choose(newest, longer), 1);
    SIM_EXPECT(image_choose(longer, newest), 2);
    SIM_EXPECT(image_choose(crc_low, jump), 2); /* a damaged one is never better */
    SIM_EXPECT(image_choose(jump, crc_low), 1);
    SIM_EXPECT(image_choose(erased, crc_low), 0);
    SIM_EXPECT(image_choose(old_good, erased), 0);
    SIM_EXPECT(image_choose(erased, jump), 2);
    SIM_EXPECT(image_choose(jump, erased), 1);

    for (i = 0; i < 8; i++) {
        SIM_MARK(4 + i);
        a = (uint8_t)SIM_DRAW(0, 2);
        b = (uint8_t)SIM_DRAW(0, 2);
        one = a == 0 ? payload_bit : a == 1 ? jump : digits;
        two = b == 0 ? sum_1 : b == 1 ? jump : digits;
        SIM_EXPECT(image_choose(one, two), a + b == 0 ? 0 : a >= b ? 1 : 2);
    }
    SIM_DONE();
}
