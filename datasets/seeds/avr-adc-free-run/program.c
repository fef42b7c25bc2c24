/* ADC in free running mode: its interrupt walks through the channels and averages each of them. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/atomic.h>

#define F_CPU 16000000UL
#define CHANNELS 4            /* ADC0 and up */
#define SHIFT 3               /* averages of 2^SHIFT conversions; the sum fits 16 bits up to 6 */
#define REFERENCE _BV(REFS0)

/* 10 bits need an ADC clock of 50 to 200 kHz: the fastest one in this window. */
#define ADC_CLOCK_MAX 200000UL
#if F_CPU <= 2 * ADC_CLOCK_MAX
#define PRESCALER _BV(ADPS0)
#elif F_CPU <= 4 * ADC_CLOCK_MAX
#define PRESCALER _BV(ADPS1)
#elif F_CPU <= 8 * ADC_CLOCK_MAX
#define PRESCALER (_BV(ADPS1) | _BV(ADPS0))
#elif F_CPU <= 16 * ADC_CLOCK_MAX
#define PRESCALER _BV(ADPS2)
#elif F_CPU <= 32 * ADC_CLOCK_MAX
#define PRESCALER (_BV(ADPS2) | _BV(ADPS0))
#elif F_CPU <= 64 * ADC_CLOCK_MAX
#define PRESCALER (_BV(ADPS2) | _BV(ADPS1))
#elif F_CPU <= 128 * ADC_CLOCK_MAX
#define PRESCALER (_BV(ADPS2) | _BV(ADPS1) | _BV(ADPS0))
#else
#error "the ADC clock would be above 200 kHz"
#endif

static volatile uint16_t average[CHANNELS];
static volatile uint8_t fresh; /* channels with an average that nobody has asked for */
static uint16_t sum[CHANNELS];
static uint8_t count[CHANNELS];
static uint8_t selected; /* in ADMUX: the conversion after the one under way */
static uint8_t running;  /* the conversion under way */
static bool settled;     /* the first result comes while the reference still rises */

ISR(ADC_vect)
{
    uint16_t value = ADC;
    uint8_t channel = running;

    /* The next conversion began before this interrupt, with the channel that ADMUX had then. */
    running = selected;
    selected++;
    if (selected == CHANNELS)
        selected = 0;
    ADMUX = REFERENCE | selected;

    if (!settled) {
        settled = true;
        return;
    }
    sum[channel] += value;
    count[channel]++;
    if (count[channel] == 1 << SHIFT) {
        average[channel] = (uint16_t)(sum[channel] + (1 << SHIFT >> 1)) >> SHIFT;
        fresh |= (uint8_t)(1 << channel);
        sum[channel] = 0;
        count[channel] = 0;
    }
}

/* Starts converting for good. The caller enables interrupts as a whole. */
void adc_init(void)
{
    uint8_t channel;

    ADCSRA = 0;
    for (channel = 0; channel < CHANNELS; channel++) {
        average[channel] = 0;
        sum[channel] = 0;
        count[channel] = 0;
    }
    fresh = 0;
    selected = 0;
    settled = false;

    DIDR0 |= (1 << CHANNELS) - 1; /* digital inputs off: they draw current at half the supply */
    ADMUX = REFERENCE;
    ADCSRB &= (uint8_t)~(_BV(ADTS2) | _BV(ADTS1) | _BV(ADTS0)); /* trigger: free running */
    ADCSRA = _BV(ADEN) | _BV(ADSC) | _BV(ADATE) | _BV(ADIE) | PRESCALER;
}

/* The last average of a channel, 0..1023; 0 before the first one and for a channel that is not there. */
uint16_t adc_read(uint8_t channel)
{
    uint16_t value;

    if (channel >= CHANNELS)
        return 0;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        value = average[channel];
        fresh &= (uint8_t)~(1 << channel);
    }
    return value;
}

/* Whether a channel has an average that adc_read() has not given yet. */
bool adc_fresh(uint8_t channel)
{
    return channel < CHANNELS && (fresh >> channel & 1);
}
