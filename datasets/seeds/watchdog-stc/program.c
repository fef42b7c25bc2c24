/* STC watchdog that is fed only after every task has reported in since the last time. */
#include <8052.h>
#include <stdint.h>

__sfr __at(0xE1) WDT_CONTR;

#define WDT_ENABLE 0x20 /* cannot be switched off again except by reset */
#define WDT_CLEAR 0x10
#define WDT_PRESCALE 5

#define TASK_COUNT 3
#define ALL_TASKS 0x07

static const __code uint8_t task_bit[8] = {0x01, 0x02, 0x04, 0x08, 0x10, 0x20, 0x40, 0x80};

static volatile uint8_t alive; /* one bit for each task that has reported */

/* Restarts the count; enable bit and prescaler are written each time, so a flipped bit is put right too. */
static void feed(void)
{
    WDT_CONTR = WDT_ENABLE | WDT_CLEAR | WDT_PRESCALE;
}

/* Starts the watchdog; every task now has one timeout to report in. */
void watchdog_start(void)
{
    alive = 0;
    feed();
}

/* A task, or an interrupt routine, says that it is still running; other numbers are ignored. */
void watchdog_report(uint8_t task)
{
    if (task >= TASK_COUNT)
        return;
    __critical {
        alive |= task_bit[task];
    }
}

/* Tasks that have not reported since the last feeding, one bit each; useful before a reset is forced. */
uint8_t watchdog_missing(void)
{
    return (uint8_t)~alive & ALL_TASKS;
}

/* To be called from the main loop: feeds when nobody is missing and then waits for all again. */
uint8_t watchdog_service(void)
{
    uint8_t complete = 0;

    __critical {
        if (alive == ALL_TASKS) {
            alive = 0;
            complete = 1;
        }
    }
    if (complete)
        feed();
    return complete;
}
