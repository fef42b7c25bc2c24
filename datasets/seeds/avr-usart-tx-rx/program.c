/* USART 0 with a transmit and a receive ring, both served by interrupts. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/atomic.h>

#define F_CPU 16000000UL
#define BAUD 57600UL
#define PARITY 0    /* UPM01 and UPM00 in UCSR0C */
#define TX_SIZE 32  /* both are powers of two, at most 128 */
#define RX_SIZE 16

/* The divisor nearest to the wanted rate for 16 or 8 clocks a bit, and the rate that it gives. */
#define DIVISOR(clocks) ((F_CPU + (clocks) * BAUD / 2) / ((clocks) * BAUD))
#define RATE(clocks) (F_CPU / ((clocks) * DIVISOR(clocks)))
#define ERROR(clocks) (RATE(clocks) > BAUD ? RATE(clocks) - BAUD : BAUD - RATE(clocks))

/* Double speed samples a bit less often, so it must earn its place by a smaller error. */
#if ERROR(8) < ERROR(16)
#define MODE _BV(U2X0)
#define DIVIDER (DIVISOR(8) - 1)
#define OFF_BY ERROR(8)
#else
#define MODE 0
#define DIVIDER (DIVISOR(16) - 1)
#define OFF_BY ERROR(16)
#endif
#if OFF_BY * 50 > BAUD
#error "no divisor comes within 2 % of this baud rate"
#endif

/* What usart_errors() tells. */
enum {
    USART_PARITY = _BV(UPE0),
    USART_OVERRUN = _BV(DOR0),
    USART_FRAME = _BV(FE0),
    USART_RING_FULL = 0x01
};

static volatile uint8_t tx_ring[TX_SIZE];
static volatile uint8_t tx_head; /* free-running; the four indices have one writer each */
static volatile uint8_t tx_tail;
static volatile uint8_t rx_ring[RX_SIZE];
static volatile uint8_t rx_head;
static volatile uint8_t rx_tail;
static volatile uint8_t errors;

ISR(USART_UDRE_vect)
{
    if (tx_head == tx_tail) {
        UCSR0B &= (uint8_t)~_BV(UDRIE0); /* nothing to send: the flag would call again and again */
        return;
    }
    UDR0 = tx_ring[tx_tail % TX_SIZE];
    tx_tail++;
}

ISR(USART_RX_vect)
{
    uint8_t status = UCSR0A; /* before UDR0: reading that moves the flags on to the next byte */
    uint8_t byte = UDR0;

    errors |= status & (USART_PARITY | USART_OVERRUN | USART_FRAME);
    if (status & (USART_PARITY | USART_FRAME))
        return; /* this byte is wrong; after an overrun it is right, but others are missing */
    if ((uint8_t)(rx_head - rx_tail) == RX_SIZE) {
        errors |= USART_RING_FULL;
        return;
    }
    rx_ring[rx_head % RX_SIZE] = byte;
    rx_head++; /* only now may the reader see it */
}

/* 8 data bits, 1 stop bit. The caller enables interrupts as a whole. */
void usart_init(void)
{
    UCSR0B = 0;
    tx_head = 0;
    tx_tail = 0;
    rx_head = 0;
    rx_tail = 0;
    errors = 0;
    UBRR0 = DIVIDER;
    UCSR0A = MODE;
    UCSR0C = _BV(UCSZ01) | _BV(UCSZ00) | PARITY;
    UCSR0B = _BV(RXCIE0) | _BV(RXEN0) | _BV(TXEN0);
}

/* Queues one byte for sending; false when there is no room, and the byte is not taken. */
bool usart_put(uint8_t byte)
{
    if ((uint8_t)(tx_head - tx_tail) == TX_SIZE)
        return false;
    tx_ring[tx_head % TX_SIZE] = byte;
    tx_head++;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        UCSR0B |= _BV(UDRIE0); /* the interrupt changes this register, too */
    }
    return true;
}

/* The oldest byte received, or -1. */
int16_t usart_get(void)
{
    uint8_t byte;

    if (rx_head == rx_tail)
        return -1;
    byte = rx_ring[rx_tail % RX_SIZE];
    rx_tail++;
    return byte;
}

/* What went wrong since the last call, as bits of the enum above. */
uint8_t usart_errors(void)
{
    uint8_t found;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        found = errors;
        errors = 0;
    }
    return found;
}
