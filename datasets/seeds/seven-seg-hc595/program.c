/* Four static seven-segment digits on a chain of four 74HC595 shift registers. */
#include <8052.h>
#include <stdint.h>

#define SER P1_0  /* data into the first register */
#define SCK P1_1  /* a rising edge shifts */
#define RCK P1_2  /* a rising edge shows what was shifted */
#define LIT_INVERT 0xFF /* 0x00: a 1 lights the segment; 0xFF: a 0 does */

#define DIGITS 4
#define BLANK 0x00
#define MINUS 0x40

/* Bit 0 = segment a ... bit 6 = g. */
static const __code uint8_t font[] = {
    0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F
};

/* Shifts one byte into the chain, bit 7 first; nothing is seen yet. */
void hc595_shift(uint8_t byte)
{
    uint8_t bits = 8;

    do {
        SER = (byte & 0x80) != 0;
        byte <<= 1;
        SCK = 1;
        SCK = 0;
    } while (--bits);
}

/* Shows what has been shifted, on all digits at once. */
void hc595_latch(void)
{
    RCK = 1;
    RCK = 0;
}

/* The leftmost digit sits on the last register of the chain, so it goes out first. */
static void show(const uint8_t *segments)
{
    uint8_t i;

    for (i = 0; i < DIGITS; i++)
        hc595_shift(segments[i] ^ LIT_INVERT);
    hc595_latch();
}

/* Clock lines to their idle level, display dark. */
void display_init(void)
{
    static const __code uint8_t dark[DIGITS] = {BLANK, BLANK, BLANK, BLANK};

    SCK = 0;
    RCK = 0;
    show(dark);
}

/* Shows -999 to 9999 right-aligned with the sign next to the number; four minus signs for anything else. */
void display_int(int16_t number)
{
    uint8_t segments[DIGITS];
    uint16_t rest;
    uint8_t at;

    for (at = 0; at < DIGITS; at++)
        segments[at] = BLANK;

    if (number < -999 || number > 9999) {
        for (at = 0; at < DIGITS; at++)
            segments[at] = MINUS;
    } else {
        rest = number < 0 ? -number : number;
        do {
            segments[--at] = font[rest % 10];
            rest /= 10;
        } while (rest);
        if (number < 0)
            segments[--at] = MINUS;
    }
    show(segments);
}
