/* Boot decision of an STC12C5A60S2: strap, request, image and counted starts tell whether the application may run. */
#include <stc12.h>
#include <stdint.h>

#define CRYSTAL_HZ 11059200
#define STRAP P3_3        /* jumper or key to ground: stay in the loader */
#define LED P1_0          /* low = lit; flashes the reason for staying */
#define STRAP_SAMPLES 5   /* all of them low: a spike must not keep a product from starting */
#define REQUEST 0xB007    /* what the application notes before it resets into the loader */
#define MAX_STARTS 3      /* of an application that never reports that it is well */
#define APP_BASE 0x4000
#define APP_MARK 0xA55A
#define APP_ROOM 2048u    /* the longest code behind the header */

/* In front of the application: mark, length of its code, CRC over length and code, each low byte first. */
#define MARK_AT 0
#define LENGTH_AT 2
#define CRC_AT 4
#define HEADER 6
#define CRC_START 0xFFFF

#define TICK_HZ 40
#define TICK_RELOAD (65536UL - CRYSTAL_HZ / 12 / TICK_HZ)
#define FLASH_TICKS 8 /* 200 ms */
#define DARK_PHASES 4 /* between two groups of flashes */

#define SOFT_RESET 0x20 /* SWRST in IAP_CONTR, starting in the user's flash: here again */

/* The reason, and how often the LED flashes for it. */
enum { BOOT_APPLICATION, BOOT_STRAP, BOOT_REQUESTED, BOOT_NO_IMAGE, BOOT_GAVE_UP };

struct notes {
    uint16_t request;
    uint16_t request_check;
    uint8_t starts; /* since the application last reported that it is well, by a 0 */
    uint8_t starts_check;
};

/* XRAM keeps its bytes over a reset, and the start-up code does not clear an absolute address. */
static volatile __xdata __at(0x03F8) struct notes notes;

/* About 0.5 ms, as an inner loop takes 1000 clocks: samples lie apart, and the pull-up has time to charge the line. */
static void pause(void)
{
    uint8_t outer;
    uint8_t inner;

    for (outer = CRYSTAL_HZ / 2000000; outer != 0; outer--)
        for (inner = 250; inner != 0; inner--)
            ;
}

static uint8_t strap_is_set(void)
{
    uint8_t sample;

    STRAP = 1; /* release the pin for input */
    for (sample = 0; sample < STRAP_SAMPLES; sample++) {
        pause();
        if (STRAP)
            return 0;
    }
    return 1;
}

/* After power-on the notes are random: each is believed only together with its complement. */
static uint8_t take_request(void)
{
    uint16_t request = notes.request;
    uint16_t check = notes.request_check;

    notes.request = 0; /* good for one visit: a crash later must not lead here again */
    notes.request_check = 0;
    return request == REQUEST && check == (uint16_t)~REQUEST;
}

static uint8_t noted_starts(void)
{
    uint8_t starts = notes.starts;

    if ((starts ^ notes.starts_check) != 0xFF)
        return 0;
    return starts;
}

static void note_starts(uint8_t starts)
{
    notes.starts = starts;
    notes.starts_check = ~starts;
}

/* CRC-16/CCITT (x^16 + x^12 + x^5 + 1), a byte at a time without a table. */
static uint16_t crc_of(const __code uint8_t *bytes, uint16_t count, uint16_t crc)
{
    for (; count != 0; count--) {
        crc = (crc << 8) | (crc >> 8);
        crc ^= *bytes++;
        crc ^= (crc & 0xFF) >> 4;
        crc ^= crc << 12;
        crc ^= (crc & 0xFF) << 5;
    }
    return crc;
}

static uint16_t word_at(const __code uint8_t *bytes)
{
    return (uint16_t)bytes[1] << 8 | bytes[0];
}

/* The length is tested before a byte is read by it: an erased flash says 65535. */
static uint8_t image_is_whole(const __code uint8_t *image)
{
    uint16_t length = word_at(image + LENGTH_AT);
    uint16_t crc;

    if (word_at(image + MARK_AT) != APP_MARK || length == 0 || length > APP_ROOM)
        return 0;
    crc = crc_of(image + LENGTH_AT, 2, CRC_START);
    crc = crc_of(image + HEADER, length, crc);
    return crc == word_at(image + CRC_AT);
}

/* Decides once per reset; the notes are brought up to date before anything is started. */
uint8_t boot_decide(const __code uint8_t *image)
{
    uint8_t requested = take_request();
    uint8_t starts = noted_starts();

    if (strap_is_set()) {
        note_starts(0);
        return BOOT_STRAP;
    }
    if (requested) {
        note_starts(0);
        return BOOT_REQUESTED;
    }
    if (!image_is_whole(image)) {
        note_starts(0);
        return BOOT_NO_IMAGE;
    }
    if (starts >= MAX_STARTS)
        return BOOT_GAVE_UP; /* noted as it is, so a reset alone changes nothing */
    note_starts(starts + 1);
    return BOOT_APPLICATION;
}

static void wait_tick(void)
{
    TH0 = (uint8_t)(TICK_RELOAD >> 8);
    TL0 = (uint8_t)(TICK_RELOAD & 0xFF);
    TF0 = 0;
    while (!TF0)
        ;
}

/* A new set of starts, and a reset that leaves no register as the loader set it. */
static void leave_loader(void)
{
    note_starts(0);
    IAP_CONTR = SOFT_RESET;
    for (;;)
        ;
}

/* Flashes the reason until the strap, closed in a tick, is open in the next. Polls: the vectors are the application's. */
static void stay_in_loader(uint8_t reason)
{
    uint8_t flash_phases = 2 * reason;
    uint8_t phase = 0;
    uint8_t was_closed = 0;
    uint8_t ticks;

    TMOD = (TMOD & 0xF0) | 0x01;
    TR0 = 1;
    for (;;) {
        LED = phase >= flash_phases || (phase & 1);
        for (ticks = FLASH_TICKS; ticks != 0; ticks--) {
            wait_tick();
            if (!STRAP)
                was_closed = 1;
            else if (was_closed)
                leave_loader();
        }
        if (++phase == flash_phases + DARK_PHASES)
            phase = 0;
    }
}

void main(void)
{
    uint8_t reason = boot_decide((const __code uint8_t *)APP_BASE);

    if (reason == BOOT_APPLICATION)
        ((void (*)(void))(APP_BASE + HEADER))(); /* its start-up code sets the stack anew; it never returns */
    stay_in_loader(reason);
}
