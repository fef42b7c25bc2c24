/* Firmware images in program memory: tells whether one may be started, and which of two is the better one. */
#include <stdint.h>

#define PRODUCT_ID 0x21
#define OLDEST_MAJOR 2   /* images below this version do not know the present board */
#define LENGTH_MAX 2048  /* size of the application area, without header */
#define LENGTH_MIN 3     /* a jump */

/* Header: magic, product, version, payload length and CRC, low bytes first, then a byte that makes the sum of all zero. */
#define AT_PRODUCT 2
#define AT_MAJOR 3
#define AT_MINOR 4
#define AT_LENGTH 5
#define AT_CRC 7
#define HEADER_SIZE 10

#define MAGIC_0 0x4D
#define MAGIC_1 0xB2 /* its complement: neither erased nor zeroed memory looks like it */

#define CRC_START 0xFFFF
#define CRC_POLYNOMIAL 0x1021

enum image_verdict {
    IMAGE_OK,
    IMAGE_NO_MAGIC,
    IMAGE_BAD_HEADER,
    IMAGE_WRONG_PRODUCT,
    IMAGE_BAD_LENGTH,
    IMAGE_TOO_OLD,
    IMAGE_BAD_CRC
};

static uint16_t word_at(const __code uint8_t *bytes)
{
    return bytes[0] | (uint16_t)bytes[1] << 8;
}

static uint16_t crc_of(const __code uint8_t *bytes, uint16_t length)
{
    uint16_t crc = CRC_START;
    uint8_t bit;

    while (length--) {
        crc ^= (uint16_t)*bytes++ << 8;
        for (bit = 0; bit < 8; bit++) {
            if (crc & 0x8000)
                crc = (crc << 1) ^ CRC_POLYNOMIAL;
            else
                crc <<= 1;
        }
    }
    return crc;
}

/* Major version in the high byte, so that versions compare as numbers. */
uint16_t image_version(const __code uint8_t *image)
{
    return (uint16_t)image[AT_MAJOR] << 8 | image[AT_MINOR];
}

/* Cheap tests first; the length is not used before the header has proved sound. */
uint8_t image_check(const __code uint8_t *image)
{
    uint16_t length;
    uint8_t sum = 0;
    uint8_t i;

    if (image[0] != MAGIC_0 || image[1] != MAGIC_1)
        return IMAGE_NO_MAGIC;
    for (i = 0; i < HEADER_SIZE; i++)
        sum += image[i];
    if (sum != 0)
        return IMAGE_BAD_HEADER;
    if (image[AT_PRODUCT] != PRODUCT_ID)
        return IMAGE_WRONG_PRODUCT;
    length = word_at(image + AT_LENGTH);
    if (length < LENGTH_MIN || length > LENGTH_MAX)
        return IMAGE_BAD_LENGTH;
    if (image[AT_MAJOR] < OLDEST_MAJOR)
        return IMAGE_TOO_OLD;
    if (crc_of(image + HEADER_SIZE, length) != word_at(image + AT_CRC))
        return IMAGE_BAD_CRC;
    return IMAGE_OK;
}

/* 1 or 2 for the good image with the higher version, 1 if they are equal, 0 if neither is good. */
uint8_t image_choose(const __code uint8_t *first, const __code uint8_t *second)
{
    uint8_t first_good = image_check(first) == IMAGE_OK;

    if (image_check(second) != IMAGE_OK)
        return first_good;
    if (first_good && image_version(first) >= image_version(second))
        return 1;
    return 2;
}
