/* Search of a 1-Wire bus for the ROM codes of its devices, bit-banged on one pin, with timer 0 for the waits. */
#include <8052.h>
#include <stdint.h>

#define DQ P3_7
#define CRYSTAL_HZ 11059200
#define TRIES 3 /* passes for one device before its code is given up */

#define RESET_LOW_US 500
#define PRESENCE_US 68 /* a device holds the line low from 60 to 75 us after the release, whichever it is */
#define RESET_REST_US 420
#define ZERO_LOW_US 65
#define ONE_REST_US 62
#define READ_REST_US 55

/* A count is 12 clocks; so many of them pass outside the timer in a call of wait. */
#define WAIT_CALL 20
#define RELOAD(us) ((uint16_t)(65536UL + WAIT_CALL - (us) * (CRYSTAL_HZ / 1200UL) / 10000UL))

/* Two machine cycles each; the sample comes 10 to 12 us after the falling edge. */
#define SETTLE_LOOPS ((CRYSTAL_HZ / 1000000 - 6) / 2)
#define NOP() __asm__("nop")

#define CMD_SEARCH_ROM 0xF0
#define ROM_BYTES 8
#define ANY_FAMILY 0 /* no device has this family code */

enum { OW_FOUND, OW_NO_MORE, OW_ABSENT, OW_SHORTED, OW_CORRUPT };

static uint8_t family;
static uint8_t found[ROM_BYTES]; /* the last code: it leads down to the last fork */
static uint8_t last_fork;        /* place 1..64 of the last fork whose 1 is still to be taken, or 0 */
static __bit finished;

/* What the pass under way has seen; it becomes the above only when the code is good. */
static uint8_t code_read[ROM_BYTES];
static uint8_t fork_seen;

static void wait(uint16_t reload)
{
    TH0 = (uint8_t)(reload >> 8);
    TL0 = (uint8_t)(reload & 0xFF);
    TF0 = 0;
    TR0 = 1;
    while (!TF0)
        ;
    TR0 = 0;
}

/* OW_FOUND when somebody is there. */
static uint8_t reset(void)
{
    __bit enabled = EA;
    uint8_t absent;

    DQ = 0;
    wait(RELOAD(RESET_LOW_US));
    EA = 0; /* an interrupt would let the presence pulse pass unseen */
    DQ = 1;
    wait(RELOAD(PRESENCE_US));
    absent = DQ;
    EA = enabled;
    wait(RELOAD(RESET_REST_US));
    if (!DQ)
        return OW_SHORTED;
    return absent ? OW_ABSENT : OW_FOUND;
}

static void write_slot(uint8_t bit)
{
    __bit enabled = EA;

    EA = 0; /* 15 us low are a 0 already, and 480 us are a reset */
    DQ = 0;
    if (!bit)
        wait(RELOAD(ZERO_LOW_US));
    DQ = 1;
    EA = enabled;
    if (bit)
        wait(RELOAD(ONE_REST_US));
}

static uint8_t read_slot(void)
{
    __bit enabled = EA;
    uint8_t settle = SETTLE_LOOPS;
    uint8_t level;

    EA = 0; /* the answer is gone 15 us after the falling edge */
    DQ = 0;
    NOP();
    NOP();
    DQ = 1;
    do {
    } while (--settle);
    level = DQ;
    EA = enabled;
    wait(RELOAD(READ_REST_US));
    return level;
}

static void write_byte(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        write_slot(byte & 0x01);
        byte >>= 1;
    }
}

/* Maxim's CRC-8, one bit of it: x^8 + x^5 + x^4 + 1, lowest bit first. Over a whole code it gives 0. */
static uint8_t crc_bit(uint8_t crc, uint8_t bit)
{
    return (crc ^ bit) & 0x01 ? crc >> 1 ^ 0x8C : crc >> 1;
}

/* The way to go at a fork, where devices with a 0 and devices with a 1 have answered. */
static uint8_t branch(uint8_t index, uint8_t mask, uint8_t place)
{
    if (index == 0 && family != ANY_FAMILY)
        return (family & mask) != 0;
    if (place < last_fork)
        return (found[index] & mask) != 0;
    return place == last_fork; /* the 0 was taken last time; below it, everything is new */
}

/* One walk from the root of the tree to a leaf. */
static uint8_t pass(void)
{
    uint8_t status = reset();
    uint8_t crc = 0;
    uint8_t place = 0;
    uint8_t index;
    uint8_t mask;
    uint8_t bit;
    uint8_t complement;

    if (status != OW_FOUND)
        return status;
    write_byte(CMD_SEARCH_ROM);
    fork_seen = 0;
    for (index = 0; index < ROM_BYTES; index++) {
        code_read[index] = 0;
        for (mask = 0x01; mask != 0; mask <<= 1) {
            place++;
            bit = read_slot();
            complement = read_slot();
            if (bit == complement) {
                if (bit)
                    return OW_CORRUPT; /* nobody is listening any more */
                bit = branch(index, mask, place);
                if (!bit && (index > 0 || family == ANY_FAMILY))
                    fork_seen = place;
            }
            if (bit)
                code_read[index] |= mask;
            crc = crc_bit(crc, bit);
            write_slot(bit); /* who has the other bit is silent until the next reset */
        }
        if (code_read[0] == 0)
            return OW_CORRUPT; /* zeros have a good CRC: a line that is held low must not become a device */
    }
    return crc ? OW_CORRUPT : OW_FOUND;
}

/* Timer 0 and the pin; timer 1 stays as it is. */
void ow_init(void)
{
    ET0 = 0; /* wait asks the flag, nobody else may clear it */
    TR0 = 0;
    TMOD = (TMOD & 0xF0) | 0x01; /* 16 bits, not gated */
    DQ = 1;
}

/* Begins anew: all devices, or only those of one family. */
void ow_search_start(uint8_t wanted_family)
{
    family = wanted_family;
    last_fork = 0;
    finished = 0;
}

/* Finds the next device. rom is written on OW_FOUND only, and after any failure the search can be continued. */
uint8_t ow_search_next(uint8_t *rom)
{
    uint8_t tries = TRIES;
    uint8_t status;
    uint8_t i;

    if (finished)
        return OW_NO_MORE;
    do {
        status = pass();
    } while (status == OW_CORRUPT && --tries > 0);
    if (status != OW_FOUND)
        return status;
    if (family != ANY_FAMILY && code_read[0] != family) {
        finished = 1;
        return OW_NO_MORE;
    }
    for (i = 0; i < ROM_BYTES; i++) {
        found[i] = code_read[i];
        rom[i] = code_read[i];
    }
    last_fork = fork_seen;
    finished = last_fork == 0;
    return OW_FOUND;
}
