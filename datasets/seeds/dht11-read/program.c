// DHT11 humidity and temperature sensor on one pin.
#include <8051.h>
#include <stdint.h>

#define DATA P2_3
#define WAIT_LIMIT 60  // looks at the line, 4 us or more each; no phase lasts longer than 100 us

typedef enum {
    DHT_OK,
    DHT_NO_RESPONSE,
    DHT_TIMEOUT,
    DHT_BAD_SUM
} dht_status;

typedef struct {
    uint16_t humidity;    // tenths of a percent
    int16_t temperature;  // tenths of a degree Celsius
} climate;

// 12 clocks a cycle, 11 to 12 MHz
static void delay_ms(uint8_t ms)
{
    uint8_t n;

    do {
        n = 250;
        do {
        } while (--n);
        n = 250;
        do {
        } while (--n);
    } while (--ms);
}

// The line's answer to the start pulse has long phases, so there is time for calls.
static uint8_t wait_for(uint8_t level)
{
    uint8_t looks;

    for (looks = WAIT_LIMIT; looks; looks--) {
        if (DATA == level)
            return 1;
    }
    return 0;
}

// Reads 40 bits; the caller has interrupts off.
static dht_status receive(uint8_t *bytes)
{
    uint8_t i;
    uint8_t byte;
    uint8_t mask;
    uint8_t n;

    // 80 us low, 80 us high, then the first bit begins low
    if (!wait_for(0) || !wait_for(1) || !wait_for(0))
        return DHT_NO_RESPONSE;

    for (i = 0; i < 5; i++) {
        byte = 0;
        for (mask = 0x80; mask; mask >>= 1) {
            n = WAIT_LIMIT;  // waits written out: calls would be too slow to keep step
            while (!DATA) {
                if (--n == 0)
                    return DHT_TIMEOUT;
            }
            n = 10;  // about 45 us from the edge: a 0 is over after 28, a 1 lasts 70
            do {
            } while (--n);
            if (DATA)
                byte |= mask;
            n = WAIT_LIMIT;
            while (DATA) {
                if (--n == 0)
                    return DHT_TIMEOUT;
            }
        }
        bytes[i] = byte;
    }
    return DHT_OK;
}

// Reads both values; *result is only written when the status is DHT_OK. Takes about 25 ms.
dht_status dht11_read(climate *result)
{
    uint8_t bytes[5];
    dht_status status;
    __bit interrupts = EA;

    DATA = 0;  // start: at least 18 ms low
    delay_ms(19);
    EA = 0;    // 4 ms in which a few microseconds decide
    DATA = 1;
    status = receive(bytes);
    EA = interrupts;
    if (status != DHT_OK)
        return status;

    if ((uint8_t)(bytes[0] + bytes[1] + bytes[2] + bytes[3]) != bytes[4])
        return DHT_BAD_SUM;
    result->humidity = bytes[0] * 10u + bytes[1];
    result->temperature = bytes[2] * 10 + (bytes[3] & 0x7F);
    if (bytes[3] & 0x80)
        result->temperature = -result->temperature;  // sign bit, as newer parts send it
    return DHT_OK;
}
