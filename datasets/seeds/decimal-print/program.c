/* Right-aligned decimal fields for a character display, without a single division. */
#include <stdint.h>

#define FIELD_WIDTH 8
#define PAD ' '
#define MAX_DIGITS 5

static const __code uint16_t powers[MAX_DIGITS] = {10000, 1000, 100, 10, 1};

/* Writes the digits of value without leading zeros, at least one, and gives their number. */
static uint8_t to_digits(uint16_t value, char *text)
{
    uint8_t i;
    uint8_t count = 0;
    char digit;

    for (i = 0; i < MAX_DIGITS; i++) {
        digit = '0';
        while (value >= powers[i]) {
            value -= powers[i];
            digit++;
        }
        if (digit != '0' || count > 0 || i == MAX_DIGITS - 1)
            text[count++] = digit;
    }
    return count;
}

/* Fills one field: padding, sign, digits, and the terminating zero. */
static void fill_field(uint16_t magnitude, uint8_t negative, char *field)
{
    char text[MAX_DIGITS];
    uint8_t count = to_digits(magnitude, text);
    uint8_t i;

    for (i = FIELD_WIDTH - count - negative; i > 0; i--)
        *field++ = PAD;
    if (negative)
        *field++ = '-';
    for (i = 0; i < count; i++)
        *field++ = text[i];
    *field = '\0';
}

/* Prints 0..65535 into field, which holds FIELD_WIDTH + 1 characters. */
void print_u16(uint16_t value, char *field)
{
    fill_field(value, 0, field);
}

/* Prints -32768..32767; the sign stands right before the first digit. */
void print_i16(int16_t value, char *field)
{
    if (value < 0)
        fill_field(0u - (uint16_t)value, 1, field); /* unsigned, so that -32768 has a magnitude too */
    else
        fill_field((uint16_t)value, 0, field);
}
