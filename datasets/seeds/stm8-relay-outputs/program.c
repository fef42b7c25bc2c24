/* Four relay outputs on ports C and D through a ULN2003: a high pin pulls its relay in. */
#include <stdbool.h>
#include <stdint.h>

#define PC_ODR (*(volatile uint8_t *)0x500A)
#define PC_DDR (*(volatile uint8_t *)0x500C)
#define PC_CR1 (*(volatile uint8_t *)0x500D)
#define PC_CR2 (*(volatile uint8_t *)0x500E)
#define PD_ODR (*(volatile uint8_t *)0x500F)
#define PD_DDR (*(volatile uint8_t *)0x5011)
#define PD_CR1 (*(volatile uint8_t *)0x5012)
#define PD_CR2 (*(volatile uint8_t *)0x5013)

#define K1_BIT 3 /* port C */
#define K2_BIT 4 /* port C */
#define K3_BIT 2 /* port D */
#define K4_BIT 3 /* port D */

#define K1 (1 << K1_BIT)
#define K2 (1 << K2_BIT)
#define K3 (1 << K3_BIT)
#define K4 (1 << K4_BIT)
#define PORT_C_RELAYS (K1 | K2)
#define PORT_D_RELAYS (K3 | K4)

/* A constant mask compiles to one BSET or BRES, so an interrupt that uses the same port cannot come in between. */
#define SWITCH(odr, mask, on) \
    do { \
        if (on) \
            (odr) |= (mask); \
        else \
            (odr) &= (uint8_t)~(mask); \
    } while (0)

/* Drops all four relays; the other pins keep their levels. */
void relay_all_off(void)
{
    PC_ODR &= (uint8_t)~PORT_C_RELAYS;
    PD_ODR &= (uint8_t)~PORT_D_RELAYS;
}

/* Makes the four pins push-pull outputs, without a moment in which a relay is driven. */
void relay_init(void)
{
    relay_all_off();
    PC_DDR |= PORT_C_RELAYS; /* output before CR1: on an input, CR1 is a pull-up, enough to turn a Darlington on */
    PD_DDR |= PORT_D_RELAYS;
    PC_CR1 |= PORT_C_RELAYS; /* push-pull */
    PD_CR1 |= PORT_D_RELAYS;
    PC_CR2 &= (uint8_t)~PORT_C_RELAYS; /* slow edges are fast enough for a coil, and quieter */
    PD_CR2 &= (uint8_t)~PORT_D_RELAYS;
}

/* Switches relay 1 to 4; there are no others. */
void relay_set(uint8_t relay, bool on)
{
    switch (relay) {
    case 1:
        SWITCH(PC_ODR, K1, on);
        break;
    case 2:
        SWITCH(PC_ODR, K2, on);
        break;
    case 3:
        SWITCH(PD_ODR, K3, on);
        break;
    case 4:
        SWITCH(PD_ODR, K4, on);
        break;
    }
}

/* Whether relay 1 to 4 is driven: the latch, since a pin that is shorted outside reads otherwise. */
bool relay_is_on(uint8_t relay)
{
    switch (relay) {
    case 1:
        return PC_ODR & K1;
    case 2:
        return PC_ODR & K2;
    case 3:
        return PD_ODR & K3;
    case 4:
        return PD_ODR & K4;
    }
    return false;
}
