/* UART2, 8-N-1: reception by interrupt into a ring, with lost and damaged bytes counted. */
#include <stdint.h>

#define UART2_SR (*(volatile uint8_t *)0x5240)
#define UART2_DR (*(volatile uint8_t *)0x5241)
#define UART2_BRR1 (*(volatile uint8_t *)0x5242)
#define UART2_BRR2 (*(volatile uint8_t *)0x5243)
#define UART2_CR1 (*(volatile uint8_t *)0x5244)
#define UART2_CR2 (*(volatile uint8_t *)0x5245)
#define UART2_CR3 (*(volatile uint8_t *)0x5246)

#define TXE 0x80
#define RXNE 0x20
#define OR 0x08
#define NF 0x04
#define FE 0x02

#define TEN 0x08
#define REN 0x04
#define RIEN 0x20

#define CRYSTAL_HZ 16000000UL
#define BAUD 115200UL
#define DIVIDER ((uint16_t)((CRYSTAL_HZ + BAUD / 2) / BAUD))

#define RING_SIZE 32 /* a power of two up to 128, for the free-running indices */
#define RING_MASK (RING_SIZE - 1)
#define MANY 255 /* the count of lost bytes stops here */

static volatile uint8_t ring[RING_SIZE];
static volatile uint8_t head; /* written by the interrupt only */
static volatile uint8_t tail; /* written by uart_read only */
static volatile uint8_t lost;

static void count_loss(void)
{
    if (lost != MANY)
        lost++;
}

void uart2_rx_isr(void) __interrupt(21)
{
    uint8_t status = UART2_SR; /* SR and then DR: this order is what clears RXNE, OR, NF and FE */
    uint8_t byte = UART2_DR;

    if (status & OR)
        count_loss(); /* the one that came after `byte`: it is gone, `byte` is not */
    if (!(status & RXNE))
        return;
    if ((status & (FE | NF)) || (uint8_t)(head - tail) == RING_SIZE) {
        count_loss();
        return;
    }
    ring[head & RING_MASK] = byte;
    head++; /* only now may the reader see it */
}

/* Sets up 8-N-1 and the receive interrupt; the caller enables interrupts as a whole. */
void uart_init(void)
{
    UART2_CR2 = 0;
    head = 0;
    tail = 0;
    lost = 0;
    UART2_CR1 = 0; /* 8 data bits, no parity */
    UART2_CR3 = 0; /* 1 stop bit */
    UART2_BRR2 = (uint8_t)((DIVIDER >> 8 & 0xF0) | (DIVIDER & 0x0F)); /* first and last nibble of four */
    UART2_BRR1 = (uint8_t)(DIVIDER >> 4); /* the two in the middle; this write takes the rate over */
    UART2_CR2 = TEN | REN | RIEN;
}

/* Number of bytes waiting. */
uint8_t uart_available(void)
{
    return (uint8_t)(head - tail);
}

/* Oldest byte waiting, or -1. */
int16_t uart_read(void)
{
    uint8_t byte;

    if (head == tail)
        return -1;
    byte = ring[tail & RING_MASK];
    tail++;
    return byte;
}

/* Bytes lost since uart_init: overruns, damaged ones, and those that found the ring full. */
uint8_t uart_lost(void)
{
    return lost;
}

/* Sends one byte as soon as there is room for it, at most one byte time from now. */
void uart_write(uint8_t byte)
{
    while (!(UART2_SR & TXE))
        ;
    UART2_DR = byte;
}
