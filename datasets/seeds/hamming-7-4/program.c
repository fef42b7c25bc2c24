/* Hamming (7,4) code: a nibble in seven bits, of which any single one may be received wrong. */
#include <stdint.h>

#define LINE_MASK 0x15 /* inverts some bits, so that a line stuck at one level is no valid word */

#define CORRECTED 0x80 /* in the result of hamming_decode */

/* Bit n of a word is position n + 1; the checks stand at positions 1, 2 and 4 and cover those whose number has their bit. */
#define CHECK_1 0x55
#define CHECK_2 0x66
#define CHECK_4 0x78

/* 1 for an odd number of ones. */
static uint8_t parity(uint8_t bits)
{
    uint8_t odd = 0;

    while (bits) {
        bits &= bits - 1; /* clears the lowest one */
        odd ^= 1;
    }
    return odd;
}

/* Number of the wrong position, or 0 when all checks hold. */
static uint8_t syndrome(uint8_t word)
{
    return parity(word & CHECK_1) | (parity(word & CHECK_2) << 1) | (parity(word & CHECK_4) << 2);
}

/* Seven bits for the line from the low four of nibble; bit 7 is 0. */
uint8_t hamming_encode(uint8_t nibble)
{
    uint8_t word = ((nibble & 0x0E) << 3) | ((nibble & 0x01) << 2); /* positions 7, 6, 5 and 3 */
    uint8_t checks = syndrome(word);

    if (checks & 1)
        word |= 0x01;
    if (checks & 2)
        word |= 0x02;
    if (checks & 4)
        word |= 0x08;
    return word ^ LINE_MASK;
}

/* The nibble of a received word, and CORRECTED if a bit had to be turned; bit 7 of word is in no position. */
uint8_t hamming_decode(uint8_t word)
{
    uint8_t wrong;

    word ^= LINE_MASK;
    wrong = syndrome(word);
    if (wrong)
        word ^= 1 << (wrong - 1);
    return ((word >> 3) & 0x0E) | ((word >> 2) & 0x01) | (wrong ? CORRECTED : 0);
}

/* Two words for a byte, the lower nibble's first. */
void hamming_encode_byte(uint8_t byte, uint8_t *words)
{
    words[0] = hamming_encode(byte);
    words[1] = hamming_encode(byte >> 4);
}

/* The byte of two words; gives the number of words that were corrected. */
uint8_t hamming_decode_byte(const uint8_t *words, uint8_t *byte)
{
    uint8_t lower = hamming_decode(words[0]);
    uint8_t upper = hamming_decode(words[1]);

    *byte = (uint8_t)(upper << 4) | (lower & 0x0F);
    return (lower >> 7) + (upper >> 7);
}
