/* Character LCD 1602 (HD44780) on an 8-bit bus; the busy flag is polled, and a missing display cannot hang us. */
#include <8052.h>
#include <stdint.h>

#define LCD_BUS P0 /* D0..D7; the busy flag is D7 */
#define RS P1_0    /* 0: command or flag, 1: character */
#define RW P1_1    /* 0: write, 1: read */
#define EN P1_2    /* strobe, idle low */
#define BUSY_POLLS 200 /* some 10 us each at 12 MHz: more than the 1.6 ms of a clear */

#define FUNCTION_SET 0x38 /* 8-bit, two lines, 5x8 dots */

/* Sent once the busy flag can be trusted: off, clear, address moves right, on. */
static const __code uint8_t setup[] = {FUNCTION_SET, 0x08, 0x01, 0x06, 0x0C};

/* A rough delay for power-up, at least ms milliseconds at up to 12 MHz. */
static void delay_ms(uint8_t ms)
{
    uint8_t count;

    while (ms--) {
        for (count = 250; count; count--)
            ;
        for (count = 250; count; count--)
            ;
    }
}

static void strobe_out(uint8_t byte)
{
    LCD_BUS = byte;
    EN = 1;
    EN = 0;
}

/* Polls the busy flag: 1 when the display is ready, 0 when it never became so. Leaves the bus ready for a write. */
static uint8_t wait_ready(void)
{
    uint8_t polls = BUSY_POLLS;
    uint8_t busy;

    LCD_BUS = 0xFF; /* release the lines, the display drives them now */
    RS = 0;
    RW = 1;
    do {
        EN = 1;
        busy = LCD_BUS & 0x80;
        EN = 0;
    } while (busy && --polls);
    RW = 0;
    return busy == 0;
}

/* Sends a command; 0 when the display did not get ready, and then nothing is sent. */
uint8_t lcd_cmd(uint8_t command)
{
    if (!wait_ready())
        return 0;
    strobe_out(command);
    return 1;
}

/* Sends a character to the address; 0 as above. */
uint8_t lcd_data(uint8_t character)
{
    if (!wait_ready())
        return 0;
    RS = 1;
    strobe_out(character);
    return 1;
}

/* Resets and configures the display; 0 when there is none. */
uint8_t lcd_init(void)
{
    uint8_t i;

    EN = 0;
    RS = 0;
    RW = 0;
    delay_ms(20);
    for (i = 0; i < 3; i++) { /* the flag cannot be read before the third */
        strobe_out(FUNCTION_SET);
        delay_ms(5);
    }
    for (i = 0; i < sizeof setup; i++)
        if (!lcd_cmd(setup[i]))
            return 0;
    return 1;
}

/* Writes text from a column (0..15) of a row (0 or 1) on; returns how many characters the display took. */
uint8_t lcd_print(uint8_t column, uint8_t row, const char *text)
{
    uint8_t written = 0;

    if (!lcd_cmd((row ? 0xC0 : 0x80) | column))
        return 0;
    while (text[written] && lcd_data((uint8_t)text[written]))
        written++;
    return written;
}
