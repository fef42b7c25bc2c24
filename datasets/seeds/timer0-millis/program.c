/* Millisecond clock on timer 0, with reads that an interrupt cannot tear. */
#include <8052.h>
#include <stdint.h>

#define FOSC_HZ 12000000
#define TICK_MS 1

/* Counts per tick at one count every 12 clocks, to the nearest. */
#define TICK_COUNTS ((FOSC_HZ / 12 * TICK_MS + 500) / 1000)

/* Counts that the timer misses while the interrupt has it stopped; from the listing. */
#define STOPPED_COUNTS 21
#define TICK_RELOAD (65536 - TICK_COUNTS)

volatile uint32_t ms_count;

/* Adds to what has been counted since the overflow, so that a late start of this routine costs nothing. */
void timer0_isr(void) __interrupt(TF0_VECTOR)
{
    uint16_t count;

    TR0 = 0;
    count = ((uint16_t)TH0 << 8 | TL0) + (uint16_t)(TICK_RELOAD + STOPPED_COUNTS);
    TH0 = (uint8_t)(count >> 8);
    TL0 = (uint8_t)count;
    TR0 = 1;
    ms_count += TICK_MS;
}

/* Starts the clock at zero and allows interrupts. */
void millis_init(void)
{
    TR0 = 0;
    TMOD = (TMOD & 0xF0) | 0x01; /* timer 0: mode 1; timer 1 untouched */
    TH0 = (uint8_t)(TICK_RELOAD >> 8);
    TL0 = (uint8_t)(TICK_RELOAD & 0xFF);
    TF0 = 0;
    ms_count = 0;
    ET0 = 1;
    TR0 = 1;
    EA = 1;
}

/* Milliseconds since millis_init; wraps after 49 days. */
uint32_t millis(void)
{
    uint32_t now;
    __bit enabled = EA;

    EA = 0; /* the four bytes must belong together */
    now = ms_count;
    EA = enabled;
    return now;
}

/* The low half, for intervals up to 65 s: shorter and faster than millis. */
uint16_t millis16(void)
{
    uint16_t now;
    __bit enabled = EA;

    EA = 0;
    now = (uint16_t)ms_count;
    EA = enabled;
    return now;
}

/* Whether at least span milliseconds have passed since millis16 gave since; right across the wrap. */
uint8_t elapsed(uint16_t since, uint16_t span)
{
    return (uint16_t)(millis16() - since) >= span;
}
