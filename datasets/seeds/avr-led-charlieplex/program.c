/* Charlieplexed LEDs: a timer interrupt lights one LED at a time while all other pins float. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdint.h>
#include <util/atomic.h>

#define LED_PORT PORTB
#define LED_DDR DDRB
#define FIRST_BIT 0  /* the lowest of the neighbouring pins */
#define PINS 4
#define TIMER_TOP 51 /* one LED lasts this many timer counts, and one more */

#define LEDS (PINS * (PINS - 1))
#define PIN_MASK (((1 << PINS) - 1) << FIRST_BIT)

static volatile uint16_t wanted; /* LED 0 in bit 0 */
static uint16_t picture;         /* the scan under way, the next LED in bit 0 */
static uint8_t anode;            /* pins of the next LED, counted from FIRST_BIT */
static uint8_t cathode;

/* Lets go of the last LED and lights the next one if it is on. */
ISR(TIMER0_COMPA_vect)
{
    uint8_t high = 0;
    uint8_t driven = 0;

    if (anode == 0 && cathode == 1)
        picture = wanted; /* a scan shows one picture from its first LED to its last */
    if (picture & 1) {
        high = (uint8_t)(1 << FIRST_BIT << anode);
        driven = (uint8_t)(high | 1 << FIRST_BIT << cathode);
    }
    picture >>= 1;

    /* Float, then levels, then drive: in any other order a third LED would flash. */
    LED_DDR &= (uint8_t)~PIN_MASK;
    LED_PORT = (uint8_t)((LED_PORT & ~PIN_MASK) | high);
    LED_DDR |= driven;

    do {
        if (++cathode == PINS) {
            cathode = 0;
            if (++anode == PINS)
                anode = 0;
        }
    } while (cathode == anode);
}

/* All LEDs dark, scan from LED 0. Interrupts start when the caller enables them as a whole. */
void charlie_init(void)
{
    TIMSK0 &= (uint8_t)~_BV(OCIE0A);
    LED_DDR &= (uint8_t)~PIN_MASK;
    LED_PORT &= (uint8_t)~PIN_MASK;
    wanted = 0;
    anode = 0;
    cathode = 1;

    TCCR0A = _BV(WGM01); /* CTC: counts to OCR0A */
    TCCR0B = _BV(CS02);  /* clock / 256 */
    OCR0A = TIMER_TOP;
    TCNT0 = 0;
    TIFR0 = _BV(OCF0A); /* a match from before is not ours */
    TIMSK0 |= _BV(OCIE0A);
}

/* Sets which LEDs are lit from the next scan on, LED n in bit n; bits above the last LED mean nothing. */
void charlie_show(uint16_t leds)
{
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        wanted = leds;
    }
}

/* The number of LEDs on these pins. */
uint8_t charlie_count(void)
{
    return LEDS;
}
