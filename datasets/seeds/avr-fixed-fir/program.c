/* Low-pass FIR filter with 8 taps in Q15, circular history and decimation. */
#include <avr/pgmspace.h>
#include <stdbool.h>
#include <stdint.h>

#define H0 (-256)  /* the outer taps; the filter is symmetrical */
#define H1 (1024)
#define H2 (5120)
#define H3 (10496) /* all eight make 32768: a steady input comes out as it is */
#define DECIMATION 4 /* one output for so many samples */

#define TAPS 8
#define INDEX_MASK (TAPS - 1)
#define FRACTION_BITS 15

static const int16_t COEFFICIENTS[TAPS] PROGMEM = {H0, H1, H2, H3, H3, H2, H1, H0};

static int16_t history[TAPS];
static uint8_t next;    /* where the next sample goes: the oldest one is there */
static uint8_t waiting; /* samples since the last output */

/* The sum fits 32 bits as long as the absolute coefficients make less than 65536. */
static int16_t convolve(void)
{
    int32_t sum = 1L << (FRACTION_BITS - 1); /* half a unit, so that the shift rounds */
    uint8_t index = next;
    uint8_t tap;

    for (tap = 0; tap < TAPS; tap++) {
        index = (index - 1) & INDEX_MASK; /* from the newest sample to the oldest */
        sum += (int32_t)(int16_t)pgm_read_word(&COEFFICIENTS[tap]) * history[index];
    }
    sum >>= FRACTION_BITS;
    if (sum > INT16_MAX)
        return INT16_MAX; /* negative taps let the output overshoot */
    if (sum < INT16_MIN)
        return INT16_MIN;
    return (int16_t)sum;
}

/* Starts as if the input had been this value for ever. */
void fir_reset(int16_t value)
{
    uint8_t i;

    for (i = 0; i < TAPS; i++)
        history[i] = value;
    waiting = 0;
}

/* Takes one sample; true when an output was due, which is then in *output. */
bool fir_push(int16_t sample, int16_t *output)
{
    history[next] = sample;
    next = (next + 1) & INDEX_MASK;
    waiting++;
    if (waiting < DECIMATION)
        return false;
    waiting = 0;
    *output = convolve();
    return true;
}
