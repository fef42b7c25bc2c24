/* Interrupt-driven UART receiver with a ring of bytes, ATmega328P. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>

#define RING_SIZE 16 /* a power of two */
#define UBRR 51      /* clocks of a sixteenth of a bit, less one */

static volatile uint8_t ring[RING_SIZE];
static volatile uint8_t head; /* written by the interrupt only */
static volatile uint8_t tail; /* written by the main program only */
static volatile uint8_t lost;

/* 8N1, receiver with its interrupt. */
void rx_init(void)
{
    head = 0;
    tail = 0;
    lost = 0;
    UBRR0 = UBRR;
    UCSR0A = 0;
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00);
    UCSR0B = _BV(RXCIE0) | _BV(RXEN0);
}

/* Takes one byte into *byte; false when there is none. */
bool rx_get(uint8_t *byte)
{
    if (head == tail)
        return false;
    *byte = ring[tail];
    tail = (tail + 1) & (RING_SIZE - 1);
    return true;
}

/* Bytes that found the ring full since the last call. */
uint8_t rx_lost(void)
{
    uint8_t saved = SREG;
    uint8_t count;

    cli();
    count = lost;
    lost = 0;
    SREG = saved;
    return count;
}

ISR(USART_RX_vect)
{
    uint8_t byte = UDR0; /* reading it ends the request */
    uint8_t next = (head + 1) & (RING_SIZE - 1);

    if (next == tail) {
        if (lost < 255)
            lost++;
        return;
    }
    ring[head] = byte;
    head = next;
}
