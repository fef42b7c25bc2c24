/* Four-digit seven-segment display, multiplexed: one digit at a time, four calls a picture. */
#include <8052.h>
#include <stdint.h>

#define SEGMENT_PORT P0     /* bit 0 = segment a ... bit 6 = g, bit 7 = decimal point */
#define SEGMENT_INVERT 0x00 /* 0x00: a 1 lights the segment; 0xFF: a 0 does */
#define DIGIT_PORT P2       /* driven so that a 0 switches the digit on */
#define FIRST_DIGIT_BIT 0   /* leftmost digit; the next three follow upwards */

#define DIGITS 4
#define ALL_DIGITS (0x0F << FIRST_DIGIT_BIT)
#define DARK 0x00
#define DASH 0x40
#define POINT 0x80

static const __code uint8_t font[10] = {
    0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F
};

/* What display_scan shows, left to right; single bytes, so the scan may run in an interrupt. */
static volatile uint8_t picture[DIGITS];
static uint8_t current;

/* All dark; the scan starts with the leftmost digit. */
void display_init(void)
{
    uint8_t i;

    DIGIT_PORT |= ALL_DIGITS;
    for (i = 0; i < DIGITS; i++)
        picture[i] = DARK;
    current = 0;
}

/* Shows value with so many decimals (0 to 3), leading zeros dark down to the unit; dashes above 9999. */
void display_number(uint16_t value, uint8_t decimals)
{
    uint8_t place = DIGITS;
    uint8_t position;
    uint8_t segments;

    if (value > 9999) {
        while (place > 0)
            picture[--place] = DASH;
        return;
    }
    for (position = 0; position < DIGITS; position++) {
        if (value == 0 && position > decimals)
            segments = DARK;
        else
            segments = font[value % 10];
        if (position == decimals && decimals > 0)
            segments |= POINT;
        picture[--place] = segments;
        value /= 10;
    }
}

/* Shows the next digit; call every 1 to 5 ms. Dark while the segments change, or they would ghost on the neighbour. */
void display_scan(void)
{
    DIGIT_PORT |= ALL_DIGITS;
    SEGMENT_PORT = picture[current] ^ SEGMENT_INVERT;
    DIGIT_PORT &= ~(1 << (FIRST_DIGIT_BIT + current));
    if (++current == DIGITS)
        current = 0;
}
