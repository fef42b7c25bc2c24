/* Buttons on pin change interrupts: finds out which pin moved, and locks it for a while against bounce. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdint.h>
#include <util/atomic.h>

#define FIRST_BIT 2   /* port D, neighbouring pins from here on */
#define BUTTONS 3
#define LOCK_TICKS 10 /* how long a pin that has moved is not believed */

#define PIN_MASK (((1 << BUTTONS) - 1) << FIRST_BIT)

static volatile uint8_t level;    /* as last believed, by pin; 1 = up */
static volatile uint8_t pressed;  /* edges that nobody has taken yet */
static volatile uint8_t released;
static volatile uint8_t locked;
static volatile uint8_t left[BUTTONS]; /* ticks until a locked pin is looked at again */

/* Compares the pins with what was believed; interrupts are off here. */
static void look(void)
{
    uint8_t pins = PIND; /* one read, so that all bits are of the same moment */
    uint8_t moved = (uint8_t)((pins ^ level) & PIN_MASK & ~locked);
    uint8_t i;

    level ^= moved;
    pressed |= (uint8_t)(moved & ~pins);
    released |= moved & pins;
    locked |= moved;
    for (i = 0; i < BUTTONS; i++) {
        if (moved & 1 << (FIRST_BIT + i))
            left[i] = LOCK_TICKS;
    }
}

ISR(PCINT2_vect)
{
    look();
}

/* Pull-ups on, the present levels are the rest; the caller enables interrupts as a whole. */
void buttons_init(void)
{
    uint8_t i;

    PCMSK2 &= (uint8_t)~PIN_MASK;
    DDRD &= (uint8_t)~PIN_MASK;
    PORTD |= PIN_MASK;
    for (i = 0; i < BUTTONS; i++)
        left[i] = 0;
    locked = 0;
    pressed = 0;
    released = 0;
    level = PIND & PIN_MASK;

    PCMSK2 |= PIN_MASK;
    PCIFR = _BV(PCIF2); /* raised while the pull-ups came up */
    PCICR |= _BV(PCIE2);
}

/* Call every millisecond, from the main loop or from a timer interrupt. */
void buttons_tick(void)
{
    uint8_t opened = 0;
    uint8_t i;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        for (i = 0; i < BUTTONS; i++) {
            if (left[i] != 0 && --left[i] == 0)
                opened |= (uint8_t)(1 << (FIRST_BIT + i));
        }
        if (opened) {
            locked &= (uint8_t)~opened;
            look(); /* it may have moved while it was not believed, and no interrupt will tell */
        }
    }
}

/* Buttons that went down since the last call, button n in bit n. */
uint8_t buttons_pressed(void)
{
    uint8_t taken;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        taken = pressed;
        pressed = 0;
    }
    return taken >> FIRST_BIT;
}

/* Buttons that came up since the last call, button n in bit n. */
uint8_t buttons_released(void)
{
    uint8_t taken;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        taken = released;
        released = 0;
    }
    return taken >> FIRST_BIT;
}

/* Buttons that are down now, button n in bit n. */
uint8_t buttons_held(void)
{
    return (uint8_t)(~level & PIN_MASK) >> FIRST_BIT;
}
