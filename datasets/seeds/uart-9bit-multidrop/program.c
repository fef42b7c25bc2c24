/* Multidrop slave on a 9-bit serial line: while it is not addressed, the UART itself drops the others' bytes. */
#include <8052.h>
#include <stdint.h>

#define OWN_ADDRESS 17
#define BAUD_RELOAD 0xFD
#define FRAME_MAX 16

#define BROADCAST 0
#define SMOD 0x80          /* in PCON: doubles the baud rate */
#define MODE_3_FILTER 0xF0 /* 9 bits, SM2 set, receiver on */

/* A frame is the address with bit 9 set, then with bit 9 clear: length, so many data bytes, and a check byte that makes
   the sum of all but the address 0. */
enum {
    LENGTH,
    DATA,
    CHECK
};

static volatile __idata uint8_t frame[FRAME_MAX]; /* belongs to slave_take while complete is set */
static volatile uint8_t length;
static volatile __bit complete;
static uint8_t state; /* these three are the interrupt's own */
static uint8_t filled;
static uint8_t sum;

/* Takes one byte that passed the filter. */
void slave_isr(void) __interrupt(SI0_VECTOR)
{
    uint8_t byte;

    if (!RI)
        return;
    RI = 0;
    byte = SBUF;
    if (RB8) { /* an address, whatever was going on before */
        SM2 = complete || (byte != OWN_ADDRESS && byte != BROADCAST);
        state = LENGTH;
        return;
    }
    switch (state) {
    case LENGTH:
        if (byte == 0 || byte > FRAME_MAX) {
            SM2 = 1; /* deaf until the next address */
            return;
        }
        length = byte;
        filled = 0;
        sum = byte;
        state = DATA;
        break;
    case DATA:
        frame[filled++] = byte;
        sum += byte;
        if (filled == length)
            state = CHECK;
        break;
    default:
        sum += byte;
        complete = sum == 0;
        SM2 = 1;
    }
}

/* 9 bits on timer 1, listening for addresses only. */
void slave_init(void)
{
    ES = 0;
    TR1 = 0;
    complete = 0;
    PCON &= ~SMOD;
    TMOD = (TMOD & 0x0F) | 0x20; /* timer 1: 8-bit auto-reload; timer 0 untouched */
    TH1 = BAUD_RELOAD;
    TL1 = BAUD_RELOAD;
    SCON = MODE_3_FILTER;
    TR1 = 1;
    ES = 1;
    EA = 1;
}

/* Copies a complete frame's data and makes room for the next one. Returns its length, or 0 when there is none. */
uint8_t slave_take(uint8_t *into)
{
    uint8_t count;
    uint8_t i;

    if (!complete)
        return 0;
    count = length;
    for (i = 0; i < count; i++)
        into[i] = frame[i];
    complete = 0; /* last: from here on the interrupt may fill the frame again */
    return count;
}
