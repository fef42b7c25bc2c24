/* Pulses of two meters on port C, counted by the port's one external interrupt. */
#include <stdint.h>

#define PC_IDR (*(volatile uint8_t *)0x500B)
#define PC_DDR (*(volatile uint8_t *)0x500C)
#define PC_CR1 (*(volatile uint8_t *)0x500D)
#define PC_CR2 (*(volatile uint8_t *)0x500E)
#define EXTI_CR1 (*(volatile uint8_t *)0x50A0)

#define PCIS 0x30 /* sensitivity of port C: both bits set for rising and falling edges */

#define A_BIT 3
#define B_BIT 5
#define IDLE_LEVEL 0xFF /* the inputs between pulses: 0xFF high, 0x00 low */

#define METER_A (1 << A_BIT)
#define METER_B (1 << B_BIT)
#define METERS (METER_A | METER_B)

#define CHANNELS 2
#define FULL 0xFFFF /* a counter stops here, it does not begin anew */

static volatile uint16_t pulses[CHANNELS]; /* since they were taken last */
static volatile uint8_t last;              /* which inputs were in a pulse at the last look */

static uint8_t look(void)
{
    return (uint8_t)(PC_IDR ^ IDLE_LEVEL) & METERS;
}

/* Any edge of the port leads here and no flag says whose it was: the levels have to tell. */
void portc_isr(void) __interrupt(5)
{
    uint8_t active = look();
    uint8_t begun = active & (uint8_t)~last;

    last = active;
    if ((begun & METER_A) && pulses[0] != FULL)
        pulses[0]++;
    if ((begun & METER_B) && pulses[1] != FULL)
        pulses[1]++;
}

/* Sets up both inputs with pull-ups; leaves interrupts enabled. */
void pulse_init(void)
{
    __critical { /* EXTI_CR1 takes a write only while interrupts are masked */
        PC_DDR &= (uint8_t)~METERS;
        PC_CR1 |= METERS;
        EXTI_CR1 |= PCIS;
        PC_CR2 |= METERS;
        last = look(); /* an input that is in a pulse already has not begun one */
        pulses[0] = 0;
        pulses[1] = 0;
    }
}

/* Pulses of channel 0 or 1 since the last call; counting goes on from 0. Not for use in an interrupt. */
uint16_t pulse_take(uint8_t channel)
{
    uint16_t taken;

    if (channel >= CHANNELS)
        return 0;
    __critical { /* a pulse between the two would be lost */
        taken = pulses[channel];
        pulses[channel] = 0;
    }
    return taken;
}
