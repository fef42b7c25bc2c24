/* MAX7219 driving a row of seven-segment digits, over three port pins. */
#include <8052.h>
#include <stdint.h>

#define LOAD P2_5
#define CLK P2_6
#define DIN P2_7
#define DIGITS 4      /* digits fitted; digit 0 is the rightmost */
#define INTENSITY 8   /* after reset, of 0..15 */

/* Registers of the MAX7219; the digits are 1..8. */
enum {
    REG_DECODE = 9,
    REG_INTENSITY,
    REG_SCAN_LIMIT,
    REG_SHUTDOWN,
    REG_TEST = 15
};

#define BLANK 0x0F    /* code B: no segment lit */
#define MINUS 0x0A
#define POINT 0x80    /* added to a code: decimal point */

struct setting {
    uint8_t reg;
    uint8_t value;
};

static const __code struct setting settings[] = {
    {REG_TEST, 0},
    {REG_SCAN_LIMIT, DIGITS - 1},
    {REG_DECODE, 0xFF},         /* code B on every digit */
    {REG_INTENSITY, INTENSITY},
};

static void shift_out(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        DIN = (byte & 0x80) != 0;
        CLK = 1;  /* the chip takes DIN on this edge */
        CLK = 0;
        byte <<= 1;
    }
}

/* Writes one register; LOAD's rising edge takes the last 16 bits over. */
void max7219_write(uint8_t reg, uint8_t value)
{
    LOAD = 0;
    shift_out(reg);
    shift_out(value);
    LOAD = 1;
}

/* Sets the brightness, 0 (dimmest) to 15. */
void max7219_intensity(uint8_t level)
{
    max7219_write(REG_INTENSITY, level > 15 ? 15 : level);
}

/* Configures the chip, blanks all digits and only then switches the display on. */
void max7219_init(void)
{
    uint8_t i;

    CLK = 0;
    LOAD = 1;
    for (i = 0; i < sizeof settings / sizeof settings[0]; i++)
        max7219_write(settings[i].reg, settings[i].value);
    for (i = 1; i <= DIGITS; i++)
        max7219_write(i, BLANK);
    max7219_write(REG_SHUTDOWN, 1);  /* 1 is normal operation */
}

/* Shows a number right-aligned without leading zeros; places > 0 sets a decimal point before the last places digits. */
void max7219_show(int16_t number, uint8_t places)
{
    uint16_t rest = number < 0 ? 0u - (uint16_t)number : (uint16_t)number;
    uint8_t minus = number < 0;
    uint8_t digit;
    uint8_t code;

    for (digit = 0; digit < DIGITS; digit++) {
        if (rest || digit <= places) {
            code = rest % 10;
            rest /= 10;
            if (places && digit == places)
                code |= POINT;
        } else if (minus) {
            code = MINUS;
            minus = 0;
        } else {
            code = BLANK;
        }
        max7219_write(digit + 1, code);
    }
}
