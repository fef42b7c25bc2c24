/* Parcel sorter: items arrive on INT1 and wait in a queue; the emergency stop on INT0 overrides everything. */
#include <8052.h>
#include <stdint.h>

#define QUEUE_SIZE 8
#define DRIVES_OFF 0xFF /* level of the eight gate drives on P2 at rest */

#define STOP_LINE P3_2 /* INT0: low from the moment the mushroom button is hit until it is pulled out */
#define ITEM_LINE P3_3 /* INT1: falling edge for each item */
#define LANE_PORT P1   /* bits 2..0: the lane of the item that is passing */
#define LANE_MASK 0x07
#define QUEUE_MASK (QUEUE_SIZE - 1)
#define MISSED_MAX 255

static volatile __bit stopped;
static volatile uint8_t queue[QUEUE_SIZE];
static volatile uint8_t head;   /* free-running, moved by item_isr only */
static volatile uint8_t tail;   /* free-running, moved by the main program only */
static volatile uint8_t missed; /* items that found the queue full */

/* High priority: everything off at once, even in the middle of item_isr. */
void stop_isr(void) __interrupt(IE0_VECTOR)
{
    P2 = DRIVES_OFF;
    stopped = 1;
}

/* Low priority: notes where the item wants to go; the gates are the main program's business. */
void item_isr(void) __interrupt(IE1_VECTOR)
{
    if ((uint8_t)(head - tail) == QUEUE_SIZE) {
        if (missed < MISSED_MAX)
            missed++;
        return;
    }
    queue[head & QUEUE_MASK] = LANE_PORT & LANE_MASK;
    head++; /* only now may the main program see the item */
}

/* Starts stopped: sorter_rearm must find the button released before anything moves. */
void sorter_init(void)
{
    EX0 = 0;
    EX1 = 0;
    P2 = DRIVES_OFF;
    stopped = 1;
    head = 0;
    tail = 0;
    missed = 0;
    LANE_PORT |= LANE_MASK; /* inputs read only while their latches are 1 */
    STOP_LINE = 1;
    ITEM_LINE = 1;
    IT0 = 1;
    IT1 = 1;
    IE0 = 0;
    IE1 = 0;
    PX0 = 1; /* the stop interrupts item_isr, never the other way round */
    PX1 = 0;
    EX0 = 1;
    EX1 = 1;
    EA = 1;
}

/* Opens the gate of the oldest item. Returns 1, or 0 when there is none or the sorter is stopped. */
uint8_t sorter_step(void)
{
    uint8_t gate;
    uint8_t done = 0;

    if (head == tail)
        return 0;
    gate = (uint8_t)(1 << queue[tail & QUEUE_MASK]);
    EX0 = 0; /* no stop between the question and the write, or the gate would move after it */
    if (!stopped) {
        P2 = DRIVES_OFF ^ gate;
        done = 1;
    }
    EX0 = 1; /* a stop that came meanwhile is served now */
    if (done)
        tail++;
    return done;
}

/* Leaves the stopped state if the button is released; items that waited are dropped. Returns 1 when running. */
uint8_t sorter_rearm(void)
{
    if (stopped) {
        EX0 = 0;
        if (STOP_LINE) {
            tail = head;
            stopped = 0;
        }
        EX0 = 1;
    }
    return !stopped;
}

/* Items lost to a full queue since the start, at most 255. */
uint8_t sorter_missed(void)
{
    return missed;
}
