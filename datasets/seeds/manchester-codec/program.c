/* Manchester coding by half-bits: a sync that no data can imitate, eight data bits and parity, violations detected. */
#include <stdint.h>

#define ONE_FIRST 1  /* level in the first half of a one: 1 as G. E. Thomas wrote it, 0 as in IEEE 802.3 */
#define SYNC_FIRST 1 /* level of the first three half-bits of a sync */
#define ODD_PARITY 1

#define SYNC_HALVES 6
#define SYNC_WORD (SYNC_FIRST ? 0x38 : 0x07) /* three half-bits each way: valid data has two alike at most */
#define SYNC_MASK 0x3F
#define DATA_HALVES 18 /* eight bits and parity */
#define IDLE_LEVEL (!SYNC_FIRST)
#define ONE_PAIR (ONE_FIRST ? 0x02 : 0x01)

enum { MANCH_NOTHING, MANCH_BYTE, MANCH_VIOLATION, MANCH_PARITY };

static volatile uint16_t sending;  /* the next bit is on top */
static volatile uint8_t send_left; /* half-bits; written last, since it starts the sender */

static uint8_t history; /* received half-bits, the newest in bit 0 */
static uint8_t left;    /* half-bits until the frame is complete, 0 while hunting for a sync */
static uint8_t odd;     /* parity bit that would make the ones received so far even in number */
static uint8_t value;

static uint8_t parity(uint8_t byte)
{
    byte ^= byte >> 4;
    return (0x6996 >> (byte & 0x0F)) & 1;
}

/* Both directions at rest. */
void manch_init(void)
{
    send_left = 0;
    history = IDLE_LEVEL ? SYNC_MASK : 0; /* anything else might look like half of a sync */
    left = 0;
}

/* Starts a frame; gives 0 while the last one is still being sent. */
uint8_t manch_send(uint8_t byte)
{
    uint8_t check = parity(byte) ^ ODD_PARITY;

    if (send_left > 0)
        return 0;
    sending = ((uint16_t)byte << 8) | (uint16_t)(check << 7);
    send_left = SYNC_HALVES + DATA_HALVES;
    return 1;
}

/* Level of the next half-bit, to be put on the line by a timer interrupt. */
uint8_t manch_send_half(void)
{
    uint8_t one;

    if (send_left == 0)
        return IDLE_LEVEL;
    send_left--;
    if (send_left >= DATA_HALVES + SYNC_HALVES / 2)
        return SYNC_FIRST;
    if (send_left >= DATA_HALVES)
        return !SYNC_FIRST;
    one = (sending & 0x8000) != 0;
    if (send_left & 1)
        return one == ONE_FIRST;
    sending <<= 1;
    return one != ONE_FIRST;
}

/* Takes one half-bit from the line; tells of a byte, or of what was wrong with the frame, when it is over. */
uint8_t manch_receive_half(uint8_t level)
{
    uint8_t pair;
    uint8_t one;

    history = (uint8_t)(history << 1) & SYNC_MASK;
    if (level)
        history |= 1;

    if (left == 0) {
        if (history == SYNC_WORD) {
            left = DATA_HALVES;
            odd = 0;
        }
        return MANCH_NOTHING;
    }
    left--;
    if (left & 1)
        return MANCH_NOTHING; /* only half of a bit */

    pair = history & 0x03;
    if (pair == 0x00 || pair == 0x03) {
        left = 0; /* history is kept: this may be the next sync already */
        return MANCH_VIOLATION;
    }
    one = pair == ONE_PAIR;
    if (left == 0)
        return (odd ^ one) == ODD_PARITY ? MANCH_BYTE : MANCH_PARITY;
    value = (uint8_t)(value << 1) | one;
    odd ^= one;
    return MANCH_NOTHING;
}

/* The byte that MANCH_BYTE told of, until the next frame. */
uint8_t manch_received(void)
{
    return value;
}
