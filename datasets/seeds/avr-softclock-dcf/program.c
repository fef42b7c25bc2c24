/* Clock that runs on timer 1 and is set by DCF77: 59 pulses are the bits of a minute, in BCD with parity. */
#include <avr/interrupt.h>
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/atomic.h>

#define SECOND 15625U    /* timer counts, crystal / 1024 */
#define PULSE_IS_HIGH 1  /* the receiver's output during a pulse */
#define SPLIT_MS 150     /* shorter pulses are zeros, longer ones are ones */
#define SLACK_MS 100     /* by which a second may be too short or too long */

#define COUNTS(ms) ((uint16_t)((uint32_t)(ms) * SECOND / 1000))
#define PULSE_MIN_MS 40
#define PULSE_MAX_MS 250
#define FRAME_BITS 59
#define FRAME_BYTES 8
#define BROKEN 0xFF

typedef struct {
    uint8_t year; /* 0..99 */
    uint8_t month;
    uint8_t day; /* 0: unknown, since midnight has passed without reception */
    uint8_t weekday; /* 1 = Monday */
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
} dcf_time_t;

/* Interrupts only. */
static uint16_t pulse_start;
static uint8_t bits[FRAME_BYTES];
static uint8_t count; /* bits of this minute, or BROKEN until the next one */

/* From the interrupts to dcf_poll(). */
static volatile uint8_t frame[FRAME_BYTES];
static volatile uint16_t mark; /* when the minute began that frame announces */
static volatile bool received;
static volatile uint8_t seconds; /* passed, but not yet added to the time */

/* Main program only. */
static dcf_time_t now;
static bool valid;
static uint8_t age; /* minutes since the time was set; stops at 255 */

static bool is_near(uint16_t counts, uint16_t nominal)
{
    return (uint16_t)(counts - nominal + COUNTS(SLACK_MS)) <= 2 * COUNTS(SLACK_MS);
}

/* A second begins, or a minute: its last second has no pulse. */
static void pulse_begins(uint16_t at)
{
    uint16_t gap = at - pulse_start;
    uint8_t i;

    pulse_start = at;
    if (is_near(gap, SECOND))
        return;
    if (!is_near(gap, 2 * SECOND)) {
        count = BROKEN;
        return;
    }
    if (count == FRAME_BITS) {
        for (i = 0; i < FRAME_BYTES; i++)
            frame[i] = bits[i];
        mark = at;
        received = true;
    }
    for (i = 0; i < FRAME_BYTES; i++)
        bits[i] = 0;
    count = 0;
}

static void pulse_ends(uint16_t at)
{
    uint16_t width = at - pulse_start;

    if (count >= FRAME_BITS || width < COUNTS(PULSE_MIN_MS) || width > COUNTS(PULSE_MAX_MS)) {
        count = BROKEN;
        return;
    }
    if (width >= COUNTS(SPLIT_MS))
        bits[count / 8] |= (uint8_t)(1 << count % 8);
    count++;
}

ISR(INT0_vect)
{
    uint16_t at = TCNT1;

    if (((PIND & _BV(PIND2)) != 0) == PULSE_IS_HIGH)
        pulse_begins(at);
    else
        pulse_ends(at);
}

ISR(TIMER1_COMPA_vect)
{
    OCR1A += SECOND; /* counted from the last second, however late this is */
    seconds++;
}

/* Receiver output on PD2, with pull-up. The caller enables interrupts as a whole. */
void dcf_init(void)
{
    EIMSK &= (uint8_t)~_BV(INT0);
    TIMSK1 = 0;
    count = BROKEN; /* in the middle of a minute, as far as we know */
    received = false;
    valid = false;
    age = 0;

    DDRD &= (uint8_t)~_BV(DDD2);
    PORTD |= _BV(PORTD2);
    TCCR1A = 0;
    TCCR1B = _BV(CS12) | _BV(CS10); /* runs freely, clock / 1024 */
    OCR1A = TCNT1 + SECOND;
    TIFR1 = _BV(OCF1A);
    TIMSK1 = _BV(OCIE1A);
    EICRA = (uint8_t)((EICRA & ~_BV(ISC01)) | _BV(ISC00)); /* both edges */
    EIFR = _BV(INTF0);
    EIMSK |= _BV(INT0);
}

static bool bit_of(const uint8_t *code, uint8_t number)
{
    return code[number / 8] >> number % 8 & 1;
}

static bool has_even_parity(const uint8_t *code, uint8_t first, uint8_t last)
{
    bool odd = false;

    for (; first <= last; first++)
        odd ^= bit_of(code, first);
    return !odd;
}

/* BCD, lowest bit first; a number above 99 when a digit is none. */
static uint8_t bcd(const uint8_t *code, uint8_t first, uint8_t length)
{
    uint8_t raw = 0;
    uint8_t i;

    for (i = 0; i < length; i++)
        raw |= (uint8_t)(bit_of(code, first + i) << i);
    if ((raw & 0x0F) > 9 || raw > 0x99)
        return UINT8_MAX;
    return (uint8_t)((raw >> 4) * 10 + (raw & 0x0F));
}

/* Takes a minute's bits apart; false, and no time, unless everything fits. */
static bool decode(const uint8_t *code, dcf_time_t *time)
{
    if (bit_of(code, 0) || !bit_of(code, 20) || bit_of(code, 17) == bit_of(code, 18))
        return false; /* minute starts with 0, time with 1; it is either summer time or not */
    if (!has_even_parity(code, 21, 28) || !has_even_parity(code, 29, 35) || !has_even_parity(code, 36, 58))
        return false;
    time->second = 0;
    time->minute = bcd(code, 21, 7);
    time->hour = bcd(code, 29, 6);
    time->day = bcd(code, 36, 6);
    time->weekday = bcd(code, 42, 3);
    time->month = bcd(code, 45, 5);
    time->year = bcd(code, 50, 8);
    return time->minute < 60 && time->hour < 24 && time->day >= 1 && time->day <= 31 && time->weekday >= 1
        && time->month >= 1 && time->month <= 12 && time->year <= 99;
}

static void add_second(void)
{
    if (++now.second < 60)
        return;
    now.second = 0;
    if (age < UINT8_MAX)
        age++;
    if (++now.minute < 60)
        return;
    now.minute = 0;
    if (++now.hour < 24)
        return;
    now.hour = 0;
    now.weekday = now.weekday % 7 + 1;
    now.day = 0; /* months have many lengths: the next minute received will tell */
}

/* Call at least once a second: adds the seconds that have passed, or takes over a time received. */
void dcf_poll(void)
{
    uint8_t code[FRAME_BYTES];
    dcf_time_t fresh;
    bool have;
    uint8_t passed;
    uint8_t i;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        have = received;
        received = false;
        for (i = 0; i < FRAME_BYTES; i++)
            code[i] = frame[i];
        passed = seconds;
        seconds = 0;
    }
    if (have && decode(code, &fresh)) {
        now = fresh;
        valid = true;
        age = 0;
        ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
            /* One count more, since a compare value that is reached just now would be missed. */
            passed = (uint8_t)((uint16_t)(TCNT1 + 1 - mark) / SECOND);
            OCR1A = mark + (passed + 1) * SECOND; /* from here on in step with the transmitter */
            TIFR1 = _BV(OCF1A);
            seconds = 0;
        }
    }
    if (!valid)
        return;
    for (; passed != 0; passed--)
        add_second();
}

/* The time; false, and *time untouched, before it was received for the first time. */
bool dcf_get(dcf_time_t *time)
{
    if (valid)
        *time = now;
    return valid;
}

/* Whole minutes since the time was last received, 255 at most. */
uint8_t dcf_age(void)
{
    return age;
}
