/* DS1302 real-time clock on a three-wire bus. */
#include <8052.h>
#include <stdint.h>

#define CE P1_0
#define SCLK P1_1
#define IO P1_2

#define SECONDS 0x80         /* write addresses; bit 0 set reads */
#define WRITE_PROTECT 0x8E
#define CLOCK_BURST 0xBE
#define READ 0x01

#define CLOCK_HALT 0x80      /* in the seconds register */
#define PROTECTED 0x80

typedef struct {
    uint8_t second;
    uint8_t minute;
    uint8_t hour;            /* 0..23 */
    uint8_t date;
    uint8_t month;
    uint8_t weekday;         /* 1..7 */
    uint8_t year;            /* since 2000 */
} rtc_time;

static uint8_t to_bcd(uint8_t value)
{
    return (uint8_t)(value / 10 << 4) | value % 10;
}

static uint8_t from_bcd(uint8_t bcd)
{
    return (bcd >> 4) * 10 + (bcd & 0x0F);
}

/* Least significant bit first; the chip takes IO on the rising edge. */
static void put_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 8; i; i--) {
        IO = byte & 1;
        SCLK = 1;
        SCLK = 0;
        byte >>= 1;
    }
}

/* The falling edge before has put the next bit out: look first, then clock. */
static uint8_t get_byte(void)
{
    uint8_t byte = 0;
    uint8_t i;

    IO = 1;  /* let go of the line */
    for (i = 8; i; i--) {
        byte >>= 1;
        if (IO)
            byte |= 0x80;
        SCLK = 1;
        SCLK = 0;
    }
    return byte;
}

static void begin(uint8_t command)
{
    CE = 0;
    SCLK = 0;  /* must be low when CE rises */
    CE = 1;
    put_byte(command);
}

static uint8_t read_register(uint8_t address)
{
    uint8_t value;

    begin(address | READ);
    value = get_byte();
    CE = 0;
    return value;
}

static void write_register(uint8_t address, uint8_t value)
{
    begin(address);
    put_byte(value);
    CE = 0;
}

/* Starts the oscillator if it stands still; returns 1 when it did, so the time must be set. */
uint8_t rtc_init(void)
{
    uint8_t seconds = read_register(SECONDS);

    if (!(seconds & CLOCK_HALT))
        return 0;
    write_register(WRITE_PROTECT, 0);
    write_register(SECONDS, seconds & ~CLOCK_HALT);
    write_register(WRITE_PROTECT, PROTECTED);
    return 1;
}

/* Sets all registers in one burst, 24-hour mode, clock running. */
void rtc_set(const rtc_time *time)
{
    const uint8_t *field = (const uint8_t *)time;
    uint8_t i;

    write_register(WRITE_PROTECT, 0);
    begin(CLOCK_BURST);
    for (i = 0; i < sizeof(rtc_time); i++)
        put_byte(to_bcd(*field++));
    put_byte(PROTECTED);  /* the eighth register of the burst */
    CE = 0;
}

/* Reads all registers in one burst, so no second can pass between them. */
void rtc_get(rtc_time *time)
{
    uint8_t *field = (uint8_t *)time;
    uint8_t i;
    uint8_t raw;

    begin(CLOCK_BURST | READ);
    for (i = 0; i < sizeof(rtc_time); i++) {
        raw = get_byte();
        if (i == 0)
            raw &= ~CLOCK_HALT;
        *field++ = from_bcd(raw);
    }
    CE = 0;
}
