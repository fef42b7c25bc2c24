/* Software window watchdog: a timer tick resets the chip when the main loop reports too late or too early. */
#include <8052.h>
#include <stdint.h>

#define RELOAD 0xEE00   /* timer 0 */
#define OPEN_TICKS 10   /* earlier reports mean that the loop skips its work */
#define CLOSE_TICKS 40  /* without a report by then the loop hangs */

#define TIMER0_MASK 0x0F
#define TIMER0_MODE1 0x01

#define RESET_PIN P1_7 /* drives the reset circuit, low active */

enum wwd_cause {
    WWD_NONE,
    WWD_EARLY,
    WWD_LATE
};

static volatile uint8_t age;   /* ticks since the last report */
static volatile uint8_t cause; /* the first fault wins: it is the root of the others */

static void trip(uint8_t why)
{
    if (cause == WWD_NONE)
        cause = why;
    RESET_PIN = 0;
}

/* One tick: ages the last report. */
void wwd_isr(void) __interrupt(TF0_VECTOR)
{
    TR0 = 0;
    TH0 = RELOAD >> 8;
    TL0 = RELOAD & 0xFF;
    TR0 = 1;
    if (age < CLOSE_TICKS) /* stops there, so that it cannot wrap into the window again */
        age++;
    if (age == CLOSE_TICKS)
        trip(WWD_LATE);
}

/* Starts watching; the first report is due within the window from here on. */
void wwd_start(void)
{
    ET0 = 0;
    TR0 = 0;
    age = 0;
    cause = WWD_NONE;
    RESET_PIN = 1;
    TMOD = (TMOD & ~TIMER0_MASK) | TIMER0_MODE1;
    TH0 = RELOAD >> 8;
    TL0 = RELOAD & 0xFF;
    TF0 = 0;
    TR0 = 1;
    ET0 = 1;
    EA = 1;
}

/* The main loop says that one whole round is done; returns whether that was in time. */
uint8_t wwd_report(void)
{
    __bit enabled = ET0;

    ET0 = 0; /* the tick must not come between looking at the age and clearing it */
    if (age < OPEN_TICKS)
        trip(WWD_EARLY);
    age = 0;
    ET0 = enabled;
    return cause == WWD_NONE;
}

/* What went wrong first. */
uint8_t wwd_cause(void)
{
    return cause;
}
