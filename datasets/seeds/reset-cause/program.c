/* Why did the STC12C5A60S2 start? Told by POF, by the watchdog's flag and by a sealed record that survives a reset. */
#include <stc12.h>
#include <stdint.h>

#define RECORD_ADDRESS 0x03F0 /* on-chip XRAM; an absolute address is not cleared by the start-up code */
#define MAGIC_A 0x5A
#define MAGIC_B 0xC3

#define POF 0x10        /* in PCON: set by the supply coming up, cleared by software only */
#define WDT_FLAG 0x80   /* in WDT_CONTR: set by the watchdog's overflow */
#define SOFT_RESET 0x20 /* SWRST in IAP_CONTR, starting in the user program */

#define REQUESTED 0x96
#define MOST 255

enum { RESET_POWER_ON, RESET_WATCHDOG, RESET_SOFTWARE, RESET_PIN };

struct record {
    uint8_t magic_a;
    uint8_t magic_b;
    uint8_t resets;    /* of any kind since power-on, MOST at most */
    uint8_t watchdogs; /* how many of them by the watchdog */
    uint8_t request;
    uint8_t check;     /* makes the sum of all six 0 */
};

static volatile __xdata __at(RECORD_ADDRESS) struct record record;

static uint8_t sum_of_five(void)
{
    return record.magic_a + record.magic_b + record.resets + record.watchdogs + record.request;
}

static void seal(void)
{
    record.check = 0 - sum_of_five();
}

/* RAM is random after power-on, so all of it must fit before a byte of it is believed. */
static uint8_t is_sealed(void)
{
    return record.magic_a == MAGIC_A && record.magic_b == MAGIC_B && (uint8_t)(sum_of_five() + record.check) == 0;
}

/* Call once, first thing in main. Tells the cause and prepares the record and both flags for the next reset. */
uint8_t reset_detect(void)
{
    uint8_t cause;

    if ((PCON & POF) || !is_sealed()) {
        cause = RESET_POWER_ON;
        record.magic_a = MAGIC_A;
        record.magic_b = MAGIC_B;
        record.resets = 0;
        record.watchdogs = 0;
    } else {
        if (record.resets < MOST)
            record.resets++;
        if (WDT_CONTR & WDT_FLAG) {
            cause = RESET_WATCHDOG;
            if (record.watchdogs < MOST)
                record.watchdogs++;
        } else {
            cause = record.request == REQUESTED ? RESET_SOFTWARE : RESET_PIN;
        }
    }
    record.request = 0;
    seal();
    PCON &= ~POF;
    WDT_CONTR &= ~WDT_FLAG;
    return cause;
}

/* Resets since power-on. */
uint8_t reset_count(void)
{
    return record.resets;
}

/* Watchdog resets among them. */
uint8_t reset_watchdogs(void)
{
    return record.watchdogs;
}

/* Leaves a note for reset_detect and resets the chip; does not return. */
void reset_now(void)
{
    EA = 0; /* nothing may touch the record between the note and the reset */
    record.request = REQUESTED;
    seal();
    IAP_CONTR = SOFT_RESET;
    for (;;)
        ;
}
