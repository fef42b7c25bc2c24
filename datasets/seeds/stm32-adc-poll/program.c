/* ADC1 by polling: calibrated at start-up, every wait bounded, oversampled for more bits than the converter has. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t SR, CR1, CR2, SMPR1, SMPR2, JOFR[4], HTR, LTR, SQR1, SQR2, SQR3, JSQR, JDR[4], DR;
} ADC_TypeDef;

#define RCC_CFGR (*(volatile uint32_t *)0x40021004)
#define RCC_CFGR_ADCPRE_Pos 14
#define RCC_APB2ENR (*(volatile uint32_t *)0x40021018)
#define RCC_APB2ENR_IOPAEN (1u << 2)
#define RCC_APB2ENR_ADC1EN (1u << 9)
#define GPIOA_CRL (*(volatile uint32_t *)0x40010800)
#define ADC1 ((ADC_TypeDef *)0x40012400)
#define ADC_SR_EOC (1u << 1)
#define ADC_CR2_ADON (1u << 0)
#define ADC_CR2_CAL (1u << 2)
#define ADC_CR2_RSTCAL (1u << 3)
#define ADC_CR2_EXTSEL_SWSTART (7u << 17)
#define ADC_CR2_EXTTRIG (1u << 20)
#define ADC_CR2_SWSTART (1u << 22)

#define PCLK2_HZ 72000000
#define ADC_PRESCALER 2 /* ADC clock is PCLK2 / (2 x (code + 1)), at most 14 MHz */
#define CHANNEL 3       /* on PA0..PA7 */
#define SAMPLE_CODE 5   /* 1.5, 7.5, 13.5, 28.5, 41.5, 55.5, 71.5, 239.5 ADC clocks */
#define EXTRA_BITS 2    /* each costs four times the samples */
#define VREF_MV 3300
#define WAIT_LIMIT 1000 /* looks at a flag; the longest conversion takes some 250 */

#define SAMPLES (1u << (2 * EXTRA_BITS))
#define FULL_SCALE (4095u << EXTRA_BITS)
#define READY (ADC_CR2_EXTTRIG | ADC_CR2_EXTSEL_SWSTART | ADC_CR2_ADON)

/* Starts a calibration step, whose bit falls when it is done. */
static bool calibrate(uint32_t step)
{
    uint32_t looks;

    ADC1->CR2 = READY | step; /* never ADON alone once it is set: that would start a conversion */
    for (looks = 0; looks < WAIT_LIMIT; looks++)
        if (!(ADC1->CR2 & step))
            return true;
    return false;
}

/* Prepares one channel; false when the calibration does not come to its end. */
bool adc_init(void)
{
    RCC_APB2ENR |= RCC_APB2ENR_IOPAEN | RCC_APB2ENR_ADC1EN;
    RCC_CFGR = (RCC_CFGR & ~(3u << RCC_CFGR_ADCPRE_Pos)) | ((uint32_t)ADC_PRESCALER << RCC_CFGR_ADCPRE_Pos);
    ADC1->CR2 = ADC_CR2_ADON; /* needs two ADC clocks until it can be calibrated: they pass during what follows */
    GPIOA_CRL &= ~(0xFu << (4 * CHANNEL)); /* analogue: the input stage of the pin is off */
    ADC1->CR1 = 0;
    ADC1->SMPR2 = (ADC1->SMPR2 & ~(7u << (3 * CHANNEL))) | ((uint32_t)SAMPLE_CODE << (3 * CHANNEL));
    ADC1->SQR1 = 0; /* a sequence of one */
    ADC1->SQR3 = CHANNEL;
    return calibrate(ADC_CR2_RSTCAL) && calibrate(ADC_CR2_CAL);
}

static bool convert(uint32_t *code)
{
    uint32_t looks;

    ADC1->CR2 = READY | ADC_CR2_SWSTART;
    for (looks = 0; looks < WAIT_LIMIT; looks++) {
        if (ADC1->SR & ADC_SR_EOC) {
            *code = ADC1->DR; /* clears EOC */
            return true;
        }
    }
    return false;
}

/* A reading of 12 + EXTRA_BITS bits; false, and `*reading` unchanged, when the converter does not answer. */
bool adc_read(uint16_t *reading)
{
    uint32_t sum = 0;
    uint32_t code;
    uint32_t i;

    for (i = 0; i < SAMPLES; i++) {
        if (!convert(&code))
            return false;
        sum += code;
    }
    *reading = (uint16_t)(sum >> EXTRA_BITS); /* dividing by SAMPLES would throw the new bits away */
    return true;
}

/* Rounded millivolts at the pin. */
uint16_t adc_millivolts(uint16_t reading)
{
    return (uint16_t)(((uint32_t)reading * VREF_MV + FULL_SCALE / 2) / FULL_SCALE);
}
