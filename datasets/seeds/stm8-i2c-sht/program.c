/* SHT3x humidity sensor on the I2C peripheral as master; every wait is bounded. */
#include <stdbool.h>
#include <stdint.h>

#define I2C_CR1 (*(volatile uint8_t *)0x5210)
#define I2C_CR2 (*(volatile uint8_t *)0x5211)
#define I2C_FREQR (*(volatile uint8_t *)0x5212)
#define I2C_DR (*(volatile uint8_t *)0x5216)
#define I2C_SR1 (*(volatile uint8_t *)0x5217)
#define I2C_SR2 (*(volatile uint8_t *)0x5218)
#define I2C_SR3 (*(volatile uint8_t *)0x5219)
#define I2C_CCRL (*(volatile uint8_t *)0x521B)
#define I2C_CCRH (*(volatile uint8_t *)0x521C)
#define I2C_TRISER (*(volatile uint8_t *)0x521D)

#define PE 0x01 /* CR1 */
#define START 0x01 /* CR2 */
#define STOP 0x02
#define ACK 0x04
#define POS 0x08
#define SWRST 0x80
#define SB 0x01 /* SR1 */
#define ADDR 0x02
#define BTF 0x04
#define RXNE 0x40
#define AF 0x04 /* SR2 */
#define BUSY 0x02 /* SR3 */

#define CRYSTAL_HZ 16000000UL
#define SCL_KHZ 100
#define CCR (CRYSTAL_HZ / 2000 / SCL_KHZ) /* clocks of half a period of SCL */

#define SENSOR 0x44
#define WAIT_LIMIT 400 /* looks at the flags: more than the ten bit times of a byte */

#define FETCH_DATA 0xE000 /* answers six bytes: two words, each with its checksum */
#define MEASUREMENT 6
#define CRC_POLYNOMIAL 0x31
#define CRC_START 0xFF

/* False when the flag does not come, or the sensor refused its address or a byte. */
static bool came(uint8_t flag)
{
    uint16_t looks;

    for (looks = 0; looks < WAIT_LIMIT; looks++) {
        if (I2C_SR2 & AF)
            return false;
        if (I2C_SR1 & flag)
            return true;
    }
    return false;
}

/* Our own last STOP takes a moment; another master or a sensor that hangs takes longer. */
static bool bus_is_free(void)
{
    uint16_t looks;

    for (looks = 0; looks < WAIT_LIMIT; looks++)
        if (!(I2C_SR3 & BUSY))
            return true;
    return false;
}

/* A start, or a repeated one, and the address; ADDR stays set and holds the clock. */
static bool addressed(uint8_t direction)
{
    bool answered = false;

    I2C_CR2 |= START;
    if (came(SB)) {
        I2C_DR = SENSOR << 1 | direction;
        answered = came(ADDR);
    }
    return answered;
}

/* Reading SR3, after SR1, clears ADDR and lets the bus go on. A call, so that the compiler leaves it where it is. */
static void go_on(void)
{
    I2C_SR3;
}

static bool sent(uint16_t command)
{
    I2C_CR2 = ACK;
    if (!addressed(0))
        return false;
    go_on();
    I2C_DR = (uint8_t)(command >> 8);
    if (!came(BTF))
        return false;
    I2C_DR = (uint8_t)command;
    return came(BTF);
}

/* The last byte of an answer must be refused, and that is said before it comes: where depends on how many there are.
   What lets the bus go on and what must then come in time are not torn apart by an interrupt. */
static bool received_one(uint8_t *data)
{
    if (!addressed(1))
        return false;
    I2C_CR2 = 0;
    __critical {
        go_on();
        I2C_CR2 = STOP;
    }
    if (!came(RXNE))
        return false;
    *data = I2C_DR;
    return true;
}

static bool received_two(uint8_t *data)
{
    I2C_CR2 = ACK | POS; /* with POS, ACK is about the byte after the one that comes in */
    if (!addressed(1))
        return false;
    __critical {
        go_on();
        I2C_CR2 = POS;
    }
    if (!came(BTF)) /* the first is in DR, the second behind it, and the clock stands */
        return false;
    __critical {
        I2C_CR2 = STOP;
        data[0] = I2C_DR;
    }
    if (!came(RXNE))
        return false;
    data[1] = I2C_DR;
    return true;
}

static bool received_many(uint8_t *data, uint8_t count)
{
    if (!addressed(1))
        return false;
    go_on();
    for (; count > 3; count--) {
        if (!came(BTF))
            return false;
        *data++ = I2C_DR;
    }
    if (!came(BTF)) /* the last but two is in DR, the last but one behind it, and the clock stands */
        return false;
    I2C_CR2 = 0;
    __critical {
        *data++ = I2C_DR;
        I2C_CR2 = STOP;
        *data++ = I2C_DR;
    }
    if (!came(RXNE))
        return false;
    *data = I2C_DR;
    return true;
}

static bool received(uint8_t *data, uint8_t count)
{
    switch (count) {
    case 1:
        return received_one(data);
    case 2:
        return received_two(data);
    default:
        return received_many(data, count);
    }
}

/* A transfer that failed is ended with a STOP, so that the bus is free for the next try. */
static bool finished(bool well)
{
    if (!well) {
        I2C_CR2 = STOP;
        I2C_SR2 = (uint8_t)~AF;
    }
    return well;
}

/* Sets up the peripheral on PB4 and PB5, true open-drain pins; also a way out when the bus stays busy. */
void sht_init(void)
{
    I2C_CR2 = SWRST; /* forgets a BUSY that hangs, and switches the peripheral off, as the clock registers want it */
    I2C_CR2 = 0;
    I2C_FREQR = (uint8_t)(CRYSTAL_HZ / 1000000);
    I2C_CCRL = (uint8_t)CCR;
    I2C_CCRH = 0; /* standard mode */
    I2C_TRISER = (uint8_t)(CRYSTAL_HZ / 1000000 + 1); /* 1 us */
    I2C_CR1 = PE;
}

/* Sends a command of two bytes; true if the sensor took it. */
bool sht_command(uint16_t command)
{
    bool well;

    if (!bus_is_free())
        return false;
    well = sent(command);
    if (well)
        I2C_CR2 = STOP;
    return finished(well);
}

/* Sends a command and reads count bytes of its answer. Leaves interrupts enabled; not for use in one. */
bool sht_read(uint16_t command, uint8_t *data, uint8_t count)
{
    if (count == 0 || !bus_is_free())
        return false;
    return finished(sent(command) && received(data, count));
}

static uint8_t checksum(const uint8_t *word)
{
    uint8_t crc = CRC_START;
    uint8_t i;
    uint8_t bit;

    for (i = 0; i < 2; i++) {
        crc ^= word[i];
        for (bit = 0; bit < 8; bit++)
            crc = crc & 0x80 ? (uint8_t)(crc << 1) ^ CRC_POLYNOMIAL : (uint8_t)(crc << 1);
    }
    return crc;
}

/* Fetches the newest measurement; neither word is touched unless both are right. */
bool sht_fetch(uint16_t *temperature, uint16_t *humidity)
{
    uint8_t answer[MEASUREMENT];

    if (!sht_read(FETCH_DATA, answer, MEASUREMENT))
        return false;
    if (checksum(answer) != answer[2] || checksum(answer + 3) != answer[5])
        return false;
    *temperature = (uint16_t)answer[0] << 8 | answer[1];
    *humidity = (uint16_t)answer[3] << 8 | answer[4];
    return true;
}
