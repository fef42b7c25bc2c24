/* DS1307 real-time clock on a bit-banged I2C bus; the time is read and written as a whole. */
#include <8052.h>
#include <stdint.h>

#define SDA P2_0
#define SCL P2_1
#define CONTROL_VALUE 0x10 /* of the square-wave output: enable, rate */

#define CLOCK_WRITE 0xD0
#define CLOCK_READ 0xD1
#define SECONDS 0x00      /* register address; minutes, hours, weekday, date, month, year, control follow */
#define CLOCK_HALT 0x80   /* in the seconds: the oscillator stands still */
#define TWELVE_HOURS 0x40 /* in the hours: 1..12 with AFTERNOON instead of 0..23 */
#define AFTERNOON 0x20

typedef struct {
    uint8_t second;
    uint8_t minute;
    uint8_t hour;    /* 0..23 */
    uint8_t weekday; /* 1..7 */
    uint8_t date;
    uint8_t month;
    uint8_t year;    /* since 2000, 0..99 */
} clock_time;

enum {
    CLOCK_OK,
    CLOCK_NO_ANSWER,
    CLOCK_STOPPED, /* the battery was empty: the time is worthless */
    CLOCK_BAD_TIME
};

static const __code uint8_t limits[7][2] = { /* least and greatest value of each field */
    {0, 59}, {0, 59}, {0, 23}, {1, 7}, {1, 31}, {1, 12}, {0, 99}
};

/* Call and return take 4 us at 12 MHz, with a port write more than the 4.7 us of a 100 kHz bus. */
static void half_period(void)
{
}

/* Lets SDA settle, then brings SCL up for half a period. */
static void clock_up(void)
{
    half_period();
    SCL = 1;
    half_period();
}

static void bus_start(void)
{
    SDA = 1;
    clock_up();
    SDA = 0;
    half_period();
    SCL = 0;
}

static void bus_stop(void)
{
    SDA = 0;
    clock_up();
    SDA = 1;
}

/* Sends one byte; returns 1 when it was acknowledged. */
static uint8_t bus_write(uint8_t byte)
{
    uint8_t mask;
    uint8_t acknowledged;

    for (mask = 0x80; mask; mask >>= 1) {
        SDA = (byte & mask) != 0;
        clock_up();
        SCL = 0;
    }
    SDA = 1;
    clock_up();
    acknowledged = !SDA;
    SCL = 0;
    return acknowledged;
}

/* Fetches one byte and acknowledges it unless it is the last. */
static uint8_t bus_read(uint8_t last)
{
    uint8_t mask;
    uint8_t byte = 0;

    SDA = 1; /* let go of the line */
    for (mask = 0x80; mask; mask >>= 1) {
        clock_up();
        if (SDA)
            byte |= mask;
        SCL = 0;
    }
    SDA = last;
    clock_up();
    SCL = 0;
    return byte;
}

static uint8_t to_bcd(uint8_t value)
{
    return (uint8_t)(value / 10 << 4) | value % 10;
}

static uint8_t from_bcd(uint8_t bcd)
{
    return (bcd >> 4) * 10 + (bcd & 0x0F);
}

/* Hours of either mode as 0..23. */
static uint8_t from_hours(uint8_t raw)
{
    uint8_t hour;

    if (!(raw & TWELVE_HOURS))
        return from_bcd(raw);
    hour = from_bcd(raw & 0x1F) % 12; /* 12 o'clock comes first in both halves of the day */
    return raw & AFTERNOON ? hour + 12 : hour;
}

/* Reads all fields in one transfer: the chip freezes a copy of them at the start, so no carry can come between. */
uint8_t clock_read(clock_time *time)
{
    uint8_t *field = (uint8_t *)time;
    uint8_t result = CLOCK_NO_ANSWER;
    uint8_t raw;
    uint8_t i;

    bus_start();
    if (bus_write(CLOCK_WRITE) && bus_write(SECONDS)) {
        bus_start();
        if (bus_write(CLOCK_READ)) {
            result = CLOCK_OK;
            for (i = 0; i < sizeof(clock_time); i++) {
                raw = bus_read(i == sizeof(clock_time) - 1);
                if (i == 0 && (raw & CLOCK_HALT)) {
                    result = CLOCK_STOPPED;
                    raw &= ~CLOCK_HALT;
                }
                field[i] = i == 2 ? from_hours(raw) : from_bcd(raw);
            }
        }
    }
    bus_stop();
    return result;
}

/* Writes all fields and the control register in one transfer; starts the oscillator, since the halt bit goes out as 0. */
uint8_t clock_write(const clock_time *time)
{
    const uint8_t *field = (const uint8_t *)time;
    uint8_t ok;
    uint8_t i;

    for (i = 0; i < sizeof(clock_time); i++) {
        if (field[i] < limits[i][0] || field[i] > limits[i][1])
            return CLOCK_BAD_TIME;
    }
    bus_start();
    ok = bus_write(CLOCK_WRITE) && bus_write(SECONDS);
    for (i = 0; ok && i < sizeof(clock_time); i++)
        ok = bus_write(to_bcd(field[i]));
    ok = ok && bus_write(CONTROL_VALUE);
    bus_stop();
    return ok ? CLOCK_OK : CLOCK_NO_ANSWER;
}
