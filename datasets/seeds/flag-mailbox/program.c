/* One-slot mailbox: the interrupt of an external converter posts a sample, the main program collects it. */
#include <8052.h>
#include <stdint.h>

#define CONVERTER 0x8000 /* low byte; the rest of the result and the channel follow at the next address */
#define RESULT_BITS 12

#define HIGH_BITS (RESULT_BITS - 8)
#define HIGH_MASK ((1 << HIGH_BITS) - 1)
#define LOST_MAX 255

static volatile __xdata __at(CONVERTER) uint8_t result_low;
static volatile __xdata __at(CONVERTER + 1) uint8_t result_high; /* reading it lets INT0 go high again */

typedef struct {
    uint8_t channel;
    uint16_t value;
} sample;

static volatile sample slot;  /* belongs to the interrupt while full is 0, to the main program while it is 1 */
static volatile __bit full;   /* hands the slot over */
static volatile uint8_t lost; /* samples that found the slot taken */

/* A conversion is ready. It is read even if nobody has room for it, else the converter never asks again. */
void converter_isr(void) __interrupt(IE0_VECTOR)
{
    uint8_t low = result_low;
    uint8_t high = result_high;

    if (full) {
        if (lost < LOST_MAX)
            lost++;
        return;
    }
    slot.channel = high >> HIGH_BITS;
    slot.value = (uint16_t)(high & HIGH_MASK) << 8 | low;
    full = 1; /* last: from here on the slot is the reader's */
}

/* Empties the mailbox and lets the converter interrupt. */
void mailbox_init(void)
{
    EX0 = 0;
    full = 0;
    lost = 0;
    IT0 = 1;
    IE0 = 0;
    EX0 = 1;
    EA = 1;
}

/* Collects the sample. Returns 1, or 0 when there is none; *into is then left alone. */
uint8_t mailbox_take(sample *into)
{
    if (!full)
        return 0;
    into->channel = slot.channel; /* no lock: the interrupt keeps its hands off until full is 0 */
    into->value = slot.value;
    full = 0;
    return 1;
}

/* Samples lost since the last call, at most 255. */
uint8_t mailbox_lost(void)
{
    uint8_t count;

    EX0 = 0; /* between reading and clearing no loss may be counted, or it would be forgotten */
    count = lost;
    lost = 0;
    EX0 = 1;
    return count;
}
