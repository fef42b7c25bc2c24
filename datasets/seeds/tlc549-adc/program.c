/* TLC549 serial 8-bit converter: averaged readings, as counts and as millivolts. */
#include <8052.h>
#include <stdint.h>

#define CS P1_5
#define CLK P1_6
#define DOUT P1_7
#define SAMPLES 10      /* readings in one average */
#define VREF_MV 5000    /* REF+ against REF- */

/* Puts the lines into their idle state; call once after reset. */
void adc_init(void)
{
    CS = 1;
    CLK = 0;
    DOUT = 1;  /* an input */
}

/* Gives the result of the conversion that ran since the last call, and starts the next one. */
static uint8_t adc_shift(void)
{
    uint8_t value = 0;
    uint8_t i;

    CS = 0;                 /* bit 7 comes out at least 1.4 us later: the loop's start takes longer */
    for (i = 0; i < 8; i++) {
        value <<= 1;
        if (DOUT)
            value |= 1;
        CLK = 1;
        CLK = 0;            /* the falling edge brings the next bit */
    }
    CS = 1;                 /* starts the conversion */
    for (i = 12; i; i--)    /* 17 us */
        ;
    return value;
}

/* One fresh reading. */
uint8_t adc_read(void)
{
    adc_shift();  /* whatever this was, it is old */
    return adc_shift();
}

/* Average of SAMPLES fresh readings, rounded to the nearest count. */
uint8_t adc_average(void)
{
    uint16_t sum = SAMPLES / 2;
    uint8_t left = SAMPLES;

    adc_shift();
    while (left--)
        sum += adc_shift();
    return (uint8_t)(sum / SAMPLES);
}

/* The average in millivolts: 256 counts would be the reference. */
uint16_t adc_millivolts(void)
{
    return (uint16_t)(((uint32_t)adc_average() * VREF_MV + 128) >> 8);
}
