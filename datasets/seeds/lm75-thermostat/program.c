/* Thermostat: an LM75 on a bit-banged I2C bus, a heater with hysteresis, and safety when the sensor is lost. */
#include <8052.h>
#include <stdint.h>

#define SDA P1_6
#define SCL P1_7
#define SENSOR 0x90  /* bus address with bit 0 clear for writing */
#define HEATER P2_0  /* relay driver, high = heating */
#define ON_BELOW 36  /* temperatures in half degrees Celsius */
#define OFF_ABOVE 42
#define FAILS_MAX 3  /* readings in a row that may fail before the heater must go off */

#define READ 0x01
#define TEMPERATURE 0x00 /* pointer register of the LM75 */
#define LOWEST (-55 * 2) /* what the LM75 can measure */
#define HIGHEST (125 * 2)

enum {
    THERMOSTAT_OFF,
    THERMOSTAT_HEATING,
    THERMOSTAT_FAULT
};

static uint8_t heating;
static uint8_t fails;

/* The LM75 takes 400 kHz, and at 12 MHz port writes in a row are slow enough for that: no waiting is needed. */
static void bus_start(void)
{
    SDA = 1;
    SCL = 1;
    SDA = 0;
    SCL = 0;
}

static void bus_stop(void)
{
    SDA = 0;
    SCL = 1;
    SDA = 1;
}

/* Sends one byte; returns 1 when it was acknowledged. */
static uint8_t bus_write(uint8_t byte)
{
    uint8_t mask;
    uint8_t acknowledged;

    for (mask = 0x80; mask; mask >>= 1) {
        SDA = (byte & mask) != 0;
        SCL = 1;
        SCL = 0;
    }
    SDA = 1;
    SCL = 1;
    acknowledged = !SDA;
    SCL = 0;
    return acknowledged;
}

/* Fetches one byte; ninth is our answer: 0 = more, 1 = enough. */
static uint8_t bus_read(uint8_t ninth)
{
    uint8_t mask;
    uint8_t byte = 0;

    SDA = 1; /* let go of the line */
    for (mask = 0x80; mask; mask >>= 1) {
        SCL = 1;
        if (SDA)
            byte |= mask;
        SCL = 0;
    }
    SDA = ninth;
    SCL = 1;
    SCL = 0;
    return byte;
}

/* Temperature in half degrees. Returns 1, or 0 with *half_degrees as it was: no answer, or an impossible value. */
uint8_t lm75_read(int16_t *half_degrees)
{
    int16_t value = 0;
    uint8_t ok;

    bus_start();
    ok = bus_write(SENSOR) && bus_write(TEMPERATURE);
    if (ok) {
        bus_start();
        ok = bus_write(SENSOR | READ);
    }
    if (ok) {
        value = (int8_t)bus_read(0) * 2; /* whole degrees with their sign */
        value += bus_read(1) >> 7;       /* the half; the bits below it mean nothing */
        ok = value >= LOWEST && value <= HIGHEST;
    }
    bus_stop();
    if (ok)
        *half_degrees = value;
    return ok;
}

/* Starts cold, with the sensor taken for good. */
void thermostat_init(void)
{
    heating = 0;
    fails = 0;
    HEATER = 0;
}

/* Call once a second. Reads the sensor, switches the heater and tells the state. */
uint8_t thermostat_step(void)
{
    int16_t now;

    if (lm75_read(&now)) {
        fails = 0;
        if (now < ON_BELOW)
            heating = 1;
        else if (now > OFF_ABOVE)
            heating = 0;
    } else if (fails < FAILS_MAX) {
        fails++;
        if (fails == FAILS_MAX)
            heating = 0; /* blind heating would end in a fire */
    }
    HEATER = heating;
    return fails == FAILS_MAX ? THERMOSTAT_FAULT : heating;
}
