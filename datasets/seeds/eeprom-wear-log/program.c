/* Event log in a parallel EEPROM: a ring of records with sequence numbers that is found again after any power loss. */
#include <8052.h>
#include <stdint.h>

#define STORE 0x8000
#define SLOTS 16         /* a power of two, so that a slot number wraps by a mask */
#define WRITE_LOOKS 1500 /* a byte takes up to 10 ms, one look more than 8 us */

#define SLOT_MASK (SLOTS - 1)
#define RECORD_SIZE 4
#define EMPTY 0xFF       /* no sequence number: these run from 0 to SEQUENCE_LAST, then from 0 again */
#define SEQUENCE_LAST 254
#define HALF_ROUND 128
#define CRC_START 0xFF
#define CRC_POLYNOMIAL 0x07

enum { /* bytes of a record */
    SEQUENCE,
    CODE,
    VALUE,
    CHECK
};

typedef struct {
    uint8_t code;
    uint8_t value;
} log_entry;

static volatile __xdata __at(STORE) uint8_t store[SLOTS * RECORD_SIZE];

static uint8_t next_slot;     /* the oldest record, or the first free place */
static uint8_t next_sequence;
static uint8_t entries;

static uint8_t crc_add(uint8_t crc, uint8_t byte)
{
    uint8_t i;

    crc ^= byte;
    for (i = 0; i < 8; i++)
        crc = crc & 0x80 ? (uint8_t)(crc << 1) ^ CRC_POLYNOMIAL : (uint8_t)(crc << 1);
    return crc;
}

static uint8_t crc_of(uint8_t sequence, uint8_t code, uint8_t value)
{
    return crc_add(crc_add(crc_add(CRC_START, sequence), code), value);
}

/* Writes a byte and waits until it reads back; a byte that is there already is not worn. */
static uint8_t put(uint8_t at, uint8_t byte)
{
    uint16_t looks = WRITE_LOOKS;

    if (store[at] == byte)
        return 1;
    store[at] = byte;
    while (store[at] != byte) {
        if (--looks == 0)
            return 0;
    }
    return 1;
}

/* The sequence number of a slot, EMPTY where no whole record is. */
static uint8_t sequence_of(uint8_t slot)
{
    uint8_t at = slot * RECORD_SIZE;
    uint8_t sequence = store[at + SEQUENCE];

    if (sequence != EMPTY && crc_of(sequence, store[at + CODE], store[at + VALUE]) != store[at + CHECK])
        return EMPTY;
    return sequence;
}

static uint8_t after(uint8_t sequence)
{
    return sequence == SEQUENCE_LAST ? 0 : sequence + 1;
}

static uint8_t before(uint8_t sequence)
{
    return sequence == 0 ? SEQUENCE_LAST : sequence - 1;
}

/* Steps from one number to another, round the end. */
static uint8_t distance(uint8_t from, uint8_t to)
{
    return to >= from ? to - from : SEQUENCE_LAST + 1 - from + to;
}

/* Finds the newest record and how many follow it without a gap, into the past. Call after reset; returns that number. */
uint8_t log_mount(void)
{
    uint8_t newest = EMPTY;
    uint8_t sequence;
    uint8_t slot;

    next_slot = 0;
    for (slot = 0; slot < SLOTS; slot++) {
        sequence = sequence_of(slot);
        if (sequence != EMPTY && (newest == EMPTY || distance(newest, sequence) < HALF_ROUND)) {
            newest = sequence;
            next_slot = (slot + 1) & SLOT_MASK;
        }
    }
    entries = 0;
    next_sequence = 0;
    if (newest != EMPTY) {
        next_sequence = after(newest);
        sequence = newest;
        while (entries < SLOTS && sequence_of((next_slot - 1 - entries) & SLOT_MASK) == sequence) {
            entries++;
            sequence = before(sequence);
        }
    }
    return entries;
}

/* Appends a record in place of the oldest one. Returns 1, or 0 when the EEPROM did not take it. */
uint8_t log_append(uint8_t code, uint8_t value)
{
    uint8_t at = next_slot * RECORD_SIZE;

    if (entries == SLOTS)
        entries--; /* the oldest goes, whatever happens now */
    if (!put(at + SEQUENCE, EMPTY) || /* first: from here on the slot holds nothing */
        !put(at + CODE, code) || !put(at + VALUE, value) || !put(at + CHECK, crc_of(next_sequence, code, value)) ||
        !put(at + SEQUENCE, next_sequence)) /* last: with this byte the record exists */
        return 0;
    entries++;
    next_slot = (next_slot + 1) & SLOT_MASK;
    next_sequence = after(next_sequence);
    return 1;
}

/* Reads a record, age 0 the newest. Returns 1, or 0 with *entry as it was when there are not so many. */
uint8_t log_read(uint8_t age, log_entry *entry)
{
    uint8_t at;

    if (age >= entries)
        return 0;
    at = ((next_slot - 1 - age) & SLOT_MASK) * RECORD_SIZE;
    entry->code = store[at + CODE];
    entry->value = store[at + VALUE];
    return 1;
}
