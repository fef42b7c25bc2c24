/* Bit-banged I2C master on two quasi-bidirectional port pins. */
#include <8052.h>
#include <stdint.h>

#define SDA P2_0
#define SCL P2_1
#define HALF_BIT_LOOPS 1    /* half a clock period, at least 5 us with the call */
#define STRETCH_LIMIT 100   /* looks at SCL before a slave counts as stuck */

static uint8_t clock_stuck;

static void half_bit(void)
{
    uint8_t n = HALF_BIT_LOOPS;

    do {
    } while (--n);
}

/* Lets SCL rise and waits until no slave holds it low any more. */
static void clock_high(void)
{
    uint8_t looks = STRETCH_LIMIT;

    SCL = 1;
    while (!SCL) {
        if (--looks == 0) {
            clock_stuck = 1;
            break;
        }
    }
    half_bit();
}

/* Start or repeated start: SDA falls while SCL is high. */
void i2c_start(void)
{
    SDA = 1;
    half_bit();
    clock_high();
    SDA = 0;
    half_bit();
    SCL = 0;
}

/* Stop: SDA rises while SCL is high. */
void i2c_stop(void)
{
    SDA = 0;
    half_bit();
    clock_high();
    SDA = 1;
    half_bit();
}

/* Sends one byte, most significant bit first; returns 1 when the slave acknowledged. */
uint8_t i2c_write(uint8_t byte)
{
    uint8_t mask;
    uint8_t acknowledged;

    for (mask = 0x80; mask; mask >>= 1) {
        if (byte & mask)
            SDA = 1;
        else
            SDA = 0;
        half_bit();
        clock_high();
        SCL = 0;
    }
    SDA = 1;  /* the ninth bit is the slave's */
    half_bit();
    clock_high();
    acknowledged = !SDA;
    SCL = 0;
    return acknowledged;
}

/* Receives one byte and answers with ACK (ack != 0) or, for the last byte, NACK. */
uint8_t i2c_read(uint8_t ack)
{
    uint8_t byte = 0;
    uint8_t i;

    SDA = 1;  /* release the line, or only zeros would be read */
    for (i = 0; i < 8; i++) {
        half_bit();
        clock_high();
        byte <<= 1;
        if (SDA)
            byte |= 1;
        SCL = 0;
    }
    if (ack)
        SDA = 0;
    half_bit();
    clock_high();
    SCL = 0;
    SDA = 1;
    return byte;
}

/* Returns 1 when SCL was held low too long since the last call, and forgets it. */
uint8_t i2c_take_error(void)
{
    uint8_t error = clock_stuck;

    clock_stuck = 0;
    return error;
}
