/* Five keys on a resistor ladder at one ADC input of the STC12C5A60S2; one conversion a tick, and no waiting. */
#include <stc12.h>
#include <stdint.h>

#define CHANNEL 3
#define CHANNEL_MASK 0x08
#define TOLERANCE 15 /* codes around the nominal one that still mean the key */
#define AGREEING 4   /* samples in a row until a key is believed */

#define ADC_POWER 0x80
#define ADC_FLAG 0x10
#define ADC_START 0x08
#define ADC_READY (ADC_POWER | CHANNEL) /* slowest speed, 540 clocks: the ladder is a weak source */

#define KEY_COUNT 5
#define NO_KEY 0
#define UNSURE 0xFF /* between two windows, or no result */
#define IDLE_CODE 255

/* The pull-up and the ladder's resistors put the keys at fifths of the supply. */
static const __code uint8_t nominal[KEY_COUNT] = {0, 51, 102, 153, 204};

static uint8_t candidate; /* what the last sample said */
static uint8_t agreed;    /* samples in a row that said so, while it is news */
static uint8_t held;

/* Key 1 to KEY_COUNT, NO_KEY or UNSURE. */
static uint8_t classify(uint8_t code)
{
    uint8_t key;
    uint8_t off;

    for (key = 0; key < KEY_COUNT; key++) {
        off = code > nominal[key] ? code - nominal[key] : nominal[key] - code;
        if (off <= TOLERANCE)
            return key + 1;
    }
    return code >= IDLE_CODE - TOLERANCE ? NO_KEY : UNSURE;
}

/* Analogue pin, converter on; the first conversion is started by the first tick, when its supply has settled. */
void keys_init(void)
{
    P1ASF |= CHANNEL_MASK;
    ADC_CONTR = ADC_READY;
    candidate = NO_KEY;
    held = NO_KEY;
}

/* Call every 5 to 10 ms. Takes the conversion that the last call started, and starts the next.
   Returns the number of a key once when it has gone down, else NO_KEY. */
uint8_t keys_tick(void)
{
    uint8_t sample = UNSURE;

    if (ADC_CONTR & ADC_FLAG)
        sample = classify(ADC_RES);
    ADC_CONTR = ADC_READY | ADC_START; /* clears the flag as well */

    if (sample != candidate) {
        candidate = sample;
        agreed = 0;
    }
    if (candidate == held || candidate == UNSURE)
        return NO_KEY;
    if (++agreed < AGREEING)
        return NO_KEY;
    held = candidate;
    return held;
}

/* The key that is down, or NO_KEY. */
uint8_t keys_held(void)
{
    return held;
}
