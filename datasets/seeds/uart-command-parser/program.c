/* Switches relays by text commands over the UART: "SET 3 ON", "SET 3 OFF", "GET 3". */
#include <8052.h>
#include <stdint.h>

#define BAUD_RELOAD 0xFD
#define RELAYS P1        /* relay n on bit n - 1, on when the pin is low */
#define CHANNELS 8
#define LINE_MAX 16      /* longest line without its end */

static __idata char line[LINE_MAX + 1];
static uint8_t switched_on;  /* bit n - 1 for relay n */

static void uart_init(void)
{
    SCON = 0x50;                  /* mode 1, receiver on */
    TMOD = (TMOD & 0x0F) | 0x20;  /* timer 1: 8-bit auto-reload */
    TH1 = BAUD_RELOAD;
    TL1 = BAUD_RELOAD;
    TR1 = 1;
}

static uint8_t uart_get(void)
{
    while (!RI)
        ;
    RI = 0;
    return SBUF;
}

static void uart_put(char c)
{
    SBUF = c;
    while (!TI)
        ;
    TI = 0;
}

static void reply(const char *text)
{
    while (*text)
        uart_put(*text++);
    uart_put('\r');
    uart_put('\n');
}

/* Place behind word when the text begins with it, else 0. */
static const char *after(const char *text, const char *word)
{
    while (*word) {
        if (*text++ != *word++)
            return 0;
    }
    return text;
}

/* Reads a channel number without leading zeros and moves *text behind it; 0 when there is no valid one. */
static uint8_t parse_channel(const char **text)
{
    const char *p = *text;
    uint8_t number = 0;

    if (*p == '0')
        return 0;
    while (*p >= '0' && *p <= '9') {
        number = number * 10 + (*p++ - '0');
        if (number > CHANNELS)
            return 0;  /* checked at each digit, so 257 cannot come round as 1 */
    }
    *text = p;
    return number;
}

/* Carries out one command and returns the answer. */
static const char *execute(const char *command)
{
    const char *p;
    const char *end;
    uint8_t channel;
    uint8_t mask;
    uint8_t set;

    p = after(command, "SET ");
    set = p != 0;
    if (!set)
        p = after(command, "GET ");
    if (!p)
        return "ERR";

    channel = parse_channel(&p);
    if (!channel)
        return "ERR";
    mask = 1 << (channel - 1);

    if (!set) {
        if (*p)
            return "ERR";
        return switched_on & mask ? "ON" : "OFF";
    }
    if ((end = after(p, " ON")) != 0 && !*end)
        switched_on |= mask;
    else if ((end = after(p, " OFF")) != 0 && !*end)
        switched_on &= ~mask;
    else
        return "ERR";
    RELAYS = ~switched_on;
    return "OK";
}

void main(void)
{
    uint8_t length = 0;
    uint8_t spoilt = 0;  /* the line is too long or has strange characters */
    uint8_t c;

    switched_on = 0;
    RELAYS = 0xFF;
    uart_init();
    for (;;) {
        c = uart_get();
        if (c == '\r' || c == '\n') {
            line[length] = '\0';
            if (spoilt)
                reply("ERR");
            else if (length)
                reply(execute(line));
            length = 0;
            spoilt = 0;
        } else if (length == LINE_MAX || c < ' ' || c > '~') {
            spoilt = 1;  /* answered once, at the line's end */
        } else {
            line[length++] = (char)c;
        }
    }
}
