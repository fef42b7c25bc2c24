/* XTEA block cipher, and a licence check built on it: a code is an encrypted serial number with feature bits. */
#include <stdint.h>

#define KEY_0 0x6B1F93C4UL
#define KEY_1 0x20D85E7AUL
#define KEY_2 0xC93A41F6UL
#define KEY_3 0x0E57B28DUL
#define PRODUCT 0x51C7 /* a code for another product with the same key is of no use here */
#define MAX_WRONG 5    /* codes that may be tried until the next reset */

#define CYCLES 32
#define DELTA 0x9E3779B9UL /* 2^32 divided by the golden ratio */
#define LAST_SUM 0xC6EF3720UL /* CYCLES times DELTA, modulo 2^32 */

enum { LICENCE_WRONG, LICENCE_GOOD, LICENCE_LOCKED };

static const __code uint32_t licence_key[4] = {KEY_0, KEY_1, KEY_2, KEY_3};

static uint8_t wrong; /* wrong codes in a row */

/* The part of a round that both directions share. */
static uint32_t mixed(uint32_t half)
{
    return ((half << 4) ^ (half >> 5)) + half;
}

/* Encrypts a block of two words in place. */
void xtea_encrypt(uint32_t *block, const uint32_t *key)
{
    uint32_t sum = 0;
    uint8_t i;

    for (i = 0; i < CYCLES; i++) {
        block[0] += mixed(block[1]) ^ (sum + key[sum & 3]);
        sum += DELTA;
        block[1] += mixed(block[0]) ^ (sum + key[(sum >> 11) & 3]);
    }
}

/* The same backwards. */
void xtea_decrypt(uint32_t *block, const uint32_t *key)
{
    uint32_t sum = LAST_SUM;
    uint8_t i;

    for (i = 0; i < CYCLES; i++) {
        block[1] -= mixed(block[0]) ^ (sum + key[(sum >> 11) & 3]);
        sum -= DELTA;
        block[0] -= mixed(block[1]) ^ (sum + key[sum & 3]);
    }
}

/* Four bytes, the most significant first as they are printed on the licence. */
static uint32_t word_of(const uint8_t *bytes)
{
    uint32_t word = bytes[0];
    uint8_t i;

    for (i = 1; i < 4; i++)
        word = (word << 8) | bytes[i];
    return word;
}

/* Tries an eight-byte code for this device. A good one stores its feature bits; any other leaves *features alone. */
uint8_t licence_check(uint32_t serial, const uint8_t *code, uint16_t *features)
{
    uint32_t block[2];

    if (wrong >= MAX_WRONG)
        return LICENCE_LOCKED;
    block[0] = word_of(code);
    block[1] = word_of(code + 4);
    xtea_decrypt(block, licence_key);
    if (block[0] != serial || (uint16_t)(block[1] >> 16) != PRODUCT) {
        wrong++;
        return LICENCE_WRONG;
    }
    wrong = 0;
    *features = (uint16_t)block[1];
    return LICENCE_GOOD;
}
