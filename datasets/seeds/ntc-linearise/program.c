/* NTC thermistor: 10-bit ADC code to tenths of a degree Celsius, linear between table points. */
#include <stdint.h>

#define CODE_M20 934
#define CODE_M10 873
#define CODE_0 788
#define CODE_10 684
#define CODE_20 569
#define CODE_30 456
#define CODE_40 354
#define CODE_50 270
#define CODE_60 204
#define CODE_70 153
#define CODE_80 115

#define FIRST_TENTHS (-200)
#define STEP_TENTHS 100
#define POINTS 11

/* The code falls as the temperature rises, since the thermistor is the lower half of the divider. */
static const __code uint16_t codes[POINTS] = {
    CODE_M20, CODE_M10, CODE_0, CODE_10, CODE_20, CODE_30,
    CODE_40, CODE_50, CODE_60, CODE_70, CODE_80
};

/* Temperature in tenths of a degree, rounded to the nearest, halves upwards; clamped to the ends of the table. */
int16_t ntc_tenths(uint16_t code)
{
    uint8_t i;
    uint16_t span;
    uint16_t part;

    if (code >= codes[0])
        return FIRST_TENTHS;
    for (i = 1; i < POINTS; i++) {
        if (code >= codes[i]) {
            span = codes[i - 1] - codes[i];
            part = codes[i - 1] - code;
            part = (part * STEP_TENTHS + span / 2) / span; /* fits 16 bits while a span is below 650 codes */
            return FIRST_TENTHS + (int16_t)(i - 1) * STEP_TENTHS + (int16_t)part;
        }
    }
    return FIRST_TENTHS + (POINTS - 1) * STEP_TENTHS;
}

/* 1 when the code cannot come from a sensor within the table: wire broken (high) or shorted (low). */
uint8_t ntc_out_of_range(uint16_t code)
{
    return code > codes[0] || code < codes[POINTS - 1];
}
