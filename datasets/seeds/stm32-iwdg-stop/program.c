/* Watchdog that only a complete round of all tasks feeds, the cause of the last reset, and STOP with its wake-up. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t KR, PR, RLR, SR;
} IWDG_TypeDef;

#define IWDG ((IWDG_TypeDef *)0x40003000)
#define IWDG_KEY_RELOAD 0xAAAAu
#define IWDG_KEY_ACCESS 0x5555u
#define IWDG_KEY_START 0xCCCCu
#define IWDG_SR_UPDATES 0x3u /* PVU, RVU: a new value is on its way into the slow clock's domain */
#define RCC_CR (*(volatile uint32_t *)0x40021000)
#define RCC_CR_HSEON (1u << 16)
#define RCC_CR_HSERDY (1u << 17)
#define RCC_CR_PLLON (1u << 24)
#define RCC_CR_PLLRDY (1u << 25)
#define RCC_CFGR (*(volatile uint32_t *)0x40021004)
#define RCC_CFGR_SW 0x3u
#define RCC_CFGR_SW_PLL 0x2u
#define RCC_CFGR_SWS 0xCu
#define RCC_CFGR_SWS_PLL 0x8u
#define RCC_APB1ENR (*(volatile uint32_t *)0x4002101C)
#define RCC_APB1ENR_PWREN (1u << 28)
#define RCC_CSR (*(volatile uint32_t *)0x40021024)
#define RCC_CSR_RMVF (1u << 24)
#define RCC_CSR_PORRSTF (1u << 27)
#define RCC_CSR_SFTRSTF (1u << 28)
#define RCC_CSR_IWDGRSTF (1u << 29)
#define RCC_CSR_WWDGRSTF (1u << 30)
#define RCC_CSR_LPWRRSTF (1u << 31)
#define PWR_CR (*(volatile uint32_t *)0x40007000)
#define PWR_CR_LPDS (1u << 0)
#define PWR_CR_PDDS (1u << 1)
#define PWR_CR_CWUF (1u << 2)
#define SCB_SCR (*(volatile uint32_t *)0xE000ED10)
#define SCB_SCR_SLEEPDEEP (1u << 2)

#define TIMEOUT_MS 2000
#define LSI_KHZ 40    /* 30 to 60 over all parts: the true timeout lies between 2/3 and 4/3 of TIMEOUT_MS */
#define PRESCALER 3   /* code: LSI divided by 4 << code */
#define TASK_COUNT 3
#define WAIT_LIMIT 2000 /* looks at a flag: over 2 ms on HSI, which a crystal needs to start */

#define RELOAD (TIMEOUT_MS * LSI_KHZ / (4u << PRESCALER) - 1u)
#define ALL_TASKS ((1u << TASK_COUNT) - 1u)

typedef enum {
    RESET_PIN, /* nothing else: the pin alone, or a debugger */
    RESET_POWER,
    RESET_SOFTWARE,
    RESET_WATCHDOG,
    RESET_WINDOW,
    RESET_LOW_POWER
} reset_cause_t;

static uint32_t alive; /* a bit for each task that has reported in this round */

/* What caused the last reset; asked once, since it clears the flags for the next one. */
reset_cause_t reset_cause(void)
{
    uint32_t flags = RCC_CSR;

    RCC_CSR = flags | RCC_CSR_RMVF; /* LSION stays as it is */
    if (flags & RCC_CSR_PORRSTF)
        return RESET_POWER; /* after power-up the others may be set or not */
    if (flags & RCC_CSR_IWDGRSTF)
        return RESET_WATCHDOG;
    if (flags & RCC_CSR_WWDGRSTF)
        return RESET_WINDOW;
    if (flags & RCC_CSR_SFTRSTF)
        return RESET_SOFTWARE;
    if (flags & RCC_CSR_LPWRRSTF)
        return RESET_LOW_POWER;
    return RESET_PIN;
}

static bool updated(void)
{
    uint32_t looks;

    for (looks = 0; looks < WAIT_LIMIT; looks++)
        if (!(IWDG->SR & IWDG_SR_UPDATES))
            return true;
    return false;
}

/* Starts the watchdog, which nothing can stop again. False: the values did not get through, but it runs. */
bool watchdog_start(void)
{
    bool taken;

    alive = 0;
    IWDG->KR = IWDG_KEY_START; /* also switches LSI on, without which PR and RLR are never taken over */
    IWDG->KR = IWDG_KEY_ACCESS;
    IWDG->PR = PRESCALER;
    IWDG->RLR = RELOAD;
    taken = updated();
    IWDG->KR = IWDG_KEY_RELOAD; /* from here on with the new timeout; it closes the access as well */
    return taken;
}

/* A task reports; the watchdog is fed when all have, so one that hangs is not hidden by the others. */
void watchdog_report(uint8_t task)
{
    if (task >= TASK_COUNT)
        return;
    alive |= 1u << task;
    if (alive == ALL_TASKS) {
        alive = 0;
        IWDG->KR = IWDG_KEY_RELOAD;
    }
}

static bool clock_ready(uint32_t on, uint32_t ready)
{
    uint32_t looks;

    RCC_CR |= on;
    for (looks = 0; looks < WAIT_LIMIT; looks++)
        if (RCC_CR & ready)
            return true;
    return false;
}

/* STOP wakes on HSI at 8 MHz; PLL settings in CFGR have survived. */
static bool restore_clock(void)
{
    uint32_t looks;

    if (!clock_ready(RCC_CR_HSEON, RCC_CR_HSERDY) || !clock_ready(RCC_CR_PLLON, RCC_CR_PLLRDY))
        return false;
    RCC_CFGR = (RCC_CFGR & ~RCC_CFGR_SW) | RCC_CFGR_SW_PLL;
    for (looks = 0; looks < WAIT_LIMIT; looks++)
        if ((RCC_CFGR & RCC_CFGR_SWS) == RCC_CFGR_SWS_PLL)
            return true;
    return false;
}

/* Sleeps in STOP until an EXTI line wakes it, within the timeout: the watchdog goes on there. False: still on HSI. */
bool power_stop(void)
{
    RCC_APB1ENR |= RCC_APB1ENR_PWREN;
    PWR_CR = (PWR_CR & ~PWR_CR_PDDS) | PWR_CR_LPDS | PWR_CR_CWUF; /* STOP and not standby, regulator low */
    SCB_SCR |= SCB_SCR_SLEEPDEEP;
    IWDG->KR = IWDG_KEY_RELOAD; /* the whole timeout for the sleep */
    __asm volatile("wfi");
    SCB_SCR &= ~SCB_SCR_SLEEPDEEP; /* or the next WFI would stop the clocks as well */
    return restore_clock();
}
