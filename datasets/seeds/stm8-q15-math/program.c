/* Q15 arithmetic, numbers from -1 to just below 1 in 16 bits: sum, product, sine and rotation, rounded and saturated. */
#include <stdint.h>

#define Q15_MAX 32767L
#define Q15_MIN (-32768L)
#define Q15_HALF 0x4000L /* half of the last place of a product */
#define Q15_BITS 15

#define QUARTER 0x4000u /* of a turn; the whole turn is 2^16, so that angles wrap by themselves */
#define HALF_TURN 0x8000u
#define STEP_BITS 7 /* 2^7 steps in a quarter, and 2^7 places between two steps */
#define STEP_MASK 0x7Fu

/* 32767 * sin(i * 90 / 128 degrees). Neighbours differ by 402 at most, so times 127 it still fits into 16 bits. */
static const int16_t SINE[129] = {
    0, 402, 804, 1206, 1608, 2009, 2410, 2811, 3212, 3612, 4011, 4410,
    4808, 5205, 5602, 5998, 6393, 6786, 7179, 7571, 7962, 8351, 8739, 9126,
    9512, 9896, 10278, 10659, 11039, 11417, 11793, 12167, 12539, 12910, 13279, 13645,
    14010, 14372, 14732, 15090, 15446, 15800, 16151, 16499, 16846, 17189, 17530, 17869,
    18204, 18537, 18868, 19195, 19519, 19841, 20159, 20475, 20787, 21096, 21403, 21705,
    22005, 22301, 22594, 22884, 23170, 23452, 23731, 24007, 24279, 24547, 24811, 25072,
    25329, 25582, 25832, 26077, 26319, 26556, 26790, 27019, 27245, 27466, 27683, 27896,
    28105, 28310, 28510, 28706, 28898, 29085, 29268, 29447, 29621, 29791, 29956, 30117,
    30273, 30424, 30571, 30714, 30852, 30985, 31113, 31237, 31356, 31470, 31580, 31685,
    31785, 31880, 31971, 32057, 32137, 32213, 32285, 32351, 32412, 32469, 32521, 32567,
    32609, 32646, 32678, 32705, 32728, 32745, 32757, 32765, 32767,
};

static int16_t saturated(int32_t value)
{
    if (value > Q15_MAX)
        value = Q15_MAX;
    if (value < Q15_MIN)
        value = Q15_MIN;
    return (int16_t)value;
}

/* a + b, held at the ends of the range. */
int16_t q15_add(int16_t a, int16_t b)
{
    return saturated((int32_t)a + b);
}

/* a * b, rounded to nearest; of all products only -1 * -1 has to be held at the end of the range. */
int16_t q15_mul(int16_t a, int16_t b)
{
    return saturated(((int32_t)a * b + Q15_HALF) >> Q15_BITS);
}

/* The sine of an angle in 2^-16 turns, at most 2 places off. */
int16_t q15_sin(uint16_t angle)
{
    uint16_t place = angle & (QUARTER - 1);
    uint8_t step;
    uint8_t between;
    int16_t sine;
    uint16_t rise;

    if (angle & QUARTER)
        place = QUARTER - place; /* the second quarter is the first one backwards; 90 degrees themselves come here */
    step = (uint8_t)(place >> STEP_BITS);
    between = (uint8_t)(place & STEP_MASK);
    sine = SINE[step];
    if (between != 0) { /* at 90 degrees there is no next step */
        rise = (uint16_t)(SINE[step + 1] - sine);
        sine += (int16_t)((rise * between + (1u << (STEP_BITS - 1))) >> STEP_BITS);
    }
    if (angle & HALF_TURN)
        sine = -sine;
    return sine;
}

/* The cosine: the sine of a quarter of a turn later. */
int16_t q15_cos(uint16_t angle)
{
    return q15_sin(angle + QUARTER);
}

/* Turns the vector (x, y) by an angle. Both products are added before they are rounded, and the sum fits into 32 bits
   because a sine is never -32768. */
void q15_rotate(int16_t *x, int16_t *y, uint16_t angle)
{
    int32_t sine = q15_sin(angle);
    int32_t cosine = q15_cos(angle);
    int32_t turned_x = *x * cosine - *y * sine;
    int32_t turned_y = *x * sine + *y * cosine;

    *x = saturated((turned_x + Q15_HALF) >> Q15_BITS);
    *y = saturated((turned_y + Q15_HALF) >> Q15_BITS);
}
