/* 93C46 Microwire EEPROM, 64 words of 16 bits: protected except while a word is written, and each write is verified. */
#include <8052.h>
#include <stdint.h>

#define CS P1_0
#define SK P1_1
#define DI P1_2            /* into the chip */
#define DO P1_3            /* out of the chip */
#define READY_LOOKS 2000   /* a write takes up to 10 ms, one look more than 8 us */

#define WORDS 64
#define ADDRESS_BITS 6
#define INSTRUCTION_BITS 9 /* start bit, opcode, address */
#define WORD_BITS 16
#define READ 0x180         /* start bit 1, opcode 10 */
#define WRITE 0x140        /* opcode 01 */
#define ENABLE 0x130       /* opcode 00 and 11 on top of the address */
#define DISABLE 0x100      /* opcode 00 and 00 */

/* Clocks the low bits of a value out, most significant first; the chip takes DI when SK rises. */
static void send(uint16_t value, uint8_t bits)
{
    uint16_t mask;

    for (mask = (uint16_t)1 << (bits - 1); mask; mask >>= 1) {
        DI = (value & mask) != 0;
        SK = 1;
        SK = 0;
    }
}

static void begin(uint16_t instruction)
{
    CS = 1;
    send(instruction, INSTRUCTION_BITS);
}

/* An instruction without data. */
static void command(uint16_t instruction)
{
    begin(instruction);
    CS = 0;
}

/* Puts the lines at rest; call once after reset. */
void eeprom_init(void)
{
    CS = 0;
    SK = 0;
    DI = 0;
    DO = 1; /* an input reads only while its latch is 1 */
}

/* Reads a word. Returns 1, or 0 with *value as it was: no such address, or no chip. */
uint8_t eeprom_read(uint8_t address, uint16_t *value)
{
    uint16_t word = 0;
    uint8_t present;
    uint8_t i;

    if (address >= WORDS)
        return 0;
    begin(READ | address);
    present = !DO; /* a 0 comes before the data; a line without a chip stays high */
    for (i = 0; present && i < WORD_BITS; i++) {
        SK = 1; /* the next bit comes out */
        SK = 0;
        word <<= 1;
        if (DO)
            word |= 1;
    }
    CS = 0;
    if (present)
        *value = word;
    return present;
}

/* Waits for the end of a write cycle: with CS raised again DO is low until then. */
static uint8_t ready(void)
{
    uint16_t looks = READY_LOOKS;
    uint8_t done;

    CS = 1;
    do {
        done = DO;
    } while (!done && --looks);
    CS = 0;
    return done;
}

/* Writes a word and reads it back. Returns 1 when the chip holds it. */
uint8_t eeprom_write(uint8_t address, uint16_t value)
{
    uint16_t stored = 0;
    uint8_t done;

    if (address >= WORDS)
        return 0;
    command(ENABLE);
    begin(WRITE | address);
    send(value, WORD_BITS);
    CS = 0; /* starts the write cycle */
    done = ready();
    command(DISABLE); /* also after a failure: a crash later on must not find it open */
    return done && eeprom_read(address, &stored) && stored == value;
}
