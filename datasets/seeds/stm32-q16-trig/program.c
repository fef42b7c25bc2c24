/* Sine, cosine and rotation in Q16.16 by a quarter-wave table, and the angle of a vector by CORDIC. */
#include <stdint.h>

#define TABLE_STEPS 64u /* over a quarter turn */
#define STEP_BITS 8     /* of an angle within one step */
#define QUARTER 0x4000u /* angles are 16 bits: 65536 is a full turn, so they wrap by themselves */
#define HALF_TURN_32 0x80000000u /* CORDIC adds up angles of 32 bits */
#define ITERATIONS 16
#define NORMAL 0x10000000u /* below twice this, times sqrt(2) and CORDIC's gain of 1.65, 31 bits are enough */

/* 65536 * sin(i * 90 / 64 degrees), rounded; the last one is 1.0 itself. */
static const int32_t sines[TABLE_STEPS + 1] = {
    0, 1608, 3216, 4821, 6424, 8022, 9616, 11204,
    12785, 14359, 15924, 17479, 19024, 20557, 22078, 23586,
    25080, 26558, 28020, 29466, 30893, 32303, 33692, 35062,
    36410, 37736, 39040, 40320, 41576, 42806, 44011, 45190,
    46341, 47464, 48559, 49624, 50660, 51665, 52639, 53581,
    54491, 55368, 56212, 57022, 57798, 58538, 59244, 59914,
    60547, 61145, 61705, 62228, 62714, 63162, 63572, 63944,
    64277, 64571, 64827, 65043, 65220, 65358, 65457, 65516,
    65536
};

/* atan(2^-i) in units of 2^-32 turn, rounded. */
static const uint32_t arctangents[ITERATIONS] = {
    0x20000000, 0x12E4051E, 0x09FB385B, 0x051111D4,
    0x028B0D43, 0x0145D7E1, 0x00A2F61E, 0x00517C55,
    0x0028BE53, 0x00145F2F, 0x000A2F98, 0x000517CC,
    0x00028BE6, 0x000145F3, 0x0000A2FA, 0x0000517D
};

/* Sine, -65536..65536, linear between the table's steps: off by less than 6 at most. */
int32_t q16_sin(uint16_t angle)
{
    uint32_t way = angle % QUARTER;
    uint32_t step;
    int32_t part;
    int32_t value;

    if (angle & QUARTER)
        way = QUARTER - way; /* the second and fourth quarter run back */
    step = way >> STEP_BITS;
    part = (int32_t)(way % (1u << STEP_BITS));
    value = sines[step];
    if (part > 0) /* at the top there is no next step */
        value += ((sines[step + 1] - value) * part + (1 << (STEP_BITS - 1))) >> STEP_BITS;
    return (angle & 0x8000u) ? -value : value;
}

int32_t q16_cos(uint16_t angle)
{
    return q16_sin((uint16_t)(angle + QUARTER));
}

/* Turns the vector forward by `angle`; components may be any that the result has room for. */
void q16_rotate(int32_t *x, int32_t *y, uint16_t angle)
{
    int64_t sine = q16_sin(angle);
    int64_t cosine = q16_cos(angle);
    int64_t old_x = *x;
    int64_t old_y = *y;

    *x = (int32_t)((old_x * cosine - old_y * sine + 0x8000) >> 16);
    *y = (int32_t)((old_x * sine + old_y * cosine + 0x8000) >> 16);
}

static uint32_t magnitude(int32_t value)
{
    return value < 0 ? 0u - (uint32_t)value : (uint32_t)value; /* right for INT32_MIN too */
}

/* Angle in the first quadrant: the vector is turned onto the x axis in ever smaller steps, which are added up. */
static uint32_t quadrant_angle(int32_t x, int32_t y)
{
    uint32_t angle = 0;
    uint32_t i;

    for (i = 0; i < ITERATIONS; i++) {
        int32_t old_x = x;

        if (y > 0) {
            x += y >> i;
            y -= old_x >> i;
            angle += arctangents[i];
        } else {
            x -= y >> i;
            y += old_x >> i;
            angle -= arctangents[i];
        }
    }
    return angle;
}

/* Direction of (x, y), within one unit; the length does not matter, and (0, 0) gives 0. */
uint16_t q16_atan2(int32_t y, int32_t x)
{
    uint32_t across = magnitude(x);
    uint32_t up = magnitude(y);
    uint32_t angle;

    if (across == 0 && up == 0)
        return 0;
    while (across < NORMAL && up < NORMAL) { /* short vectors would lose their bits in the shifts */
        across <<= 1;
        up <<= 1;
    }
    while (across >= 2 * NORMAL || up >= 2 * NORMAL) { /* long ones would overflow */
        across >>= 1;
        up >>= 1;
    }
    angle = quadrant_angle((int32_t)across, (int32_t)up);
    if (x < 0)
        angle = HALF_TURN_32 - angle;
    if (y < 0)
        angle = 0u - angle;
    return (uint16_t)((angle + 0x8000u) >> 16);
}
