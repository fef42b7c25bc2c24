/* Gauge for a pack of two lithium cells on the STC12C5A60S2's ADC: charge in percent, and bars with hysteresis. */
#include <stc12.h>
#include <stdint.h>

#define CHANNEL 3
#define CHANNEL_MASK 0x08
#define HYSTERESIS 4   /* percent above its limit before a bar comes back */
#define POLL_LIMIT 150 /* a conversion takes 540 clocks, a poll at least six */

#define ADC_POWER 0x80
#define ADC_FLAG 0x10
#define ADC_START 0x08
#define ADC_READY (ADC_POWER | CHANNEL)

#define FOUR_NOPS() do { NOP(); NOP(); NOP(); NOP(); } while (0)

#define BARS 4
#define UNKNOWN 0xFF

struct knot {
    uint16_t code;
    uint8_t percent;
};

/* Rest voltage of the pack halved, against 5 V: 102.4 codes a volt. Flat in the middle, steep at the ends. */
static const __code struct knot curve[] = {
    {0, 0},
    {676, 0}, /* 6.6 V */
    {737, 10},
    {758, 25},
    {778, 50},
    {799, 70},
    {819, 82},
    {840, 92},
    {860, 100}, /* 8.4 V */
    {0xFFFF, 100} /* so that every code lies between two knots */
};

static const __code uint8_t limit[BARS] = {10, 35, 60, 85}; /* below it, this bar goes out */

static uint8_t percent;
static uint8_t bars;

/* Charge in percent, rounded to the nearest; 0 and 100 beyond the ends of the curve. */
uint8_t gauge_percent_of(uint16_t code)
{
    uint8_t i = 1;
    uint16_t span;
    uint16_t rise;

    while (code > curve[i].code)
        i++;
    span = curve[i].code - curve[i - 1].code;
    rise = (code - curve[i - 1].code) * (curve[i].percent - curve[i - 1].percent);
    return curve[i - 1].percent + (uint8_t)((rise + span / 2) / span);
}

/* Converter and analogue pin on, nothing known yet; wait about 1 ms before the first update. */
void gauge_init(void)
{
    P1ASF |= CHANNEL_MASK;
    ADC_CONTR = ADC_READY;
    percent = 0;
    bars = UNKNOWN;
}

/* One conversion; gives 0 when it does not end within the limit. */
static uint8_t convert(uint16_t *code)
{
    uint8_t polls;
    uint8_t done = 0;

    ADC_CONTR = ADC_READY | ADC_START;
    FOUR_NOPS(); /* the register may be read again only four clocks after the write */
    for (polls = POLL_LIMIT; polls > 0 && !done; polls--)
        done = (ADC_CONTR & ADC_FLAG) != 0;
    ADC_CONTR = ADC_READY; /* clears the flag, or gives up */
    if (done)
        *code = ((uint16_t)ADC_RES << 2) | (ADC_RESL & 0x03);
    return done;
}

/* Measures and updates percent and bars; gives 0, and changes neither, when the converter does not answer. */
uint8_t gauge_update(void)
{
    uint16_t code;
    uint8_t gap = HYSTERESIS;

    if (!convert(&code))
        return 0;
    percent = gauge_percent_of(code);
    if (bars == UNKNOWN) {
        bars = 0;
        gap = 0; /* the first reading needs no hysteresis: there is nothing to flicker against */
    }
    while (bars < BARS && percent >= limit[bars] + gap)
        bars++;
    while (bars > 0 && percent < limit[bars - 1])
        bars--;
    return 1;
}

/* Of the last good measurement; 0 before it. */
uint8_t gauge_percent(void)
{
    return percent;
}

/* 0 to BARS, or UNKNOWN before the first good measurement. */
uint8_t gauge_bars(void)
{
    return bars;
}
