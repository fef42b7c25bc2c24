/* One-shot and periodic countdown timers, all served from the timer 2 tick. */
#include <8052.h>
#include <stdint.h>

#define TIMER_COUNT 4
#define TIMER2_INTERRUPT 5
#define RELOAD_HIGH 0xDC
#define RELOAD_LOW 0x00

struct countdown {
    uint16_t left;   /* ticks to go, 0 while stopped */
    uint16_t period; /* loaded again on expiry, 0 for a one-shot */
};

static volatile __idata struct countdown timers[TIMER_COUNT];
static volatile uint8_t expired[TIMER_COUNT];

/* Counts every running timer down by one tick. */
void timer2_isr(void) __interrupt(TIMER2_INTERRUPT)
{
    uint8_t i;

    TF2 = 0; /* the hardware does not clear this one */
    for (i = 0; i < TIMER_COUNT; i++) {
        if (timers[i].left == 0)
            continue;
        if (--timers[i].left == 0) {
            expired[i] = 1;
            timers[i].left = timers[i].period;
        }
    }
}

/* All timers stopped, timer 2 in 16-bit auto-reload mode, tick interrupt on. */
void timers_init(void)
{
    uint8_t i;

    ET2 = 0;
    for (i = 0; i < TIMER_COUNT; i++) {
        timers[i].left = 0;
        expired[i] = 0;
    }
    T2CON = 0x00;
    RCAP2H = RELOAD_HIGH;
    RCAP2L = RELOAD_LOW;
    TH2 = RELOAD_HIGH;
    TL2 = RELOAD_LOW;
    TR2 = 1;
    ET2 = 1;
    EA = 1;
}

/* Lets timer id expire after `ticks` and, unless `period` is 0, every `period` ticks from then on. */
void timer_start(uint8_t id, uint16_t ticks, uint16_t period)
{
    if (id >= TIMER_COUNT)
        return;
    ET2 = 0; /* two bytes each: the tick must not see them half written */
    timers[id].left = ticks;
    timers[id].period = period;
    expired[id] = 0;
    ET2 = 1;
}

/* Stops a timer and forgets an expiry that nobody has fetched. */
void timer_stop(uint8_t id)
{
    timer_start(id, 0, 0);
}

/* 1 once for an expiry, then 0 until the next one. */
uint8_t timer_expired(uint8_t id)
{
    if (id >= TIMER_COUNT || !expired[id])
        return 0;
    expired[id] = 0;
    return 1;
}

/* Ticks to go; 0 while the timer is stopped. */
uint16_t timer_left(uint8_t id)
{
    uint16_t left;

    if (id >= TIMER_COUNT)
        return 0;
    ET2 = 0;
    left = timers[id].left;
    ET2 = 1;
    return left;
}
