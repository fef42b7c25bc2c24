/* SSD1306 display on a bit-banged I2C bus: columns of eight pixels are written into its pages. */
#include <8052.h>
#include <stdint.h>

#define SDA P1_0
#define SCL P1_1
#define DISPLAY 0x78 /* bus address, write only */
#define ROWS 64
#define COM_PINS 0x12 /* how the rows are wired: follows from their number */
#define CONTRAST 0xCF

#define COLUMNS 128
#define PAGES (ROWS / 8)
#define COMMANDS 0x00 /* control byte: only commands follow */
#define PIXELS 0x40   /* control byte: only display data follow */
#define SET_PAGE 0xB0
#define SET_COLUMN_LOW 0x00
#define SET_COLUMN_HIGH 0x10

static const __code uint8_t start_up[] = {
    0xAE,               /* off while it is set up */
    0xD5, 0x80,         /* clock */
    0xA8, ROWS - 1,     /* multiplex ratio */
    0xD3, 0x00,         /* no vertical offset */
    0x40,               /* first row on top */
    0x8D, 0x14,         /* charge pump on */
    0x20, 0x02,         /* page addressing */
    0xA1, 0xC8,         /* connector at the top: mirrored both ways */
    0xDA, COM_PINS,
    0x81, CONTRAST,
    0xD9, 0xF1,         /* precharge for the charge pump */
    0xDB, 0x40,         /* deselect level */
    0xA4, 0xA6,         /* show the memory, not inverted */
    0xAF                /* on */
};

static void bus_stop(void)
{
    SDA = 0;
    SCL = 1;
    SDA = 1;
}

/* Sends one byte; returns 1 when it was acknowledged. Up to 12 MHz port writes are slow enough for 400 kHz. */
static uint8_t bus_write(uint8_t byte)
{
    uint8_t mask;
    uint8_t acknowledged;

    for (mask = 0x80; mask; mask >>= 1) {
        SDA = (byte & mask) != 0;
        SCL = 1;
        SCL = 0;
    }
    SDA = 1; /* the ninth bit is the display's */
    SCL = 1;
    acknowledged = !SDA;
    SCL = 0;
    return acknowledged;
}

/* Opens a transfer of commands or pixels; returns 1 when the display is there. */
static uint8_t begin(uint8_t control)
{
    SDA = 1;
    SCL = 1;
    SDA = 0;
    SCL = 0;
    return bus_write(DISPLAY) && bus_write(control);
}

/* Puts the display's write position at a page (eight rows) and a column. */
static uint8_t go_to(uint8_t page, uint8_t column)
{
    uint8_t ok;

    ok = begin(COMMANDS) && bus_write(SET_PAGE | page) && bus_write(SET_COLUMN_LOW | (column & 0x0F)) &&
         bus_write(SET_COLUMN_HIGH | (column >> 4));
    bus_stop();
    return ok;
}

/* Sets the display up and switches it on; its memory still holds noise. Returns 1 when it took everything. */
uint8_t oled_init(void)
{
    uint8_t i;
    uint8_t ok = begin(COMMANDS);

    for (i = 0; ok && i < sizeof start_up; i++)
        ok = bus_write(start_up[i]);
    bus_stop();
    return ok;
}

/* Writes a glyph, bit 0 of each column on top; what would run over the right edge is cut off. Returns the number of
   columns written: 0 as well when the place is outside or the display does not answer. */
uint8_t oled_write(uint8_t page, uint8_t column, const uint8_t *glyph, uint8_t count)
{
    uint8_t left;
    uint8_t ok;

    if (page >= PAGES || column >= COLUMNS)
        return 0;
    if (count > COLUMNS - column)
        count = COLUMNS - column; /* the display would go on at the left edge of the same page */
    if (count == 0 || !go_to(page, column))
        return 0;
    ok = begin(PIXELS);
    for (left = count; ok && left; left--)
        ok = bus_write(*glyph++);
    bus_stop();
    return ok ? count : 0;
}

/* Fills a page with one column pattern. Returns 1 for success. */
uint8_t oled_fill(uint8_t page, uint8_t pattern)
{
    uint8_t left;
    uint8_t ok;

    if (page >= PAGES || !go_to(page, 0))
        return 0;
    ok = begin(PIXELS);
    for (left = COLUMNS; ok && left; left--)
        ok = bus_write(pattern);
    bus_stop();
    return ok;
}
