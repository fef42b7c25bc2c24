/* MCP3208: 12-bit readings of eight inputs over four port pins. */
#include <8052.h>
#include <stdint.h>

#define CS P1_4
#define CLK P1_5
#define DIN P1_6  /* into the converter */
#define DOUT P1_7 /* out of the converter */
#define VREF_MV 5000

#define CHANNELS 8
#define SINGLE_ENDED 0x18 /* start bit and SGL, in front of the three channel bits */
#define CONTROL_TOP 0x10
#define RESULT_BITS 12
#define STEPS 4096

static void clock(void)
{
    CLK = 1;
    CLK = 0;
}

/* Puts the lines at rest; call once after reset. */
void adc_init(void)
{
    CS = 1;
    CLK = 0;
    DOUT = 1; /* an input reads only while its latch is 1 */
}

/* Converts one input against ground: 0..4095, or -1 when there is no such input or no converter. */
int16_t adc_read(uint8_t channel)
{
    uint8_t control = SINGLE_ENDED | channel;
    uint8_t mask;
    uint8_t i;
    int16_t code = 0;

    if (channel >= CHANNELS)
        return -1;
    CS = 0; /* every conversion begins with CS going low */
    for (mask = CONTROL_TOP; mask; mask >>= 1) {
        DIN = (control & mask) != 0;
        clock();
    }
    clock(); /* the input is still being sampled */
    if (DOUT) {
        code = -1; /* a 0 comes before the result; a line that nobody drives stays high */
    } else {
        for (i = 0; i < RESULT_BITS; i++) {
            clock(); /* the next bit comes out when the clock falls */
            code <<= 1;
            if (DOUT)
                code |= 1;
        }
    }
    CS = 1;
    return code;
}

/* Millivolts of a reading, rounded to nearest. */
uint16_t adc_millivolts(uint16_t code)
{
    return (uint16_t)(((uint32_t)code * VREF_MV + STEPS / 2) / STEPS);
}
