/* Inputs on a chain of 74HC165 shift registers, each debounced, with a note of what has changed. */
#include <8052.h>
#include <stdint.h>

#define LOAD P1_0 /* /PL of all chips: low copies their inputs */
#define CLOCK P1_1
#define DATA P1_2 /* Q7 of the first chip; the others follow behind it */
#define CHIPS 3

/* An input changes when four readings in a row differ from its state. The count of differing readings is kept bit by
   bit: bit i of count_low and count_high together are the two-bit counter of input i, so eight count at once. */
static uint8_t state[CHIPS];
static uint8_t count_low[CHIPS];
static uint8_t count_high[CHIPS];
static uint8_t news[CHIPS]; /* changes that nobody has asked for yet */

/* Copies all inputs into the chain at one moment. */
static void load(void)
{
    LOAD = 0;
    LOAD = 1;
}

/* Takes the next chip's eight inputs, H first: it is at the output already, before any clock. */
static uint8_t shift_in(void)
{
    uint8_t byte = 0;
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1) {
        if (DATA)
            byte |= mask;
        CLOCK = 1;
        CLOCK = 0;
    }
    return byte;
}

/* Takes the inputs as they are, with no changes to report. */
void inputs_init(void)
{
    uint8_t i;

    LOAD = 1;
    CLOCK = 0;
    DATA = 1; /* an input reads only while its latch is 1 */
    load();
    for (i = 0; i < CHIPS; i++) {
        state[i] = shift_in();
        count_low[i] = 0;
        count_high[i] = 0;
        news[i] = 0;
    }
}

/* Call every few milliseconds: one reading of the chain. */
void inputs_tick(void)
{
    uint8_t i;
    uint8_t differs;
    uint8_t fourth;

    load();
    for (i = 0; i < CHIPS; i++) {
        differs = shift_in() ^ state[i];
        fourth = differs & count_low[i] & count_high[i];
        count_high[i] = (count_high[i] ^ count_low[i]) & differs; /* one more, or from 0 where it agrees */
        count_low[i] = ~count_low[i] & differs;
        state[i] ^= fourth;
        news[i] |= fourth;
    }
}

/* The debounced inputs of a chip, 0 the nearest; bit 7 is H. */
uint8_t inputs_state(uint8_t chip)
{
    return chip < CHIPS ? state[chip] : 0;
}

/* The inputs of a chip that have changed since this was last asked; one that went and came back counts too. */
uint8_t inputs_changed(uint8_t chip)
{
    uint8_t changed;

    if (chip >= CHIPS)
        return 0;
    changed = news[chip];
    news[chip] = 0;
    return changed;
}
