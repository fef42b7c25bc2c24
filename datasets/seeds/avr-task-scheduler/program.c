/* Cooperative scheduler: tasks have deadlines in 16-bit ticks that wrap, and the CPU sleeps in between. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <util/atomic.h>

#define TASKS 6
#define TIMER_TOP 249      /* clock / 64 / (TIMER_TOP + 1) ticks a second */
#define FIRST_TICK 0xFF00U /* soon wraps, so that whoever compares ticks wrongly finds out at once */

#define LONGEST INT16_MAX  /* a deadline further away would look like one in the past */
#define NO_TASK (-1)

typedef void (*task_t)(void);

typedef struct {
    task_t run;      /* NULL: free */
    uint16_t due;
    uint16_t period; /* 0: once */
    uint8_t missed;  /* whole periods left out because of a late call; stops at 255 */
} slot_t;

static volatile uint16_t ticks;
static slot_t slots[TASKS];

ISR(TIMER0_COMPA_vect)
{
    ticks++;
}

/* Forgets all tasks and starts the tick. The caller enables interrupts as a whole. */
void sched_init(void)
{
    uint8_t i;

    TIMSK0 &= (uint8_t)~_BV(OCIE0A);
    for (i = 0; i < TASKS; i++)
        slots[i].run = NULL;
    ticks = FIRST_TICK;

    set_sleep_mode(SLEEP_MODE_IDLE);
    TCCR0A = _BV(WGM01);
    TCCR0B = _BV(CS01) | _BV(CS00);
    OCR0A = TIMER_TOP;
    TCNT0 = 0;
    TIFR0 = _BV(OCF0A);
    TIMSK0 |= _BV(OCIE0A);
}

/* The tick counter. */
uint16_t sched_now(void)
{
    uint16_t now;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        now = ticks;
    }
    return now;
}

static int8_t enter(task_t run, uint16_t delay, uint16_t period)
{
    int8_t i;

    if (run == NULL || delay > LONGEST || period > LONGEST)
        return NO_TASK;
    for (i = 0; i < TASKS; i++) {
        if (slots[i].run == NULL) {
            slots[i].due = sched_now() + delay;
            slots[i].period = period;
            slots[i].missed = 0;
            slots[i].run = run;
            return i;
        }
    }
    return NO_TASK;
}

/* Runs a task after some ticks and then with a period of at least 1; gives its number, or -1. */
int8_t sched_every(task_t run, uint16_t delay, uint16_t period)
{
    return period != 0 ? enter(run, delay, period) : NO_TASK;
}

/* Runs a task once, after some ticks; gives its number, which is free when the task starts, or -1. */
int8_t sched_after(task_t run, uint16_t delay)
{
    return enter(run, delay, 0);
}

/* Takes a task out; one that is not there does no harm. */
void sched_cancel(int8_t number)
{
    if (number >= 0 && number < TASKS)
        slots[number].run = NULL;
}

/* Periods that a task has missed altogether since it was entered. */
uint8_t sched_missed(int8_t number)
{
    return number >= 0 && number < TASKS && slots[number].run != NULL ? slots[number].missed : 0;
}

/* The task that has been due for longest, the first one of equals; NULL while none is due. */
static slot_t *most_overdue(uint16_t now)
{
    slot_t *found = NULL;
    int16_t longest = -1;
    int16_t late;
    uint8_t i;

    for (i = 0; i < TASKS; i++) {
        late = (int16_t)(now - slots[i].due); /* negative: in the future, on either side of the wrap */
        if (slots[i].run != NULL && late > longest) {
            longest = late;
            found = &slots[i];
        }
    }
    return found;
}

/* Runs at most one task; false when none is due. For the main loop. */
bool sched_run(void)
{
    uint16_t now = sched_now();
    slot_t *slot = most_overdue(now);
    task_t run;
    uint16_t skipped;
    uint16_t missed;

    if (slot == NULL)
        return false;
    run = slot->run;
    if (slot->period == 0) {
        slot->run = NULL; /* before the call, which may enter a task here */
    } else {
        skipped = (uint16_t)(now - slot->due) / slot->period;
        slot->due += (skipped + 1) * slot->period; /* keeps its phase, and makes up for nothing */
        missed = slot->missed + skipped;
        slot->missed = missed < UINT8_MAX ? (uint8_t)missed : UINT8_MAX;
    }
    run();
    return true;
}

/* Sleeps until the next interrupt, unless a task is due. Interrupts are enabled before and after. */
void sched_sleep(void)
{
    cli();
    if (most_overdue(ticks) == NULL) {
        sleep_enable();
        sei(); /* takes effect after the next instruction: no tick can slip in before the sleep */
        sleep_cpu();
        sleep_disable();
    }
    sei();
}
