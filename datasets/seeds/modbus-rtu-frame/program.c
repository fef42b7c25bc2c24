/* Modbus RTU frames: CRC-16, sealing and checking. */
#include <stdint.h>

#define SLAVE_ADDRESS 17
#define BROADCAST 0
#define FRAME_MIN 4      /* address, function, two bytes of CRC */
#define FRAME_MAX 64     /* size of the caller's buffer */

#define CRC_START 0xFFFF
#define CRC_POLYNOMIAL 0xA001   /* 0x8005 with its bits reversed */

enum modbus_verdict {
    MODBUS_FOR_US,
    MODBUS_BROADCAST,
    MODBUS_BAD_LENGTH,
    MODBUS_BAD_CRC,
    MODBUS_OTHER_SLAVE
};

/* CRC of count bytes. */
uint16_t modbus_crc(const uint8_t *data, uint8_t count)
{
    uint16_t crc = CRC_START;
    uint8_t bit;

    while (count--) {
        crc ^= *data++;
        for (bit = 0; bit < 8; bit++) {
            if (crc & 1)
                crc = (crc >> 1) ^ CRC_POLYNOMIAL;
            else
                crc >>= 1;
        }
    }
    return crc;
}

/* Appends the CRC to count bytes, low byte first; returns the length of the whole frame, or 0 when it does not fit. */
uint8_t modbus_seal(uint8_t *frame, uint8_t count)
{
    uint16_t crc;

    if (count < FRAME_MIN - 2 || count > FRAME_MAX - 2)
        return 0;
    crc = modbus_crc(frame, count);
    frame[count] = crc & 0xFF;
    frame[count + 1] = crc >> 8;
    return count + 2;
}

/* Says whether a received frame is complete, intact and meant for this slave, in this order. */
uint8_t modbus_check(const uint8_t *frame, uint8_t length)
{
    uint8_t function;
    uint16_t crc;

    if (length < FRAME_MIN || length > FRAME_MAX)
        return MODBUS_BAD_LENGTH;

    crc = frame[length - 2] | (uint16_t)frame[length - 1] << 8;
    if (crc != modbus_crc(frame, length - 2))
        return MODBUS_BAD_CRC;

    if (frame[0] != SLAVE_ADDRESS && frame[0] != BROADCAST)
        return MODBUS_OTHER_SLAVE;

    /* The length that the function asks for, of requests only: replies of other slaves went out above. */
    function = frame[1];
    if (function >= 1 && function <= 6) {
        if (length != 8)
            return MODBUS_BAD_LENGTH;
    } else if (function == 15 || function == 16) {
        if (length < 9 || length != frame[6] + 9)
            return MODBUS_BAD_LENGTH;
    }
    return frame[0] == BROADCAST ? MODBUS_BROADCAST : MODBUS_FOR_US;
}
