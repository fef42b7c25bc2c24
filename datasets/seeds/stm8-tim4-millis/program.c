/* Milliseconds since start from TIM4: a 32-bit time that may wrap, and waiting without blocking. */
#include <stdbool.h>
#include <stdint.h>

#define TIM4_CR1 (*(volatile uint8_t *)0x5340)
#define TIM4_IER (*(volatile uint8_t *)0x5341)
#define TIM4_SR (*(volatile uint8_t *)0x5342)
#define TIM4_EGR (*(volatile uint8_t *)0x5343)
#define TIM4_PSCR (*(volatile uint8_t *)0x5345)
#define TIM4_ARR (*(volatile uint8_t *)0x5346)

#define CEN 0x01
#define UIE 0x01
#define UIF 0x01
#define UG 0x01

#define CRYSTAL_HZ 16000000UL
#define PRESCALER 7 /* TIM4 counts the master clock divided by 2^PRESCALER */
#define TICK_MS 1   /* from one interrupt to the next */
#define RELOAD (CRYSTAL_HZ / 1000 * TICK_MS / (1UL << PRESCALER) - 1)

#define WRAP_AFTER_MS 5000UL /* the time starts so far before its wrap, which is then seen at the desk */

static volatile uint32_t now; /* four bytes: only the interrupt may touch it without care */

/* One tick; nothing else belongs here. */
void tim4_isr(void) __interrupt(23)
{
    TIM4_SR = (uint8_t)~UIF; /* rc_w0: zeros clear, ones leave alone */
    now += TICK_MS;
}

/* Starts the tick; the caller enables interrupts as a whole. */
void millis_init(void)
{
    TIM4_CR1 = 0;
    TIM4_IER = 0;
    now = 0 - WRAP_AFTER_MS;
    TIM4_PSCR = PRESCALER;
    TIM4_ARR = (uint8_t)RELOAD;
    TIM4_EGR = UG;           /* takes the prescaler over now, not only at the first overflow */
    TIM4_SR = (uint8_t)~UIF; /* that was an update too, but no tick */
    TIM4_IER = UIE;
    TIM4_CR1 = CEN;
}

/* The time in milliseconds. A tick that falls into the copy stays pending and is taken right after it. */
uint32_t millis(void)
{
    uint8_t enabled = TIM4_IER;
    uint32_t copy;

    TIM4_IER = 0;
    copy = now;
    TIM4_IER = enabled;
    return copy;
}

/* Whether `period` milliseconds have passed since `since`: right across the wrap, for periods below 2^32. */
bool millis_elapsed(uint32_t since, uint32_t period)
{
    return millis() - since >= period;
}

/* True once in each period; the mark moves by whole periods, so that being late does not add up. */
bool millis_every(uint32_t *mark, uint32_t period)
{
    if (!millis_elapsed(*mark, period))
        return false;
    *mark += period;
    return true;
}
