#define AT(address) (*(volatile uint32_t *)(address))
#define CRL 0x40002804
#define PRLH 0x40002808
#define PRLL 0x4000280C
#define CNTH 0x40002818
#define CNTL 0x4000281C
#define DR1 0x40006C04
#define PWR_CONTROL 0x40007000
#define APB1ENR 0x4002101C
#define BDCR 0x40021020
#define TICK_CTRL 0xE000E010
#define TICK_VAL 0xE000E018
#define KEPT HOLE_SET_UP

static void quiet(void)
{
    SIM_EXPECT_NO_WRITE(CRL);
    SIM_EXPECT_NO_WRITE(PRLH);
    SIM_EXPECT_NO_WRITE(PRLL);
    SIM_EXPECT_NO_WRITE(CNTH);
    SIM_EXPECT_NO_WRITE(CNTL);
    SIM_EXPECT_NO_WRITE(DR1);
    SIM_EXPECT_NO_WRITE(BDCR);
    SIM_EXPECT_NO_WRITE(TICK_VAL);
}

static void init(uint32_t kept, uint32_t backup, uint32_t good)
{
    AT(DR1) = kept;
    AT(BDCR) = backup;
    AT(APB1ENR) = 0x20001;
    AT(PWR_CONTROL) = 0x12;
    SIM_SKIP_WRITES(DR1);
    SIM_SKIP_WRITES(BDCR);
    SIM_SKIP_WRITES(APB1ENR);
    SIM_SKIP_WRITES(PWR_CONTROL);
    SIM_EXPECT(rtc_init(), good);
    SIM_EXPECT_WRITE(APB1ENR, 0x18020001);
    SIM_EXPECT_NO_WRITE(APB1ENR);
    SIM_EXPECT_WRITE(PWR_CONTROL, 0x112);
    SIM_EXPECT_NO_WRITE(PWR_CONTROL);
}

static void expect_crystal(uint32_t pauses)
{
    SIM_EXPECT_WRITE(0xE000E014, HOLE_CORE_HZ / 100 - 1);
    SIM_EXPECT_WRITE(TICK_CTRL, 5);
    SIM_EXPECT_WRITE(BDCR, 0x10000);
    SIM_EXPECT_WRITE(BDCR, 0x1);
    while (pauses--)
        SIM_EXPECT_WRITE(TICK_VAL, 0);
}

static void expect_setup(void)
{
    SIM_EXPECT_WRITE(BDCR, 0x8101);
    SIM_EXPECT_WRITE(CRL, 0x07);
    SIM_EXPECT_WRITE(CRL, 0x1F);
    SIM_EXPECT_WRITE(PRLH, 0);
    SIM_EXPECT_WRITE(PRLL, 32767);
    SIM_EXPECT_WRITE(CNTH, 0);
    SIM_EXPECT_WRITE(CNTL, 0);
    SIM_EXPECT_WRITE(CRL, 0x0F);
}

static void looks(uint32_t value, uint32_t times)
{
    while (times--)
        SIM_FEED(CRL, value);
}

/* Days since 0000-03-01: years begin in March, so that the leap day is their last. */
static uint32_t day_number(uint32_t year, uint32_t month, uint32_t day)
{
    uint32_t y = month > 2 ? year : year - 1, m = month > 2 ? month - 3 : month + 9;

    return y * 365 + y / 4 - y / 100 + y / 400 + (m * 153 + 2) / 5 + day - 1;
}

static uint32_t seconds_at(uint32_t year, uint32_t month, uint32_t day, uint32_t in_day)
{
    return (day_number(year, month, day) - day_number(HOLE_EPOCH_YEAR, 1, 1)) * 86400 + in_day;
}

/* There and back; day 0 of that count, the 1st of March of the year 0, was a Wednesday. */
static void check(uint32_t year, uint32_t month, uint32_t day, uint32_t hour, uint32_t minute, uint32_t second)
{
    calendar_t c = {1, 1, 1, 9, 1, 1, 1};
    uint32_t at = seconds_at(year, month, day, hour * 3600 + minute * 60 + second), back = 1;

    rtc_to_calendar(at, &c);
    SIM_EXPECT(c.year * 10000u + c.month * 100u + c.day, year * 10000 + month * 100 + day);
    SIM_EXPECT(c.hour * 10000u + c.minute * 100u + c.second, hour * 10000 + minute * 100 + second);
    SIM_EXPECT(c.weekday, (day_number(year, month, day) + 3) % 7);
    c.weekday = 200;
    if (year < HOLE_EPOCH_YEAR + 136) {
        SIM_EXPECT(rtc_from_calendar(&c, &back), 1);
        SIM_EXPECT(back, at);
    }
}

static void refused(uint32_t year, uint32_t month, uint32_t day, uint32_t hour, uint32_t minute, uint32_t second)
{
    calendar_t c;
    uint32_t back = 0x12345678;

    c.year = (uint16_t)year;
    c.month = (uint8_t)month;
    c.day = (uint8_t)day;
    c.weekday = 0;
    c.hour = (uint8_t)hour;
    c.minute = (uint8_t)minute;
    c.second = (uint8_t)second;
    SIM_EXPECT(rtc_from_calendar(&c, &back), 0);
    SIM_EXPECT(back, 0x12345678);
}

static void check_set(uint32_t seconds)
{
    SIM_EXPECT(rtc_set_seconds(seconds), 1);
    SIM_EXPECT_WRITE(CRL, 0x1F);
    SIM_EXPECT_WRITE(CNTH, seconds / 65536);
    SIM_EXPECT_WRITE(CNTL, seconds % 65536);
    SIM_EXPECT_WRITE(CRL, 0x0F);
    quiet();
    SIM_EXPECT(rtc_seconds(), seconds);
}

void main(void)
{
    static const uint8_t ends[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    uint32_t i, m, year, leap;

    SIM_MARK(1); /* no battery, battery without its mark, mark without the clock: set up; all there: taken over */
    init(0, 0, 1);
    expect_crystal(0);
    expect_setup();
    SIM_EXPECT_WRITE(DR1, KEPT);
    quiet();
    init(KEPT ^ 0x0100, 0x8103, 1);
    expect_crystal(0);
    expect_setup();
    SIM_EXPECT_WRITE(DR1, KEPT);
    init(KEPT, 0x0103, 1);
    expect_crystal(0);
    expect_setup();
    SIM_EXPECT_WRITE(DR1, KEPT);
    quiet();
    init(KEPT, 0x8103, 1);
    SIM_EXPECT_WRITE(CRL, 0x07);
    quiet();

    SIM_MARK(2);
    check_set(0);
    check_set(0xFFFFFFFF);
    check_set(0x00010000);
    check_set(0x8000FFFF);
    check_set(SIM_DRAW(0, 0xFFFFFFFF));

    SIM_MARK(3); /* the lower half overflows between the reads, before and after it is read */
    SIM_FEED(CNTH, 0x0012);
    SIM_FEED(CNTL, 0x0000);
    SIM_FEED(CNTH, 0x0013);
    SIM_FEED(CNTH, 0x0013);
    SIM_FEED(CNTL, 0x0001);
    SIM_FEED(CNTH, 0x0013);
    SIM_EXPECT(rtc_seconds(), 0x00130001);
    SIM_FEED(CNTH, 0x00FF);
    SIM_FEED(CNTL, 0xFFFF);
    SIM_FEED(CNTH, 0x0100);
    SIM_FEED(CNTH, 0x0100);
    SIM_FEED(CNTL, 0x0000);
    SIM_FEED(CNTH, 0x0100);
    SIM_FEED(CNTH, 0x0777);
    SIM_EXPECT(rtc_seconds(), 0x01000000);
    SIM_EXPECT(AT(CNTH), 0x0777);

    SIM_MARK(4); /* each end of a month and the day after, in a common and in a leap year */
    for (year = HOLE_EPOCH_YEAR; year < HOLE_EPOCH_YEAR + 9; year += 3) {
        leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
        for (m = 1; m <= 12; m++) {
            uint32_t last = ends[m - 1] + (m == 2 && leap);

            check(year, m, 1, 0, 0, 0);
            check(year, m, last, 23, 59, 59);
            refused(year, m, last + 1, 0, 0, 0);
        }
    }

    SIM_MARK(5); /* centuries, and the ends of what 32 bits hold */
    check(HOLE_EPOCH_YEAR, 1, 1, 0, 0, 0);
    check(HOLE_EPOCH_YEAR + 135, 12, 31, 23, 59, 59);
    check(2024, 2, 29, 12, 34, 56);
    check(2100, 2, 28, 23, 59, 59);
    check(2100, 3, 1, 0, 0, 0);
    refused(2100, 2, 29, 0, 0, 0);
    if (HOLE_EPOCH_YEAR <= 2000)
        check(2000, 2, 29, 1, 2, 3);
    refused(HOLE_EPOCH_YEAR - 1, 12, 31, 23, 59, 59);
    refused(HOLE_EPOCH_YEAR + 136, 1, 1, 0, 0, 0);
    refused(0, 1, 1, 0, 0, 0);
    check(HOLE_EPOCH_YEAR + 136, 1, 1, 0, 0, 0); /* to a date it still goes */

    SIM_MARK(6); /* what there is not */
    refused(2024, 0, 1, 0, 0, 0);
    refused(2024, 13, 1, 0, 0, 0);
    refused(2024, 255, 1, 0, 0, 0);
    refused(2024, 1, 0, 0, 0, 0);
    refused(2024, 1, 255, 0, 0, 0);
    refused(2024, 1, 1, 24, 0, 0);
    refused(2024, 1, 1, 0, 60, 0);
    refused(2024, 1, 1, 0, 0, 60);

    for (i = 0; i < 8; i++) {
        SIM_MARK(7 + i);
        m = SIM_DRAW(1, 12);
        check(SIM_DRAW(2020, 2105), m, SIM_DRAW(1, 28), SIM_DRAW(0, 23), SIM_DRAW(0, 59), SIM_DRAW(0, 59));
    }

    SIM_MARK(15); /* the crystal starts at the last try, or does not */
    SIM_HOLD(BDCR, 0x0101);
    for (i = 1; i < HOLE_LSE_TRIES; i++)
        SIM_FEED(BDCR, 0x0101);
    SIM_FEED(BDCR, 0x0103);
    init(0, 0, 1);
    expect_crystal(HOLE_LSE_TRIES - 1);
    expect_setup();
    SIM_EXPECT_WRITE(DR1, KEPT);
    quiet();
    SIM_HOLD(BDCR, 0x0101);
    init(0, 0, 0);
    expect_crystal(HOLE_LSE_TRIES);
    quiet();
    SIM_HOLD(BDCR, 0x0103);
    SIM_FEED(TICK_CTRL, 0x00005); /* ten milliseconds are over with COUNTFLAG, whatever else is set */
    SIM_FEED(TICK_CTRL, 0x20000);
    SIM_FEED(TICK_CTRL, 0x10000);
    SIM_FEED(TICK_CTRL, 0x00007);
    SIM_FEED(BDCR, 0x0101);
    SIM_FEED(BDCR, 0x0103);
    init(0, 0, 1);
    expect_crystal(1);
    SIM_EXPECT(AT(TICK_CTRL), 0x00007);
    expect_setup();
    SIM_EXPECT_WRITE(DR1, KEPT);
    quiet();

    SIM_MARK(16); /* RSF and RTOFF come with the last look; others do not count */
    looks(0x37, HOLE_SYNC_LIMIT - 1);
    looks(0x08, 1);
    looks(0x1F, HOLE_SYNC_LIMIT - 1);
    looks(0x20, 1);
    looks(0x1F, 3);
    looks(0x20, 1);
    looks(0x40, 1);
    init(0, 0, 1);
    SIM_EXPECT(AT(CRL), 0x40);
    expect_crystal(0);
    expect_setup();
    SIM_EXPECT_WRITE(DR1, KEPT);
    quiet();

    SIM_MARK(17); /* one look too late: at the start, before and after the write */
    looks(0x20, HOLE_SYNC_LIMIT);
    looks(0x0F, 1); /* the next look would have found it */
    init(0, 0, 0);
    SIM_EXPECT(AT(CRL), 0x0F);
    expect_crystal(0);
    SIM_EXPECT_WRITE(BDCR, 0x8101);
    SIM_EXPECT_WRITE(CRL, 0x07);
    quiet();
    SIM_HOLD(CRL, 0x08);
    init(0, 0, 0);
    expect_crystal(0);
    SIM_EXPECT_WRITE(BDCR, 0x8101);
    SIM_EXPECT_WRITE(CRL, 0x07);
    quiet();
    SIM_EXPECT(rtc_set_seconds(5), 0);
    quiet();
    looks(0x28, 2);
    looks(0x08, 1);
    init(0, 0, 0);
    expect_crystal(0);
    expect_setup();
    quiet();
}
