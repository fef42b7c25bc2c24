/* Parameters in the data EEPROM: two records in turn, so that a save that is cut short costs only itself. */
#include <stdbool.h>
#include <stdint.h>

#define FLASH_IAPSR (*(volatile uint8_t *)0x505F)
#define FLASH_DUKR (*(volatile uint8_t *)0x5064)
#define EEPROM ((volatile uint8_t *)0x4000)

#define WR_PG_DIS 0x01 /* IAPSR; reading it clears this bit and EOP */
#define EOP 0x04
#define DUL 0x08
#define FIRST_KEY 0xAE
#define SECOND_KEY 0x56

#define EOP_LIMIT 400 /* looks of 20 us: more than the 6 ms that a byte with its erase takes */

#define PARAMETERS 6
#define RECORD (1 + PARAMETERS + 1) /* sequence number, values, checksum */
#define PLACE 0x140                 /* of the first record in the EEPROM; the second follows it */
#define CRC_POLYNOMIAL 0x07
#define CRC_START 0xFF /* not 0, or an empty EEPROM would be a right record */

typedef struct {
    uint8_t lowest;
    uint8_t highest;
    uint8_t standard;
} Parameter;

static const Parameter PARAMETER[PARAMETERS] = {
    {5, 90, 60}, {1, 20, 4}, {0, 1, 1}, {10, 250, 100}, {0, 255, 0}, {1, 12, 7},
};

static uint8_t values[PARAMETERS];
static uint8_t sequence; /* of the record that the values came from or went to */
static uint16_t place;   /* and where it is */

static void pause(void)
{
    uint8_t n = 80;

    while (--n)
        ;
}

/* The checksum when a byte has been added to it by XOR. */
static uint8_t divided(uint8_t crc)
{
    uint8_t bit;
    bool carry;

    for (bit = 0; bit < 8; bit++) {
        carry = crc & 0x80;
        crc <<= 1;
        if (carry)
            crc ^= CRC_POLYNOMIAL;
    }
    return crc;
}

static bool is_valid(uint16_t at)
{
    uint8_t crc = CRC_START;
    uint8_t i;

    for (i = 0; i < RECORD - 1; i++)
        crc = divided(crc ^ EEPROM[at + i]);
    return crc == EEPROM[at + i];
}

/* Fetches the newest valid record; false, with standard values, when there is none. */
bool params_load(void)
{
    bool first = is_valid(PLACE);
    bool second = is_valid(PLACE + RECORD);
    uint8_t i;

    place = PLACE;
    if (!first && !second) {
        sequence = 0;
        for (i = 0; i < PARAMETERS; i++)
            values[i] = PARAMETER[i].standard;
        return false;
    }
    if (second && (!first || (int8_t)(EEPROM[PLACE + RECORD] - EEPROM[PLACE]) > 0))
        place = PLACE + RECORD; /* by their distance, since sequence numbers wrap */
    sequence = EEPROM[place];
    for (i = 0; i < PARAMETERS; i++)
        values[i] = EEPROM[place + 1 + i];
    return true;
}

/* Parameter number 0 to 5; 0 for others. */
uint8_t params_get(uint8_t number)
{
    if (number >= PARAMETERS)
        return 0;
    return values[number];
}

/* Changes a parameter in RAM; false when there is no such one or it may not have the value. */
bool params_set(uint8_t number, uint8_t value)
{
    if (number >= PARAMETERS)
        return false;
    if (value < PARAMETER[number].lowest || value > PARAMETER[number].highest)
        return false;
    values[number] = value;
    return true;
}

static bool unlocked(void)
{
    uint16_t looks;

    FLASH_DUKR = FIRST_KEY;
    FLASH_DUKR = SECOND_KEY;
    for (looks = 0; looks < EOP_LIMIT; looks++) {
        if (FLASH_IAPSR & DUL)
            return true;
        pause();
    }
    return false;
}

/* A byte that is right already is spared the wear. The status is read once a look: each reading clears it. */
static bool written(uint16_t at, uint8_t value)
{
    uint16_t looks;
    uint8_t status;

    if (EEPROM[at] == value)
        return true;
    EEPROM[at] = value;
    for (looks = 0; looks < EOP_LIMIT; looks++) {
        status = FLASH_IAPSR;
        if (status & WR_PG_DIS)
            return false;
        if (status & EOP)
            return EEPROM[at] == value;
        pause();
    }
    return false;
}

static bool record_written(uint16_t at)
{
    uint8_t crc = divided(CRC_START ^ (uint8_t)(sequence + 1));
    uint8_t i;

    if (!written(at, sequence + 1))
        return false;
    for (i = 0; i < PARAMETERS; i++) {
        if (!written(at + 1 + i, values[i]))
            return false;
        crc = divided(crc ^ values[i]);
    }
    return written(at + 1 + i, crc); /* last: only now is the record valid */
}

/* Stores the values over the older record and reads every byte back; the newer record stays until then. */
bool params_save(void)
{
    uint16_t at = PLACE;
    bool well = false;

    if (place == PLACE)
        at = PLACE + RECORD;
    if (unlocked())
        well = record_written(at);
    FLASH_IAPSR &= (uint8_t)~DUL;
    if (well) {
        sequence++;
        place = at;
    }
    return well;
}
