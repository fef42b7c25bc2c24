/* Periodic tick on TIM4 of the STM8S105, with a second hand and an LED. */
#include <stdint.h>

#define PD_ODR (*(volatile uint8_t *)0x500F)
#define PD_DDR (*(volatile uint8_t *)0x5011)
#define PD_CR1 (*(volatile uint8_t *)0x5012)
#define TIM4_CR1 (*(volatile uint8_t *)0x5340)
#define TIM4_IER (*(volatile uint8_t *)0x5341)
#define TIM4_SR (*(volatile uint8_t *)0x5342)
#define TIM4_PSCR (*(volatile uint8_t *)0x5345)
#define TIM4_ARR (*(volatile uint8_t *)0x5346)

#define CR1_CEN 0x01
#define IER_UIE 0x01
#define SR_UIF 0x01

#define LED_PIN 0
#define RELOAD 124 /* counts of 8 us, less one */
#define TICKS_PER_SECOND 1000

static volatile uint16_t ticks;
static volatile uint8_t seconds;

/* LED as push-pull output and off, tick running; the caller enables interrupts. */
void tick_init(void)
{
    PD_ODR &= (uint8_t)~(1 << LED_PIN);
    PD_DDR |= 1 << LED_PIN;
    PD_CR1 |= 1 << LED_PIN;
    ticks = 0;
    seconds = 0;
    TIM4_PSCR = 7; /* divides by 128 */
    TIM4_ARR = RELOAD;
    TIM4_SR = (uint8_t)~SR_UIF;
    TIM4_IER |= IER_UIE;
    TIM4_CR1 |= CR1_CEN;
}

/* Whole seconds since the start, 0 to 59. */
uint8_t tick_seconds(void)
{
    return seconds;
}

void tim4_update(void) __interrupt(23)
{
    TIM4_SR = (uint8_t)~SR_UIF; /* else it comes again at once */
    ticks++;
    if (ticks < TICKS_PER_SECOND)
        return;
    ticks = 0;
    seconds++;
    if (seconds == 60)
        seconds = 0;
    PD_ODR ^= 1 << LED_PIN;
}
