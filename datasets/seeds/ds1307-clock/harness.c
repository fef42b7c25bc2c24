#define PORT SIM_SFR(HOLE_PORT_SFR)
#define SDA_MASK (uint8_t)(1u << HOLE_SDA_BIT)
#define SCL_MASK (uint8_t)(1u << HOLE_SCL_BIT)

enum { OK, NO_ANSWER, STOPPED, BAD_TIME };

static uint8_t latch;
static __xdata clock_time now;

static void line(uint8_t mask, uint8_t high)
{
    latch = high ? latch | mask : latch & ~mask;
    SIM_EXPECT_WRITE(PORT, latch);
}

static void expect_clock(void)
{
    line(SCL_MASK, 1);
    line(SCL_MASK, 0);
}

static void expect_start(void)
{
    line(SDA_MASK, 1);
    line(SCL_MASK, 1);
    line(SDA_MASK, 0);
    line(SCL_MASK, 0);
}

static void expect_stop(void)
{
    line(SDA_MASK, 0);
    line(SCL_MASK, 1);
    line(SDA_MASK, 1);
    SIM_EXPECT_NO_WRITE(PORT);
}

static void expect_byte(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1) {
        line(SDA_MASK, byte & mask);
        expect_clock();
    }
    line(SDA_MASK, 1);
    expect_clock();
}

static void expect_fetch(uint8_t last)
{
    uint8_t i;

    line(SDA_MASK, 1);
    for (i = 0; i < 8; i++)
        expect_clock();
    line(SDA_MASK, last);
    expect_clock();
}

static void feed_bit(uint8_t high)
{
    SIM_FEED(PORT, high ? SDA_MASK : 0xFF & ~SDA_MASK); /* other pins mean nothing */
}

static void feed_byte(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1)
        feed_bit(byte & mask);
}

static void acknowledge(uint8_t count)
{
    while (count--)
        feed_bit(0);
}

static void expect_reading(void)
{
    uint8_t i;

    expect_start();
    expect_byte(0xD0);
    expect_byte(0x00);
    expect_start();
    expect_byte(0xD1);
    for (i = 0; i < 7; i++)
        expect_fetch(i == 6);
    expect_stop();
}

static void feed_time(uint8_t second, uint8_t minute, uint8_t hour, uint8_t weekday, uint8_t date, uint8_t month,
    uint8_t year)
{
    acknowledge(3);
    feed_byte(second);
    feed_byte(minute);
    feed_byte(hour);
    feed_byte(weekday);
    feed_byte(date);
    feed_byte(month);
    feed_byte(year);
}

static void expect_time(uint8_t second, uint8_t minute, uint8_t hour, uint8_t weekday, uint8_t date, uint8_t month,
    uint8_t year)
{
    SIM_EXPECT(now.second, second);
    SIM_EXPECT(now.minute, minute);
    SIM_EXPECT(now.hour, hour);
    SIM_EXPECT(now.weekday, weekday);
    SIM_EXPECT(now.date, date);
    SIM_EXPECT(now.month, month);
    SIM_EXPECT(now.year, year);
}

static void set_time(uint8_t second, uint8_t minute, uint8_t hour, uint8_t weekday, uint8_t date, uint8_t month,
    uint8_t year)
{
    now.second = second;
    now.minute = minute;
    now.hour = hour;
    now.weekday = weekday;
    now.date = date;
    now.month = month;
    now.year = year;
}

static uint8_t bcd(uint8_t value)
{
    uint8_t tens = 0;

    while (value > 9) {
        value -= 10;
        tens++;
    }
    return tens * 16 + value;
}

static void check_write(void)
{
    acknowledge(10);
    SIM_EXPECT(clock_write(&now), OK);
    expect_start();
    expect_byte(0xD0);
    expect_byte(0x00);
    expect_byte(bcd(now.second));
    expect_byte(bcd(now.minute));
    expect_byte(bcd(now.hour));
    expect_byte(now.weekday);
    expect_byte(bcd(now.date));
    expect_byte(bcd(now.month));
    expect_byte(bcd(now.year));
    expect_byte(HOLE_CONTROL_VALUE);
    expect_stop();
}

static void check_hour(uint8_t raw, uint8_t hour)
{
    feed_time(0x00, 0x00, raw, 1, 0x01, 0x01, 0x00);
    SIM_EXPECT(clock_read(&now), OK);
    SIM_EXPECT(now.hour, hour);
    SIM_SKIP_WRITES(PORT);
    latch = 0xFF;
}

static void bad(void)
{
    SIM_EXPECT(clock_write(&now), BAD_TIME);
    SIM_EXPECT_NO_WRITE(PORT);
    set_time(0, 0, 0, 1, 1, 1, 0);
}

void main(void)
{
    uint8_t i;

    latch = 0xFF;

    SIM_MARK(1);
    feed_time(0x59, 0x08, 0x23, 0x07, 0x31, 0x12, 0x99);
    SIM_EXPECT(clock_read(&now), OK);
    expect_reading();
    expect_time(59, 8, 23, 7, 31, 12, 99);

    SIM_MARK(2); /* halted: told, and no part of the seconds */
    feed_time(0xC6, 0x40, 0x10, 0x01, 0x09, 0x10, 0x00);
    SIM_EXPECT(clock_read(&now), STOPPED);
    expect_reading();
    expect_time(46, 40, 10, 1, 9, 10, 0);

    SIM_MARK(3); /* a clock that somebody set to twelve hours */
    check_hour(0x52, 0);
    check_hour(0x41, 1);
    check_hour(0x51, 11);
    check_hour(0x72, 12);
    check_hour(0x61, 13);
    check_hour(0x70, 22);
    check_hour(0x20, 20);
    check_hour(0x09, 9);

    SIM_MARK(4); /* writing: both ends of every field */
    set_time(59, 59, 23, 7, 31, 12, 99);
    check_write();
    set_time(0, 0, 0, 1, 1, 1, 0);
    check_write();

    SIM_MARK(5); /* one beyond either end: the bus stays quiet */
    now.second = 60;
    bad();
    now.minute = 60;
    bad();
    now.hour = 24;
    bad();
    now.weekday = 0;
    bad();
    now.weekday = 8;
    bad();
    now.date = 0;
    bad();
    now.date = 32;
    bad();
    now.month = 0;
    bad();
    now.month = 13;
    bad();
    now.year = 100;
    bad();

    SIM_MARK(6); /* no answer when reading: stop, nothing stored */
    set_time(11, 12, 13, 4, 15, 6, 17);
    for (i = 0; i < 3; i++) {
        acknowledge(i);
        feed_bit(1);
        SIM_EXPECT(clock_read(&now), NO_ANSWER);
        expect_time(11, 12, 13, 4, 15, 6, 17);
        expect_start();
        expect_byte(0xD0);
        if (i > 0)
            expect_byte(0x00);
        if (i > 1) {
            expect_start();
            expect_byte(0xD1);
        }
        expect_stop();
    }
    SIM_MARK(7); /* and when writing: stop at once */
    for (i = 0; i < 10; i += 3) {
        acknowledge(i);
        feed_bit(1);
        SIM_EXPECT(clock_write(&now), NO_ANSWER);
        expect_start();
        expect_byte(0xD0);
        if (i > 0) {
            expect_byte(0x00);
            expect_byte(0x11);
            expect_byte(0x12);
        }
        if (i > 3) {
            expect_byte(0x13);
            expect_byte(0x04);
            expect_byte(0x15);
        }
        if (i > 6) {
            expect_byte(0x06);
            expect_byte(0x17);
            expect_byte(HOLE_CONTROL_VALUE);
        }
        expect_stop();
    }

    for (i = 0; i < 3; i++) {
        SIM_MARK(8 + i);
        now.second = (uint8_t)SIM_DRAW(0, 59);
        now.minute = 59 - (uint8_t)SIM_DRAW(0, 59);
        now.hour = (uint8_t)SIM_DRAW(0, 23);
        now.weekday = (uint8_t)SIM_DRAW(1, 7);
        now.date = (uint8_t)SIM_DRAW(1, 31);
        now.month = (uint8_t)SIM_DRAW(1, 12);
        now.year = (uint8_t)SIM_DRAW(0, 99);
        check_write();
    }
    SIM_DONE();
}
