/* Software clock on timer 2: ticks make seconds, minutes of the day and days; daily alarm with snooze. */
#include <8052.h>
#include <stdint.h>

#define CRYSTAL_HZ 11059200
#define TICK_HZ 20 /* timer 2 overflows a second */
#define SNOOZE_MINUTES 9

#define RELOAD (65536UL - CRYSTAL_HZ / 12 / TICK_HZ)
#define MINUTES_A_DAY 1440
#define ALARM_NEVER 0xFFFF /* no minute of any day */

struct rtc_time {
    uint16_t days;
    uint8_t hours;
    uint8_t minutes;
    uint8_t seconds;
};

static volatile uint8_t ticks; /* of the second that has begun */
static volatile uint8_t seconds;
static volatile uint16_t minute; /* of the day: hours and minutes in one, split only when somebody asks */
static volatile uint16_t days;
static volatile uint16_t alarm_minute;
static volatile uint8_t alarm_due;

/* One tick; timer 2 has reloaded itself, so time spent elsewhere is not lost. */
void rtc_isr(void) __interrupt(5)
{
    TF2 = 0; /* the hardware leaves this flag to us */
    if (++ticks < TICK_HZ)
        return;
    ticks = 0;
    if (++seconds < 60)
        return;
    seconds = 0;
    if (++minute == MINUTES_A_DAY) {
        minute = 0;
        days++;
    }
    if (minute == alarm_minute)
        alarm_due = 1;
}

/* Day 0, 00:00:00, no alarm; starts the clock. */
void rtc_init(void)
{
    ET2 = 0;
    T2CON = 0; /* stopped; timer with 16-bit reload, no stale flag */
    ticks = 0;
    seconds = 0;
    minute = 0;
    days = 0;
    alarm_minute = ALARM_NEVER;
    alarm_due = 0;
    RCAP2H = RELOAD >> 8;
    RCAP2L = RELOAD & 0xFF;
    TH2 = RELOAD >> 8;
    TL2 = RELOAD & 0xFF;
    TR2 = 1;
    ET2 = 1;
    EA = 1;
}

/* Sets the time of day, the day count stays; returns 0 and changes nothing when there is no such time. */
uint8_t rtc_set(uint8_t hours, uint8_t minutes, uint8_t secs)
{
    __bit running = ET2;
    uint16_t wanted;

    if (hours > 23 || minutes > 59 || secs > 59)
        return 0;
    wanted = (uint16_t)hours * 60 + minutes;
    ET2 = 0; /* a tick in between would carry into the new time */
    ticks = 0;
    seconds = secs;
    minute = wanted;
    ET2 = running;
    return 1;
}

/* A copy of the time that belongs together. */
void rtc_get(struct rtc_time *time)
{
    __bit running = ET2;
    uint16_t at;

    ET2 = 0; /* a tick waits in TF2 for these few cycles */
    time->days = days;
    time->seconds = seconds;
    at = minute;
    ET2 = running;
    time->hours = at / 60;
    time->minutes = at % 60;
}

static void set_alarm(uint16_t at)
{
    __bit running = ET2;

    ET2 = 0;
    alarm_minute = at;
    alarm_due = 0;
    ET2 = running;
}

/* Alarm every day when this minute begins; returns 0 and changes nothing when there is no such minute. */
uint8_t rtc_alarm_set(uint8_t hours, uint8_t minutes)
{
    if (hours > 23 || minutes > 59)
        return 0;
    set_alarm((uint16_t)hours * 60 + minutes);
    return 1;
}

/* No alarm any more, nor one that is due. */
void rtc_alarm_off(void)
{
    set_alarm(ALARM_NEVER);
}

/* Moves the alarm on, past midnight too; an alarm that is off stays off. */
void rtc_snooze(void)
{
    uint16_t at = alarm_minute; /* no interrupt writes it */

    if (at == ALARM_NEVER)
        return;
    at += SNOOZE_MINUTES;
    if (at >= MINUTES_A_DAY)
        at -= MINUTES_A_DAY;
    set_alarm(at);
}

/* 1 once for every alarm that came. */
uint8_t rtc_alarm_take(void)
{
    if (!alarm_due)
        return 0;
    alarm_due = 0;
    return 1;
}
