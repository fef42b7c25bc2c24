/* Software PWM for an RGB LED: three channels from one timer interrupt, duty changes without a glitch. */
#include <8052.h>
#include <stdint.h>

#define PWM_PORT P1
#define FIRST_BIT 0 /* the three channels are neighbours, upwards from here */
#define FOSC_HZ 12000000
#define TICK_US 200
#define STEPS 32 /* ticks in a period, and the level that means always on */

#define CHANNELS 3
#define CHANNEL_0 (1 << FIRST_BIT)
#define CHANNEL_1 (2 << FIRST_BIT)
#define CHANNEL_2 (4 << FIRST_BIT)

/* Timer 0 reloads itself in mode 2, so no interrupt latency gets into the period. */
#define TICK_RELOAD (256 - FOSC_HZ / 1200 * TICK_US / 10000)

static volatile uint8_t wanted[CHANNELS]; /* written by the main program at any time */
static uint8_t duty[CHANNELS];            /* what the present period uses */
static uint8_t phase;
static uint8_t shown; /* the channels' bits as they are on the port */

void timer0_pwm(void) __interrupt(TF0_VECTOR)
{
    uint8_t image = 0;

    if (phase == 0) {
        duty[0] = wanted[0];
        duty[1] = wanted[1];
        duty[2] = wanted[2];
    }
    if (phase < duty[0])
        image |= CHANNEL_0;
    if (phase < duty[1])
        image |= CHANNEL_1;
    if (phase < duty[2])
        image |= CHANNEL_2;
    if (image != shown) {
        PWM_PORT ^= image ^ shown; /* one XRL: all channels at once, the other pins untouched */
        shown = image;
    }
    if (++phase >= STEPS)
        phase = 0;
}

/* All channels off and the timer running. */
void pwm_init(void)
{
    uint8_t channel;

    TR0 = 0;
    PWM_PORT &= ~(CHANNEL_0 | CHANNEL_1 | CHANNEL_2);
    shown = 0;
    phase = 0;
    for (channel = 0; channel < CHANNELS; channel++)
        wanted[channel] = 0;

    TMOD = (TMOD & 0xF0) | 0x02;
    TH0 = TICK_RELOAD;
    TL0 = TICK_RELOAD;
    ET0 = 1;
    EA = 1;
    TR0 = 1;
}

/* Channel 0..2, on for the first level ticks of each period from the next one on; from STEPS up it is always on. */
void pwm_set(uint8_t channel, uint8_t level)
{
    if (channel < CHANNELS)
        wanted[channel] = level;
}
