/* Interrupt-driven UART receiver with a ring buffer. */
#include <8052.h>
#include <stdint.h>

#define BAUD_RELOAD 0xFD
#define RING_SIZE 16
#define RING_MASK (RING_SIZE - 1)

static volatile __idata uint8_t ring[RING_SIZE];
static volatile uint8_t head;      /* free-running, written by the interrupt only */
static volatile uint8_t tail;      /* free-running, written by uart_read only */
static volatile uint16_t dropped;  /* bytes that found the ring full */

/* Takes one received byte; with the ring full the new byte is the one that is lost. */
void uart_isr(void) __interrupt(4)
{
    uint8_t byte;

    if (!RI)
        return;
    RI = 0;
    byte = SBUF;
    if ((uint8_t)(head - tail) == RING_SIZE) {
        dropped++;
        return;
    }
    ring[head & RING_MASK] = byte;
    head++;  /* only now may the reader see the byte */
}

/* Sets up 8-N-1 on timer 1 and opens the serial interrupt; call once after reset. */
void uart_init(void)
{
    head = 0;
    tail = 0;
    dropped = 0;
    SCON = 0x50;                  /* mode 1, receiver on */
    TMOD = (TMOD & 0x0F) | 0x20;  /* timer 1: 8-bit auto-reload; timer 0 untouched */
    TH1 = BAUD_RELOAD;
    TL1 = BAUD_RELOAD;
    TR1 = 1;
    ES = 1;
    EA = 1;
}

/* Number of bytes waiting. */
uint8_t uart_available(void)
{
    return (uint8_t)(head - tail);
}

/* Oldest byte waiting, or -1 when there is none. */
int16_t uart_read(void)
{
    uint8_t byte;

    if (head == tail)
        return -1;
    byte = ring[tail & RING_MASK];
    tail++;
    return byte;
}

/* Number of bytes lost so far: two bytes wide, so the interrupt must not step in between. */
uint16_t uart_dropped(void)
{
    __bit enabled = ES;
    uint16_t count;

    ES = 0;
    count = dropped;
    ES = enabled;
    return count;
}
