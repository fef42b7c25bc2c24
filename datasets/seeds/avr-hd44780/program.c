/* Character LCD (HD44780) with 4 data lines: whatever it has to wait for is counted in the caller's ticks. */
#define F_CPU 16000000UL /* before util/delay.h, which counts with it */

#include <avr/io.h>
#include <avr/pgmspace.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/delay.h>

#define TICK_MS 2
#define RS_BIT 0      /* port B: 0 = command, 1 = character */
#define EN_BIT 1      /* port B: the LCD reads at its falling edge */
#define DATA_SHIFT 4  /* port D: D4 of the LCD is here, D5 to D7 follow */
#define COLUMNS 16
#define QUEUE_SIZE 32 /* a power of two, at most 128 */

#define ROWS 2
#define DATA_MASK (0x0F << DATA_SHIFT)
#define WAIT(ms) (((ms) + TICK_MS - 1) / TICK_MS) /* idle ticks; the present one comes on top */
#define POWER_UP_MS 40
#define CLEAR_MS 2

#define CLEAR 0x01
#define SET_ADDRESS 0x80
#define ROW_OFFSET 0x40
#define CHARACTER 0x100 /* in the queue: to be sent with RS high */

/* Three times 3 gets an LCD in any state into 8-bit mode; only then is 2 understood as "4 bits". */
static const struct {
    uint8_t code; /* the first four are lone upper nibbles, the others commands */
    uint8_t wait; /* ticks afterwards */
} START_UP[] PROGMEM = {
    {0x3, WAIT(5)}, {0x3, WAIT(1)}, {0x3, WAIT(1)}, {0x2, WAIT(1)},
    {0x28, 0},               /* 4 bits, 2 rows, 5 x 8 dots */
    {0x08, 0},               /* display off */
    {CLEAR, WAIT(CLEAR_MS)},
    {0x06, 0},               /* cursor goes right */
    {0x0C, 0}                /* display on, no cursor */
};
#define LONE_NIBBLES 4
#define STEPS (sizeof START_UP / sizeof START_UP[0])

static uint16_t queue[QUEUE_SIZE];
static uint8_t head; /* free-running */
static uint8_t tail;
static uint8_t step; /* of START_UP */
static uint8_t wait; /* idle ticks to go */

static void send_nibble(uint8_t nibble)
{
    PORTD = (uint8_t)((PORTD & ~DATA_MASK) | (nibble & 0x0F) << DATA_SHIFT);
    PORTB |= _BV(EN_BIT);
    _delay_us(1); /* 450 ns at least, and 1 us from pulse to pulse */
    PORTB &= (uint8_t)~_BV(EN_BIT);
    _delay_us(1);
}

static void send_byte(uint8_t byte)
{
    send_nibble(byte >> 4);
    send_nibble(byte);
}

static bool enqueue(uint16_t entry)
{
    if ((uint8_t)(head - tail) == QUEUE_SIZE)
        return false;
    queue[head++ % QUEUE_SIZE] = entry;
    return true;
}

/* Begins the start-up, which goes on in lcd_tick(). */
void lcd_init(void)
{
    PORTB &= (uint8_t)~(_BV(RS_BIT) | _BV(EN_BIT));
    PORTD &= (uint8_t)~DATA_MASK;
    DDRB |= _BV(RS_BIT) | _BV(EN_BIT);
    DDRD |= DATA_MASK;
    head = 0;
    tail = 0;
    step = 0;
    wait = WAIT(POWER_UP_MS);
}

/* Call every TICK_MS: sends at most one byte, so that each has more than its 40 us. */
void lcd_tick(void)
{
    uint16_t entry;
    uint8_t code;

    if (wait != 0) {
        wait--;
        return;
    }
    if (step < STEPS) {
        code = pgm_read_byte(&START_UP[step].code);
        wait = pgm_read_byte(&START_UP[step].wait);
        PORTB &= (uint8_t)~_BV(RS_BIT);
        if (step < LONE_NIBBLES)
            send_nibble(code);
        else
            send_byte(code);
        step++;
    } else if (head != tail) {
        entry = queue[tail++ % QUEUE_SIZE];
        if (entry & CHARACTER)
            PORTB |= _BV(RS_BIT);
        else
            PORTB &= (uint8_t)~_BV(RS_BIT);
        send_byte((uint8_t)entry);
        if (entry == CLEAR)
            wait = WAIT(CLEAR_MS);
    }
}

/* Queues one character; false when there is no room. */
bool lcd_put(char c)
{
    return enqueue(CHARACTER | (uint8_t)c);
}

/* Queues a move of the cursor; false when the place does not exist or there is no room. */
bool lcd_goto(uint8_t column, uint8_t row)
{
    if (column >= COLUMNS || row >= ROWS)
        return false;
    return enqueue(SET_ADDRESS | (row * ROW_OFFSET + column));
}

/* Queues clearing, which also moves the cursor home; false when there is no room. */
bool lcd_clear(void)
{
    return enqueue(CLEAR);
}

/* Whether all that was queued is on the display. */
bool lcd_idle(void)
{
    return step == STEPS && wait == 0 && head == tail;
}
