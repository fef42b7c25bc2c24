/* Blocking UART on an 8052: mode 1, timer 1 as the baud-rate generator. */
#include <8052.h>
#include <stdint.h>

#define BAUD_RELOAD 0xFD

/* Sets 8-N-1 and starts the baud-rate generator; call once after reset. */
void uart_init(void)
{
    SCON = 0x50;                  /* mode 1, receiver on */
    TMOD = (TMOD & 0x0F) | 0x20;  /* timer 1: 8-bit auto-reload; timer 0 untouched */
    TH1 = BAUD_RELOAD;
    TL1 = BAUD_RELOAD;
    TR1 = 1;
}

/* Sends one byte and waits until its stop bit is out. */
void uart_put(uint8_t byte)
{
    SBUF = byte;
    while (!TI)
        ;
    TI = 0;
}

/* Waits for one byte and returns it. */
uint8_t uart_get(void)
{
    while (!RI)
        ;
    RI = 0;
    return SBUF;
}

/* Sends a zero-terminated string; "\n" goes out as CR LF. */
void uart_puts(const char *text)
{
    while (*text) {
        if (*text == '\n')
            uart_put('\r');
        uart_put((uint8_t)*text++);
    }
}
