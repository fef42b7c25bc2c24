/* Pedestrian crossing on P1: timed phases from a table, a button on P3. Lamps are active high. */
#include <8052.h>
#include <stdint.h>

#define BUTTON P3_2 /* low while pressed */

#define GREEN_SECONDS 15
#define YELLOW_SECONDS 3
#define CLEAR_SECONDS 2
#define WALK_SECONDS 8
#define BLINK_SECONDS 4
#define READY_SECONDS 2

#define CAR_RED 0x01
#define CAR_YELLOW 0x02
#define CAR_GREEN 0x04
#define WALK_RED 0x08
#define WALK_GREEN 0x10

enum { CARS_GO, CARS_SLOW, CLEARING, WALKING, BLINKING, READY, PHASES };

struct phase {
    uint8_t lamps;
    uint8_t seconds;
};

static const __code struct phase phases[PHASES] = {
    {CAR_GREEN | WALK_RED, GREEN_SECONDS}, /* at least; longer until somebody wants to cross */
    {CAR_YELLOW | WALK_RED, YELLOW_SECONDS},
    {CAR_RED | WALK_RED, CLEAR_SECONDS},
    {CAR_RED | WALK_GREEN, WALK_SECONDS},
    {CAR_RED | WALK_GREEN, BLINK_SECONDS},
    {CAR_RED | CAR_YELLOW | WALK_RED, READY_SECONDS}
};

static uint8_t phase;
static uint8_t left;   /* seconds until this phase may end */
static uint8_t lamps;  /* what P1 shows; the port itself would read back the pins */
static uint8_t wanted; /* somebody has pressed the button */

static void enter(uint8_t next)
{
    phase = next;
    left = phases[next].seconds;
    lamps = phases[next].lamps;
    P1 = lamps;
    if (next == WALKING)
        wanted = 0;
}

/* Starts with green for the cars; call once after reset. */
void lights_init(void)
{
    BUTTON = 1; /* make the pin an input */
    wanted = 0;
    enter(CARS_GO);
}

/* Moves on by one second. */
void lights_tick(void)
{
    if (!BUTTON && phase != WALKING)
        wanted = 1;
    if (left > 0)
        left--;

    switch (phase) {
    case CARS_GO:
        if (left == 0 && wanted)
            enter(CARS_SLOW);
        break;
    case BLINKING:
        if (left == 0) {
            enter(READY);
        } else {
            lamps ^= WALK_GREEN;
            P1 = lamps;
        }
        break;
    case READY:
        if (left == 0)
            enter(CARS_GO);
        break;
    default:
        if (left == 0)
            enter(phase + 1);
        break;
    }
}
