/* CRC-8 in the reflected form that 1-Wire parts use: least significant bit first. */
#include <stdint.h>

#define CRC_POLY 0x8C
#define CRC_INIT 0x00
#define CRC_XOR 0x00

/* Carries the running CRC over one more byte. */
uint8_t crc8_update(uint8_t crc, uint8_t byte)
{
    uint8_t bit;

    crc ^= byte;
    for (bit = 0; bit < 8; bit++) {
        if (crc & 0x01)
            crc = (crc >> 1) ^ CRC_POLY;
        else
            crc >>= 1;
    }
    return crc;
}

/* CRC of a whole buffer; an empty one gives the CRC of no bytes. */
uint8_t crc8(const uint8_t *data, uint8_t length)
{
    uint8_t crc = CRC_INIT;

    while (length--)
        crc = crc8_update(crc, *data++);
    return crc ^ CRC_XOR;
}

/* 1 when the last byte of the frame is the CRC of those before it; a frame without data is never good. */
uint8_t crc8_check(const uint8_t *frame, uint8_t length)
{
    if (length < 2)
        return 0;
    return crc8(frame, length - 1) == frame[length - 1];
}
