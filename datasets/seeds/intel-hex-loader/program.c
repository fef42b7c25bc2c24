/* Intel HEX loader: takes the file character by character and puts checked records into a page buffer. */
#include <stdint.h>

#define PAGE_BASE 0x0200 /* address of page[0] in the image */
#define PAGE_SIZE 512
#define RECORD_MAX 16 /* data bytes of the longest record accepted */

#define ERASED 0xFF

#define TYPE_DATA 0
#define TYPE_END 1

#define HEADER_SIZE 4 /* count, address high, address low, type */
#define NO_NIBBLE 0xFF

enum hex_result {
    HEX_MORE,     /* nothing to tell yet */
    HEX_DATA,     /* a data record went into the page */
    HEX_END,      /* the file is complete */
    HEX_SYNTAX,   /* a character that is no hex digit */
    HEX_COUNT,    /* a count that the type or the buffer forbids */
    HEX_CHECKSUM,
    HEX_RANGE,    /* not wholly inside the page */
    HEX_TYPE
};

__xdata uint8_t page[PAGE_SIZE];

static __xdata uint8_t record[HEADER_SIZE + RECORD_MAX + 1]; /* with its checksum */
static uint8_t open;      /* between ':' and the end of the record */
static uint8_t filled;    /* bytes of record received */
static uint8_t half;      /* a high nibble waits for its low one */
static uint8_t sum;

/* An empty page, waiting for the first record. */
void hex_begin(void)
{
    uint16_t i;

    for (i = 0; i < PAGE_SIZE; i++)
        page[i] = ERASED;
    open = 0;
}

static uint8_t nibble_of(char c)
{
    if (c >= '0' && c <= '9')
        return c - '0';
    if (c >= 'A' && c <= 'F')
        return c - 'A' + 10;
    if (c >= 'a' && c <= 'f')
        return c - 'a' + 10;
    return NO_NIBBLE;
}

/* Judges a complete record; only a faultless one touches the page. */
static uint8_t finish(void)
{
    uint8_t count = record[0];
    uint16_t offset = (((uint16_t)record[1] << 8) | record[2]) - PAGE_BASE; /* wraps below the page: far too large */
    uint8_t i;

    if (sum != 0)
        return HEX_CHECKSUM;
    if (record[3] == TYPE_END)
        return count == 0 ? HEX_END : HEX_COUNT;
    if (record[3] != TYPE_DATA)
        return HEX_TYPE;
    if (count == 0)
        return HEX_COUNT;
    if (offset > PAGE_SIZE - count)
        return HEX_RANGE;
    for (i = 0; i < count; i++)
        page[offset + i] = record[HEADER_SIZE + i];
    return HEX_DATA;
}

/* Takes the next character of the file; what stands between records is skipped. */
uint8_t hex_feed(char c)
{
    uint8_t nibble;

    if (c == ':') { /* always a new record: so the loader finds back after a lost character */
        open = 1;
        filled = 0;
        half = 0;
        sum = 0;
        return HEX_MORE;
    }
    if (!open)
        return HEX_MORE;

    nibble = nibble_of(c);
    if (nibble == NO_NIBBLE) {
        open = 0;
        return HEX_SYNTAX;
    }
    if (!half) {
        record[filled] = nibble << 4;
        half = 1;
        return HEX_MORE;
    }
    record[filled] |= nibble;
    half = 0;
    sum += record[filled];
    filled++;
    if (record[0] > RECORD_MAX) { /* before anything is stored behind the buffer */
        open = 0;
        return HEX_COUNT;
    }
    if (filled <= HEADER_SIZE + record[0])
        return HEX_MORE;
    open = 0;
    return finish();
}
