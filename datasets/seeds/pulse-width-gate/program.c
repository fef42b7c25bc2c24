/* Width of a high pulse on INT1 (P3.3), measured by timer 1 through its gate. */
#include <8052.h>
#include <stdint.h>

#define PULSE_IN P3_3 /* the pin that gates timer 1; no other will do */
#define FOSC_HZ 11059200
#define TIMEOUT_MS 50

#define TIMEOUT_RELOAD (65536 - FOSC_HZ / 1200 * TIMEOUT_MS / 10)

/* Timer 1 counts in 10 ms; the timer advances every 12 clocks. */
#define COUNTS_PER_10MS (FOSC_HZ / 1200)

/* Both timers in mode 1; timer 1 runs only while INT1 is high. */
void pulse_init(void)
{
    TR0 = 0;
    TR1 = 0;
    TMOD = 0x91;
    PULSE_IN = 1; /* release the pin for input */
}

/* Gives timer 0 one timeout to run from now. */
static void timeout_start(void)
{
    TR0 = 0;
    TH0 = (uint8_t)(TIMEOUT_RELOAD >> 8);
    TL0 = (uint8_t)(TIMEOUT_RELOAD & 0xFF);
    TF0 = 0;
    TR0 = 1;
}

static uint8_t wait_for(uint8_t level)
{
    timeout_start();
    while (PULSE_IN != level) {
        if (TF0)
            return 0;
    }
    return 1;
}

/* Waits for the next whole pulse and stores its width in timer counts.
   Returns 1, or 0 when the line hung or the pulse was too long for 16 bits. */
uint8_t pulse_read(uint16_t *counts)
{
    uint8_t complete = 0;

    if (wait_for(0)) { /* a pulse that is already running would be cut short */
        TH1 = 0;
        TL1 = 0;
        TF1 = 0;
        TR1 = 1;
        complete = wait_for(1) && wait_for(0);
        TR1 = 0;
    }
    TR0 = 0;
    if (!complete || TF1)
        return 0;
    *counts = (uint16_t)TH1 << 8 | TL1;
    return 1;
}

/* Microseconds, rounded down. */
uint32_t pulse_us(uint16_t counts)
{
    return (uint32_t)counts * 10000 / COUNTS_PER_10MS;
}
