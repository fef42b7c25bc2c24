/* CRC-32 of a range of memory, without a table, and in portions that the main loop can afford. */
#include <stdbool.h>
#include <stdint.h>

#define CRC_POLYNOMIAL 0xEDB88320UL /* the lowest bit goes first */
#define PORTION 32 /* bytes of one step */
#define STORED 4   /* bytes of a stored CRC */

static const uint8_t *next;
static uint16_t left;
static uint32_t crc;

/* The CRC of `count` more bytes behind those of which `before` is the CRC; 0 is the CRC of none. */
uint32_t crc32_add(uint32_t before, const uint8_t *bytes, uint16_t count)
{
    uint8_t bit;
    bool carry;

    before = ~before;
    for (; count != 0; count--) {
        before ^= *bytes++;
        for (bit = 0; bit < 8; bit++) {
            carry = before & 1;
            before >>= 1;
            if (carry)
                before ^= CRC_POLYNOMIAL;
        }
    }
    return ~before;
}

/* Begins to check `count` bytes, behind which their CRC is stored, the low byte first. */
void check_begin(const uint8_t *bytes, uint16_t count)
{
    next = bytes;
    left = count;
    crc = 0;
}

/* Reads on by a portion at most; true when all bytes are read. */
bool check_step(void)
{
    uint16_t count = left;

    if (count > PORTION)
        count = PORTION;
    crc = crc32_add(crc, next, count);
    next += count;
    left -= count;
    return left == 0;
}

/* Whether everything has been read and the stored CRC is that of the bytes before it. */
bool check_passed(void)
{
    uint32_t stored = 0;
    uint8_t i;

    if (left != 0)
        return false;
    for (i = STORED; i > 0; i--)
        stored = stored << 8 | next[i - 1];
    return crc == stored;
}
