/* Soft on, soft off and breathing for one LED: software PWM from timer 0, brightness through a gamma table. */
#include <8052.h>
#include <stdint.h>

#define CRYSTAL_HZ 11059200
#define LED P2_5 /* to the supply through a resistor: low = lit */
#define HOLD_PERIODS 6 /* PWM periods that one brightness lasts */

#define TICK_HZ 5000
#define TICK_RELOAD (256 - CRYSTAL_HZ / 12 / TICK_HZ)

#define PERIOD 32 /* ticks: 156 periods a second, no flicker to be seen */
#define TOP_LEVEL 9

#define LIT 0
#define DARK 1

enum { FADE_OFF, FADE_ON, FADE_BREATHE };

/* Lit ticks of a period; the eye sees about equal steps, and each step differs from the one before. */
static const __code uint8_t lit_ticks[TOP_LEVEL + 1] = {0, 1, 2, 3, 5, 9, 13, 18, 25, PERIOD};

static volatile uint8_t mode; /* the only variable that the main program writes while the timer runs */
static uint8_t level;
static uint8_t rising;
static uint8_t held; /* periods that this level has lasted */
static uint8_t phase;
static uint8_t duty;

void fade_isr(void) __interrupt(TF0_VECTOR)
{
    uint8_t now = mode; /* may change at any moment, so it is looked at once */

    if (phase == 0) {
        if (held < HOLD_PERIODS) {
            held++;
        } else {
            held = 1;
            if (now != FADE_BREATHE)
                rising = now == FADE_ON;
            else if (level == TOP_LEVEL)
                rising = 0;
            else if (level == 0)
                rising = 1;
            if (rising && level < TOP_LEVEL)
                level++;
            else if (!rising && level > 0)
                level--;
        }
        duty = lit_ticks[level]; /* never in the middle of a period: that would flash */
        if (duty > 0)
            LED = LIT;
    } else if (phase == duty) {
        LED = DARK;
    }
    phase = (phase + 1) % PERIOD;
}

/* Dark, mode FADE_OFF, and the timer running. */
void fade_init(void)
{
    TR0 = 0;
    LED = DARK;
    mode = FADE_OFF;
    level = 0;
    held = 0;
    phase = 0;

    TMOD = (TMOD & 0xF0) | 0x02; /* mode 2: the reload takes no interrupt latency into the period */
    TH0 = TICK_RELOAD;
    TL0 = TICK_RELOAD;
    ET0 = 1;
    EA = 1;
    TR0 = 1;
}

/* Fades from where the brightness is now; unknown modes are ignored. */
void fade_mode(uint8_t wanted)
{
    if (wanted <= FADE_BREATHE)
        mode = wanted;
}
