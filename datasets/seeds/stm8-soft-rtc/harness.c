#define REG(address) (*(volatile uint8_t *)(address))
#define IER SIM_REG(0x5301)
#define SR1 SIM_REG(0x5302)
#define EGR SIM_REG(0x5304)

static Time given;
static Time shown;

static void tick(void)
{
    SIM_INTERRUPT(13);
    SIM_EXPECT_WRITE(SR1, 0xFE);
}

static void expect_masked(void)
{
    SIM_EXPECT_WRITE(IER, 0);
    SIM_EXPECT_WRITE(IER, 1);
    SIM_EXPECT_NO_WRITE(IER);
}

static void poll(uint8_t passed)
{
    SIM_EXPECT(rtc_poll(), passed);
    expect_masked();
}

static void second(void)
{
    tick();
    poll(1);
}

static void fill(uint16_t year, uint8_t month, uint8_t day)
{
    given.year = year;
    given.month = month;
    given.day = day;
    given.weekday = 9; /* counts for nothing */
}

static void at(uint8_t hour, uint8_t minute, uint8_t seconds)
{
    given.hour = hour;
    given.minute = minute;
    given.second = seconds;
}

static void set(void)
{
    SIM_EXPECT(rtc_set(&given), 1);
    SIM_EXPECT_WRITE(EGR, 1);
    SIM_EXPECT_WRITE(SR1, 0xFE);
    expect_masked();
}

static void refuse(void)
{
    SIM_EXPECT(rtc_set(&given), 0);
    SIM_EXPECT_NO_WRITE(EGR);
    SIM_EXPECT_NO_WRITE(IER);
}

static void expect_date(uint16_t year, uint8_t month, uint8_t day, uint8_t weekday)
{
    rtc_get(&shown);
    SIM_EXPECT(shown.year, year);
    SIM_EXPECT(shown.month * 100u + shown.day, month * 100u + day);
    SIM_EXPECT(shown.weekday, weekday);
}

static void expect_clock(uint8_t hour, uint8_t minute, uint8_t seconds)
{
    rtc_get(&shown);
    SIM_EXPECT(shown.hour, hour);
    SIM_EXPECT(shown.minute, minute);
    SIM_EXPECT(shown.second, seconds);
}

/* The last second of a day, and the next one. */
static void over(uint16_t year, uint8_t month, uint8_t day)
{
    fill(year, month, day);
    at(23, 59, 59);
    set();
    second();
    expect_clock(0, 0, 0);
}

/* The weekday by Zeller's rule, whose year begins in March and whose week begins with Saturday. */
static uint8_t zeller(uint16_t year, uint8_t month, uint8_t day)
{
    if (month < 3) {
        month += 12;
        year--;
    }
    return (uint8_t)((day + 13 * (month + 1) / 5 + year % 100 + year % 100 / 4 + year / 400 - year / 100 * 2 + 700 + 6) % 7);
}

static void start(void)
{
    REG(SIM_REG(0x5300)) = 0x05;
    REG(SIM_REG(0x5301)) = 0x03;
    SIM_SKIP_WRITES(IER);
    SIM_SKIP_WRITES(SIM_REG(0x5300));
    rtc_init();
    SIM_EXPECT_WRITE(SIM_REG(0x5300), 0);
    SIM_EXPECT_WRITE(SIM_REG(0x5300), 1);
    SIM_EXPECT_WRITE(SIM_REG(0x530C), HOLE_PRESCALER);
    SIM_EXPECT_WRITE(SIM_REG(0x530D), (HOLE_COUNTS - 1) / 256);
    SIM_EXPECT_WRITE(SIM_REG(0x530E), (HOLE_COUNTS - 1) % 256);
    SIM_EXPECT_WRITE(EGR, 1);
    SIM_EXPECT_WRITE(SR1, 0xFE);
    SIM_EXPECT(SIM_LATCH(SR1) & 1, 0);
    expect_masked();
    expect_date(2000, 1, 1, 6);
    expect_clock(0, 0, 0);
    SIM_EXPECT(rtc_rings(), 0);
    poll(0);
}

void main(void)
{
    uint8_t i;
    uint16_t year;
    uint8_t month;
    uint8_t day;

    start();
    SIM_INTERRUPT(13); /* masked as a whole */
    poll(0);
    __asm__("rim");

    SIM_MARK(1); /* seconds, and several at once */
    second();
    expect_clock(0, 0, 1);
    for (i = 0; i < 58; i++)
        tick();
    expect_clock(0, 0, 1); /* only rtc_poll moves the time */
    poll(58);
    expect_clock(0, 0, 59);
    second();
    expect_clock(0, 1, 0);
    SIM_EXPECT(rtc_rings(), 0); /* there was no alarm */
    for (i = 0; i < 200; i++)
        tick();
    poll(200);
    expect_clock(0, 4, 20);
    fill(2024, 5, 17);
    at(9, 59, 58);
    set();
    tick();
    tick();
    tick();
    poll(3);
    expect_clock(10, 0, 1);
    expect_date(2024, 5, 17, 5);
    tick();
    at(12, 0, 0);
    set(); /* what was pending belongs to the old time */
    poll(0);
    expect_clock(12, 0, 0);

    SIM_MARK(2); /* ends of months and years, leap years and the others */
    over(2000, 2, 28);
    expect_date(2000, 2, 29, 2);
    over(2000, 2, 29);
    expect_date(2000, 3, 1, 3);
    over(2023, 2, 28);
    expect_date(2023, 3, 1, 3);
    over(2024, 2, 28);
    expect_date(2024, 2, 29, 4);
    over(2024, 2, 29);
    expect_date(2024, 3, 1, 5);
    over(2096, 2, 28);
    expect_date(2096, 2, 29, 3);
    over(2025, 1, 31);
    expect_date(2025, 2, 1, 6);
    over(2025, 3, 31);
    expect_date(2025, 4, 1, 2);
    over(2025, 4, 30);
    expect_date(2025, 5, 1, 4);
    over(2025, 5, 30);
    expect_date(2025, 5, 31, 6);
    over(2025, 5, 31);
    expect_date(2025, 6, 1, 0);
    over(2025, 6, 30);
    expect_date(2025, 7, 1, 2);
    over(2025, 7, 31);
    expect_date(2025, 8, 1, 5);
    over(2025, 8, 31);
    expect_date(2025, 9, 1, 1);
    over(2025, 9, 30);
    expect_date(2025, 10, 1, 3);
    over(2025, 10, 31);
    expect_date(2025, 11, 1, 6);
    over(2025, 11, 30);
    expect_date(2025, 12, 1, 1);
    over(2025, 12, 31);
    expect_date(2026, 1, 1, 4);
    over(2098, 12, 31);
    expect_date(2099, 1, 1, 4);
    over(2099, 12, 31);
    expect_date(2000, 1, 1, 5); /* the century begins again, the week goes on */

    SIM_MARK(3); /* weekdays of any date */
    for (i = 0; i < 12; i++) {
        year = (uint16_t)SIM_DRAW(2000, 2099);
        month = (uint8_t)SIM_DRAW(1, 12);
        day = (uint8_t)SIM_DRAW(1, 28);
        fill(year, month, day);
        set();
        expect_date(year, month, day, zeller(year, month, day));
    }
    fill(2099, 12, 31);
    set();
    expect_date(2099, 12, 31, 4);

    SIM_MARK(4); /* times that do not exist change nothing */
    fill(1999, 12, 31);
    refuse();
    fill(2100, 1, 1);
    refuse();
    fill(2024, 0, 1);
    refuse();
    fill(2024, 13, 1);
    refuse();
    fill(2024, 1, 0);
    refuse();
    fill(2024, 1, 32);
    refuse();
    fill(2023, 2, 29);
    refuse();
    fill(2024, 2, 30);
    refuse();
    fill(2024, 4, 31);
    refuse();
    fill(2024, 6, 5);
    at(24, 0, 0);
    refuse();
    at(0, 60, 0);
    refuse();
    at(0, 0, 60);
    refuse();
    expect_date(2099, 12, 31, 4);
    fill(2000, 1, 1);
    at(0, 0, 0);
    set();
    fill(2024, 2, 29);
    at(23, 59, 59);
    set();
    expect_date(2024, 2, 29, 4);

    SIM_MARK(5); /* the alarm: at its minute and for its time, every day, not when it is set into that minute */
    at(6, 29, 59);
    set();
    rtc_set_alarm(6, 30);
    SIM_EXPECT(rtc_rings(), 0);
    second();
    SIM_EXPECT(rtc_rings(), 1);
    for (i = 1; i < HOLE_ALARM_SECONDS; i++)
        tick();
    poll(HOLE_ALARM_SECONDS - 1);
    SIM_EXPECT(rtc_rings(), 1);
    second();
    SIM_EXPECT(rtc_rings(), 0);
    at(7, 29, 59);
    set();
    second();
    SIM_EXPECT(rtc_rings(), 0);
    at(6, 28, 59);
    set();
    second();
    SIM_EXPECT(rtc_rings(), 0);
    at(6, 29, 58);
    set();
    for (i = 0; i < 5; i++)
        tick();
    poll(5); /* in the middle of several seconds */
    SIM_EXPECT(rtc_rings(), 1);
    rtc_set_alarm(6, 30);
    SIM_EXPECT(rtc_rings(), 0);
    second();
    SIM_EXPECT(rtc_rings(), 0);
    rtc_set_alarm(0, 0);
    over(2024, 3, 1);
    SIM_EXPECT(rtc_rings(), 1);
    rtc_set_alarm(24, 0); /* never */
    over(2024, 3, 1);
    SIM_EXPECT(rtc_rings(), 0);
    rtc_set_alarm(0, 59);
    at(0, 58, 59);
    set();
    second();
    SIM_EXPECT(rtc_rings(), 1);
    rtc_set_alarm(0, 60);
    at(0, 59, 59);
    set();
    second();
    SIM_EXPECT(rtc_rings(), 0);
    rtc_set_alarm(23, 59);
    at(23, 58, 59);
    set();
    second();
    SIM_EXPECT(rtc_rings(), 1);

    SIM_MARK(6); /* everything from the beginning */
    at(13, 59, 59);
    set();
    rtc_set_alarm(14, 0);
    second();
    SIM_EXPECT(rtc_rings(), 1);
    rtc_set_alarm(0, 1);
    at(0, 0, 59);
    set();
    second();
    tick();
    tick();
    SIM_EXPECT(rtc_rings(), 1);
    start();
    for (i = 0; i < 61; i++)
        tick();
    poll(61);
    expect_clock(0, 1, 1);
    SIM_EXPECT(rtc_rings(), 0);
    over(2001, 1, 1);
    SIM_EXPECT(rtc_rings(), 0);
}
