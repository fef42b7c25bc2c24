/* Watches one input of a memory-mapped ADC0809 with a window, hysteresis and a limit on how often it raises alarms. */
#include <8052.h>
#include <stdint.h>

#define CONVERTER_ADDRESS 0x8000
#define LOW_LIMIT 60
#define HIGH_LIMIT 200
#define HYSTERESIS 6
#define CONFIRM 3        /* samples in a row until a change is believed */
#define HOLDOFF_TICKS 50 /* from one alarm to the next one at least */

#define SILENT_LIMIT 5 /* ticks without a result: the converter is dead */
#define MOST_SUPPRESSED 255

enum { WATCH_INSIDE, WATCH_LOW, WATCH_HIGH, WATCH_DEAD };

/* Any write starts a conversion, a read gives its result. */
static volatile __xdata __at(CONVERTER_ADDRESS) uint8_t converter;

static volatile uint8_t latest; /* the interrupt hands over a result, */
static volatile __bit fresh;    /* and says so */

static uint8_t zone;
static uint8_t candidate; /* what the last sample would make of the zone */
static uint8_t repeated;
static uint8_t silent;
static uint8_t holdoff;
static uint8_t suppressed;

/* End of conversion, inverted to a falling edge on INT0. */
void converter_isr(void) __interrupt(IE0_VECTOR)
{
    latest = converter;
    fresh = 1;
}

/* Forgets everything, counts as inside the window, and starts the first conversion. */
void watch_init(void)
{
    EX0 = 0;
    zone = WATCH_INSIDE;
    candidate = WATCH_INSIDE;
    silent = 0;
    holdoff = 0;
    suppressed = 0;
    fresh = 0;

    IT0 = 1; /* edge: EOC stays active until the next start */
    IE0 = 0; /* an old edge is no result of ours */
    EX0 = 1;
    EA = 1;
    converter = 0;
}

/* Where a sample belongs; what is outside must come back by HYSTERESIS before it counts as inside. */
static uint8_t zone_of(uint8_t sample)
{
    if (sample < LOW_LIMIT)
        return WATCH_LOW;
    if (sample > HIGH_LIMIT)
        return WATCH_HIGH;
    if (zone == WATCH_LOW && sample < LOW_LIMIT + HYSTERESIS)
        return WATCH_LOW;
    if (zone == WATCH_HIGH && sample > HIGH_LIMIT - HYSTERESIS)
        return WATCH_HIGH;
    return WATCH_INSIDE;
}

static void judge(uint8_t sample)
{
    uint8_t found = zone_of(sample);

    if (found != candidate) {
        candidate = found;
        repeated = 0;
    }
    if (found != zone && ++repeated >= CONFIRM)
        zone = found;
}

/* Call every tick. Judges the last conversion, starts the next one, and returns the alarm to be raised, if any. */
uint8_t watch_tick(void)
{
    uint8_t before = zone;

    if (holdoff > 0)
        holdoff--;
    if (fresh) { /* no conversion is running, so no interrupt comes in between */
        fresh = 0;
        silent = 0;
        judge(latest);
    } else if (silent < SILENT_LIMIT) {
        silent++;
        if (silent == SILENT_LIMIT) {
            zone = WATCH_DEAD;
            candidate = WATCH_DEAD;
        }
    }
    converter = 0;

    if (zone == before || zone == WATCH_INSIDE)
        return WATCH_INSIDE;
    if (holdoff > 0) {
        if (suppressed < MOST_SUPPRESSED)
            suppressed++;
        return WATCH_INSIDE;
    }
    holdoff = HOLDOFF_TICKS;
    return zone;
}

/* The zone that is believed now, whether an alarm was raised for it or not. */
uint8_t watch_zone(void)
{
    return zone;
}

/* Alarms that fell into a hold-off, 255 at most. */
uint8_t watch_suppressed(void)
{
    return suppressed;
}
