/* CRC-32 of a byte stream by the chip's CRC unit, and the same in software as a check and as a substitute. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t DR, IDR, CR;
} CRC_TypeDef;

#define RCC_AHBENR (*(volatile uint32_t *)0x40021014)
#define RCC_AHBENR_CRCEN (1u << 6)
#define CRC ((CRC_TypeDef *)0x40023000)
#define CRC_CR_RESET (1u << 0)
#define CRC_START 0xFFFFFFFFu

/* Remainders of the 16 upper nibbles for x^32 + ... = 0x04C11DB7, the unit's fixed polynomial. */
static const uint32_t remainders[16] = {
    0x00000000, 0x04C11DB7, 0x09823B6E, 0x0D4326D9,
    0x130476DC, 0x17C56B6B, 0x1A864DB2, 0x1E475005,
    0x2608EDB8, 0x22C9F00F, 0x2F8AD6D6, 0x2B4BCB61,
    0x350C9B64, 0x31CD86D3, 0x3C8EA00A, 0x384FBDBD
};

static volatile bool in_use; /* the unit has one state and cannot be saved */

void crc_init(void)
{
    RCC_AHBENR |= RCC_AHBENR_CRCEN;
    in_use = false;
}

static uint32_t continued(uint32_t crc, const uint8_t *data, uint32_t count)
{
    while (count-- > 0) {
        crc ^= (uint32_t)*data++ << 24;
        crc = (crc << 4) ^ remainders[crc >> 28];
        crc = (crc << 4) ^ remainders[crc >> 28];
    }
    return crc;
}

/* CRC-32/MPEG-2: start all ones, upper bit first, nothing mirrored, no final inversion. */
uint32_t crc_software(const uint8_t *data, uint32_t count)
{
    return continued(CRC_START, data, count);
}

/* The unit takes a word's upper byte first, while memory begins with the lower one. */
static uint32_t big_endian(const uint8_t *bytes)
{
    return ((uint32_t)bytes[0] << 24) | ((uint32_t)bytes[1] << 16) | ((uint32_t)bytes[2] << 8) | bytes[3];
}

/* The same value; an interrupt that finds the unit in use computes without it. */
uint32_t crc_hardware(const uint8_t *data, uint32_t count)
{
    uint32_t words = count / 4;
    uint32_t crc;

    if (in_use)
        return crc_software(data, count);
    in_use = true; /* whoever came between test and set has finished, and the reset is still to come */
    CRC->CR = CRC_CR_RESET;
    while (words-- > 0) {
        CRC->DR = big_endian(data);
        data += 4;
    }
    crc = CRC->DR;
    in_use = false;
    return continued(crc, data, count % 4); /* the unit takes whole words only */
}

/* Computes both ways: true when they agree. `*crc` is the software's, which can be trusted in any case. */
bool crc_checked(const uint8_t *data, uint32_t count, uint32_t *crc)
{
    *crc = crc_software(data, count);
    return crc_hardware(data, count) == *crc;
}
