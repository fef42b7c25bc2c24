/* Debounce for one push-button: an integrator that must fill up or run empty before the key changes state. */
#include <8052.h>
#include <stdint.h>

#define KEY P3_2 /* button to ground, pull-up inside the port: low = pressed */
#define TICK_MS 5
#define FULL 4 /* samples that must agree before a change is believed */
#define HOLD_MS 1000
#define HOLD_TICKS (HOLD_MS / TICK_MS)

enum {
    KEY_NONE,
    KEY_DOWN,
    KEY_UP,
    KEY_HELD
};

static uint8_t level;    /* the integrator: 0 = surely released, FULL = surely pressed */
static uint8_t pressed;  /* the debounced state */
static uint8_t held_for; /* ticks since KEY_DOWN, stops at HOLD_TICKS */

/* Forgets everything; the key counts as released. */
void key_init(void)
{
    KEY = 1; /* a quasi-bidirectional pin reads its input only while its latch is 1 */
    level = 0;
    pressed = 0;
    held_for = 0;
}

/* The debounced state: 1 while the key is down. */
uint8_t key_is_down(void)
{
    return pressed;
}

/* Call once every tick. Reads the pin once and returns what has happened, at most one event a call. */
uint8_t key_tick(void)
{
    if (KEY) {
        if (level > 0)
            level--;
    } else if (level < FULL) {
        level++;
    }

    if (!pressed) {
        if (level < FULL)
            return KEY_NONE;
        pressed = 1;
        held_for = 0;
        return KEY_DOWN;
    }
    if (level == 0) {
        pressed = 0;
        return KEY_UP;
    }
    if (held_for < HOLD_TICKS) {
        held_for++;
        if (held_for == HOLD_TICKS)
            return KEY_HELD;
    }
    return KEY_NONE;
}
