/* Q8.8 arithmetic: 256 stands for 1.0; results are rounded and saturate instead of wrapping. */
#include <stdint.h>

#define Q8_SHIFT 8
#define Q8_ONE (1 << Q8_SHIFT)
#define Q8_HALF (Q8_ONE / 2)
#define Q8_MAX 32767
#define Q8_MIN (-32767 - 1)

typedef int16_t q8_t;

/* |value| as an unsigned number; 0x8000 included. */
static uint16_t magnitude(q8_t value)
{
    return value < 0 ? (uint16_t)(0u - (uint16_t)value) : (uint16_t)value;
}

/* Gives the magnitude its sign back and keeps it within the type. */
static q8_t saturate(uint32_t size, uint8_t negative)
{
    if (negative) {
        if (size > (uint32_t)Q8_MAX)
            return Q8_MIN;
        return -(q8_t)size;
    }
    if (size > (uint32_t)Q8_MAX)
        return Q8_MAX;
    return (q8_t)size;
}

/* a * b, to the nearest 1/256; a tie goes away from zero. */
q8_t q8_mul(q8_t a, q8_t b)
{
    uint32_t product = (uint32_t)magnitude(a) * magnitude(b);

    return saturate((product + Q8_HALF) >> Q8_SHIFT, (a < 0) != (b < 0));
}

/* a / b, rounded like q8_mul; division by zero gives the largest value of a's sign, and 0 / 0 gives 0. */
q8_t q8_div(q8_t a, q8_t b)
{
    uint32_t dividend = (uint32_t)magnitude(a) << Q8_SHIFT;
    uint16_t divisor = magnitude(b);

    if (divisor == 0) {
        if (a == 0)
            return 0;
        return a < 0 ? Q8_MIN : Q8_MAX;
    }
    return saturate((dividend + divisor / 2) / divisor, (a < 0) != (b < 0));
}

/* Whole number to Q8.8, saturating. */
q8_t q8_from_int(int16_t whole)
{
    return saturate((uint32_t)magnitude(whole) << Q8_SHIFT, whole < 0);
}

/* Q8.8 to the nearest whole number; a tie goes away from zero. */
int16_t q8_round(q8_t value)
{
    return saturate(((uint32_t)magnitude(value) + Q8_HALF) >> Q8_SHIFT, value < 0);
}
