/* Battery node: sleeps in power-down, counts watchdog interrupts, now and then asks the radio to report. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <avr/sleep.h>
#include <avr/wdt.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/atomic.h>

#define REQUEST_BIT 0 /* port B: each change of level asks the radio for a report */
#define BUTTON_BIT 2  /* port D, to ground */
#define WATCHDOG_PERIOD (_BV(WDP3) | _BV(WDP0))
#define REPORT_PERIODS 15

static volatile uint8_t periods; /* watchdog interrupts that were not worked off; stops at 255 */
static volatile bool pressed;
static uint8_t elapsed; /* periods since the last report */

ISR(WDT_vect)
{
    if (periods < UINT8_MAX)
        periods++;
}

/* Both edges come here; only pressing counts. */
ISR(PCINT2_vect)
{
    if (!(PIND & _BV(BUTTON_BIT)))
        pressed = true;
}

/* Interrupts instead of resets. The second write must follow the first within four clocks. */
static void watchdog_start(void)
{
    MCUSR = 0; /* while WDRF is set, WDE cannot be cleared */
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        wdt_reset();
        WDTCSR = _BV(WDCE) | _BV(WDE);
        WDTCSR = _BV(WDIE) | WATCHDOG_PERIOD;
    }
}

static void init(void)
{
    watchdog_start(); /* first of all: after a reset by the watchdog it runs at its shortest period */
    PORTB &= (uint8_t)~_BV(REQUEST_BIT);
    DDRB |= _BV(REQUEST_BIT);
    DDRD &= (uint8_t)~_BV(BUTTON_BIT);
    PORTD |= _BV(BUTTON_BIT);

    ADCSRA = 0;       /* the ADC would go on drawing current in power-down */
    ACSR = _BV(ACD);  /* and so would the comparator */
    PCMSK2 = _BV(BUTTON_BIT); /* PCINT16 to 23 are the pins of port D */
    PCIFR = _BV(PCIF2);
    PCICR = _BV(PCIE2);
    set_sleep_mode(SLEEP_MODE_PWR_DOWN);
}

static void report(void)
{
    elapsed = 0;
    PINB = _BV(REQUEST_BIT); /* writing 1 to PIN toggles the output */
}

/* Works off what has happened since the last time. */
static void work(void)
{
    uint8_t new_periods;
    bool was_pressed;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        new_periods = periods;
        periods = 0;
        was_pressed = pressed;
        pressed = false;
    }
    if (was_pressed || new_periods >= REPORT_PERIODS - elapsed)
        report();
    else
        elapsed += new_periods;
}

/* Sleeps unless something has happened in the meantime: the check and the sleep are one piece. */
static void sleep_until_event(void)
{
    cli();
    if (periods == 0 && !pressed) {
        sleep_enable();
        sleep_bod_disable(); /* for three clocks, so directly before the sleep */
        sei();               /* an interrupt that waits already is taken behind the sleep, and ends it */
        sleep_cpu();
        sleep_disable();
    }
    sei();
}

int main(void)
{
    init();
    for (;;) {
        sleep_until_event();
        work();
    }
}
