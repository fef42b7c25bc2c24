/* Interrupt-driven ADC of the STC12C5A60S2: 10 bits, converting without end, with a sliding sum against noise. */
#include <stc12.h>
#include <stdint.h>

#define CHANNEL 1
#define CHANNEL_MASK 0x02
#define SPEED_BITS 0x20
#define WINDOW_SHIFT 4 /* the window holds two to the power of this many samples */

#define WINDOW (1 << WINDOW_SHIFT)
#define WINDOW_MASK (WINDOW - 1)

#define ADC_VECTOR 5
#define ADC_POWER 0x80
#define ADC_START 0x08
#define ADC_READY (ADC_POWER | SPEED_BITS | CHANNEL)

static __idata uint16_t window[WINDOW];
static uint8_t at; /* the oldest sample, which the next one replaces */
static volatile uint16_t sum; /* of the whole window: at most 32 x 1023 */
static volatile uint8_t filled;

void adc_isr(void) __interrupt(ADC_VECTOR)
{
    uint16_t sample = ((uint16_t)ADC_RES << 2) | (ADC_RESL & 0x03);

    ADC_CONTR = ADC_READY | ADC_START; /* clears the flag, which the hardware does not, and goes on converting */
    sum += sample - window[at]; /* may wrap on its way, but ends right */
    window[at] = sample;
    at = (at + 1) & WINDOW_MASK;
    if (filled < WINDOW)
        filled++;
}

/* Analogue pin and converter on, window empty, nothing converted yet. */
void adc_init(void)
{
    uint8_t i;

    EADC = 0;
    P1ASF |= CHANNEL_MASK;
    ADC_CONTR = ADC_READY;
    for (i = 0; i < WINDOW; i++)
        window[i] = 0; /* all alike, so the ring may begin anywhere */
    sum = 0;
    filled = 0;
}

/* Starts converting; the supply of the converter wants about 1 ms after adc_init to settle. */
void adc_start(void)
{
    EADC = 1;
    EA = 1;
    ADC_CONTR = ADC_READY | ADC_START;
}

/* Average of the window, rounded to the nearest; gives 0 and leaves *average alone until the window is full. */
uint8_t adc_average(uint16_t *average)
{
    __bit enabled = EADC;
    uint16_t copy;

    if (filled < WINDOW)
        return 0;
    EADC = 0; /* two bytes: the interrupt must not come between them */
    copy = sum;
    EADC = enabled;
    *average = (copy + WINDOW / 2) >> WINDOW_SHIFT;
    return 1;
}
