/* One 16-bit value kept in EEPROM: each save goes to the next of several slots, so that they wear evenly. */
#define F_CPU 16000000UL /* before util/delay.h, which counts with it */

#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>
#include <util/atomic.h>
#include <util/delay.h>

#define FIRST_ADDRESS 0x100
#define SLOTS 16        /* at most 127, so that sequence numbers can be compared across their wrap */
#define POLYNOMIAL 0x07 /* CRC-8, most significant bit first */

#define CRC_START 0xFF  /* makes neither an erased slot nor one of zeros look right */
#define RECORD_SIZE 4   /* sequence number, value low, value high, CRC of these three */
#define READY_LOOKS 100
#define LOOK_US 100     /* a byte takes 3.4 ms */

static uint16_t stored;
static uint8_t slot;      /* of the newest record */
static uint8_t sequence;  /* of the newest record */
static bool known;        /* there is one */

static bool is_ready(void)
{
    uint8_t looks;

    for (looks = READY_LOOKS; looks != 0; looks--) {
        if (!(EECR & _BV(EEPE)))
            return true;
        _delay_us(LOOK_US);
    }
    return false;
}

static uint8_t read_byte(uint16_t address)
{
    EEAR = address;
    EECR |= _BV(EERE);
    return EEDR;
}

/* A byte that is right already is not written, which spares it. */
static bool write_byte(uint16_t address, uint8_t byte)
{
    if (!is_ready())
        return false;
    if (read_byte(address) == byte)
        return true;
    EEDR = byte;
    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        EECR |= _BV(EEMPE);
        EECR |= _BV(EEPE); /* within four clocks of the line above */
    }
    return true;
}

static uint8_t crc(const uint8_t *record)
{
    uint8_t value = CRC_START;
    uint8_t i;
    uint8_t bit;

    for (i = 0; i < RECORD_SIZE - 1; i++) {
        value ^= record[i];
        for (bit = 0; bit < 8; bit++)
            value = value & 0x80 ? (uint8_t)(value << 1 ^ POLYNOMIAL) : (uint8_t)(value << 1);
    }
    return value;
}

static uint16_t address_of(uint8_t index)
{
    return FIRST_ADDRESS + index * RECORD_SIZE;
}

/* Looks for the newest whole record; false when there is none, and *value is left alone. */
bool store_load(uint16_t *value)
{
    uint8_t record[RECORD_SIZE];
    uint8_t index;
    uint8_t i;

    known = false;
    if (!is_ready())
        return false;
    EECR = 0; /* a write erases first; no interrupt */
    for (index = 0; index < SLOTS; index++) {
        for (i = 0; i < RECORD_SIZE; i++)
            record[i] = read_byte(address_of(index) + i);
        if (crc(record) != record[RECORD_SIZE - 1])
            continue; /* erased, or interrupted by a power failure */
        if (known && (int8_t)(record[0] - sequence) <= 0)
            continue;
        known = true;
        slot = index;
        sequence = record[0];
        stored = (uint16_t)(record[2] << 8 | record[1]);
    }
    if (known)
        *value = stored;
    return known;
}

/* Saves a value unless it is stored already; call store_load() before. False if the EEPROM stays busy. */
bool store_save(uint16_t value)
{
    uint8_t record[RECORD_SIZE];
    uint8_t next = 0;
    uint8_t i;

    if (known && value == stored)
        return true;
    if (known)
        next = slot + 1 < SLOTS ? slot + 1 : 0;
    record[0] = known ? (uint8_t)(sequence + 1) : 0;
    record[1] = (uint8_t)value;
    record[2] = (uint8_t)(value >> 8);
    record[3] = crc(record);
    /* The oldest slot is overwritten, its CRC last: until then the newest record is the one before. */
    for (i = 0; i < RECORD_SIZE; i++) {
        if (!write_byte(address_of(next) + i, record[i]))
            return false;
    }
    stored = value;
    slot = next;
    sequence = record[0];
    known = true;
    return true;
}
