/* Tachometer: time between falling edges on INT1, by timer 0 that runs freely and is extended to 24 bits. */
#include <8052.h>
#include <stdint.h>

#define FOSC_HZ 11059200
#define PULSES_PER_REV 2
#define STALL_OVERFLOWS 30 /* so many overflows of timer 0 after an edge the shaft counts as standing */

#define SENSOR P3_3                        /* the INT1 pin */
#define TICKS_PER_MINUTE (FOSC_HZ / 12 * 60) /* timer 0 counts machine cycles */
#define TIME_MASK 0xFFFFFF
#define RPM_MAX 65535

static volatile uint8_t overflows;  /* bits 23..16 of the time */
static volatile uint8_t idle;       /* overflows since the last edge */
static volatile uint32_t last_edge; /* time of the last edge, if there is one */
static volatile __bit have_edge;
static volatile uint32_t period;    /* ticks between the last two edges; 0 = not known */

/* Takes the time of an edge. Both interrupts have the same priority, so the other one cannot step in. */
void tacho_edge_isr(void) __interrupt(IE1_VECTOR)
{
    uint8_t top = overflows;
    uint8_t high;
    uint8_t low;
    uint32_t now;

    do {
        high = TH0;
        low = TL0;
    } while (high != TH0); /* a carry between the two reads: the pair does not belong together */
    if (TF0 && high < 0x80)
        top++; /* the counter has overflowed, but its interrupt still waits behind this one */
    now = (uint32_t)top << 16 | (uint16_t)high << 8 | low;
    if (have_edge)
        period = (now - last_edge) & TIME_MASK;
    last_edge = now;
    have_edge = 1;
    idle = 0;
}

/* Extends the time, and notices a shaft that stands still. */
void tacho_timer_isr(void) __interrupt(TF0_VECTOR)
{
    overflows++;
    idle++;
    if (idle == STALL_OVERFLOWS) {
        have_edge = 0;
        period = 0;
    }
}

/* Starts measuring; the first period is known after two edges. */
void tacho_init(void)
{
    EX1 = 0;
    ET0 = 0;
    TR0 = 0;
    TMOD = (TMOD & 0xF0) | 0x01; /* timer 0: 16 bits, no reload; timer 1 untouched */
    TH0 = 0;
    TL0 = 0;
    TF0 = 0;
    have_edge = 0; /* overflows and idle may start anywhere: only differences count, and an edge clears idle */
    period = 0;
    SENSOR = 1;
    IT1 = 1;
    IE1 = 0;
    PX1 = 0;
    PT0 = 0;
    TR0 = 1;
    ET0 = 1;
    EX1 = 1;
    EA = 1;
}

/* Timer ticks between the last two edges; 0 while the shaft stands or has given fewer than two. */
uint32_t tacho_period(void)
{
    __bit enabled = EA;
    uint32_t copy;

    EA = 0; /* four bytes that both interrupts write */
    copy = period;
    EA = enabled;
    return copy;
}

/* Revolutions per minute, rounded down, at most 65535; 0 when standing. */
uint16_t tacho_rpm(void)
{
    uint32_t ticks = tacho_period();
    uint32_t rpm;

    if (ticks == 0)
        return 0;
    rpm = TICKS_PER_MINUTE / PULSES_PER_REV / ticks;
    return rpm > RPM_MAX ? RPM_MAX : (uint16_t)rpm;
}
