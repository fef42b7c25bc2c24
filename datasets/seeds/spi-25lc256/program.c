/* SPI EEPROM of the 25LC family on port pins (mode 0): writes of any length are split at page borders. */
#include <8052.h>
#include <stdint.h>

#define CS P2_0
#define SCK P2_1
#define SI P2_2          /* into the chip */
#define SO P2_3          /* out of the chip */
#define PAGE_SIZE 64
#define MEMORY_SIZE 32768U
#define STATUS_READS 60  /* a write takes up to 5 ms, one read of the status more than 0.2 ms */

#define WRITE_ENABLE 0x06
#define WRITE 0x02
#define READ 0x03
#define READ_STATUS 0x05
#define BUSY 0x01        /* in the status: write in progress */

/* The chip takes SI on the rising edge of SCK. */
static void send(uint8_t byte)
{
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1) {
        SI = (byte & mask) != 0;
        SCK = 1;
        SCK = 0;
    }
}

/* The chip puts the next bit out on the falling edge of SCK, the first one at the end of the instruction. */
static uint8_t receive(void)
{
    uint8_t byte = 0;
    uint8_t mask;

    for (mask = 0x80; mask; mask >>= 1) {
        SCK = 1;
        if (SO)
            byte |= mask;
        SCK = 0;
    }
    return byte;
}

static void begin(uint8_t instruction, uint16_t address)
{
    CS = 0;
    send(instruction);
    send(address >> 8);
    send(address & 0xFF);
}

/* Waits for the end of a write cycle; returns 1 when it has come. */
static uint8_t ready(void)
{
    uint8_t reads;
    uint8_t status;

    for (reads = STATUS_READS; reads; reads--) {
        CS = 0;
        send(READ_STATUS);
        status = receive();
        CS = 1;
        if (!(status & BUSY))
            return 1;
    }
    return 0;
}

/* Puts the lines at rest; call once after reset. */
void memory_init(void)
{
    CS = 1;
    SCK = 0;
    SO = 1; /* an input reads only while its latch is 1 */
}

/* Reads count bytes from address on. Returns 0 when they do not all exist. */
uint8_t memory_read(uint16_t address, uint8_t *into, uint16_t count)
{
    if (address >= MEMORY_SIZE || count > MEMORY_SIZE - address)
        return 0;
    begin(READ, address);
    while (count--)
        *into++ = receive();
    CS = 1;
    return 1;
}

/* Writes count bytes from address on. Returns 1, or 0 when they do not all exist or the chip stays busy. */
uint8_t memory_write(uint16_t address, const uint8_t *from, uint16_t count)
{
    uint8_t room;

    if (address >= MEMORY_SIZE || count > MEMORY_SIZE - address)
        return 0;
    while (count) {
        CS = 0;
        send(WRITE_ENABLE);
        CS = 1; /* only now is writing enabled, and for one write only */
        begin(WRITE, address);
        room = PAGE_SIZE - (address & (PAGE_SIZE - 1)); /* more would wrap to the beginning of the same page */
        while (count && room) {
            send(*from++);
            address++;
            count--;
            room--;
        }
        CS = 1; /* starts the write cycle */
        if (!ready())
            return 0;
    }
    return 1;
}
