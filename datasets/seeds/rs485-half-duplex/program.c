/* Half-duplex RS485 port: sends and receives by interrupt and lets go of the line after the last stop bit. */
#include <8052.h>
#include <stdint.h>

#define DRIVER P1_2 /* DE and /RE of the transceiver: 1 = we drive the line */
#define BAUD_RELOAD 0xFD
#define RELEASE_COUNTS 144 /* of timer 0, from TI to letting go */

#define RELEASE_RELOAD (65536 - RELEASE_COUNTS)
#define TX_MAX 16
#define RX_SIZE 16 /* a power of two */
#define RX_MASK (RX_SIZE - 1)
#define NOTHING -1

static volatile __idata uint8_t tx[TX_MAX]; /* the interrupt's while busy is set */
static volatile uint8_t tx_count;
static volatile uint8_t tx_next;
static volatile __bit busy;
static volatile __idata uint8_t rx[RX_SIZE];
static volatile uint8_t rx_head; /* free-running, moved by the interrupt only */
static volatile uint8_t rx_tail; /* free-running, moved by rs485_read only */

/* Feeds the transmitter, or starts the turnaround behind its last byte; collects what is received. */
void rs485_serial_isr(void) __interrupt(SI0_VECTOR)
{
    uint8_t byte;

    if (RI) {
        RI = 0;
        byte = SBUF;
        if ((uint8_t)(rx_head - rx_tail) < RX_SIZE) {
            rx[rx_head & RX_MASK] = byte;
            rx_head++;
        }
    }
    if (TI) {
        TI = 0;
        if (tx_next < tx_count) {
            SBUF = tx[tx_next++];
        } else {
            TH0 = RELEASE_RELOAD >> 8; /* TI comes when the stop bit begins: letting go now would cut it off */
            TL0 = RELEASE_RELOAD & 0xFF;
            TR0 = 1;
        }
    }
}

/* The stop bit is out: the line is free for the others. */
void rs485_release_isr(void) __interrupt(TF0_VECTOR)
{
    TR0 = 0;
    DRIVER = 0;
    REN = 1;
    busy = 0;
}

/* 8-N-1 on timer 1, turnaround on timer 0; starts listening. */
void rs485_init(void)
{
    DRIVER = 0;
    ES = 0;
    ET0 = 0;
    TR0 = 0;
    TR1 = 0;
    TF0 = 0;
    busy = 0;
    rx_head = 0;
    rx_tail = 0;
    PCON &= 0x7F; /* SMOD off */
    TMOD = 0x21;  /* timer 1: 8-bit auto-reload; timer 0: 16 bits */
    TH1 = BAUD_RELOAD;
    TL1 = BAUD_RELOAD;
    SCON = 0x50; /* mode 1, receiver on */
    TR1 = 1;
    ET0 = 1;
    ES = 1;
    EA = 1;
}

/* Starts sending count bytes, which are copied. Returns 0 when they are none, too many, or others are on the way. */
uint8_t rs485_send(const uint8_t *data, uint8_t count)
{
    uint8_t i;

    if (busy || count == 0 || count > TX_MAX)
        return 0;
    for (i = 0; i < count; i++)
        tx[i] = data[i];
    tx_count = count;
    tx_next = 1;
    busy = 1;
    REN = 0;    /* or we would hear ourselves */
    DRIVER = 1; /* before the first start bit */
    SBUF = tx[0];
    return 1;
}

/* 1 from a send until the line has been let go. */
uint8_t rs485_busy(void)
{
    return busy;
}

/* The oldest received byte, or -1. */
int16_t rs485_read(void)
{
    uint8_t byte;

    if (rx_head == rx_tail)
        return NOTHING;
    byte = rx[rx_tail & RX_MASK];
    rx_tail++;
    return byte;
}
