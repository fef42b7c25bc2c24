/* Speed of a 4-wire fan: PWM of TIM2 channel 1 on PD4, started softly and never run below what turns it. */
#include <stdint.h>

#define PD_DDR (*(volatile uint8_t *)0x5011)
#define PD_CR1 (*(volatile uint8_t *)0x5012)
#define PD_CR2 (*(volatile uint8_t *)0x5013)
#define TIM2_CR1 (*(volatile uint8_t *)0x5300)
#define TIM2_EGR (*(volatile uint8_t *)0x5304)
#define TIM2_CCMR1 (*(volatile uint8_t *)0x5305)
#define TIM2_CCER1 (*(volatile uint8_t *)0x5308)
#define TIM2_PSCR (*(volatile uint8_t *)0x530C)
#define TIM2_ARRH (*(volatile uint8_t *)0x530D)
#define TIM2_ARRL (*(volatile uint8_t *)0x530E)
#define TIM2_CCR1H (*(volatile uint8_t *)0x530F)
#define TIM2_CCR1L (*(volatile uint8_t *)0x5310)

#define CEN 0x01 /* CR1 */
#define ARPE 0x80
#define UG 0x01   /* EGR */
#define PWM1 0x60 /* CCMR1: high while the counter is below CCR1 */
#define OC1PE 0x08
#define CC1E 0x01 /* CCER1 */
#define CC1P 0x02

#define PIN 0x10 /* PD4 */

#define CRYSTAL_HZ 16000000UL
#define PWM_HZ 25000UL
#define PERIOD ((uint16_t)((CRYSTAL_HZ + PWM_HZ / 2) / PWM_HZ)) /* counts, without a prescaler */

#define MIN_PERCENT 20 /* the fan does not start below */
#define STEP_PERCENT 3 /* of one fan_tick */

static uint8_t target;  /* percent: 0, or MIN_PERCENT to 100 */
static uint8_t present; /* percent that is on the pin */

static void put(uint8_t percent)
{
    uint16_t compare = PERIOD * percent / 100; /* PERIOD * 100 fits into 16 bits */

    present = percent;
    TIM2_CCR1H = (uint8_t)(compare >> 8); /* high byte first: the low one makes the pair valid */
    TIM2_CCR1L = (uint8_t)compare;
}

/* Starts the PWM with the fan off; channels 2 and 3 of the timer keep their settings. */
void fan_init(void)
{
    target = 0;
    TIM2_CR1 = 0;
    TIM2_PSCR = 0;
    TIM2_ARRH = (uint8_t)((PERIOD - 1) >> 8);
    TIM2_ARRL = (uint8_t)(PERIOD - 1);
    TIM2_CCMR1 = PWM1 | OC1PE; /* new values wait for the end of a period, so none is cut short */
    put(0);
    TIM2_CCER1 = (TIM2_CCER1 & (uint8_t)~CC1P) | CC1E;
    TIM2_EGR = UG; /* and the first ones are taken over now */
    PD_DDR |= PIN;
    PD_CR1 |= PIN; /* push-pull */
    PD_CR2 |= PIN; /* fast edges */
    TIM2_CR1 = ARPE | CEN;
}

/* What fan_tick moves to: 0 is off, less than the minimum is the minimum, more than 100 is 100. */
void fan_set(uint8_t percent)
{
    if (percent > 100)
        percent = 100;
    else if (percent != 0 && percent < MIN_PERCENT)
        percent = MIN_PERCENT;
    target = percent;
}

/* The duty that is on the pin, in percent. */
uint8_t fan_percent(void)
{
    return present;
}

/* One step towards the target; call it every 20 ms. Between off and the minimum there is nothing. */
void fan_tick(void)
{
    if (present < target) {
        if (present < MIN_PERCENT)
            put(MIN_PERCENT);
        else if (target - present <= STEP_PERCENT)
            put(target);
        else
            put(present + STEP_PERCENT);
    } else if (present > target) {
        if (present == MIN_PERCENT || present - target <= STEP_PERCENT)
            put(target);
        else if (present - MIN_PERCENT <= STEP_PERCENT)
            put(MIN_PERCENT);
        else
            put(present - STEP_PERCENT);
    }
}
