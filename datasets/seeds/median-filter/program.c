/* Two-stage sensor filter: a sliding median throws out spikes, a moving average smooths what is left. */
#include <stdint.h>

#define MEDIAN_WINDOW 5
#define AVERAGE_SHIFT 3
#define AVERAGE_COUNT 8

static __idata uint16_t samples[MEDIAN_WINDOW];
static uint8_t sample_at; /* the oldest sample, next to be replaced */

static __idata uint16_t medians[AVERAGE_COUNT];
static uint8_t median_at;
static uint16_t sum; /* of all medians: 16 values of 12 bits just fit */

/* Fills both windows with one value, as if it had been there for ever. */
void filter_reset(uint16_t value)
{
    uint8_t i;

    for (i = 0; i < MEDIAN_WINDOW; i++)
        samples[i] = value;
    for (i = 0; i < AVERAGE_COUNT; i++)
        medians[i] = value;
    sum = value << AVERAGE_SHIFT; /* which value is the oldest does not matter now: all are equal */
}

/* Sorts a copy by insertion; the window itself must keep its order in time. */
static uint16_t median(void)
{
    static __idata uint16_t sorted[MEDIAN_WINDOW];
    uint8_t i;
    uint8_t j;
    uint16_t value;

    for (i = 0; i < MEDIAN_WINDOW; i++) {
        value = samples[i];
        for (j = i; j > 0 && sorted[j - 1] > value; j--)
            sorted[j] = sorted[j - 1];
        sorted[j] = value;
    }
    return sorted[MEDIAN_WINDOW / 2];
}

/* Takes one 12-bit sample and gives the filtered value, rounded to the nearest. */
uint16_t filter_push(uint16_t sample)
{
    uint16_t middle;

    samples[sample_at] = sample;
    if (++sample_at == MEDIAN_WINDOW)
        sample_at = 0;

    middle = median();
    sum -= medians[median_at];
    sum += middle;
    medians[median_at] = middle;
    median_at = (median_at + 1) & (AVERAGE_COUNT - 1);

    return (sum + AVERAGE_COUNT / 2) >> AVERAGE_SHIFT;
}
