#define CONVERTER SIM_XDATA(HOLE_CONVERTER_ADDRESS)
#define TCON_ADDRESS SIM_SFR(0x88)

enum { INSIDE, LOW, HIGH, DEAD };

static uint8_t believed;
static uint8_t history[HOLE_CONFIRM]; /* what the latest samples said */
static uint8_t known;
static uint8_t missed;
static uint16_t since_alarm;
static uint16_t lost;

static void model_reset(void)
{
    believed = INSIDE;
    known = 0;
    missed = 0;
    since_alarm = 1000;
    lost = 0;
}

static uint8_t said(uint8_t code)
{
    if (code < HOLE_LOW_LIMIT || (believed == LOW && code < HOLE_LOW_LIMIT + HOLE_HYSTERESIS))
        return LOW;
    if (code > HOLE_HIGH_LIMIT || (believed == HIGH && code > HOLE_HIGH_LIMIT - HOLE_HYSTERESIS))
        return HIGH;
    return INSIDE;
}

/* One tick; a result of the conversion before it came in between, or not. */
static void step(uint8_t answered, uint8_t code)
{
    uint8_t was = believed;
    uint8_t alarm = 0;
    uint8_t i;

    if (answered) {
        SIM_FEED(CONVERTER, code);
        SIM_INTERRUPT(0);
        missed = 0;
        for (i = HOLE_CONFIRM - 1; i > 0; i--)
            history[i] = history[i - 1];
        history[0] = said(code);
        if (known < HOLE_CONFIRM)
            known++;
        for (i = 1; i < HOLE_CONFIRM && history[i] == history[0]; i++)
            ;
        if (i == HOLE_CONFIRM && known == HOLE_CONFIRM)
            believed = history[0];
    } else if (missed < 5 && ++missed == 5) {
        believed = DEAD;
        known = 0;
    }
    if (since_alarm < 1000)
        since_alarm++;
    if (believed != was && believed != INSIDE) {
        if (since_alarm < HOLE_HOLDOFF_TICKS) {
            lost++;
        } else {
            alarm = believed;
            since_alarm = 0;
        }
    }
    SIM_EXPECT(watch_tick(), alarm);
    SIM_EXPECT(watch_zone(), believed);
    SIM_EXPECT(watch_suppressed(), lost > 255 ? 255 : lost);
    SIM_EXPECT_WRITE(CONVERTER, 0);
    SIM_EXPECT_NO_WRITE(CONVERTER);
}

static void steps(uint16_t count, uint8_t code)
{
    while (count--)
        step(1, code);
}

static void rest(void)
{
    steps(HOLE_HOLDOFF_TICKS + HOLE_CONFIRM, (HOLE_LOW_LIMIT + HOLE_HIGH_LIMIT) / 2);
}

static void start(void)
{
    TCON = 0xC2; /* timer 1 is somebody else's; an old edge waits */
    IE = 0x85;
    SIM_SKIP_WRITES(SIM_SFR(0xA8));
    SIM_SKIP_WRITES(TCON_ADDRESS);
    SIM_SKIP_WRITES(CONVERTER);
    watch_init();
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0xC3);
    SIM_EXPECT_WRITE(TCON_ADDRESS, 0xC1);
    SIM_EXPECT_NO_WRITE(TCON_ADDRESS);
    SIM_EXPECT_WRITE(SIM_SFR(0xA8), 0x84); /* off while the variables change */
    SIM_EXPECT(IE, 0x85);
    SIM_EXPECT_WRITE(CONVERTER, 0); /* the first conversion */
    SIM_EXPECT_NO_WRITE(CONVERTER);
    SIM_EXPECT(watch_zone(), INSIDE);
    SIM_EXPECT(watch_suppressed(), 0);
    model_reset();
}

void main(void)
{
    uint8_t i;
    uint16_t n;

    SIM_MARK(1); /* the limits themselves are inside */
    start();
    steps(HOLE_CONFIRM + 1, HOLE_LOW_LIMIT);
    steps(HOLE_CONFIRM + 1, HOLE_HIGH_LIMIT);
    SIM_EXPECT(believed, INSIDE);

    SIM_MARK(2); /* too low: confirmed, raised once, and back only over the hysteresis */
    steps(HOLE_CONFIRM - 1, HOLE_LOW_LIMIT - 1);
    step(1, HOLE_LOW_LIMIT);
    steps(HOLE_CONFIRM - 1, HOLE_LOW_LIMIT - 1);
    SIM_EXPECT(believed, INSIDE);
    step(1, 0);
    SIM_EXPECT(believed, LOW);
    steps(HOLE_CONFIRM + 1, HOLE_LOW_LIMIT + HOLE_HYSTERESIS - 1);
    SIM_EXPECT(believed, LOW);
    steps(HOLE_CONFIRM - 1, HOLE_LOW_LIMIT + HOLE_HYSTERESIS);
    SIM_EXPECT(believed, LOW);
    step(1, HOLE_LOW_LIMIT + HOLE_HYSTERESIS);
    SIM_EXPECT(believed, INSIDE);
    steps(HOLE_CONFIRM + 1, HOLE_LOW_LIMIT); /* coming from inside there is none */
    SIM_EXPECT(believed, INSIDE);
    rest();

    SIM_MARK(3); /* too high, likewise */
    steps(HOLE_CONFIRM, HOLE_HIGH_LIMIT + 1);
    SIM_EXPECT(believed, HIGH);
    steps(HOLE_CONFIRM, HOLE_HIGH_LIMIT - HOLE_HYSTERESIS + 1);
    SIM_EXPECT(believed, HIGH);
    steps(HOLE_CONFIRM, HOLE_HIGH_LIMIT - HOLE_HYSTERESIS);
    SIM_EXPECT(believed, INSIDE);
    rest();

    SIM_MARK(4); /* from one side to the other: the second alarm falls into the hold-off */
    steps(HOLE_CONFIRM, 0);
    steps(HOLE_CONFIRM, 255);
    SIM_EXPECT(lost, 1);
    SIM_EXPECT(believed, HIGH);
    steps(2 * HOLE_HOLDOFF_TICKS, 255); /* which raises nothing later */

    SIM_MARK(5); /* exactly at the end of the hold-off, and one tick before */
    steps(HOLE_CONFIRM, 100 > HOLE_HIGH_LIMIT - HOLE_HYSTERESIS ? HOLE_LOW_LIMIT + HOLE_HYSTERESIS : 100);
    SIM_EXPECT(believed, INSIDE);
    steps(HOLE_CONFIRM, 0);
    steps(HOLE_HOLDOFF_TICKS - HOLE_CONFIRM, 0);
    SIM_EXPECT(since_alarm, HOLE_HOLDOFF_TICKS - HOLE_CONFIRM);
    steps(HOLE_CONFIRM, 255); /* raised */
    SIM_EXPECT(since_alarm, 0);
    steps(HOLE_HOLDOFF_TICKS - HOLE_CONFIRM - 1, 255);
    steps(HOLE_CONFIRM, 0); /* lost */
    SIM_EXPECT(lost, 2);
    rest();

    SIM_MARK(6); /* four ticks without a result are forgiven, five are not; a result ends it, after confirmation */
    for (i = 0; i < 4; i++)
        step(0, 0);
    step(1, 128);
    for (i = 0; i < 4; i++)
        step(0, 0);
    SIM_EXPECT(believed, INSIDE);
    step(0, 0);
    SIM_EXPECT(believed, DEAD);
    for (i = 0; i < 10; i++)
        step(0, 0);
    SIM_EXPECT(lost, 2);
    steps(HOLE_CONFIRM - 1, HOLE_LOW_LIMIT);
    SIM_EXPECT(believed, DEAD);
    step(1, HOLE_LOW_LIMIT); /* not low: the hysteresis belongs to the low zone */
    SIM_EXPECT(believed, INSIDE);

    SIM_MARK(7); /* a converter that dies while a change is being confirmed */
    rest();
    steps(HOLE_CONFIRM - 1, 0);
    for (i = 0; i < 5; i++)
        step(0, 0);
    step(1, 0);
    SIM_EXPECT(believed, DEAD);
    steps(HOLE_CONFIRM - 1, 0);
    SIM_EXPECT(believed, LOW);

    SIM_MARK(8); /* the count of lost alarms stops at its end; most of the way is not watched */
    rest();
    for (n = 0; n < 400; n++) {
        for (i = 0; i < HOLE_CONFIRM; i++) {
            SIM_FEED(CONVERTER, n & 1 ? 255 : 0);
            SIM_INTERRUPT(0);
            watch_tick();
        }
    }
    SIM_SKIP_WRITES(CONVERTER);
    SIM_EXPECT(watch_suppressed(), 255);
    SIM_EXPECT(watch_zone(), HIGH);
    believed = HIGH;
    for (i = 0; i < HOLE_CONFIRM; i++)
        history[i] = HIGH;
    lost = 400;
    rest();
    steps(HOLE_CONFIRM, 0);
    steps(HOLE_CONFIRM, 255);

    SIM_MARK(9); /* a new start */
    steps(HOLE_CONFIRM - 1, 255);
    step(0, 0);
    step(0, 0);
    SIM_FEED(CONVERTER, 255);
    SIM_INTERRUPT(0); /* whose result is not taken over */
    start();
    for (i = 0; i < 4; i++)
        step(0, 0);
    step(1, 255);
    steps(HOLE_CONFIRM - 1, 255);
    for (i = 0; i < 24; i++) {
        SIM_MARK(10 + i);
        step(SIM_DRAW(0, 7) > 0, (uint8_t)SIM_DRAW(0, 255));
        steps((uint8_t)SIM_DRAW(1, HOLE_CONFIRM), (uint8_t)SIM_DRAW(HOLE_LOW_LIMIT - 1, HOLE_LOW_LIMIT + HOLE_HYSTERESIS));
    }
    SIM_DONE();
}
