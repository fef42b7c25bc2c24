/* Tank watch on a battery: asleep in active halt, woken by the AWU for one look, guarded by the IWDG. */
#include <stdbool.h>
#include <stdint.h>

#define PB_ODR (*(volatile uint8_t *)0x5005)
#define PB_IDR (*(volatile uint8_t *)0x5006)
#define PB_DDR (*(volatile uint8_t *)0x5007)
#define PB_CR1 (*(volatile uint8_t *)0x5008)
#define PD_ODR (*(volatile uint8_t *)0x500F)
#define PD_DDR (*(volatile uint8_t *)0x5011)
#define PD_CR1 (*(volatile uint8_t *)0x5012)
#define RST_SR (*(volatile uint8_t *)0x50B3)
#define CLK_ICKR (*(volatile uint8_t *)0x50C0)
#define IWDG_KR (*(volatile uint8_t *)0x50E0)
#define IWDG_PR (*(volatile uint8_t *)0x50E1)
#define IWDG_RLR (*(volatile uint8_t *)0x50E2)
#define AWU_CSR (*(volatile uint8_t *)0x50F0)
#define AWU_APR (*(volatile uint8_t *)0x50F1)
#define AWU_TBR (*(volatile uint8_t *)0x50F2)

#define IWDGF 0x02 /* RST_SR, cleared by writing 1 */
#define REGAH 0x20 /* CLK_ICKR: the main regulator rests in active halt */
#define AWUEN 0x10 /* AWU_CSR */

#define ENABLE 0xCC /* keys of IWDG_KR */
#define ACCESS 0x55
#define REFRESH 0xAA
#define WATCHDOG_PR 6     /* LSI / 2 / 2^(PR + 2) ... */
#define WATCHDOG_RLR 0xFF /* ... and RLR + 1 counts */

#define WAKE_TBR 11 /* 2^(TBR - 1) times ... */
#define WAKE_DIV 62 /* ... so many clocks of the LSI */

#define FLOAT_BIT 2 /* port B: float switch to ground, closed while the tank is full */
#define ALARM_BIT 3 /* port D, high = alarm */
#define FLOAT (1 << FLOAT_BIT)
#define ALARM (1 << ALARM_BIT)
#define CONFIRM 4 /* looks in a row before the alarm follows */

static volatile bool woken;
static bool alarm;
static uint8_t against; /* looks in a row that contradict the alarm */

/* Once started it cannot be stopped. The LSI starts with it, and only then can the other registers be written. */
void watchdog_start(void)
{
    IWDG_KR = ENABLE;
    IWDG_KR = ACCESS;
    IWDG_PR = WATCHDOG_PR;
    IWDG_RLR = WATCHDOG_RLR;
    IWDG_KR = REFRESH; /* takes the new time over and closes the access */
}

void awu_isr(void) __interrupt(1)
{
    AWU_CSR; /* reading it clears AWUF */
    woken = true;
}

/* Prepares the wake-up that each HALT then starts. */
void wake_start(void)
{
    woken = false;
    AWU_APR = WAKE_DIV - 2;
    AWU_TBR = WAKE_TBR;
    AWU_CSR |= AWUEN;
    CLK_ICKR |= REGAH;
}

static void show(void)
{
    if (alarm)
        PD_ODR |= ALARM;
    else
        PD_ODR &= (uint8_t)~ALARM;
}

/* Sets up the pins; between two looks the switch's pin is an output at 0, which costs no current in either position. */
void tank_init(bool alarmed)
{
    alarm = alarmed;
    against = 0;
    show(); /* before the pin drives */
    PD_DDR |= ALARM;
    PD_CR1 |= ALARM;
    PB_ODR &= (uint8_t)~FLOAT;
    PB_CR1 &= (uint8_t)~FLOAT;
    PB_DDR |= FLOAT;
}

/* Time for the pull-up to charge the cable. */
static void pause(void)
{
    uint8_t n = 200;

    while (--n)
        ;
}

/* One look at the float switch; the alarm follows when it has been the same often enough. */
void tank_look(void)
{
    bool full;

    PB_DDR &= (uint8_t)~FLOAT;
    PB_CR1 |= FLOAT;
    pause();
    full = !(PB_IDR & FLOAT);
    PB_CR1 &= (uint8_t)~FLOAT;
    PB_DDR |= FLOAT;

    if (full == alarm) {
        against = 0;
        return;
    }
    against++;
    if (against == CONFIRM) {
        against = 0;
        alarm = full;
        show();
    }
}

void main(void)
{
    bool hung = false;

    watchdog_start();
    if (RST_SR & IWDGF) {
        RST_SR = IWDGF;
        hung = true; /* the last life ended badly: alarm until the tank is seen not to be full */
    }
    tank_init(hung);
    wake_start();
    for (;;) {
        __asm__("halt"); /* lets interrupts in */
        if (woken) {
            woken = false;
            tank_look();
            IWDG_KR = REFRESH; /* only here: whatever fails in this round, the watchdog ends it */
        }
    }
}
