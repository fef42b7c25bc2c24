/* Serial EEPROM of the 24C32 family on the TWI: every status is checked and every wait has an end. */
#include <avr/io.h>
#include <stdbool.h>
#include <stdint.h>

#define BIT_RATE 72     /* TWBR, prescaler 1 */
#define CONTROL 0xA0    /* 1010, A2 A1 A0, write */
#define CAPACITY 4096U
#define PAGE_SIZE 32U
#define POLL_LIMIT 100  /* tries to address a chip that is busy writing */
#define WAIT_LIMIT 1000 /* looks at a flag; a byte at the slowest rate takes a few hundred */

typedef enum {
    EE_OK,
    EE_RANGE,   /* beyond the chip, or no bytes; the bus was not touched */
    EE_BUSY,    /* no acknowledge to the address in all tries */
    EE_REFUSED, /* no acknowledge later on, or a status that does not belong there */
    EE_LOST,    /* another master has won the bus */
    EE_TIMEOUT  /* the bus hangs; the TWI is off until the next call */
} ee_result_t;

/* TWSR without the prescaler bits. */
enum {
    STATUS_MASK = 0xF8,
    STARTED = 0x08,
    STARTED_AGAIN = 0x10,
    WRITE_ACK = 0x18,
    WRITE_NACK = 0x20,
    SENT_ACK = 0x28,
    ARBITRATION_LOST = 0x38,
    READ_ACK = 0x40,
    RECEIVED_ACK = 0x50,
    RECEIVED_NACK = 0x58,
    DEAD = 0xFF /* ours: the flag did not come */
};

/* Lets the TWI do one thing (a start, a byte out, a byte in) and tells how it ended. */
static uint8_t step(uint8_t control)
{
    uint16_t looks;

    TWCR = (uint8_t)(_BV(TWINT) | _BV(TWEN) | control);
    for (looks = WAIT_LIMIT; looks != 0; looks--) {
        if (TWCR & _BV(TWINT))
            return TWSR & STATUS_MASK;
    }
    return DEAD;
}

static uint8_t send(uint8_t byte)
{
    TWDR = byte;
    return step(0);
}

/* TWINT is not set by a stop: TWSTO falls when it is done. */
static ee_result_t stop(void)
{
    uint16_t looks;

    TWCR = _BV(TWINT) | _BV(TWEN) | _BV(TWSTO);
    for (looks = WAIT_LIMIT; looks != 0; looks--) {
        if (!(TWCR & _BV(TWSTO)))
            return EE_OK;
    }
    TWCR = 0;
    return EE_TIMEOUT;
}

/* Leaves the bus in the way that the last status asks for. */
static ee_result_t give_up(uint8_t status)
{
    if (status == DEAD) {
        TWCR = 0; /* lets go of both lines */
        return EE_TIMEOUT;
    }
    if (status == ARBITRATION_LOST) {
        TWCR = _BV(TWINT) | _BV(TWEN); /* the bus belongs to the winner: no stop */
        return EE_LOST;
    }
    return stop() == EE_OK ? EE_REFUSED : EE_TIMEOUT;
}

/* Addresses the chip, again and again while it is writing, and sets its address counter. */
static ee_result_t seek(uint16_t address)
{
    uint8_t tries;
    uint8_t status;

    for (tries = POLL_LIMIT; tries != 0; tries--) {
        status = step(_BV(TWSTA));
        if (status != STARTED)
            return give_up(status);
        status = send(CONTROL);
        if (status == WRITE_ACK) {
            status = send((uint8_t)(address >> 8));
            if (status == SENT_ACK)
                status = send((uint8_t)address);
            return status == SENT_ACK ? EE_OK : give_up(status);
        }
        if (status != WRITE_NACK)
            return give_up(status);
        if (stop() != EE_OK)
            return EE_TIMEOUT;
    }
    return EE_BUSY;
}

static bool in_range(uint16_t address, uint16_t count)
{
    return count != 0 && address < CAPACITY && count <= CAPACITY - address;
}

/* Sets the bit rate; SDA and SCL have pull-ups outside. */
void ee_init(void)
{
    TWSR = 0;
    TWBR = BIT_RATE;
    TWCR = _BV(TWEN);
}

/* Reads count bytes; what came before a failure is in data. */
ee_result_t ee_read(uint16_t address, uint8_t *data, uint16_t count)
{
    ee_result_t result;
    uint8_t status;
    bool more;

    if (!in_range(address, count))
        return EE_RANGE;
    result = seek(address);
    if (result != EE_OK)
        return result;
    status = step(_BV(TWSTA));
    if (status != STARTED_AGAIN)
        return give_up(status);
    status = send(CONTROL | 1);
    if (status != READ_ACK)
        return give_up(status);
    do {
        more = --count != 0;
        /* the last byte is not acknowledged, or the chip keeps SDA */
        status = step(more ? _BV(TWEA) : 0);
        if (status != (more ? RECEIVED_ACK : RECEIVED_NACK))
            return give_up(status);
        *data++ = TWDR;
    } while (more);
    return stop();
}

/* Writes count bytes page by page; the chip is still busy with the last one when this returns. */
ee_result_t ee_write(uint16_t address, const uint8_t *data, uint16_t count)
{
    ee_result_t result;
    uint8_t status;

    if (!in_range(address, count))
        return EE_RANGE;
    while (count != 0) {
        result = seek(address);
        if (result != EE_OK)
            return result;
        do {
            status = send(*data++);
            if (status != SENT_ACK)
                return give_up(status);
            address++;
            count--;
        } while (count != 0 && address % PAGE_SIZE != 0); /* behind its end a page would begin anew */
        result = stop();
        if (result != EE_OK)
            return result;
    }
    return EE_OK;
}
