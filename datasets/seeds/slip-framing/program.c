/* SLIP framing (RFC 1055): packets to bytes and back, one byte at a time, for either side of a UART interrupt. */
#include <stdint.h>

#define FRAME_MAX 64 /* longest packet accepted */
#define FRAME_MIN 2  /* shorter ones are noise between two END bytes */

#define END 0xC0
#define ESC 0xDB
#define ESC_END 0xDC /* after ESC: stands for END */
#define ESC_ESC 0xDD /* after ESC: stands for ESC */

#define NOTHING_LEFT (-1)

enum send_state {
    SEND_IDLE,
    SEND_START,  /* an END first: it flushes what noise has left in the receiver */
    SEND_DATA,
    SEND_ESCAPED /* the second byte of an escape */
};

__xdata uint8_t slip_frame[FRAME_MAX]; /* valid from the end of a packet to the next byte fed */

static uint8_t received;
static uint8_t escape;
static uint8_t spoilt; /* too long or badly escaped: dropped at its END */

static const uint8_t *to_send;
static uint8_t left;
static uint8_t sending;

static void next_packet(void)
{
    received = 0;
    escape = 0;
    spoilt = 0;
}

/* Forgets packets begun in both directions. */
void slip_init(void)
{
    next_packet();
    sending = SEND_IDLE;
}

/* Takes a received byte; returns the length of slip_frame when a good packet is complete, else 0. */
uint8_t slip_feed(uint8_t byte)
{
    uint8_t length;

    if (byte == END) {
        length = spoilt || escape || received < FRAME_MIN ? 0 : received;
        next_packet();
        return length;
    }
    if (escape) {
        escape = 0;
        if (byte == ESC_END)
            byte = END;
        else if (byte == ESC_ESC)
            byte = ESC;
        else
            spoilt = 1;
    } else if (byte == ESC) {
        escape = 1;
        return 0;
    }
    if (received == FRAME_MAX) {
        spoilt = 1; /* goes on to the END, so that its rest is not taken for a packet */
        return 0;
    }
    slip_frame[received++] = byte;
    return 0;
}

/* Begins to send count bytes, which must stay as they are until slip_next has nothing left. */
void slip_send(const uint8_t *data, uint8_t count)
{
    to_send = data;
    left = count;
    sending = SEND_START;
}

/* The next byte for the line, or -1. */
int16_t slip_next(void)
{
    switch (sending) {
    case SEND_START:
        sending = SEND_DATA;
        return END;
    case SEND_DATA:
        if (left == 0) {
            sending = SEND_IDLE;
            return END;
        }
        if (*to_send == END || *to_send == ESC) {
            sending = SEND_ESCAPED;
            return ESC;
        }
        left--;
        return *to_send++;
    case SEND_ESCAPED:
        sending = SEND_DATA;
        left--;
        return *to_send++ == END ? ESC_END : ESC_ESC;
    }
    return NOTHING_LEFT;
}
