#define EDGE 1
#define COMPARE 11
#define MS(ms) ((uint16_t)((uint32_t)(ms) * HOLE_SECOND_COUNTS / 1000))
#define IN_PULSE (HOLE_PULSE_IS_HIGH ? 0xFF : 0xFB)
#define IN_PAUSE (HOLE_PULSE_IS_HIGH ? 0xFB : 0xFF)

static uint8_t sent[60]; /* one bit in each */
static uint16_t at;      /* the timer */
static dcf_time_t want;
static dcf_time_t got;

static void edge(uint8_t pins)
{
    SIM_HOLD(SIM_REG(0x84), at);
    SIM_HOLD(SIM_PIND, pins);
    SIM_INTERRUPT(EDGE);
}

static void pulse(uint16_t width)
{
    edge(IN_PULSE);
    at += width;
    edge(IN_PAUSE);
    at -= width;
}

static void put(uint8_t first, uint8_t length, uint8_t value)
{
    while (length--) {
        sent[first++] = value & 1;
        value >>= 1;
    }
}

static uint8_t as_bcd(uint8_t value)
{
    return (uint8_t)(value / 10 * 16 + value % 10);
}

static void set_parity(uint8_t first, uint8_t last)
{
    uint8_t i;
    uint8_t sum = 0;

    for (i = first; i < last; i++)
        sum += sent[i];
    sent[last] = sum % 2;
}

static void parities(void)
{
    set_parity(21, 28);
    set_parity(29, 35);
    set_parity(36, 58);
}

/* The bits of the time in want; weather and the like say nothing. */
static void compose(uint8_t summer)
{
    uint8_t i;

    for (i = 0; i < 60; i++)
        sent[i] = 0;
    for (i = 1; i < 15; i++)
        sent[i] = i % 3 != 0;
    sent[16] = 1;
    sent[17] = summer;
    sent[18] = !summer;
    sent[19] = summer;
    sent[20] = 1;
    put(21, 7, as_bcd(want.minute));
    put(29, 6, as_bcd(want.hour));
    put(36, 6, as_bcd(want.day));
    put(42, 3, want.weekday);
    put(45, 5, as_bcd(want.month));
    put(50, 8, as_bcd(want.year));
    parities();
}

/* Pulses of a minute from one second up to another; the first pulse is the mark behind the minute before. */
static void transmit(uint8_t from, uint8_t to)
{
    for (; from < to; from++) {
        pulse(sent[from] ? MS(200) : MS(100));
        at += HOLE_SECOND_COUNTS;
    }
}

/* The first pulse of the next minute, after the second without one; then the program looks. */
static void minute_begins(void)
{
    at += HOLE_SECOND_COUNTS;
    edge(IN_PULSE);
    dcf_poll();
    at += MS(100);
    edge(IN_PAUSE);
    at += HOLE_SECOND_COUNTS - MS(100);
}

static void time_is(const dcf_time_t *time)
{
    SIM_EXPECT(dcf_get(&got), 1);
    SIM_EXPECT(got.year, time->year);
    SIM_EXPECT(got.month, time->month);
    SIM_EXPECT(got.day, time->day);
    SIM_EXPECT(got.weekday, time->weekday);
    SIM_EXPECT(got.hour, time->hour);
    SIM_EXPECT(got.minute, time->minute);
    SIM_EXPECT(got.second, time->second);
}

static void unknown(void)
{
    got.second = 77;
    SIM_EXPECT(dcf_get(&got), 0);
    SIM_EXPECT(got.second, 77);
}

static void set(uint8_t year, uint8_t month, uint8_t day, uint8_t weekday, uint8_t hour, uint8_t minute)
{
    want.year = year;
    want.month = month;
    want.day = day;
    want.weekday = weekday;
    want.hour = hour;
    want.minute = minute;
    want.second = 0;
}

/* A pause of a second without a pulse, so that the program knows where the minute begins. */
static void start(void)
{
    dcf_init();
    SIM_EXPECT(dcf_age(), 0);
    edge(IN_PULSE);
    at += 2 * HOLE_SECOND_COUNTS;
}

static void accepted(void)
{
    start();
    transmit(0, 59);
    unknown();
    minute_begins();
    time_is(&want);
}

static void refused(void)
{
    start();
    transmit(0, 59);
    minute_begins();
    unknown();
}

static void seconds_pass(uint8_t number)
{
    while (number--)
        SIM_INTERRUPT(COMPARE);
}

void main(void)
{
    static const uint8_t flips[] = {0, 17, 20, 21, 28, 29, 35, 36, 58};
    uint8_t i;

    DDRD = 0x7E;
    PORTD = 0x21;
    EICRA = 0x0E;
    EIMSK = 0x02;
    TCCR1A = 0xFF;
    TCCR1B = 0x1F;
    SIM_HOLD(SIM_REG(0x84), 1000);
    dcf_init();
    SIM_EXPECT(DDRD, 0x7A);
    SIM_EXPECT(PORTD, 0x25);
    SIM_EXPECT(EICRA, 0x0D);
    SIM_EXPECT(EIMSK, 0x03);
    SIM_EXPECT_WRITE(SIM_REG(0x3C), 0x01);
    SIM_EXPECT_NO_WRITE(SIM_REG(0x3C));
    SIM_EXPECT(TCCR1A, 0);
    SIM_EXPECT(TCCR1B, 0x05);
    SIM_EXPECT(OCR1A, 1000 + HOLE_SECOND_COUNTS);
    SIM_EXPECT(TIMSK1, 0x02);
    SIM_EXPECT_WRITE(SIM_TIFR1, 0x02);
    SIM_EXPECT(SREG >> 7, 0);
    unknown();
    sei();
    at = 30000;

    SIM_MARK(1); /* seconds without a time are nothing; a minute that was only half heard neither */
    seconds_pass(3);
    dcf_poll();
    unknown();
    set(24, 2, 28, 3, 23, 59);
    compose(0);
    transmit(0, 40);
    minute_begins();
    unknown();

    SIM_MARK(2); /* a whole minute, and the clock in step with it */
    start();
    transmit(0, 59);
    at += HOLE_SECOND_COUNTS;
    edge(IN_PULSE);
    seconds_pass(2); /* what was counted before the time is known does not count */
    SIM_HOLD(SIM_REG(0x84), at + 20);
    SIM_SKIP_WRITES(SIM_TIFR1);
    dcf_poll();
    time_is(&want);
    SIM_EXPECT(OCR1A, (uint16_t)(at + HOLE_SECOND_COUNTS));
    SIM_EXPECT_WRITE(SIM_TIFR1, 0x02);
    SIM_EXPECT_NO_WRITE(SIM_TIFR1);
    dcf_poll();
    time_is(&want);
    seconds_pass(59);
    SIM_EXPECT(OCR1A, (uint16_t)(at + 60U * HOLE_SECOND_COUNTS));
    dcf_poll();
    want.second = 59;
    time_is(&want);
    SIM_EXPECT(dcf_age(), 0);
    seconds_pass(1);
    dcf_poll();
    set(24, 2, 0, 4, 0, 0); /* the day of the month is not known any more */
    time_is(&want);
    SIM_EXPECT(dcf_age(), 1);
    seconds_pass(130);
    dcf_poll();
    set(24, 2, 0, 4, 0, 2);
    want.second = 10;
    time_is(&want);
    SIM_EXPECT(dcf_age(), 3);

    SIM_MARK(3); /* polled late: the seconds since the mark are added, and the phase is kept */
    set(99, 12, 31, 4, 9, 58);
    compose(1);
    start();
    transmit(0, 59);
    at += HOLE_SECOND_COUNTS;
    edge(IN_PULSE);
    SIM_HOLD(SIM_REG(0x84), at + HOLE_SECOND_COUNTS - 1); /* as good as over */
    dcf_poll();
    want.second = 1;
    time_is(&want);
    SIM_EXPECT(OCR1A, (uint16_t)(at + 2U * HOLE_SECOND_COUNTS));
    SIM_EXPECT(dcf_age(), 0);
    start();
    transmit(0, 59);
    at += HOLE_SECOND_COUNTS;
    edge(IN_PULSE);
    SIM_HOLD(SIM_REG(0x84), at + HOLE_SECOND_COUNTS - 2);
    dcf_poll();
    want.second = 0;
    time_is(&want);
    SIM_EXPECT(OCR1A, (uint16_t)(at + HOLE_SECOND_COUNTS));

    SIM_MARK(4); /* from hour to hour and from Sunday to Monday; the next frame sets it again */
    set(24, 12, 31, 7, 22, 59);
    compose(0);
    accepted();
    seconds_pass(59);
    dcf_poll();
    seconds_pass(2);
    dcf_poll();
    set(24, 12, 31, 7, 23, 0);
    want.second = 1;
    time_is(&want);
    SIM_EXPECT(dcf_age(), 1);
    set(25, 5, 26, 1, 8, 5);
    compose(1);
    edge(IN_PULSE);
    at += 2 * HOLE_SECOND_COUNTS;
    transmit(0, 59);
    minute_begins();
    time_is(&want);
    SIM_EXPECT(dcf_age(), 0);
    set(21, 1, 3, 7, 23, 59);
    compose(0);
    accepted();
    seconds_pass(60);
    dcf_poll();
    set(21, 1, 0, 1, 0, 0);
    time_is(&want);

    SIM_MARK(5); /* one wrong bit in each part */
    set(31, 10, 19, 7, 17, 38);
    for (i = 0; i < sizeof flips; i++) {
        compose(1);
        sent[flips[i]] ^= 1;
        refused();
    }

    SIM_MARK(6); /* right parity, but no such time */
    compose(1);
    put(21, 7, 0x60);
    parities();
    refused();
    compose(1);
    put(21, 7, 0x1A);
    parities();
    refused();
    compose(1);
    put(29, 6, 0x24);
    parities();
    refused();
    compose(1);
    put(36, 6, 0x00);
    parities();
    refused();
    compose(1);
    put(36, 6, 0x32);
    parities();
    refused();
    compose(1);
    put(42, 3, 0);
    parities();
    refused();
    compose(1);
    put(45, 5, 0x13);
    parities();
    refused();
    compose(1);
    put(50, 8, 0xA0);
    parities();
    refused();

    SIM_MARK(7); /* pulses and seconds at their limits, and beyond */
    set(0, 1, 1, 7, 0, 0);
    compose(0);
    start();
    for (i = 0; i < 59; i++) {
        pulse(sent[i] ? (i & 1 ? MS(HOLE_SPLIT_MS) : MS(250)) : (i & 1 ? MS(40) : MS(HOLE_SPLIT_MS) - 1));
        at += i & 1 ? HOLE_SECOND_COUNTS + MS(HOLE_SLACK_MS) : HOLE_SECOND_COUNTS - MS(HOLE_SLACK_MS);
    }
    at += MS(HOLE_SLACK_MS);
    minute_begins();
    time_is(&want);
    for (i = 0; i < 4; i++) { /* one wrong thing in the middle, the bits themselves are right */
        start();
        transmit(0, 30);
        pulse(i == 0 ? MS(40) - 1 : i == 1 ? MS(250) + 1 : sent[30] ? MS(200) : MS(100));
        at += i == 2 ? HOLE_SECOND_COUNTS - MS(HOLE_SLACK_MS) - 1
            : i == 3 ? HOLE_SECOND_COUNTS + MS(HOLE_SLACK_MS) + 1 : HOLE_SECOND_COUNTS;
        transmit(31, 59);
        minute_begins();
        unknown();
    }
    start();
    transmit(0, 30);
    dcf_init(); /* forgets what it has heard */
    transmit(30, 59);
    minute_begins();
    unknown();
    start();
    transmit(0, 59);
    pulse(MS(100)); /* a leap second: this minute is left out */
    at += HOLE_SECOND_COUNTS;
    minute_begins();
    unknown();
    SIM_DONE();
}
