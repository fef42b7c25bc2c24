/* The RTC's seconds counter on a 32.768 kHz crystal, and seconds to date and time and back. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t CRH, CRL, PRLH, PRLL, DIVH, DIVL, CNTH, CNTL;
} RTC_TypeDef;

typedef struct {
    volatile uint32_t CTRL, LOAD, VAL;
} SysTick_TypeDef;

#define RTC ((RTC_TypeDef *)0x40002800)
#define RTC_CRL_RSF (1u << 3)   /* CNT can be read on the bus */
#define RTC_CRL_CNF (1u << 4)   /* PRL and CNT may be written */
#define RTC_CRL_RTOFF (1u << 5) /* the last write has arrived in the slow domain */
#define RTC_CRL_FLAGS 0x0Fu     /* cleared by 0 and left alone by 1, so ones are written */
#define BKP_DR1 (*(volatile uint32_t *)0x40006C04)
#define PWR_CR (*(volatile uint32_t *)0x40007000)
#define PWR_CR_DBP (1u << 8)
#define RCC_APB1ENR (*(volatile uint32_t *)0x4002101C)
#define RCC_APB1ENR_BKPEN (1u << 27)
#define RCC_APB1ENR_PWREN (1u << 28)
#define RCC_BDCR (*(volatile uint32_t *)0x40021020)
#define RCC_BDCR_LSEON (1u << 0)
#define RCC_BDCR_LSERDY (1u << 1)
#define RCC_BDCR_RTCSEL_LSE (1u << 8)
#define RCC_BDCR_RTCEN (1u << 15)
#define RCC_BDCR_BDRST (1u << 16)
#define SysTick ((SysTick_TypeDef *)0xE000E010)
#define SysTick_CTRL_ENABLE (1u << 0)
#define SysTick_CTRL_CLKSOURCE (1u << 2)
#define SysTick_CTRL_COUNTFLAG (1u << 16)

#define CORE_HZ 72000000
#define LSE_TRIES 300      /* of 10 ms: a crystal may need seconds */
#define SYNC_LIMIT 2000    /* looks at CRL, which follows within some periods of the slow clock */
#define SET_UP 0x5A17      /* stands in BKP_DR1 while the backup battery has kept the RTC going */
#define EPOCH_YEAR 2000
#define EPOCH_WEEKDAY 6    /* of its first of January; 0 is Sunday */

#define LSE_HZ 32768u
#define SECONDS_PER_DAY 86400u
#define YEARS 136 /* that 32 bits of seconds hold in full */

typedef struct {
    uint16_t year;
    uint8_t month;   /* 1..12 */
    uint8_t day;     /* 1..31 */
    uint8_t weekday; /* 0 is Sunday; not looked at by rtc_from_calendar */
    uint8_t hour;
    uint8_t minute;
    uint8_t second;
} calendar_t;

static void pause_10ms(void)
{
    SysTick->VAL = 0;
    while (!(SysTick->CTRL & SysTick_CTRL_COUNTFLAG))
        ;
}

static bool crl_shows(uint32_t flag)
{
    uint32_t looks;

    for (looks = 0; looks < SYNC_LIMIT; looks++)
        if (RTC->CRL & flag)
            return true;
    return false;
}

/* After each reset of the bus the copies that it reads are old, until the next edge of the slow clock. */
static bool synchronise(void)
{
    RTC->CRL = RTC_CRL_FLAGS & ~RTC_CRL_RSF;
    return crl_shows(RTC_CRL_RSF);
}

static bool begin_write(void)
{
    if (!crl_shows(RTC_CRL_RTOFF))
        return false;
    RTC->CRL = RTC_CRL_FLAGS | RTC_CRL_CNF;
    return true;
}

/* Leaving the configuration starts the transfer. */
static bool end_write(void)
{
    RTC->CRL = RTC_CRL_FLAGS;
    return crl_shows(RTC_CRL_RTOFF);
}

static bool crystal_runs(void)
{
    uint32_t tries;

    SysTick->LOAD = CORE_HZ / 100 - 1;
    SysTick->CTRL = SysTick_CTRL_CLKSOURCE | SysTick_CTRL_ENABLE;
    RCC_BDCR = RCC_BDCR_BDRST; /* the clock source can be chosen once after this reset only */
    RCC_BDCR = RCC_BDCR_LSEON;
    for (tries = 0; tries < LSE_TRIES; tries++) {
        if (RCC_BDCR & RCC_BDCR_LSERDY)
            return true;
        pause_10ms();
    }
    return false;
}

/* Sets the RTC up once; if the battery has kept it, only takes it over. False: no crystal, or no answer. */
bool rtc_init(void)
{
    RCC_APB1ENR |= RCC_APB1ENR_PWREN | RCC_APB1ENR_BKPEN;
    PWR_CR |= PWR_CR_DBP;
    if (BKP_DR1 == SET_UP && (RCC_BDCR & RCC_BDCR_RTCEN))
        return synchronise();
    if (!crystal_runs())
        return false;
    RCC_BDCR = RCC_BDCR_LSEON | RCC_BDCR_RTCSEL_LSE | RCC_BDCR_RTCEN;
    if (!synchronise() || !begin_write())
        return false;
    RTC->PRLH = 0;
    RTC->PRLL = LSE_HZ - 1u;
    RTC->CNTH = 0;
    RTC->CNTL = 0;
    if (!end_write())
        return false;
    BKP_DR1 = SET_UP; /* last: a set-up that was interrupted is done again */
    return true;
}

/* Seconds since the epoch. Between the two halves the lower one may overflow: then they are read again. */
uint32_t rtc_seconds(void)
{
    uint32_t high;
    uint32_t low;

    do {
        high = RTC->CNTH;
        low = RTC->CNTL;
    } while (RTC->CNTH != high);
    return (high << 16) | low;
}

bool rtc_set_seconds(uint32_t seconds)
{
    if (!begin_write())
        return false;
    RTC->CNTH = seconds >> 16;
    RTC->CNTL = seconds & 0xFFFFu;
    return end_write();
}

static bool is_leap(uint32_t year)
{
    return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

static uint32_t days_of_year(uint32_t year)
{
    return is_leap(year) ? 366 : 365;
}

static uint32_t days_of_month(uint32_t year, uint32_t month)
{
    static const uint8_t days[12] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};

    return month == 2 && is_leap(year) ? 29 : days[month - 1];
}

void rtc_to_calendar(uint32_t seconds, calendar_t *calendar)
{
    uint32_t days = seconds / SECONDS_PER_DAY;
    uint32_t rest = seconds % SECONDS_PER_DAY;
    uint32_t year = EPOCH_YEAR;
    uint32_t month = 1;

    calendar->weekday = (uint8_t)((days + EPOCH_WEEKDAY) % 7);
    for (; days >= days_of_year(year); year++)
        days -= days_of_year(year);
    for (; days >= days_of_month(year, month); month++)
        days -= days_of_month(year, month);
    calendar->year = (uint16_t)year;
    calendar->month = (uint8_t)month;
    calendar->day = (uint8_t)(days + 1);
    calendar->hour = (uint8_t)(rest / 3600);
    calendar->minute = (uint8_t)(rest / 60 % 60);
    calendar->second = (uint8_t)(rest % 60);
}

/* False, and `*seconds` unchanged, for a date or a time that there is not. */
bool rtc_from_calendar(const calendar_t *calendar, uint32_t *seconds)
{
    uint32_t days = 0;
    uint32_t year;
    uint32_t month;

    if (calendar->year < EPOCH_YEAR || calendar->year >= EPOCH_YEAR + YEARS)
        return false;
    if (calendar->month < 1 || calendar->month > 12)
        return false;
    if (calendar->day < 1 || calendar->day > days_of_month(calendar->year, calendar->month))
        return false;
    if (calendar->hour > 23 || calendar->minute > 59 || calendar->second > 59)
        return false;
    for (year = EPOCH_YEAR; year < calendar->year; year++)
        days += days_of_year(year);
    for (month = 1; month < calendar->month; month++)
        days += days_of_month(calendar->year, month);
    days += calendar->day - 1u;
    *seconds = days * SECONDS_PER_DAY + calendar->hour * 3600u + calendar->minute * 60u + calendar->second;
    return true;
}
