/* CRC-16/CCITT (polynomial 0x1021, most significant bit first), four bits a step. */
#include <stdint.h>

#define CRC_INIT 0xFFFF
#define CRC_XOR 0x0000

/* Remainders of the sixteen possible top nibbles: 32 bytes instead of 512. */
static const __code uint16_t nibble_table[16] = {
    0x0000, 0x1021, 0x2042, 0x3063, 0x4084, 0x50A5, 0x60C6, 0x70E7,
    0x8108, 0x9129, 0xA14A, 0xB16B, 0xC18C, 0xD1AD, 0xE1CE, 0xF1EF
};

static uint16_t crc;

/* Begins a new frame. */
void crc16_start(void)
{
    crc = CRC_INIT;
}

/* Shifts four bits through the register; the nibble that falls out picks the correction. */
static void push_nibble(uint8_t nibble)
{
    uint8_t index = (uint8_t)(crc >> 12) ^ nibble;

    crc = (uint16_t)(crc << 4) ^ nibble_table[index];
}

/* Takes the next byte of the frame, high nibble first. */
void crc16_update(uint8_t byte)
{
    push_nibble(byte >> 4);
    push_nibble(byte & 0x0F);
}

/* The CRC of the bytes so far; the running value stays, so more bytes may follow. */
uint16_t crc16_finish(void)
{
    return crc ^ CRC_XOR;
}

/* Puts the CRC behind `length` bytes, high byte first; the frame must have room for two more. */
void crc16_append(uint8_t *frame, uint8_t length)
{
    uint16_t result;

    crc16_start();
    while (length--)
        crc16_update(*frame++);
    result = crc16_finish();
    frame[0] = (uint8_t)(result >> 8);
    frame[1] = (uint8_t)result;
}

/* 1 when the last two bytes are the CRC of the bytes before them; `length` counts them all. */
uint8_t crc16_frame_ok(const uint8_t *frame, uint8_t length)
{
    if (length < 3)
        return 0;
    crc16_start();
    for (length -= 2; length; length--)
        crc16_update(*frame++);
    return crc16_finish() == (((uint16_t)frame[0] << 8) | frame[1]);
}
