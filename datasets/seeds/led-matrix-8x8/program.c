/* 8x8 LED matrix: a frame buffer, scanned one row a call, that can scroll. */
#include <8052.h>
#include <stdint.h>

#define ROW_PORT P2        /* bit y switches row y, 0 on top */
#define COLUMN_PORT P0     /* bit 7 is the leftmost column */
#define ROW_INVERT 0x00    /* 0x00: a 1 switches the row on; 0xFF: a 0 does */
#define COLUMN_INVERT 0xFF /* the same for a column */

#define SIZE 8

/* One byte a row, 1 = lit, bit 7 on the left; the scan may run in an interrupt. */
static volatile uint8_t frame[SIZE];
static uint8_t row;
static uint8_t row_bit;

static void rows_off(void)
{
    ROW_PORT = ROW_INVERT;
}

/* Dark and empty; the scan starts with the top row. */
void matrix_init(void)
{
    uint8_t y = SIZE;

    rows_off();
    do {
        frame[--y] = 0;
    } while (y);
    row = 0;
    row_bit = 1;
}

/* Shows the next row; call it every 1 to 2 ms. */
void matrix_scan(void)
{
    rows_off(); /* or the old row would flash the new columns */
    COLUMN_PORT = frame[row] ^ COLUMN_INVERT;
    ROW_PORT = row_bit ^ ROW_INVERT;
    row++;
    row_bit <<= 1;
    if (row == SIZE) {
        row = 0;
        row_bit = 1;
    }
}

/* Copies a picture of eight rows, top first. */
void matrix_draw(const uint8_t *picture)
{
    uint8_t y;

    for (y = 0; y < SIZE; y++)
        frame[y] = *picture++;
}

/* Lights or darkens one point, x from the left, y from the top; outside nothing happens. */
void matrix_point(uint8_t x, uint8_t y, uint8_t lit)
{
    uint8_t mask;

    if (x >= SIZE || y >= SIZE)
        return;
    mask = 0x80 >> x;
    if (lit)
        frame[y] |= mask;
    else
        frame[y] &= ~mask;
}

/* Moves all to the left by one; bit y of column enters on the right of row y, and what left comes back the same way. */
uint8_t matrix_scroll_left(uint8_t column)
{
    uint8_t gone = 0;
    uint8_t mask = 1;
    uint8_t y;
    uint8_t line;

    for (y = 0; y < SIZE; y++) {
        line = frame[y];
        if (line & 0x80)
            gone |= mask;
        line <<= 1;
        if (column & mask)
            line |= 1;
        frame[y] = line;
        mask <<= 1;
    }
    return gone;
}
