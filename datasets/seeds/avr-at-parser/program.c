/* Parser for AT command lines that read and write a table of numeric settings. */
#include <avr/pgmspace.h>
#include <stdbool.h>
#include <stdint.h>

#define LINE_MAX 20    /* characters of a line without its end */
#define CHANNELS 4
#define ZERO_LIMIT 250
#define RATE_MAX 32000
#define RATE_START 60

typedef enum {
    AT_NONE,     /* no line has ended */
    AT_OK,
    AT_VALUE,    /* a query; at_value() has the answer */
    AT_SYNTAX,   /* no command at all, or something wrong in it */
    AT_UNKNOWN,  /* no such setting */
    AT_RANGE,    /* an index or a value that is not allowed */
    AT_TOO_LONG
} at_result_t;

/* Numbers for at_setting(). */
enum {
    SETTING_DUTY = 0, /* and those of the other channels behind it */
    SETTING_ZERO = CHANNELS,
    SETTING_RATE,
    SETTINGS
};

#define NAME_SIZE 5

typedef struct {
    char name[NAME_SIZE];
    uint8_t first; /* in values */
    uint8_t count; /* more than one: commands carry an index */
    int16_t low;   /* limits are inside of int16_t, where take_number() ends */
    int16_t high;
} entry_t;

static const entry_t TABLE[] PROGMEM = {
    {"DUTY", SETTING_DUTY, CHANNELS, 0, 100},
    {"ZERO", SETTING_ZERO, 1, -ZERO_LIMIT, ZERO_LIMIT},
    {"RATE", SETTING_RATE, 1, 1, RATE_MAX}
};
#define ENTRIES (sizeof TABLE / sizeof TABLE[0])

static int16_t values[SETTINGS];
static int16_t answer;
static char line[LINE_MAX + 1];
static uint8_t length; /* LINE_MAX + 1: too long, the rest is not kept */
static const char *cursor;

static bool take(char wanted)
{
    if (*cursor != wanted)
        return false;
    cursor++;
    return true;
}

static bool is_digit(char c)
{
    return c >= '0' && c <= '9';
}

/* A decimal number; one that does not fit becomes the largest, which no setting allows. */
static bool take_number(int16_t *number)
{
    bool negative = take('-');
    int16_t value = 0;
    uint8_t digit;

    if (!is_digit(*cursor))
        return false;
    do {
        digit = (uint8_t)(*cursor++ - '0');
        value = value > (INT16_MAX - digit) / 10 ? INT16_MAX : (int16_t)(value * 10 + digit);
    } while (is_digit(*cursor));
    *number = negative ? -value : value;
    return true;
}

/* Looks the name at the cursor up and moves behind it. */
static bool take_name(entry_t *entry)
{
    const char *behind;
    uint8_t i;
    uint8_t k;

    for (behind = cursor; *behind >= 'A' && *behind <= 'Z'; behind++)
        ;
    for (i = 0; i < ENTRIES; i++) {
        memcpy_P(entry, &TABLE[i], sizeof *entry);
        for (k = 0; &cursor[k] != behind && cursor[k] == entry->name[k]; k++)
            ;
        if (&cursor[k] == behind && entry->name[k] == '\0') {
            cursor = behind;
            return true;
        }
    }
    return false;
}

/* Runs one line; nothing is changed unless all of it is right. */
static at_result_t execute(void)
{
    entry_t entry;
    int16_t index = 0;
    int16_t value;
    bool query;

    cursor = line;
    if (!take('A') || !take('T'))
        return AT_SYNTAX;
    if (take('\0'))
        return AT_OK;
    if (!take('+'))
        return AT_SYNTAX;
    if (!take_name(&entry))
        return AT_UNKNOWN;
    query = take('?');
    if (!query && !take('='))
        return AT_SYNTAX;
    if (entry.count > 1 && !take_number(&index))
        return AT_SYNTAX;

    if (query) {
        if (!take('\0'))
            return AT_SYNTAX;
        if (index < 0 || index >= entry.count)
            return AT_RANGE;
        answer = values[entry.first + index];
        return AT_VALUE;
    }
    if ((entry.count > 1 && !take(',')) || !take_number(&value) || !take('\0'))
        return AT_SYNTAX;
    if (index < 0 || index >= entry.count || value < entry.low || value > entry.high)
        return AT_RANGE;
    values[entry.first + index] = value;
    return AT_OK;
}

/* Forgets a line that has begun and puts all settings back. */
void at_init(void)
{
    uint8_t i;

    for (i = 0; i < SETTINGS; i++)
        values[i] = 0;
    values[SETTING_RATE] = RATE_START;
    answer = 0;
    length = 0;
}

/* Takes one received character. A line ends with CR; LF and empty lines say nothing; case does not matter. */
at_result_t at_feed(char c)
{
    uint8_t ended = length;

    if (c == '\n')
        return AT_NONE;
    if (c == '\r') {
        length = 0;
        if (ended == 0)
            return AT_NONE;
        if (ended > LINE_MAX)
            return AT_TOO_LONG;
        line[ended] = '\0';
        return execute();
    }
    if (c >= 'a' && c <= 'z')
        c -= 'a' - 'A';
    if (length < LINE_MAX)
        line[length] = c;
    if (length <= LINE_MAX)
        length++;
    return AT_NONE;
}

/* The answer to the last query. */
int16_t at_value(void)
{
    return answer;
}

/* A setting by its number; 0 for a number that does not exist. */
int16_t at_setting(uint8_t number)
{
    return number < SETTINGS ? values[number] : 0;
}
