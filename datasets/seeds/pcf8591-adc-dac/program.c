/* PCF8591 on a bit-banged I2C bus: four analogue inputs, averaged, and one analogue output. */
#include <8052.h>
#include <stdint.h>

#define SDA P2_0
#define SCL P2_1
#define CONVERTER 0x90 /* bus address with bit 0 clear for writing */
#define SAMPLES 4

#define READ 0x01
#define OUTPUT_ON 0x40 /* in the control byte; clear, it would switch the analogue output off */
#define CHANNELS 4

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

/* Clocks one bit out; returns what SDA was meanwhile. */
static uint8_t bus_bit(uint8_t level)
{
    SDA = level;
    clock_up();
    level = SDA;
    SCL = 0;
    return level;
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

/* Sends one byte; returns 1 when the converter acknowledged it. */
static uint8_t bus_write(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1)
        bus_bit((byte & mask) != 0);
    return !bus_bit(1);
}

/* Fetches one byte. more = 1 asks for another, 0 ends the transfer. */
static uint8_t bus_read(uint8_t more)
{
    uint8_t byte = 0;
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1) {
        if (bus_bit(1))
            byte |= mask;
    }
    bus_bit(!more);
    return byte;
}

/* Averages SAMPLES conversions of a channel (0..3), rounded to nearest. Returns 1, or 0 with *value as it was. */
uint8_t converter_read(uint8_t channel, uint8_t *value)
{
    uint16_t sum = SAMPLES / 2;
    uint8_t i;
    uint8_t ok;

    if (channel >= CHANNELS)
        return 0;
    bus_start();
    ok = bus_write(CONVERTER) && bus_write(OUTPUT_ON | channel);
    if (ok) {
        bus_start();
        ok = bus_write(CONVERTER | READ);
    }
    if (ok) {
        bus_read(1); /* of the conversion before: each byte read starts the next one */
        for (i = SAMPLES; i; i--)
            sum += bus_read(i != 1);
        *value = (uint8_t)(sum / SAMPLES);
    }
    bus_stop();
    return ok;
}

/* Sets the analogue output to value / 256 of the reference. Returns 1 when the converter took it. */
uint8_t converter_write(uint8_t value)
{
    uint8_t ok;

    bus_start();
    ok = bus_write(CONVERTER) && bus_write(OUTPUT_ON) && bus_write(value);
    bus_stop();
    return ok;
}
