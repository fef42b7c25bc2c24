/* Millisecond clock on timer 0 of the ATmega328P; it also blinks the LED on PB5. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdint.h>

#define COMPARE 249 /* timer clocks in a millisecond, less one */
#define BLINK_MS 500

static volatile uint32_t milliseconds;
static uint16_t until_toggle;

/* Starts the clock at 0; interrupts must be enabled by the caller. */
void clock_init(void)
{
    DDRB |= _BV(DDB5);
    until_toggle = BLINK_MS;
    milliseconds = 0;
    TCCR0A = _BV(WGM01); /* clear on compare match */
    OCR0A = COMPARE;
    TIMSK0 |= _BV(OCIE0A);
    TCCR0B = _BV(CS01) | _BV(CS00); /* clock / 64, from here on it counts */
}

/* Milliseconds since clock_init. Four bytes: the interrupt must not come in between. */
uint32_t clock_now(void)
{
    uint8_t saved = SREG;
    uint32_t now;

    cli();
    now = milliseconds;
    SREG = saved;
    return now;
}

/* Whether at least `span` milliseconds have passed since `start`; right across the wrap, too. */
uint8_t clock_passed(uint32_t start, uint32_t span)
{
    return clock_now() - start >= span;
}

ISR(TIMER0_COMPA_vect)
{
    milliseconds++;
    until_toggle--;
    if (until_toggle == 0) {
        until_toggle = BLINK_MS;
        PORTB ^= _BV(PORTB5);
    }
}
