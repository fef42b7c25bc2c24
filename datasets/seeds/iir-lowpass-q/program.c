/* First-order low-pass for ADC readings: fraction bits keep it from stopping short of a steady input. */
#include <stdint.h>

#define SAMPLE_MAX 4095
#define SMOOTH_SHIFT 4 /* each sample moves the state by the distance / 2^SMOOTH_SHIFT */
#define FRACTION_BITS 8 /* more than SMOOTH_SHIFT, so that what is left at the end is under half a unit */

#define HALF (1UL << (FRACTION_BITS - 1))

static uint32_t state; /* the output with its fraction */
static uint8_t filled; /* 0 until the first sample */

/* Forgets everything; the next sample is taken over as it is. */
void filter_init(void)
{
    state = 0;
    filled = 0;
}

/* The present output, rounded; 0 before the first sample. */
uint16_t filter_value(void)
{
    return (uint16_t)((state + HALF) >> FRACTION_BITS);
}

/* Takes one sample, at most SAMPLE_MAX of it, and gives the new output. */
uint16_t filter_step(uint16_t sample)
{
    uint32_t target;

    if (sample > SAMPLE_MAX)
        sample = SAMPLE_MAX;
    target = (uint32_t)sample << FRACTION_BITS;
    if (!filled) {
        filled = 1; /* starting at 0 would show a rise that nobody measured */
        state = target;
    } else if (target >= state) {
        state += (target - state) >> SMOOTH_SHIFT;
    } else {
        state -= (state - target) >> SMOOTH_SHIFT; /* cut towards zero as upwards: no bias */
    }
    return filter_value();
}
