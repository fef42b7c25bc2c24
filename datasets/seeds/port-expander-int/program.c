/* Eight inputs on a PCF8574: its INT line wakes INT0, and each change is read and reported once. */
#include <8052.h>
#include <stdint.h>

#define SDA P1_0
#define SCL P1_1
#define EXPANDER 0x40 /* bus address with bit 0 clear for writing */

#define READ 0x01
#define ALL_INPUTS 0xFF
#define INT_LINE P3_2 /* the INT0 pin: low from a change until the expander is read */

static volatile __bit pending; /* the expander may have news */
static uint8_t inputs;         /* as read last */

/* Only notes the edge: a transfer takes half a millisecond, too long for an interrupt. */
void expander_isr(void) __interrupt(IE0_VECTOR)
{
    pending = 1;
}

/* Call and return take 4 us at 12 MHz, with a port write more than the 4.7 us of a 100 kHz bus. */
static void half_period(void)
{
}

/* SDA has settled: one clock begins. */
static void clock_up(void)
{
    half_period();
    SCL = 1;
    half_period();
}

static void bus_start(void)
{
    SDA = 1;
    clock_up();
    SDA = 0;
    half_period();
    SCL = 0;
}

static void bus_stop(void)
{
    SDA = 0;
    clock_up();
    SDA = 1;
}

/* Sends one byte, most significant bit first; returns 1 when the ninth clock brought an acknowledge. */
static uint8_t bus_write(uint8_t byte)
{
    uint8_t i;
    uint8_t acknowledged;

    for (i = 0; i < 8; i++) {
        SDA = byte >> 7;
        byte <<= 1;
        clock_up();
        SCL = 0;
    }
    SDA = 1; /* let go: the answer is pulled low by the expander */
    clock_up();
    acknowledged = !SDA;
    SCL = 0;
    return acknowledged;
}

/* Reads the only byte of a transfer: SDA stays high in the ninth clock, which says no more. */
static uint8_t bus_read_last(void)
{
    uint8_t mask;
    uint8_t byte = 0;

    SDA = 1;
    for (mask = 0x80; mask; mask >>= 1) {
        clock_up();
        if (SDA)
            byte |= mask;
        SCL = 0;
    }
    clock_up();
    SCL = 0;
    return byte;
}

/* Sends one byte to the expander or fetches one from it; returns 1 when it answered. */
static uint8_t transfer(uint8_t direction, uint8_t *byte)
{
    uint8_t ok;

    bus_start();
    ok = bus_write(EXPANDER | direction);
    if (ok) {
        if (direction == READ)
            *byte = bus_read_last();
        else
            ok = bus_write(*byte);
    }
    bus_stop();
    return ok;
}

/* Turns all pins into inputs, takes their present state as known and opens INT0. Returns 1 when the expander answers. */
uint8_t expander_init(void)
{
    uint8_t byte = ALL_INPUTS;

    INT_LINE = 1;
    IT0 = 1;
    IE0 = 0;
    inputs = ALL_INPUTS;
    pending = 0; /* before the first read: a change after that one must not be missed */
    EX0 = 1;
    EA = 1;
    return transfer(0, &byte) && transfer(READ, &inputs);
}

/* The inputs that have changed since they were last reported, one bit each; 0 also while the expander is silent. */
uint8_t expander_changes(void)
{
    uint8_t before = inputs;

    if (!pending && INT_LINE)
        return 0;
    pending = 0; /* first: what changes during the transfer asks anew */
    if (!transfer(READ, &inputs))
        pending = 1; /* try again next time; inputs are as they were */
    return inputs ^ before;
}

/* The inputs as read last, high = 1. */
uint8_t expander_inputs(void)
{
    return inputs;
}
