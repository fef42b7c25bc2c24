/* Flow meter on INT0: counts its pulses in the interrupt and hands them out untorn, raw or as litres. */
#include <8052.h>
#include <stdint.h>

#define PULSE_PIN P3_2 /* the INT0 pin, driven low by the meter's open collector */
#define PULSE_PRIORITY 1
#define PULSES_PER_LITRE 45

static volatile uint16_t pulses; /* free-running: wraps after 65535 */
static uint16_t counted;         /* the part of pulses that has been handed out as litres */

/* One falling edge of the meter. */
void meter_isr(void) __interrupt(IE0_VECTOR)
{
    pulses++;
}

/* Counts from zero; call once after reset, or again to start a new measurement. */
void meter_init(void)
{
    EX0 = 0;
    pulses = 0;
    counted = 0;
    PULSE_PIN = 1; /* the pin reads its input only while its latch is 1 */
    IT0 = 1;       /* falling edge: at low level one pulse would interrupt for as long as it lasts */
    IE0 = 0;       /* an edge from before the start is not ours */
    PX0 = PULSE_PRIORITY;
    EX0 = 1;
    EA = 1;
}

/* Pulses since meter_init, modulo 65536. */
uint16_t meter_pulses(void)
{
    __bit enabled = EX0;
    uint16_t copy;

    EX0 = 0; /* two bytes: an edge between them would tear the value; it stays latched in IE0 meanwhile */
    copy = pulses;
    EX0 = enabled;
    return copy;
}

/* Whole litres since the last call; the pulses of a litre begun stay for the next one. */
uint16_t meter_litres(void)
{
    uint16_t fresh = meter_pulses() - counted; /* right across the wrap as well */
    uint16_t litres = fresh / PULSES_PER_LITRE;

    counted += litres * PULSES_PER_LITRE;
    return litres;
}
