/* Settings in the data flash of an STC12, kept in two copies: whatever cuts a write off, the other copy is whole. */
#include <stc12.h>
#include <stdint.h>

#define IAP_ENABLED 0x83 /* IAPEN and the wait states that the clock asks for */
#define FORMAT_VERSION 2
#define DEFAULT_ADDRESS 1
#define DEFAULT_SETPOINT 1500

#define IAP_STANDBY 0
#define IAP_READ 1
#define IAP_PROGRAM 2
#define IAP_ERASE 3
#define IAP_KEY_1 0x5A
#define IAP_KEY_2 0xA5

#define COPIES 2
#define SECTOR_SIZE 512 /* erased as a whole, so each copy has one of its own */
#define DEFAULT_BAUD_CODE 3

typedef struct {
    uint8_t address;
    uint8_t baud_code;
    uint16_t setpoint;
} settings;

enum { /* bytes of a copy, as they lie in the flash */
    VERSION,
    GENERATION, /* the greater one of two copies is the newer, modulo 256 */
    ADDRESS,
    BAUD_CODE,
    SETPOINT_LOW,
    SETPOINT_HIGH,
    CRC_LOW,
    CRC_HIGH,
    RECORD_SIZE
};

settings config;

static uint8_t record[RECORD_SIZE];
static uint8_t newest;     /* the copy that config came from */
static uint8_t generation; /* of that copy */

/* CRC-16, polynomial 0xA001 (least significant bit first), start 0xFFFF. Over a record with its CRC it is 0. */
static uint16_t crc_of(uint8_t count)
{
    uint16_t crc = 0xFFFF;
    uint8_t i;
    uint8_t bit;

    for (i = 0; i < count; i++) {
        crc ^= record[i];
        for (bit = 0; bit < 8; bit++)
            crc = crc & 1 ? crc >> 1 ^ 0xA001 : crc >> 1;
    }
    return crc;
}

/* Carries out one command; the CPU stands still until the flash is done. */
static void iap(uint8_t command, uint8_t copy, uint8_t offset)
{
    uint16_t at = copy * SECTOR_SIZE + offset;
    __bit enabled = EA;

    IAP_CONTR = IAP_ENABLED;
    IAP_CMD = command;
    IAP_ADDRH = at >> 8;
    IAP_ADDRL = at & 0xFF;
    EA = 0; /* the two keys must come one right after the other */
    IAP_TRIG = IAP_KEY_1;
    IAP_TRIG = IAP_KEY_2;
    EA = enabled;
    IAP_CMD = IAP_STANDBY; /* a runaway program finds the flash closed */
    IAP_CONTR = 0;
}

static uint8_t read_byte(uint8_t copy, uint8_t offset)
{
    iap(IAP_READ, copy, offset);
    return IAP_DATA;
}

/* Reads a copy into record; returns 1 when it is whole and of this format. */
static uint8_t read_copy(uint8_t copy)
{
    uint8_t i;

    for (i = 0; i < RECORD_SIZE; i++)
        record[i] = read_byte(copy, i);
    return crc_of(RECORD_SIZE) == 0 && record[VERSION] == FORMAT_VERSION;
}

/* Fills config from the newer good copy. Returns 1, or 0 when there is none and the defaults apply. */
uint8_t config_load(void)
{
    uint8_t found = 0;
    uint8_t copy;

    config.address = DEFAULT_ADDRESS;
    config.baud_code = DEFAULT_BAUD_CODE;
    config.setpoint = DEFAULT_SETPOINT;
    newest = COPIES - 1; /* so that a first save goes to copy 0 */
    generation = 0;
    for (copy = 0; copy < COPIES; copy++) {
        if (!read_copy(copy) || (found && (int8_t)(record[GENERATION] - generation) <= 0))
            continue;
        found = 1;
        newest = copy;
        generation = record[GENERATION];
        config.address = record[ADDRESS];
        config.baud_code = record[BAUD_CODE];
        config.setpoint = (uint16_t)record[SETPOINT_HIGH] << 8 | record[SETPOINT_LOW];
    }
    return found;
}

/* Writes config over the older copy and compares. Returns 1, or 0 when it did not hold: then the newer copy is as before. */
uint8_t config_save(void)
{
    uint8_t copy = newest ^ 1;
    uint16_t crc;
    uint8_t i;

    record[VERSION] = FORMAT_VERSION;
    record[GENERATION] = generation + 1;
    record[ADDRESS] = config.address;
    record[BAUD_CODE] = config.baud_code;
    record[SETPOINT_LOW] = config.setpoint & 0xFF;
    record[SETPOINT_HIGH] = config.setpoint >> 8;
    crc = crc_of(CRC_LOW);
    record[CRC_LOW] = crc & 0xFF;
    record[CRC_HIGH] = crc >> 8;

    iap(IAP_ERASE, copy, 0);
    for (i = 0; i < RECORD_SIZE; i++) {
        IAP_DATA = record[i];
        iap(IAP_PROGRAM, copy, i);
    }
    for (i = 0; i < RECORD_SIZE; i++) {
        if (read_byte(copy, i) != record[i])
            return 0;
    }
    newest = copy;
    generation++;
    return 1;
}
