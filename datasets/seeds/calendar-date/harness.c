static date when;

static void set(uint16_t year, uint8_t month, uint8_t day)
{
    when.year = year;
    when.month = month;
    when.day = day;
}

static void expect_date(uint16_t year, uint8_t month, uint8_t day)
{
    SIM_EXPECT(when.year, year);
    SIM_EXPECT(when.month, month);
    SIM_EXPECT(when.day, day);
}

/* Days from 1 March of year 0, by the method of months that start in March. */
static uint32_t march_days(uint16_t year, uint8_t month, uint8_t day)
{
    uint16_t y = month <= 2 ? year - 1 : year;
    uint8_t m = month <= 2 ? month + 9 : month - 3;

    return 365UL * y + y / 4 - y / 100 + y / 400 + (153 * m + 2) / 5 + day - 1;
}

static uint16_t number_of(uint16_t year, uint8_t month, uint8_t day)
{
    return (uint16_t)(march_days(year, month, day) - march_days(HOLE_FIRST_YEAR, 1, 1));
}

/* 1 March of year 0 was a Wednesday. */
static uint8_t weekday_of(uint16_t year, uint8_t month, uint8_t day)
{
    return (uint8_t)((march_days(year, month, day) + 3) % 7);
}

static void check(uint16_t year, uint8_t month, uint8_t day)
{
    uint16_t number = number_of(year, month, day);

    set(year, month, day);
    SIM_EXPECT(date_is_valid(&when), 1);
    SIM_EXPECT(date_number(&when), number);
    SIM_EXPECT(date_weekday(&when), weekday_of(year, month, day));
    expect_date(year, month, day);
    set(1, 2, 3);
    date_from_number(number, &when);
    expect_date(year, month, day);
}

static void invalid(uint16_t year, uint8_t month, uint8_t day)
{
    set(year, month, day);
    SIM_EXPECT(date_is_valid(&when), 0);
}

static void add(int16_t days, uint16_t year, uint8_t month, uint8_t day)
{
    SIM_EXPECT(date_add(&when, days), 1);
    expect_date(year, month, day);
}

static void too_far(int16_t days)
{
    uint16_t year = when.year;
    uint8_t month = when.month;
    uint8_t day = when.day;

    SIM_EXPECT(date_add(&when, days), 0);
    expect_date(year, month, day);
}

void main(void)
{
    uint8_t i;
    uint16_t year;
    uint16_t number;

    SIM_MARK(1); /* leap years, the three rules */
    SIM_EXPECT(date_is_leap(2000), 1);
    SIM_EXPECT(date_is_leap(2100), 0);
    SIM_EXPECT(date_is_leap(1900), 0);
    SIM_EXPECT(date_is_leap(2400), 1);
    SIM_EXPECT(date_is_leap(2024), 1);
    SIM_EXPECT(date_is_leap(2096), 1);
    SIM_EXPECT(date_is_leap(2023), 0);
    SIM_EXPECT(date_is_leap(2022), 0);
    SIM_EXPECT(date_is_leap(2025), 0);

    SIM_MARK(2); /* the months; thirty days have September... */
    for (i = 1; i <= 12; i++) {
        SIM_EXPECT(date_month_days(2023, i), i == 2 ? 28 : i == 4 || i == 6 || i == 9 || i == 11 ? 30 : 31);
        SIM_EXPECT(date_month_days(2024, i), i == 2 ? 29 : i == 4 || i == 6 || i == 9 || i == 11 ? 30 : 31);
    }
    SIM_EXPECT(date_month_days(2000, 2), 29);
    SIM_EXPECT(date_month_days(2100, 2), 28);

    SIM_MARK(3); /* the ends of the range, and days that do not exist */
    check(HOLE_FIRST_YEAR, 1, 1);
    check(HOLE_LAST_YEAR, 12, 31);
    check(2024, 2, 29);
    check(2023, 2, 28);
    check(2000, 2, 29);
    check(2026, 4, 30);
    check(2026, 12, 31);
    invalid(HOLE_FIRST_YEAR - 1, 12, 31);
    invalid(HOLE_LAST_YEAR + 1, 1, 1);
    invalid(2024, 0, 10);
    invalid(2024, 13, 10);
    for (i = 13; i < 32; i++)
        invalid(2024, i, 1);
    invalid(2024, 255, 10);
    invalid(2024, 5, 0);
    invalid(2024, 5, 32);
    invalid(2024, 4, 31);
    invalid(2024, 2, 30);
    invalid(2023, 2, 29);

    SIM_MARK(4); /* day by day over the end of February and of the year */
    set(2024, 2, 27);
    add(1, 2024, 2, 28);
    add(1, 2024, 2, 29);
    add(1, 2024, 3, 1);
    add(-1, 2024, 2, 29);
    add(366, 2025, 3, 1);
    add(-1, 2025, 2, 28);
    add(0, 2025, 2, 28);
    set(2023, 12, 31);
    add(1, 2024, 1, 1);
    add(-1, 2023, 12, 31);
    add(-365, 2022, 12, 31);

    SIM_MARK(5); /* as far as the range goes, and one day more */
    set(HOLE_FIRST_YEAR, 1, 1);
    too_far(-1);
    too_far(-32767);
    too_far(-32767 - 1);
    SIM_EXPECT(date_add(&when, 32767), 1);
    SIM_EXPECT(number_of(when.year, when.month, when.day), 32767);
    add(-32767, HOLE_FIRST_YEAR, 1, 1);
    set(HOLE_FIRST_YEAR, 1, 2);
    too_far(-2);
    add(-1, HOLE_FIRST_YEAR, 1, 1);
    date_from_number(32768U, &when);
    add(-32767 - 1, HOLE_FIRST_YEAR, 1, 1);
    set(HOLE_LAST_YEAR, 12, 31);
    too_far(1);
    too_far(32767);
    add(-1, HOLE_LAST_YEAR, 12, 30);
    too_far(2);
    add(1, HOLE_LAST_YEAR, 12, 31);

    SIM_MARK(6); /* a century that is no leap year, where the range reaches it */
    if (HOLE_LAST_YEAR > 2100) {
        check(2100, 2, 28);
        invalid(2100, 2, 29);
        set(2100, 2, 28);
        add(1, 2100, 3, 1);
    }

    for (i = 0; i < 6; i++) {
        SIM_MARK(7 + i);
        year = (uint16_t)SIM_DRAW(HOLE_FIRST_YEAR, HOLE_LAST_YEAR);
        check(year, (uint8_t)SIM_DRAW(1, 12), (uint8_t)SIM_DRAW(1, 28));
        number = (uint16_t)SIM_DRAW(0, 2000);
        set(2010, 6, 15);
        SIM_EXPECT(date_add(&when, (int16_t)number), 1);
        SIM_EXPECT(number_of(when.year, when.month, when.day), number_of(2010, 6, 15) + number);
        SIM_EXPECT(date_is_valid(&when), 1);
    }
    SIM_DONE();
}
