/* Two relays of a shutter motor that are never on together, with a dead time in between. */
#include <8052.h>
#include <stdint.h>

#define RELAY_UP P1_2 /* active low: the pins are high from reset on, so both relays start off */
#define RELAY_DOWN P1_3
#define DEAD_TICKS 6 /* whole ticks between one relay off and the next one on */

#define ENERGISED 0
#define RELEASED 1

enum { STOP, UP, DOWN };

static uint8_t wanted; /* what was asked for last */
static uint8_t moving; /* whose relay is on */
static uint8_t wait;   /* ticks until a relay may go on */

static void all_off(void)
{
    RELAY_UP = RELEASED;
    RELAY_DOWN = RELEASED;
    moving = STOP;
    wait = DEAD_TICKS + 1; /* the first tick may come at once, so it does not count */
}

/* Both relays off; the motor may still turn from before the reset, so the dead time runs. */
void shutter_init(void)
{
    wanted = STOP;
    all_off();
}

/* STOP, UP or DOWN; anything else stops. Switching off is done here and now, switching on is left to the tick. */
void shutter_request(uint8_t direction)
{
    wanted = direction > DOWN ? STOP : direction;
    if (moving != STOP && moving != wanted)
        all_off();
}

/* Call once every tick. */
void shutter_tick(void)
{
    if (wait > 0)
        wait--;
    if (wait > 0 || moving == wanted)
        return;
    moving = wanted;
    if (moving == UP)
        RELAY_UP = ENERGISED;
    else
        RELAY_DOWN = ENERGISED;
}

/* The direction whose relay is on, or STOP. */
uint8_t shutter_moving(void)
{
    return moving;
}
