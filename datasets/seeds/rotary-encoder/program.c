/* Rotary encoder with detents: a table decodes the two channels, and bounce cancels itself. */
#include <8052.h>
#include <stdint.h>

#define ENCODER P1
#define FIRST_BIT 2 /* channel A; channel B is the next bit up */
#define CHANNELS (3 << FIRST_BIT)

#define REST 3 /* both switches open between two clicks */
#define HALF_CLICK 2

/* Quarter steps by (old state << 2 | new state), a state being B << 1 | A; clockwise is 3, 2, 0, 1, 3.
   Two bits at once cannot be: a missed sample, which says nothing about the direction. */
static const __code int8_t quarter_of[16] = {
     0,  1, -1,  0,
    -1,  0,  0,  1,
     1,  0,  0, -1,
     0, -1,  1,  0
};

static uint8_t state;
static int8_t quarters;         /* since the last rest */
static volatile int8_t clicks; /* not yet taken */

/* Takes the present position as the start. */
void encoder_init(void)
{
    ENCODER |= CHANNELS; /* release both pins: they read only while their latches are 1 */
    state = (ENCODER >> FIRST_BIT) & 3;
    quarters = 0;
    clicks = 0;
}

/* Looks at the encoder once; call it every millisecond from a timer interrupt. */
void encoder_poll(void)
{
    uint8_t now = (ENCODER >> FIRST_BIT) & 3; /* both channels from one read */

    quarters += quarter_of[state << 2 | now];
    state = now;
    if (now != REST)
        return;

    /* At rest the count starts anew, so a missed sample cannot shift the clicks for ever. */
    if (quarters >= HALF_CLICK) {
        if (clicks < INT8_MAX)
            clicks++;
    } else if (quarters <= -HALF_CLICK) {
        if (clicks > INT8_MIN)
            clicks--;
    }
    quarters = 0;
}

/* Clicks since the last call, clockwise positive; for the main loop. */
int8_t encoder_take(void)
{
    int8_t taken;
    __bit enabled = EA;

    EA = 0; /* a click between reading and clearing would be lost */
    taken = clicks;
    clicks = 0;
    EA = enabled;
    return taken;
}
