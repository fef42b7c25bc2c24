/* Refrigerator thermostat: hysteresis, and a minimum off time that spares the compressor. */
#include <8052.h>
#include <stdint.h>

#define COMPRESSOR P1_2 /* relay, driven low = running */
#define ON_AT 70        /* tenths of a degree Celsius */
#define OFF_AT 40
#define MIN_OFF_SECONDS 300

static uint8_t running;
static uint16_t rest; /* seconds for which it must still stand */

static void stop(void)
{
    COMPRESSOR = 1;
    running = 0;
    rest = MIN_OFF_SECONDS;
}

/* Compressor off; call once after reset. A mains failure may just have stopped it, so it rests first. */
void cooler_init(void)
{
    stop();
}

/* Call once a second with the temperature in tenths of a degree; returns 1 while the compressor runs. */
uint8_t cooler_second(int16_t tenths)
{
    if (running) {
        if (tenths <= OFF_AT)
            stop();
        return running;
    }
    if (rest > 0)
        rest--; /* time passes however warm it is */
    if (rest == 0 && tenths >= ON_AT) {
        COMPRESSOR = 0;
        running = 1;
    }
    return running;
}

/* Seconds that the compressor must still stand; 0 when it runs or may start. */
uint16_t cooler_rest(void)
{
    return rest;
}
