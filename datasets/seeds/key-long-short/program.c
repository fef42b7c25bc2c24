/* One key with short, long and repeated presses: sampled by timer 0, events handed over through a small queue. */
#include <8052.h>
#include <stdint.h>

#define CRYSTAL_HZ 11059200
#define KEY P3_4 /* to ground: low = pressed */
#define LONG_MS 800
#define REPEAT_MS 150

#define TICK_MS 5
#define TICK_RELOAD (65536UL - CRYSTAL_HZ / 12 / (1000 / TICK_MS))
#define LONG_TICKS (LONG_MS / TICK_MS)
#define REPEAT_TICKS (REPEAT_MS / TICK_MS)

#define SAMPLES 0x0F /* the last four samples, 20 ms: longer than contacts bounce */

#define QUEUE_SIZE 4
#define QUEUE_MASK (QUEUE_SIZE - 1)

enum { KEY_NONE, KEY_SHORT, KEY_LONG, KEY_REPEAT };

static uint8_t history; /* one bit a sample, the newest in bit 0 */
static uint8_t down;    /* debounced */
static uint8_t is_long; /* this press has been reported as long */
static uint8_t left;    /* ticks to the next event of this press */

static volatile uint8_t queue[QUEUE_SIZE];
static volatile uint8_t head; /* free-running, written by the interrupt only */
static volatile uint8_t tail; /* free-running, written by key_event only */

/* A full queue loses the new event; nobody has been listening for a long time then. */
static void post(uint8_t event)
{
    if ((uint8_t)(head - tail) == QUEUE_SIZE)
        return;
    queue[head & QUEUE_MASK] = event;
    head++; /* only now may key_event see it */
}

void key_isr(void) __interrupt(TF0_VECTOR)
{
    TH0 = (uint8_t)(TICK_RELOAD >> 8); /* some lost counts do not matter to a key */
    TL0 = (uint8_t)(TICK_RELOAD & 0xFF);

    history = (uint8_t)(history << 1) & SAMPLES;
    if (KEY)
        history |= 0x01;

    if (!down) {
        if (history == 0) {
            down = 1;
            is_long = 0;
            left = LONG_TICKS;
        }
    } else if (history == SAMPLES) {
        down = 0;
        if (!is_long)
            post(KEY_SHORT);
    } else if (--left == 0) {
        post(is_long ? KEY_REPEAT : KEY_LONG);
        is_long = 1;
        left = REPEAT_TICKS;
    }
}

/* Key up, queue empty, timer 0 running with its interrupt. */
void key_init(void)
{
    TR0 = 0;
    KEY = 1; /* release the pin for input */
    history = SAMPLES;
    down = 0;
    head = 0;
    tail = 0;

    TMOD = (TMOD & 0xF0) | 0x01;
    TH0 = (uint8_t)(TICK_RELOAD >> 8);
    TL0 = (uint8_t)(TICK_RELOAD & 0xFF);
    TF0 = 0; /* an old overflow would be a tick at once */
    ET0 = 1;
    EA = 1;
    TR0 = 1;
}

/* The oldest event not yet fetched, or KEY_NONE; for the main program. */
uint8_t key_event(void)
{
    uint8_t event;

    if (head == tail)
        return KEY_NONE;
    event = queue[tail & QUEUE_MASK];
    tail++; /* gives the place back, so only after the event was taken */
    return event;
}
