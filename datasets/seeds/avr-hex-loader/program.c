/* Intel HEX receiver of a bootloader: characters go in, whole flash pages come out through a callback. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define PAGE_SIZE 128U
#define APP_END 0x7000U /* the bootloader begins here, and must never be overwritten */
#define DATA_MAX 32     /* data bytes of a record */

typedef enum {
    HEX_MORE,   /* nothing special */
    HEX_RECORD, /* a record was taken: the sender may go on */
    HEX_END,    /* the end record has come and the last page is written; stays so */
    HEX_BAD     /* something was wrong; stays so until hex_init() */
} hex_result_t;

typedef void (*page_writer_t)(uint16_t address, const uint8_t *page);

enum { RECORD_DATA, RECORD_END, RECORD_SEGMENT, RECORD_SEGMENT_START, RECORD_LINEAR, RECORD_LINEAR_START };

/* Where the bytes of a record are; what is no data makes OVERHEAD, checksum included. */
enum { AT_LENGTH, AT_ADDRESS_HIGH, AT_ADDRESS_LOW, AT_TYPE, AT_DATA, OVERHEAD };

static page_writer_t write_page;
static hex_result_t ended; /* HEX_MORE while it goes on */
static uint8_t record[DATA_MAX + OVERHEAD];
static uint8_t received; /* bytes of the record */
static uint8_t sum;
static uint8_t high; /* the first digit of a byte */
static bool in_record;
static bool half; /* high is waiting for the second digit */

static uint8_t page[PAGE_SIZE];
static uint16_t page_address;
static bool page_open;
static uint16_t next_page; /* pages below are written */

/* Waits for a new image. */
void hex_init(page_writer_t writer)
{
    write_page = writer;
    ended = HEX_MORE;
    in_record = false;
    page_open = false;
    next_page = 0;
}

static hex_result_t fail(void)
{
    ended = HEX_BAD;
    return HEX_BAD;
}

static void close_page(void)
{
    if (!page_open)
        return;
    page_open = false;
    next_page = page_address + PAGE_SIZE;
    write_page(page_address, page);
}

/* Makes the page of an address the one that is filled; false when it was written before. */
static bool open_page(uint16_t address)
{
    uint16_t wanted = address & ~(PAGE_SIZE - 1);
    uint16_t i;

    if (page_open && wanted == page_address)
        return true;
    close_page();
    if (wanted < next_page)
        return false; /* its first part would be erased */
    for (i = 0; i < PAGE_SIZE; i++)
        page[i] = 0xFF; /* as erased flash: what the file leaves out stays so */
    page_address = wanted;
    page_open = true;
    return true;
}

static hex_result_t take_data(void)
{
    uint16_t address = (uint16_t)(record[AT_ADDRESS_HIGH] << 8 | record[AT_ADDRESS_LOW]);
    uint8_t length = record[AT_LENGTH];
    uint8_t i;

    if (address > APP_END || length > APP_END - address) /* a sum could wrap */
        return fail();
    for (i = 0; i < length; i++, address++) {
        if (!open_page(address))
            return fail();
        page[address % PAGE_SIZE] = record[AT_DATA + i];
    }
    return HEX_RECORD;
}

/* Does what a record says that has come whole and undamaged. */
static hex_result_t execute(void)
{
    switch (record[AT_TYPE]) {
    case RECORD_DATA:
        return take_data();
    case RECORD_END:
        if (record[AT_LENGTH] != 0)
            return fail();
        close_page();
        ended = HEX_END;
        return HEX_END;
    case RECORD_SEGMENT:
    case RECORD_LINEAR: /* an upper half of the address: there is none but 0 on this chip */
        if (record[AT_LENGTH] != 2 || record[AT_DATA] != 0 || record[AT_DATA + 1] != 0)
            return fail();
        return HEX_RECORD;
    case RECORD_SEGMENT_START:
    case RECORD_LINEAR_START: /* execution starts at the reset vector whatever they say */
        return HEX_RECORD;
    default:
        return fail();
    }
}

/* 0..15, or 16 for what is no hexadecimal digit. */
static uint8_t digit_of(char c)
{
    if (c >= '0' && c <= '9')
        return (uint8_t)(c - '0');
    if (c >= 'A' && c <= 'F')
        return (uint8_t)(c - 'A' + 10);
    if (c >= 'a' && c <= 'f')
        return (uint8_t)(c - 'a' + 10);
    return 16;
}

/* Takes one received character. */
hex_result_t hex_feed(char c)
{
    uint8_t digit;

    if (ended != HEX_MORE)
        return ended;
    if (!in_record) {
        if (c == '\r' || c == '\n')
            return HEX_MORE;
        if (c != ':')
            return fail();
        in_record = true;
        half = false;
        received = 0;
        sum = 0;
        return HEX_MORE;
    }
    digit = digit_of(c);
    if (digit > 15)
        return fail();
    if (!half) {
        high = digit;
        half = true;
        return HEX_MORE;
    }
    half = false;
    record[received] = (uint8_t)(high << 4 | digit);
    sum += record[received];
    received++;
    if (record[AT_LENGTH] > DATA_MAX)
        return fail(); /* before it runs out of the buffer */
    if (received < record[AT_LENGTH] + OVERHEAD)
        return HEX_MORE;
    in_record = false;
    return sum == 0 ? execute() : fail();
}
