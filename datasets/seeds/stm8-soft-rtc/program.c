/* Calendar clock from a one-second interrupt of TIM2, with a daily alarm. */
#include <stdbool.h>
#include <stdint.h>

#define TIM2_CR1 (*(volatile uint8_t *)0x5300)
#define TIM2_IER (*(volatile uint8_t *)0x5301)
#define TIM2_SR1 (*(volatile uint8_t *)0x5302)
#define TIM2_EGR (*(volatile uint8_t *)0x5304)
#define TIM2_PSCR (*(volatile uint8_t *)0x530C)
#define TIM2_ARRH (*(volatile uint8_t *)0x530D)
#define TIM2_ARRL (*(volatile uint8_t *)0x530E)

#define CEN 0x01 /* CR1 */
#define UIE 0x01 /* IER */
#define UIF 0x01 /* SR1 */
#define UG 0x01  /* EGR */

#define CRYSTAL_HZ 16000000UL
#define PRESCALER 8 /* TIM2 counts the crystal divided by 2^PRESCALER */
#define RELOAD ((uint16_t)(CRYSTAL_HZ / (1UL << PRESCALER) - 1))

#define FIRST_YEAR 2000 /* 1 January was a Saturday, and every fourth year to LAST_YEAR is a leap year */
#define LAST_YEAR 2099
#define SATURDAY 6
#define ALARM_SECONDS 60 /* it rings so long */
#define NEVER 24         /* an alarm's hour that does not come */

typedef struct {
    uint16_t year;
    uint8_t month; /* 1 to 12 */
    uint8_t day;   /* 1 to 31 */
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
    uint8_t weekday; /* 0 is Sunday */
} Time;

static const uint8_t DAYS[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

static volatile uint8_t pending; /* seconds that rtc_poll has not put into the time yet */
static Time now;
static uint8_t alarm_hour;
static uint8_t alarm_minute;
static uint8_t ringing; /* seconds left */

void tim2_isr(void) __interrupt(13)
{
    TIM2_SR1 = (uint8_t)~UIF;
    pending++;
}

/* Starts at midnight of 1 January FIRST_YEAR without an alarm; the caller enables interrupts as a whole. */
void rtc_init(void)
{
    TIM2_CR1 = 0;
    TIM2_IER = 0;
    pending = 0;
    now.year = FIRST_YEAR;
    now.month = 1;
    now.day = 1;
    now.hour = 0;
    now.minute = 0;
    now.second = 0;
    now.weekday = SATURDAY;
    alarm_hour = NEVER;
    ringing = 0;
    TIM2_PSCR = PRESCALER;
    TIM2_ARRH = RELOAD >> 8;
    TIM2_ARRL = RELOAD & 0xFF;
    TIM2_EGR = UG;
    TIM2_SR1 = (uint8_t)~UIF;
    TIM2_IER = UIE;
    TIM2_CR1 = CEN;
}

static uint8_t days_of(uint16_t year, uint8_t month)
{
    uint8_t days = DAYS[month - 1];

    if (month == 2 && year % 4 == 0)
        days++;
    return days;
}

static uint8_t weekday_of(const Time *time)
{
    uint16_t years = time->year - FIRST_YEAR;
    uint16_t days = years * 365 + (years + 3) / 4 + time->day - 1; /* at most 36525 */
    uint8_t before;

    for (before = 1; before < time->month; before++)
        days += days_of(time->year, before);
    return (uint8_t)((days + SATURDAY) % 7);
}

static bool is_possible(const Time *time)
{
    if (time->year < FIRST_YEAR || time->year > LAST_YEAR || time->month < 1 || time->month > 12)
        return false;
    if (time->day < 1 || time->day > days_of(time->year, time->month))
        return false;
    return time->hour < 24 && time->minute < 60 && time->second < 60;
}

/* Sets the time and starts its second now; the weekday follows from the date. False, and no change, for a time that
   does not exist. */
bool rtc_set(const Time *time)
{
    if (!is_possible(time))
        return false;
    now = *time;
    now.weekday = weekday_of(time);
    TIM2_IER = 0;
    TIM2_EGR = UG; /* counter and prescaler begin anew */
    TIM2_SR1 = (uint8_t)~UIF;
    pending = 0;
    TIM2_IER = UIE;
    return true;
}

/* The time as of the last rtc_poll. */
void rtc_get(Time *time)
{
    *time = now;
}

/* Rings every day at this time, from second 0 on; an hour above 23 or a minute above 59 means never. Ends a ringing. */
void rtc_set_alarm(uint8_t hour, uint8_t minute)
{
    if (minute > 59)
        hour = NEVER;
    alarm_hour = hour;
    alarm_minute = minute;
    ringing = 0;
}

/* Whether the alarm rings. */
bool rtc_rings(void)
{
    return ringing != 0;
}

static void next_day(void)
{
    now.weekday = (now.weekday + 1) % 7;
    now.day++;
    if (now.day <= days_of(now.year, now.month))
        return;
    now.day = 1;
    now.month++;
    if (now.month <= 12)
        return;
    now.month = 1;
    now.year++;
    if (now.year > LAST_YEAR)
        now.year = FIRST_YEAR;
}

static void next_minute(void)
{
    now.minute++;
    if (now.minute == 60) {
        now.minute = 0;
        now.hour++;
        if (now.hour == 24) {
            now.hour = 0;
            next_day();
        }
    }
    if (now.hour == alarm_hour && now.minute == alarm_minute)
        ringing = ALARM_SECONDS;
}

/* Puts the seconds that have passed into the time, one by one; returns how many. Call it at least every four minutes. */
uint8_t rtc_poll(void)
{
    uint8_t passed;
    uint8_t left;

    TIM2_IER = 0; /* no second between reading and clearing */
    passed = pending;
    pending = 0;
    TIM2_IER = UIE;
    for (left = passed; left != 0; left--) {
        if (ringing != 0)
            ringing--;
        now.second++;
        if (now.second == 60) {
            now.second = 0;
            next_minute();
        }
    }
    return passed;
}
