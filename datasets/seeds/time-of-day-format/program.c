/* Minutes since midnight to text in 24 or 12 hour notation, and back with every character checked. */
#include <stdint.h>

#define SEPARATOR ':'
#define TIME_BAD 0xFFFF /* result of a text that is no time */

#define MINUTES_A_DAY 1440
#define NOON 720
#define NO_NUMBER 0xFF

static void put_two(uint8_t value, char *text)
{
    text[0] = '0' + value / 10;
    text[1] = '0' + value % 10;
}

/* Two digits as a number; does not look past the first wrong character, which may end the text. */
static uint8_t get_two(const char *text)
{
    if (text[0] < '0' || text[0] > '9' || text[1] < '0' || text[1] > '9')
        return NO_NUMBER;
    return (uint8_t)((text[0] - '0') * 10 + (text[1] - '0'));
}

/* Minute of the hour behind an hour of two characters, or NO_NUMBER. */
static uint8_t get_minute(const char *text)
{
    uint8_t minute;

    if (text[2] != SEPARATOR)
        return NO_NUMBER;
    minute = get_two(text + 3);
    return minute < 60 ? minute : NO_NUMBER;
}

/* Writes "23:59" and its end, 6 characters; returns 0 and writes nothing when there is no such minute. */
uint8_t time_format24(uint16_t minutes, char *text)
{
    if (minutes >= MINUTES_A_DAY)
        return 0;
    put_two(minutes / 60, text);
    text[2] = SEPARATOR;
    put_two(minutes % 60, text + 3);
    text[5] = '\0';
    return 1;
}

/* Writes "11:59 PM" and its end, 9 characters; returns as time_format24 does. */
uint8_t time_format12(uint16_t minutes, char *text)
{
    uint16_t of_half = minutes % NOON;

    if (of_half < 60)
        of_half += NOON; /* midnight and noon are 12, not 0 */
    if (!time_format24(minutes, text))
        return 0;
    put_two(of_half / 60, text);
    text[5] = ' ';
    text[6] = minutes < NOON ? 'A' : 'P';
    text[7] = 'M';
    text[8] = '\0';
    return 1;
}

/* Minutes since midnight of a text as time_format24 writes it, or TIME_BAD. */
uint16_t time_parse24(const char *text)
{
    uint8_t hour = get_two(text);
    uint8_t minute;

    if (hour > 23)
        return TIME_BAD;
    minute = get_minute(text);
    if (minute == NO_NUMBER || text[5] != '\0')
        return TIME_BAD;
    return (uint16_t)hour * 60 + minute;
}

/* Minutes since midnight of a text as time_format12 writes it, or TIME_BAD. */
uint16_t time_parse12(const char *text)
{
    uint8_t hour = get_two(text);
    uint8_t minute;
    uint16_t minutes;

    if (hour < 1 || hour > 12)
        return TIME_BAD;
    minute = get_minute(text);
    if (minute == NO_NUMBER || text[5] != ' ' || (text[6] != 'A' && text[6] != 'P') || text[7] != 'M' || text[8] != '\0')
        return TIME_BAD;
    minutes = (uint16_t)(hour % 12) * 60 + minute;
    return text[6] == 'P' ? minutes + NOON : minutes;
}
