// Modbus RTU slave: answers functions 03 (read holding registers) and 06 (write single register).
#include <stdint.h>

#define SLAVE_ADDRESS 10
#define REGISTERS 8

#define READ_HOLDING 0x03
#define WRITE_SINGLE 0x06
#define EXCEPTION 0x80  // added to the function code

#define ILLEGAL_FUNCTION 1
#define ILLEGAL_ADDRESS 2
#define ILLEGAL_VALUE 3

#define REQUEST_LENGTH 8

__idata uint16_t holding[REGISTERS];

// CRC-16 of a nibble, so a byte takes two steps and the table only 32 bytes of code memory.
static const __code uint16_t crc_table[16] = {
    0x0000, 0xCC01, 0xD801, 0x1400, 0xF001, 0x3C00, 0x2800, 0xE401,
    0xA001, 0x6C00, 0x7800, 0xB401, 0x5000, 0x9C01, 0x8801, 0x4400
};

static uint16_t crc16(const uint8_t *bytes, uint8_t count)
{
    uint16_t crc = 0xFFFF;

    while (count--) {
        crc ^= *bytes++;
        crc = (crc >> 4) ^ crc_table[crc & 0x0F];
        crc = (crc >> 4) ^ crc_table[crc & 0x0F];
    }
    return crc;
}

// Big-endian, as Modbus sends everything but the CRC.
static uint16_t word_at(const uint8_t *bytes)
{
    return (uint16_t)bytes[0] << 8 | bytes[1];
}

static uint8_t *put_word(uint8_t *at, uint16_t word)
{
    *at++ = word >> 8;
    *at++ = word & 0xFF;
    return at;
}

// Carries out a request; returns 0, or the exception code. *end is moved behind the reply's last byte.
static uint8_t execute(const uint8_t *request, uint8_t **end)
{
    uint16_t address = word_at(request + 2);
    uint16_t argument = word_at(request + 4);  // number of registers, or the value
    uint8_t *at = *end;

    switch (request[1]) {
    case READ_HOLDING:
        if (argument == 0 || argument > 125)
            return ILLEGAL_VALUE;
        if (address >= REGISTERS || argument > REGISTERS - address)
            return ILLEGAL_ADDRESS;
        *at++ = (uint8_t)(argument * 2);
        while (argument--)
            at = put_word(at, holding[address++]);
        break;
    case WRITE_SINGLE:
        if (address >= REGISTERS)
            return ILLEGAL_ADDRESS;
        holding[address] = argument;
        at = put_word(at, address);  // the reply repeats the request
        at = put_word(at, argument);
        break;
    default:
        return ILLEGAL_FUNCTION;
    }
    *end = at;
    return 0;
}

// Builds the answer to a received frame and returns its length; 0 means: stay silent.
uint8_t modbus_answer(const uint8_t *request, uint8_t length, uint8_t *reply)
{
    uint8_t *end = reply + 2;
    uint8_t exception;
    uint16_t crc;

    if (length != REQUEST_LENGTH)
        return 0;
    if (crc16(request, REQUEST_LENGTH) != 0)
        return 0;  // over data and its own CRC the result is 0
    if (request[0] == 0) {
        if (request[1] == WRITE_SINGLE)
            execute(request, &end);  // a broadcast is obeyed, never answered
        return 0;
    }
    if (request[0] != SLAVE_ADDRESS)
        return 0;

    reply[0] = SLAVE_ADDRESS;
    reply[1] = request[1];
    exception = execute(request, &end);
    if (exception) {
        reply[1] |= EXCEPTION;
        *end++ = exception;
    }
    crc = crc16(reply, (uint8_t)(end - reply));
    *end++ = crc & 0xFF;  // the CRC alone is little-endian
    *end++ = crc >> 8;
    return (uint8_t)(end - reply);
}
