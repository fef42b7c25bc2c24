/* Character LCD 1602 (HD44780) on four data lines; RW is tied to ground, so all waiting is by time. */
#include <8052.h>
#include <stdint.h>

#define LCD_PORT P2 /* D4..D7 on the upper nibble; the lower nibble belongs to others */
#define RS P1_0     /* 0: command, 1: character */
#define EN P1_1     /* the falling edge takes the nibble */
#define FOSC_HZ 11059200

/* Blocks of 250 DJNZ (500 cycles of 12 clocks) in a millisecond, rounded up. */
#define BLOCKS_PER_MS ((FOSC_HZ + 5999999) / 6000000)

/* At least so many milliseconds; ms must not be 0. */
static void delay_ms(uint8_t ms)
{
    uint8_t blocks;
    uint8_t count;

    do {
        blocks = BLOCKS_PER_MS;
        do {
            count = 250;
            do {
            } while (--count);
        } while (--blocks);
    } while (--ms);
}

/* Over 40 us, the time of every command but clear and home. */
static void delay_command(void)
{
    uint8_t count = 20 * BLOCKS_PER_MS;

    do {
    } while (--count);
}

/* Puts the upper nibble of bits on the bus; works on the port's latch, so the other pins keep theirs. */
static void put_nibble(uint8_t bits)
{
    LCD_PORT &= 0x0F;
    LCD_PORT |= bits & 0xF0;
    EN = 1;
    EN = 0;
}

static void put_byte(uint8_t byte)
{
    put_nibble(byte);
    put_nibble((uint8_t)(byte << 4));
    delay_command();
}

void lcd_cmd(uint8_t command)
{
    RS = 0;
    put_byte(command);
}

void lcd_data(uint8_t character)
{
    RS = 1;
    put_byte(character);
}

void lcd_clear(void)
{
    lcd_cmd(0x01);
    delay_ms(2);
}

/* Resets the controller from any state to two lines, 4-bit bus, display on, no cursor. */
void lcd_init(void)
{
    EN = 0;
    RS = 0;
    delay_ms(20);     /* the supply has to be up for 15 ms */
    put_nibble(0x30); /* three times "8-bit" ends a transfer that was cut in half */
    delay_ms(5);
    put_nibble(0x30);
    delay_ms(1);
    put_nibble(0x30);
    delay_ms(1);
    put_nibble(0x20); /* from here on nibbles come in pairs */
    delay_ms(1);
    lcd_cmd(0x28); /* 4-bit, two lines, 5x8 dots */
    lcd_cmd(0x0C); /* display on, cursor off */
    lcd_clear();
    lcd_cmd(0x06); /* the address moves right after each character */
}

/* Column 0..15, row 0 or 1; the second row starts at address 0x40. */
void lcd_goto(uint8_t column, uint8_t row)
{
    uint8_t address = column;

    if (row)
        address += 0x40;
    lcd_cmd(0x80 | address);
}

void lcd_puts(const char *text)
{
    while (*text)
        lcd_data((uint8_t)*text++);
}
