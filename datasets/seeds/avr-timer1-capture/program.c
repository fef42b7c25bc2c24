/* Period of a signal on ICP1: input capture, extended from 16 to 32 bits by counting overflows. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdint.h>
#include <util/atomic.h>

#define TIMER_HZ 2000000UL
#define CLOCK_SELECT _BV(CS11)
#define EDGE_SELECT _BV(ICES1)
#define LOST_OVERFLOWS 8 /* so many without an edge: the signal is gone */

#define HALF_TURN 0x8000

static volatile uint32_t period; /* timer counts; 0 while unknown */
static uint32_t last_edge;
static uint16_t turns; /* overflows so far: the upper half of the time */
static uint8_t quiet;  /* overflows since the last edge; stops at LOST_OVERFLOWS */

ISR(TIMER1_OVF_vect)
{
    turns++;
    if (quiet < LOST_OVERFLOWS && ++quiet == LOST_OVERFLOWS)
        period = 0;
}

ISR(TIMER1_CAPT_vect)
{
    uint16_t low = ICR1;
    uint16_t high = turns;
    uint32_t edge;

    /*
     * Capture goes before overflow, so an overflow may still wait. It came before this edge
     * if the edge lies in the first half of a turn, and after it otherwise.
     */
    if ((TIFR1 & _BV(TOV1)) && low < HALF_TURN)
        high++;
    edge = (uint32_t)high << 16 | low;
    if (quiet < LOST_OVERFLOWS)
        period = edge - last_edge; /* right across the wrap of 32 bits, too */
    last_edge = edge;
    quiet = 0;
}

/* Starts measuring on ICP1 = PB0, with its pull-up. The caller enables interrupts as a whole. */
void capture_init(void)
{
    TIMSK1 = 0;
    period = 0;
    quiet = LOST_OVERFLOWS; /* the first edge only begins a period */

    DDRB &= (uint8_t)~_BV(DDB0);
    PORTB |= _BV(PORTB0);
    TCCR1A = 0; /* normal mode: ICR1 belongs to the capture unit */
    TCCR1B = _BV(ICNC1) | EDGE_SELECT; /* stopped; choosing an edge can raise ICF1 */
    TCNT1 = 0;
    TIFR1 = _BV(ICF1) | _BV(TOV1);
    TIMSK1 = _BV(ICIE1) | _BV(TOIE1);
    TCCR1B |= CLOCK_SELECT;
}

/* The last whole period in timer counts; 0 before the second edge and after the signal is lost. */
uint32_t capture_period(void)
{
    uint32_t counts;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        counts = period;
    }
    return counts;
}

/* The frequency in Hz, rounded; 0 without a signal. */
uint32_t capture_hertz(void)
{
    uint32_t counts = capture_period();

    if (counts == 0)
        return 0;
    return (TIMER_HZ + counts / 2) / counts;
}
