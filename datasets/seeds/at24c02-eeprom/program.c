// AT24C02 EEPROM (256 bytes, pages of 8) on a bit-banged I2C bus.
#include <8052.h>
#include <stdint.h>

#define SDA P1_6
#define SCL P1_7
#define CONTROL 0xA0   // 1010, A2 A1 A0, write
#define POLL_LIMIT 15  // a write takes up to 5 ms, one poll about 0.5 ms
#define PAGE_SIZE 8

static void pause(void)
{
    uint8_t n = 2;

    while (--n)
        ;
}

static void bus_start(void)
{
    SDA = 1;
    SCL = 1;
    pause();
    SDA = 0;
    pause();
    SCL = 0;
}

static void bus_stop(void)
{
    SDA = 0;
    pause();
    SCL = 1;
    pause();
    SDA = 1;
    pause();
}

// Clocks one bit out and returns the level of SDA while SCL was high.
static uint8_t bus_bit(uint8_t level)
{
    uint8_t seen;

    SDA = level;
    pause();
    SCL = 1;
    pause();
    seen = SDA;
    SCL = 0;
    return seen;
}

// Sends one byte, returns 0 when it was acknowledged.
static uint8_t bus_write(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        bus_bit(byte >> 7);
        byte <<= 1;
    }
    return bus_bit(1);
}

// Addresses the chip, again and again while it is busy with its last write.
static uint8_t select_chip(void)
{
    uint8_t tries;

    for (tries = 0; tries < POLL_LIMIT; tries++) {
        bus_start();
        if (bus_write(CONTROL) == 0)
            return 1;
        bus_stop();
    }
    return 0;
}

// Writes count bytes that lie in one page; returns 1 when all were acknowledged.
uint8_t eeprom_write_page(uint8_t address, const uint8_t *data, uint8_t count)
{
    uint8_t failed;

    if (count == 0 || count > PAGE_SIZE - address % PAGE_SIZE)
        return 0;  // the chip would wrap round inside the page
    if (!select_chip())
        return 0;
    failed = bus_write(address);
    while (count-- && !failed)
        failed = bus_write(*data++);
    bus_stop();  // starts the internal write
    return !failed;
}

// Writes one byte; returns 1 when it was acknowledged.
uint8_t eeprom_write_byte(uint8_t address, uint8_t value)
{
    return eeprom_write_page(address, &value, 1);
}

// Random read: sets the address by a write without data, then reads one byte.
uint8_t eeprom_read_byte(uint8_t address, uint8_t *value)
{
    uint8_t failed;
    uint8_t byte = 0;
    uint8_t i;

    if (!select_chip())
        return 0;
    failed = bus_write(address);
    if (!failed) {
        bus_start();
        failed = bus_write(CONTROL | 1);
    }
    if (!failed) {
        for (i = 0; i < 8; i++)
            byte = (uint8_t)(byte << 1) | bus_bit(1);
        bus_bit(1);  // NACK: no more bytes wanted
        *value = byte;
    }
    bus_stop();
    return !failed;
}
