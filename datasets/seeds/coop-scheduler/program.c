/* Cooperative scheduler: timer 0 counts ticks, the main loop runs whatever has become due. */
#include <8052.h>
#include <stdint.h>

#define MAX_TASKS 6
#define RELOAD_HIGH 0xEE
#define RELOAD_LOW 0x00

typedef void (*task_t)(void);

struct entry {
    task_t run;
    uint16_t period; /* in ticks */
    uint16_t left;   /* ticks until the next run */
};

static __idata struct entry entries[MAX_TASKS];
static uint8_t entry_count;
static volatile uint8_t ticks_waiting;

/* Keeps the interrupt short: no task ever runs in here. */
void tick_isr(void) __interrupt(TF0_VECTOR)
{
    TH0 = RELOAD_HIGH;
    TL0 = RELOAD_LOW;
    ticks_waiting++;
}

/* Forgets all tasks and starts the tick. */
void scheduler_start(void)
{
    entry_count = 0;
    ticks_waiting = 0;
    TMOD = (TMOD & 0xF0) | 0x01;
    TH0 = RELOAD_HIGH;
    TL0 = RELOAD_LOW;
    TR0 = 1;
    ET0 = 1;
    EA = 1;
}

/* Enters a task that runs after `first` ticks and then every `period` ticks; gives 0 when that cannot be. */
uint8_t scheduler_add(task_t run, uint16_t first, uint16_t period)
{
    __idata struct entry *entry;

    if (entry_count == MAX_TASKS || first == 0 || period == 0)
        return 0;
    entry = &entries[entry_count];
    entry->run = run;
    entry->left = first;
    entry->period = period;
    entry_count++;
    return 1;
}

/* One tick for every task, in the order in which they were added. */
static void serve_tick(void)
{
    __idata struct entry *entry = entries;
    uint8_t i;

    for (i = entry_count; i > 0; i--) {
        if (--entry->left == 0) {
            entry->left = entry->period;
            entry->run();
        }
        entry++;
    }
}

/* Works off the ticks that have come since the last call, late ones too; call it from the main loop for ever. */
void scheduler_dispatch(void)
{
    while (ticks_waiting > 0) {
        EA = 0;
        ticks_waiting--;
        EA = 1;
        serve_tick();
    }
}
