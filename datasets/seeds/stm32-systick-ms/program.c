/* Millisecond time base on SysTick: timeouts that survive the wrap, periods without drift, waiting asleep. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t CTRL;
    volatile uint32_t LOAD;
    volatile uint32_t VAL;
} SysTick_TypeDef;

#define SysTick ((SysTick_TypeDef *)0xE000E010)
#define SysTick_CTRL_ENABLE (1u << 0)
#define SysTick_CTRL_TICKINT (1u << 1)
#define SysTick_CTRL_CLKSOURCE (1u << 2) /* the core clock itself, not an eighth of it */
#define SCB_SHPR3 (*(volatile uint32_t *)0xE000ED20)

#define CORE_HZ 72000000
#define TICK_HZ 1000
#define TICK_PRIORITY 15 /* of 16 levels, 0 is the most urgent */
#define MS_PER_TICK (1000u / TICK_HZ)
#define RELOAD (CORE_HZ / TICK_HZ - 1u) /* counting down to 0 takes RELOAD + 1 clocks */

#if RELOAD > 0xFFFFFF
#error "SysTick has 24 bits"
#endif

static volatile uint32_t now_ms; /* one aligned word: a read is never torn */

void SysTick_Handler(void)
{
    now_ms += MS_PER_TICK;
}

/* Starts the clock at 0. The counter is stopped meanwhile, so that no old period ends in the middle. */
void tick_init(void)
{
    SysTick->CTRL = 0;
    now_ms = 0;
    SysTick->LOAD = RELOAD;
    SysTick->VAL = 0; /* any write clears it; otherwise the first period would begin anywhere */
    SCB_SHPR3 = (SCB_SHPR3 & 0x00FFFFFFu) | ((uint32_t)TICK_PRIORITY << 28); /* PendSV keeps its own */
    SysTick->CTRL = SysTick_CTRL_CLKSOURCE | SysTick_CTRL_TICKINT | SysTick_CTRL_ENABLE;
}

/* Milliseconds since tick_init, modulo 2^32: they wrap after 49 days. */
uint32_t tick_ms(void)
{
    return now_ms;
}

/* Whether `period` milliseconds have passed since `since`; the difference is right across the wrap. */
bool tick_passed(uint32_t since, uint32_t period)
{
    return now_ms - since >= period;
}

/* True once each period. `*last` moves by whole periods, so a late call does not shift the next one. */
bool tick_every(uint32_t *last, uint32_t period)
{
    uint32_t now = now_ms;
    uint32_t behind = now - *last;

    if (behind < period)
        return false;
    if (behind - period < period)
        *last += period;
    else
        *last = now; /* a whole period was missed: go on from here, without a burst */
    return true;
}

/* Sleeps for at least `ms` milliseconds; the tick under way may be nearly over and does not count. */
void tick_wait(uint32_t ms)
{
    uint32_t since = now_ms;

    while (now_ms == since)
        __asm volatile("wfi");
    since += MS_PER_TICK;
    while (now_ms - since < ms)
        __asm volatile("wfi");
}
