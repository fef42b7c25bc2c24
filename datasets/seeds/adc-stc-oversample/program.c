/* One channel of the STC12C5A60S2's ADC, averaged over a power of two of conversions. */
#include <8052.h>
#include <stdint.h>

__sfr __at(0x9D) P1ASF;
__sfr __at(0xBC) ADC_CONTR;
__sfr __at(0xBD) ADC_RES;  /* the upper eight bits of the result */
__sfr __at(0xBE) ADC_RESL; /* the lower two */

#define ADC_POWER 0x80
#define ADC_FLAG 0x10
#define ADC_START 0x08

#define CHANNEL 2
#define CHANNEL_MASK 0x04
#define SPEED_BITS 0x40
#define OVERSAMPLE_SHIFT 3
#define POLL_LIMIT 120

#define ADC_IDLE (ADC_POWER | SPEED_BITS | CHANNEL)
#define SAMPLES 8

#define NOP() __asm__("nop")

/* Makes the pin an analogue input and powers the converter; wait about 1 ms before the first reading. */
void adc_init(void)
{
    P1ASF |= CHANNEL_MASK;
    ADC_CONTR = ADC_IDLE;
}

/* One conversion; gives 0 when the flag does not come within the limit. */
static uint8_t convert(uint16_t *result)
{
    uint8_t polls;

    ADC_CONTR = ADC_IDLE | ADC_START;
    NOP(); /* the register may be read again only four clocks after the write */
    NOP();
    NOP();
    NOP();
    for (polls = POLL_LIMIT; polls > 0; polls--) {
        if (ADC_CONTR & ADC_FLAG) {
            ADC_CONTR = ADC_IDLE; /* the flag is cleared by software */
            *result = ((uint16_t)ADC_RES << 2) | (ADC_RESL & 0x03);
            return 1;
        }
    }
    ADC_CONTR = ADC_IDLE;
    return 0;
}

/* Average of all samples, rounded to the nearest; on a timeout gives 0 and leaves *average alone. */
uint8_t adc_read(uint16_t *average)
{
    uint16_t sum = SAMPLES / 2; /* half a divisor beforehand rounds */
    uint16_t sample;
    uint8_t i;

    for (i = 0; i < SAMPLES; i++) {
        if (!convert(&sample))
            return 0;
        sum += sample;
    }
    *average = sum >> OVERSAMPLE_SHIFT;
    return 1;
}
