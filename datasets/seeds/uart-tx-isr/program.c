/* Interrupt-driven UART transmitter with a queue; timer 2 makes the baud rate. */
#include <8052.h>
#include <stdint.h>

#define BAUD_RELOAD 0xFFDC
#define QUEUE_SIZE 20

static __idata uint8_t queue[QUEUE_SIZE];
static uint8_t put_at;           /* where the next byte goes in */
static uint8_t take_at;          /* where the next byte comes out */
static volatile uint8_t queued;  /* bytes in the queue, shared with the interrupt */
static volatile __bit sending;   /* a byte is in the shift register */

/* One byte is out: start the next one, or fall silent. */
void uart_isr(void) __interrupt(4)
{
    if (!TI)
        return;
    TI = 0;
    if (queued == 0) {
        sending = 0;
        return;
    }
    SBUF = queue[take_at];
    if (++take_at == QUEUE_SIZE)
        take_at = 0;
    queued--;
}

/* Prepares the transmitter; call once after reset. */
void uart_init(void)
{
    put_at = 0;
    take_at = 0;
    queued = 0;
    sending = 0;
    SCON = 0x40;   /* mode 1, receiver off */
    T2CON = 0x30;  /* timer 2 clocks both directions, stopped */
    RCAP2H = BAUD_RELOAD >> 8;
    RCAP2L = BAUD_RELOAD & 0xFF;
    TH2 = RCAP2H;  /* or the first bit would last up to a whole count of 65536 */
    TL2 = RCAP2L;
    TR2 = 1;
    ES = 1;
    EA = 1;
}

/* Queues one byte and returns 1, or returns 0 when there is no room. Never waits. */
uint8_t uart_send(uint8_t byte)
{
    uint8_t accepted = 1;

    ES = 0;
    if (!sending) {
        sending = 1;
        SBUF = byte;  /* idle: no interrupt is coming, so start it here */
    } else if (queued < QUEUE_SIZE) {
        queue[put_at] = byte;
        if (++put_at == QUEUE_SIZE)
            put_at = 0;
        queued++;
    } else {
        accepted = 0;
    }
    ES = 1;
    return accepted;
}

/* Sends as much of a text as fits and returns how many characters that were. */
uint8_t uart_print(const char *text)
{
    uint8_t count = 0;

    while (text[count] && uart_send((uint8_t)text[count]))
        count++;
    return count;
}

/* 1 when the last stop bit has left the chip. */
uint8_t uart_idle(void)
{
    return !sending;
}
