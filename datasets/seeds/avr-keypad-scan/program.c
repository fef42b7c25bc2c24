/* 4 x 4 key matrix: one row at a time is pulled low, ghosts are refused, all keys are debounced together. */
#define F_CPU 16000000UL /* before util/delay.h, which counts with it */

#include <avr/io.h>
#include <avr/pgmspace.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/atomic.h>
#include <util/delay.h>

#define ROW_SHIFT 1     /* port B: row 0 is here, the others follow */
#define COLUMN_SHIFT 4  /* port D, likewise */
#define STABLE_TICKS 4  /* equal scans in a row until they are believed */
#define LAYOUT "123A456B789C*0#D" /* row by row */

#define ROWS 4
#define COLUMNS 4
#define COLUMN_BITS 0x0F
#define ROW_MASK (0x0F << ROW_SHIFT)
#define COLUMN_MASK (COLUMN_BITS << COLUMN_SHIFT)
#define SETTLE_US 5     /* pull-up and cable, after another row was low */
#define QUEUE_SIZE 8    /* a power of two */

static const char KEY_NAMES[ROWS * COLUMNS] PROGMEM = LAYOUT;

static volatile char queue[QUEUE_SIZE];
static volatile uint8_t head; /* free-running, written by keypad_tick() only */
static volatile uint8_t tail; /* and this by keypad_get() only */
static volatile uint16_t held; /* keys that are surely down, key n of the layout in bit n */
static uint16_t seen; /* the last scan */
static uint8_t equal; /* scans like it in a row; stops at STABLE_TICKS */

/* Rows are never driven high: two keys in a column would short a high row and a low one. */
static uint16_t scan(void)
{
    uint16_t keys = 0;
    uint8_t row;
    uint8_t columns;

    for (row = 1 << ROW_SHIFT; row & ROW_MASK; row <<= 1) {
        DDRB |= row;
        _delay_us(SETTLE_US);
        columns = (uint8_t)~PIND >> COLUMN_SHIFT & COLUMN_BITS;
        DDRB &= (uint8_t)~row;
        keys = keys >> COLUMNS | (uint16_t)columns << COLUMNS * (ROWS - 1); /* row 0 ends up lowest */
    }
    return keys;
}

/* Without diodes three keys in the corners of a rectangle look like four: no telling which are down. */
static bool is_ghosted(uint16_t keys)
{
    uint16_t below;
    uint8_t both;

    for (; keys != 0; keys >>= COLUMNS) {
        for (below = keys >> COLUMNS; below != 0; below >>= COLUMNS) {
            both = (uint8_t)(keys & below & COLUMN_BITS);
            if (both & (both - 1)) /* more than one column */
                return true;
        }
    }
    return false;
}

static void enqueue(uint8_t key)
{
    if ((uint8_t)(head - tail) == QUEUE_SIZE)
        return; /* nobody asks: the newest is lost */
    queue[head % QUEUE_SIZE] = (char)pgm_read_byte(&KEY_NAMES[key]);
    head++;
}

/* Rows open, columns with pull-ups, nothing pressed. */
void keypad_init(void)
{
    DDRB &= (uint8_t)~ROW_MASK;
    PORTB &= (uint8_t)~ROW_MASK; /* so that an output is low, and an input has no pull-up */
    DDRD &= (uint8_t)~COLUMN_MASK;
    PORTD |= COLUMN_MASK;
    head = 0;
    tail = 0;
    held = 0;
    equal = 0;
}

/* Call every 5 ms or so, from a timer interrupt or from the main loop: scans once. */
void keypad_tick(void)
{
    uint16_t keys = scan();
    uint16_t fresh;
    uint8_t key;

    if (is_ghosted(keys)) {
        equal = 0;
        return;
    }
    if (keys != seen || equal == 0) {
        seen = keys;
        equal = 1;
        return;
    }
    if (equal == STABLE_TICKS)
        return;
    equal++;
    if (equal < STABLE_TICKS)
        return;
    fresh = keys & ~held;
    held = keys;
    for (key = 0; fresh != 0; key++, fresh >>= 1) {
        if (fresh & 1)
            enqueue(key);
    }
}

/* The next key that went down, by its name in the layout; 0 when there is none. */
char keypad_get(void)
{
    char key;

    if (head == tail)
        return 0;
    key = queue[tail % QUEUE_SIZE];
    tail++;
    return key;
}

/* Keys that are down, key n of the layout in bit n. */
uint16_t keypad_held(void)
{
    uint16_t keys;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        keys = held;
    }
    return keys;
}
