/* TM1637: four digits over its own two-wire bus (no addresses, lowest bit first) on open-drain pins. */
#include <stdbool.h>
#include <stdint.h>

#define PC_ODR (*(volatile uint8_t *)0x500A)
#define PC_IDR (*(volatile uint8_t *)0x500B)
#define PC_DDR (*(volatile uint8_t *)0x500C)
#define PC_CR1 (*(volatile uint8_t *)0x500D)
#define PC_CR2 (*(volatile uint8_t *)0x500E)

#define CLK_BIT 3
#define DIO_BIT 4
#define CLK (1 << CLK_BIT)
#define DIO (1 << DIO_BIT)
#define BUS (CLK | DIO)

#define WRITE_IN_ORDER 0x40 /* data follows, the address counts up by itself */
#define FIRST_DIGIT 0xC0
#define DISPLAY_ON 0x88
#define BRIGHTNESS 4 /* 0 to 7 */

#define DIGITS 4
#define BLANK 0x00
#define MINUS 0x40
#define LARGEST 9999
#define SMALLEST (-999)

/* Segments a to g are bits 0 to 6. */
static const uint8_t FONT[10] = {0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F};

/* Some 5 us, for pull-ups of 10 kOhm on a module with filter capacitors. */
static void pause(void)
{
    uint8_t n = 25;

    while (--n)
        ;
}

static void clock(bool high)
{
    if (high)
        PC_ODR |= CLK;
    else
        PC_ODR &= (uint8_t)~CLK;
    pause();
}

static void data(bool high)
{
    if (high)
        PC_ODR |= DIO;
    else
        PC_ODR &= (uint8_t)~DIO;
    pause();
}

/* Data falls while the clock is high: a transfer begins. */
static void start(void)
{
    data(false);
    clock(false);
}

/* Data rises while the clock is high: it ends. */
static void stop(void)
{
    data(false);
    clock(true);
    data(true);
}

/* Data changes while the clock is low. The chip pulls it low during the ninth clock. */
static bool sent(uint8_t byte)
{
    bool taken;
    uint8_t i;

    for (i = 0; i < 8; i++) {
        data(byte & 1);
        clock(true);
        clock(false);
        byte >>= 1;
    }
    data(true);
    clock(true);
    taken = !(PC_IDR & DIO);
    clock(false);
    return taken;
}

static bool command(uint8_t byte)
{
    bool taken;

    start();
    taken = sent(byte);
    stop();
    return taken;
}

/* Both lines free, and open drain before they become outputs: the chip answers on DIO. */
void display_init(void)
{
    PC_ODR |= BUS;
    PC_CR1 &= (uint8_t)~BUS;
    PC_CR2 &= (uint8_t)~BUS;
    PC_DDR |= BUS;
}

/* Shows four patterns, the left one first; false as soon as the chip does not answer. */
bool display_show(const uint8_t *segments)
{
    uint8_t i;
    bool taken;

    if (!command(WRITE_IN_ORDER))
        return false;
    start();
    taken = sent(FIRST_DIGIT);
    for (i = 0; i < DIGITS && taken; i++)
        taken = sent(segments[i]);
    stop();
    if (!taken)
        return false;
    return command(DISPLAY_ON | BRIGHTNESS);
}

/* Shows a number at the right, without leading zeros; four dashes where it does not fit. */
bool display_number(int16_t number)
{
    uint8_t segments[DIGITS] = {MINUS, MINUS, MINUS, MINUS};
    uint8_t i = DIGITS;
    uint16_t rest;

    if (number >= SMALLEST && number <= LARGEST) {
        rest = (uint16_t)(number < 0 ? -number : number);
        do {
            segments[--i] = FONT[rest % 10];
            rest /= 10;
        } while (rest != 0);
        if (number < 0)
            i--; /* one dash stays */
        while (i > 0)
            segments[--i] = BLANK;
    }
    return display_show(segments);
}
