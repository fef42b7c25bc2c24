/* A bootloader's decision: which of two images may start, by header, CRC, version, and how often it was tried. */
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
#define EOP_LIMIT 400 /* looks of 20 us: more than the 6 ms that a byte takes */

/* An image: magic, version, board, length of the payload, CRC (both low byte first), payload. */
#define VERSION_AT 4
#define BOARD_AT 5
#define LENGTH_AT 6
#define CRC_AT 8
#define HEADER 10
#define SLOT_SIZE 12288u /* with the header */
#define BOARD 0x21       /* what this board is called in images */
#define CRC_POLYNOMIAL 0x1021
#define CRC_START 0xFFFF

/* In the data EEPROM: the lowest version that may start, and the tries of the image in each slot. */
#define PLACE 0x3F0
#define LOWEST PLACE
#define TRIES (PLACE + 1)
#define MAX_TRIES 3

enum {
    NO_SLOT,
    SLOT_A,
    SLOT_B
};

static const uint8_t MAGIC[4] = {'F', 'W', '0', '1'};

static uint16_t crc_of(uint16_t crc, const uint8_t *bytes, uint16_t count)
{
    uint8_t bit;
    bool carry;

    for (; count != 0; count--) {
        crc ^= (uint16_t)*bytes++ << 8;
        for (bit = 0; bit < 8; bit++) {
            carry = crc & 0x8000;
            crc <<= 1;
            if (carry)
                crc ^= CRC_POLYNOMIAL;
        }
    }
    return crc;
}

static uint16_t word_at(const uint8_t *bytes)
{
    return (uint16_t)bytes[1] << 8 | bytes[0];
}

/* A length that is not sound is refused before a single byte is read by it. */
static bool is_whole(const uint8_t *image)
{
    uint16_t length = word_at(image + LENGTH_AT);
    uint16_t crc;
    uint8_t i;

    for (i = 0; i < sizeof MAGIC; i++)
        if (image[i] != MAGIC[i])
            return false;
    if (image[BOARD_AT] != BOARD || length == 0 || length > SLOT_SIZE - HEADER)
        return false;
    crc = crc_of(CRC_START, image, CRC_AT);
    crc = crc_of(crc, image + HEADER, length);
    return crc == word_at(image + CRC_AT);
}

/* The version of an image that may start, or 0. The lowest version is the confirmed one, which needs no tries. */
static uint8_t startable(const uint8_t *image, uint8_t tries)
{
    uint8_t version = image[VERSION_AT];

    if (version < EEPROM[LOWEST] || !is_whole(image))
        return 0;
    if (version != EEPROM[LOWEST] && tries >= MAX_TRIES)
        return 0;
    return version;
}

static void pause(void)
{
    uint8_t n = 80;

    while (--n)
        ;
}

/* Waits for a flag of IAPSR; false when it does not come or the byte was refused. */
static bool came(uint8_t flag)
{
    uint16_t looks;
    uint8_t status;

    for (looks = 0; looks < EOP_LIMIT; looks++) {
        status = FLASH_IAPSR;
        if (status & WR_PG_DIS)
            return false;
        if (status & flag)
            return true;
        pause();
    }
    return false;
}

/* Puts a byte into the EEPROM, unless it is there already, and locks it again. */
static bool stored(uint16_t at, uint8_t value)
{
    bool well = false;

    if (EEPROM[at] == value)
        return true;
    FLASH_DUKR = FIRST_KEY;
    FLASH_DUKR = SECOND_KEY;
    if (came(DUL)) {
        EEPROM[at] = value;
        well = came(EOP);
    }
    FLASH_IAPSR &= (uint8_t)~DUL;
    return well && EEPROM[at] == value;
}

/* Chooses between the images in slot A and slot B: the higher version, slot A of two equal ones. An image that is not
   confirmed uses up one of its tries, before it starts: if it hangs, that is known. */
uint8_t boot_select(const uint8_t *a, const uint8_t *b)
{
    uint8_t version = startable(a, EEPROM[TRIES]);
    uint8_t other = startable(b, EEPROM[TRIES + 1]);
    uint8_t slot = SLOT_A;
    uint16_t tries = TRIES;

    if (other > version) {
        version = other;
        slot = SLOT_B;
        tries++;
    }
    if (version == 0)
        return NO_SLOT;
    if (version != EEPROM[LOWEST] && !stored(tries, EEPROM[tries] + 1))
        return NO_SLOT; /* what cannot be counted would be tried for ever */
    return slot;
}

/* A new image was put into a slot: it has all its tries. */
bool boot_installed(uint8_t slot)
{
    if (slot != SLOT_A && slot != SLOT_B)
        return false;
    return stored(TRIES + slot - SLOT_A, 0);
}

/* The program that runs is good: from now on nothing older starts. */
bool boot_confirm(uint8_t version)
{
    if (version < EEPROM[LOWEST])
        return false;
    return stored(LOWEST, version);
}
