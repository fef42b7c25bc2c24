/* NEC infrared remote control: decodes the times between falling edges on INT0, with repeat codes. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/atomic.h>

#define TIMER_HZ 250000UL /* crystal / 64 */
#define BIT_TOLERANCE_US 400
#define LEAD_TOLERANCE_US 800
#define SILENCE_MS 130 /* a held key repeats every 108 ms */

#define TICKS(us) ((uint16_t)((uint32_t)(us) * (TIMER_HZ / 100) / 10000))

/* From one falling edge of the receiver's output to the next. */
#define START_US 13500  /* 9 ms burst, 4.5 ms pause: a frame follows */
#define REPEAT_US 11250 /* 9 ms burst, 2.25 ms pause: the key is still down */
#define ZERO_US 1125
#define ONE_US 2250

#define FRAME_BITS 32
#define IDLE 0xFF

typedef struct {
    uint8_t address;
    uint8_t command;
    uint8_t repeats; /* 0 for a new press; stops at 255 */
} nec_key_t;

static volatile nec_key_t key;
static volatile bool fresh; /* key has not been taken */
static bool known;          /* key is a whole frame that a repeat code may refer to */
static uint8_t bits = IDLE; /* of the frame so far, or IDLE */
static uint32_t frame;      /* first bit received ends up lowest */

static bool is_near(uint16_t ticks, uint16_t nominal, uint16_t tolerance)
{
    return (uint16_t)(ticks - nominal + tolerance) <= 2 * tolerance;
}

/* Takes a whole frame: address, its complement, command, its complement. */
static void accept(void)
{
    uint8_t address = (uint8_t)frame;
    uint8_t command = (uint8_t)(frame >> 16);

    known = (uint8_t)(frame >> 8) == (uint8_t)~address && (uint8_t)(frame >> 24) == (uint8_t)~command;
    if (known) {
        key.address = address;
        key.command = command;
        key.repeats = 0;
        fresh = true;
    }
}

/* One step of the decoder. */
static void interval(uint16_t ticks)
{
    if (is_near(ticks, TICKS(START_US), TICKS(LEAD_TOLERANCE_US))) {
        bits = 0; /* also in the middle of a frame: what was there is lost anyway */
        return;
    }
    if (is_near(ticks, TICKS(REPEAT_US), TICKS(LEAD_TOLERANCE_US))) {
        if (known && bits == IDLE) {
            if (key.repeats < UINT8_MAX)
                key.repeats++;
            fresh = true;
        }
        bits = IDLE;
        return;
    }
    if (bits == IDLE)
        return;
    frame >>= 1;
    if (is_near(ticks, TICKS(ONE_US), TICKS(BIT_TOLERANCE_US))) {
        frame |= 0x80000000UL;
    } else if (!is_near(ticks, TICKS(ZERO_US), TICKS(BIT_TOLERANCE_US))) {
        bits = IDLE;
        known = false; /* a repeat code after this would be of a key that nobody knows */
        return;
    }
    if (++bits == FRAME_BITS) {
        bits = IDLE;
        accept();
    }
}

ISR(INT0_vect)
{
    uint16_t ticks = TCNT1;

    TCNT1 = 0;
    TIFR1 = _BV(OCF1A); /* a silence that ends just now is none */
    if (TCCR1B != 0)
        interval(ticks);
    else
        TCCR1B = _BV(CS11) | _BV(CS10); /* first edge after silence: only starts the clock, / 64 */
}

/* Nothing for so long: the key was let go. */
ISR(TIMER1_COMPA_vect)
{
    TCCR1B = 0;
    bits = IDLE;
    known = false;
}

/* Receiver output on PD2, with pull-up. The caller enables interrupts as a whole. */
void nec_init(void)
{
    EIMSK &= (uint8_t)~_BV(INT0);
    bits = IDLE;
    known = false;
    fresh = false;

    DDRD &= (uint8_t)~_BV(DDD2);
    PORTD |= _BV(PORTD2);
    TCCR1A = 0;
    TCCR1B = 0; /* stands until the first edge */
    TCNT1 = 0;
    OCR1A = TICKS(SILENCE_MS * 1000UL);
    TIFR1 = _BV(OCF1A);
    TIMSK1 = _BV(OCIE1A);

    EICRA = (uint8_t)((EICRA & ~_BV(ISC00)) | _BV(ISC01)); /* falling edge */
    EIFR = _BV(INTF0); /* choosing the edge can raise it */
    EIMSK |= _BV(INT0);
}

/* True once for each press and each repeat that has come, with the latest key. */
bool nec_take(nec_key_t *taken)
{
    bool any;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        any = fresh;
        if (any) {
            taken->address = key.address;
            taken->command = key.command;
            taken->repeats = key.repeats;
        }
        fresh = false;
    }
    return any;
}
