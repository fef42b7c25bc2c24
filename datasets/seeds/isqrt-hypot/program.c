/* Integer square root of 16 bits and hypotenuse of two bytes, by shifting and subtracting: no library, no division. */
#include <stdint.h>

#define TOP_PAIR_16 0x4000    /* the highest power of four in 16 bits */
#define TOP_PAIR_17 0x10000UL /* and in the 17 bits of a sum of two squares */

/* Largest number whose square is not above value. */
uint8_t isqrt16(uint16_t value)
{
    uint16_t root = 0;
    uint16_t pair = TOP_PAIR_16; /* where the next bit of the root has its square */
    uint16_t trial;

    while (pair > 0) {
        trial = root + pair;
        root >>= 1;
        if (value >= trial) {
            value -= trial; /* what the root does not yet account for */
            root += pair;
        }
        pair >>= 2;
    }
    return (uint8_t)root;
}

/* Length of the hypotenuse, rounded to the nearest; up to 361, so the result does not fit a byte. */
uint16_t hypot8(uint8_t a, uint8_t b)
{
    uint32_t rest = (uint32_t)((uint16_t)a * a) + (uint16_t)b * b; /* each square fits 16 bits, the sum does not */
    uint32_t root = 0;
    uint32_t pair = TOP_PAIR_17;
    uint32_t trial;

    while (pair > 0) {
        trial = root + pair;
        root >>= 1;
        if (rest >= trial) {
            rest -= trial;
            root += pair;
        }
        pair >>= 2;
    }
    if (rest > root) /* above (root + 1/2) squared, which is root * root + root + 1/4 */
        root++;
    return (uint16_t)root;
}
