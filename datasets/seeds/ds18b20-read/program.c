/* DS18B20 temperature sensor, alone on its 1-Wire bus, externally powered. */
#include <8052.h>
#include <stdint.h>

#define DQ P3_7

#define CMD_SKIP_ROM 0xCC
#define CMD_CONVERT 0x44
#define CMD_READ_SCRATCHPAD 0xBE

/* Status of the last access. */
enum {
    DS_OK,
    DS_ABSENT,   /* no presence pulse, or the line is stuck low */
    DS_CORRUPT   /* CRC or reserved bits are wrong */
};

/* About 2 us per loop with 12 clocks a cycle at 11 to 12 MHz, 8 us for the call. */
static void wait(uint8_t loops)
{
    do {
    } while (--loops);
}

/* Reset pulse; returns 1 when a device pulled the line down and let it go again. */
static uint8_t bus_reset(void)
{
    uint8_t present;

    DQ = 0;
    wait(250);
    DQ = 1;
    wait(30);
    present = !DQ;   /* a presence pulse covers 60 to 75 us after the release */
    wait(220);
    return present && DQ;
}

/* One time slot: sends the bit, and returns what the line says (a 1 sent is also how a bit is read). */
static uint8_t bus_slot(uint8_t bit)
{
    __bit interrupts = EA;
    uint8_t settle = 2;
    uint8_t seen;

    EA = 0;          /* a slot stretched by an interrupt would read as another bit */
    DQ = 0;
    if (bit)
        DQ = 1;
    do {
    } while (--settle);
    seen = DQ;       /* about 11 us after the falling edge; valid until 15 us */
    EA = interrupts;
    wait(25);
    DQ = 1;
    return seen;
}

static uint8_t bus_byte(uint8_t byte)
{
    uint8_t answer = 0;
    uint8_t i;

    for (i = 0; i < 8; i++) {
        answer >>= 1;
        if (bus_slot(byte & 1))
            answer |= 0x80;
        byte >>= 1;
    }
    return answer;
}

/* Dallas CRC-8: x^8 + x^5 + x^4 + 1, least significant bit first. */
static uint8_t crc8(uint8_t crc, uint8_t byte)
{
    uint8_t i;

    crc ^= byte;
    for (i = 0; i < 8; i++)
        crc = crc & 1 ? crc >> 1 ^ 0x8C : crc >> 1;
    return crc;
}

/* Starts a conversion, which takes up to 750 ms. */
uint8_t ds18b20_start(void)
{
    if (!bus_reset())
        return DS_ABSENT;
    bus_byte(CMD_SKIP_ROM);
    bus_byte(CMD_CONVERT);
    return DS_OK;
}

/* Reads the last conversion as tenths of a degree Celsius, rounded; *tenths is written on success only. */
uint8_t ds18b20_read(int16_t *tenths)
{
    uint8_t scratchpad[9];
    uint8_t crc = 0;
    uint8_t i;
    int16_t raw;

    if (!bus_reset())
        return DS_ABSENT;
    bus_byte(CMD_SKIP_ROM);
    bus_byte(CMD_READ_SCRATCHPAD);
    for (i = 0; i < 9; i++) {
        scratchpad[i] = bus_byte(0xFF);
        crc = crc8(crc, scratchpad[i]);
    }
    if (crc || (scratchpad[4] & 0x9F) != 0x1F)
        return DS_CORRUPT;   /* nine zeros have a good CRC as well */
    raw = (int16_t)((uint16_t)scratchpad[1] << 8 | scratchpad[0]);
    *tenths = (raw * 10 + 8) >> 4;   /* 1/16 degree a step */
    return DS_OK;
}
