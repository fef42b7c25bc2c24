/* Gregorian dates: validity, weekday, day numbers, and a date so many days later or earlier. */
#include <stdint.h>

#define FIRST_YEAR 2000
#define LAST_YEAR 2099
#define FIRST_WEEKDAY 6 /* of 1 January FIRST_YEAR; 0 = Sunday */
#define LAST_NUMBER 36524 /* day number of 31 December LAST_YEAR */

#define FEBRUARY 2
#define MONTHS 12
#define DAYS_OF_YEAR 365 /* one more in a leap year */

typedef struct {
    uint16_t year;
    uint8_t month; /* 1..12 */
    uint8_t day;   /* 1..31 */
} date;

static const __code uint8_t month_lengths[MONTHS] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

/* Every fourth year, but of the centuries only every fourth one. */
uint8_t date_is_leap(uint16_t year)
{
    if (year % 4 != 0)
        return 0;
    return year % 100 != 0 || year % 400 == 0;
}

/* Length of a month 1..12. */
uint8_t date_month_days(uint16_t year, uint8_t month)
{
    uint8_t days = month_lengths[month - 1];

    if (month == FEBRUARY)
        days += date_is_leap(year);
    return days;
}

/* 1 for a day that exists in the years FIRST_YEAR to LAST_YEAR. The other functions take only such dates. */
uint8_t date_is_valid(const date *when)
{
    if (when->year < FIRST_YEAR || when->year > LAST_YEAR)
        return 0;
    if (when->month < 1 || when->month > MONTHS)
        return 0;
    return when->day >= 1 && when->day <= date_month_days(when->year, when->month);
}

/* Leap days before 1 January of a year, counted from year 1. */
static uint16_t leap_days_before(uint16_t year)
{
    year--;
    return year / 4 - year / 100 + year / 400;
}

/* Days since 1 January FIRST_YEAR. */
uint16_t date_number(const date *when)
{
    uint16_t number = when->day - 1;
    uint8_t month = when->month;

    while (--month)
        number += date_month_days(when->year, month);
    number += (when->year - FIRST_YEAR) * DAYS_OF_YEAR;
    return number + leap_days_before(when->year) - leap_days_before(FIRST_YEAR);
}

/* The date of a day number up to LAST_NUMBER. */
void date_from_number(uint16_t number, date *when)
{
    uint16_t year = FIRST_YEAR;
    uint8_t month = 1;
    uint16_t length = DAYS_OF_YEAR + date_is_leap(year);

    while (number >= length) {
        number -= length;
        year++;
        length = DAYS_OF_YEAR + date_is_leap(year);
    }
    length = date_month_days(year, month);
    while (number >= length) {
        number -= length;
        month++;
        length = date_month_days(year, month);
    }
    when->year = year;
    when->month = month;
    when->day = (uint8_t)number + 1;
}

/* 0 = Sunday to 6 = Saturday. */
uint8_t date_weekday(const date *when)
{
    return (date_number(when) % 7 + FIRST_WEEKDAY) % 7;
}

/* Moves a date by days, which may be negative. Returns 1, or 0 with the date as it was when that leaves the range. */
uint8_t date_add(date *when, int16_t days)
{
    uint16_t number = date_number(when);
    uint16_t distance;

    if (days < 0) {
        distance = 0 - (uint16_t)days; /* right for -32768 as well, which has no positive int16_t */
        if (distance > number)
            return 0;
        number -= distance;
    } else {
        distance = (uint16_t)days;
        if (distance > LAST_NUMBER - number)
            return 0;
        number += distance;
    }
    date_from_number(number, when);
    return 1;
}
