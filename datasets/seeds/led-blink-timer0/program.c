/* LED blinker: timer 0 gives the tick, its interrupt does the counting, the CPU sleeps in between. */
#include <8052.h>
#include <stdint.h>

#define LED P1_0 /* the LED's cathode: low lights it */
#define FOSC_HZ 11059200
#define TICK_MS 10
#define HALF_PERIOD_MS 500

/* Timer counts in one tick: the timer counts up once every 12 clocks. */
#define TICK_COUNTS ((FOSC_HZ / 12 * TICK_MS + 500) / 1000)
#define TICK_RELOAD (65536 - TICK_COUNTS)
#define HALF_PERIOD_TICKS (HALF_PERIOD_MS / TICK_MS)

/* Only the interrupt touches it after start-up, so it needs no volatile. */
static uint8_t ticks_left;

static void load_tick(void)
{
    TH0 = (uint8_t)(TICK_RELOAD >> 8);
    TL0 = (uint8_t)(TICK_RELOAD & 0xFF);
}

/* Timer 0 overflow, once a tick. Mode 1 does not reload itself. */
void timer0_tick(void) __interrupt(TF0_VECTOR)
{
    load_tick();
    if (--ticks_left == 0) {
        ticks_left = HALF_PERIOD_TICKS;
        LED = !LED;
    }
}

static void tick_start(void)
{
    ticks_left = HALF_PERIOD_TICKS;
    TMOD = (TMOD & 0xF0) | 0x01; /* timer 0: mode 1, no gate; timer 1 untouched */
    load_tick();
    ET0 = 1;
    EA = 1;
    TR0 = 1;
}

void main(void)
{
    LED = 1; /* dark for the first half period */
    tick_start();
    for (;;)
        PCON |= IDL; /* timers run on in idle mode, their interrupt ends it */
}
