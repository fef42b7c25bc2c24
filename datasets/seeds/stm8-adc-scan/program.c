/* Slow analogue inputs by ADC1: for each channel of a list the median of three conversions. */
#include <stdbool.h>
#include <stdint.h>

#define ADC_CSR (*(volatile uint8_t *)0x5400)
#define ADC_CR1 (*(volatile uint8_t *)0x5401)
#define ADC_CR2 (*(volatile uint8_t *)0x5402)
#define ADC_DRH (*(volatile uint8_t *)0x5404)
#define ADC_DRL (*(volatile uint8_t *)0x5405)
#define ADC_TDRH (*(volatile uint8_t *)0x5406)
#define ADC_TDRL (*(volatile uint8_t *)0x5407)

#define EOC 0x80   /* CSR */
#define ADON 0x01  /* CR1 */
#define ALIGN 0x08 /* CR2: right-aligned */

#define FIRST_CHANNEL 2
#define SECOND_CHANNEL 5
#define THIRD_CHANNEL 9
#define CHANNELS 3
#define ANALOGUE (1u << FIRST_CHANNEL | 1u << SECOND_CHANNEL | 1u << THIRD_CHANNEL)

#define SPSEL 2         /* 2 and more: a fourth of 16 MHz or less, as the converter takes 4 MHz at most */
#define EOC_LIMIT 150   /* looks; a conversion takes 14 of the converter's clocks */

static const uint8_t channels[CHANNELS] = {FIRST_CHANNEL, SECOND_CHANNEL, THIRD_CHANNEL};

/* Takes the digital input stages off the analogue pins and wakes the converter, which then needs 7 us to settle. */
void adc_init(void)
{
    ADC_CR1 = SPSEL << 4; /* off, whatever it was doing */
    ADC_CSR = 0;
    ADC_CR2 = ALIGN;
    ADC_TDRL |= ANALOGUE % 256;
    ADC_TDRH |= ANALOGUE / 256;
    ADC_CR1 |= ADON; /* the first time this only wakes it */
}

static bool convert(uint8_t channel, uint16_t *value)
{
    uint8_t looks;
    uint8_t low;

    ADC_CSR = channel; /* takes the last EOC away, too */
    ADC_CR1 |= ADON;   /* awake already: this starts a conversion */
    for (looks = 0; looks < EOC_LIMIT; looks++)
        if (ADC_CSR & EOC) {
            low = ADC_DRL; /* right-aligned, the low byte first: it holds the high one */
            *value = (uint16_t)ADC_DRH << 8 | low;
            return true;
        }
    adc_init();
    return false;
}

/* The median of three conversions; false, with the value as it was, when one of them does not end. Another one before
   them is thrown away: it carries what is left of the channel before, and covers the time to settle. */
bool adc_read(uint8_t channel, uint16_t *value)
{
    uint16_t lowest = 0xFFFF;
    uint16_t highest = 0;
    uint16_t sum = 0;
    uint16_t one;
    uint8_t i;

    if (!convert(channel, &one))
        return false;
    for (i = 0; i < 3; i++) {
        if (!convert(channel, &one))
            return false;
        sum += one;
        if (one < lowest)
            lowest = one;
        if (one > highest)
            highest = one;
    }
    *value = sum - lowest - highest; /* the one that is left over */
    return true;
}

/* Reads the whole list into values[0..2]; bit i of the result is set where value i is new. */
uint8_t adc_scan(uint16_t *values)
{
    uint8_t fresh = 0;
    uint8_t i;

    for (i = 0; i < CHANNELS; i++)
        if (adc_read(channels[i], &values[i]))
            fresh |= 1 << i;
    return fresh;
}
