/* A bank of push-pull outputs on consecutive pins of one port, driven without read-modify-write of ODR. */
#include <stdint.h>

typedef struct {
    volatile uint32_t CRL;
    volatile uint32_t CRH;
    volatile uint32_t IDR;
    volatile uint32_t ODR;
    volatile uint32_t BSRR;
    volatile uint32_t BRR;
    volatile uint32_t LCKR;
} GPIO_TypeDef;

#define RCC_APB2ENR (*(volatile uint32_t *)0x40021018)

#define BANK_PORT 0x40010C00
#define BANK_CLOCK_BIT 3
#define FIRST_PIN 5
#define WIDTH 10
#define PIN_CONFIG 0x2 /* CNF = 00: push-pull; MODE: slew rate */

#define BANK ((GPIO_TypeDef *)BANK_PORT)
#define BANK_MASK ((1u << WIDTH) - 1u)

/* Gives one pin its four configuration bits; its seven neighbours in the register keep theirs. */
static void configure(uint32_t pin)
{
    volatile uint32_t *control = pin < 8 ? &BANK->CRL : &BANK->CRH;
    uint32_t shift = 4u * (pin % 8u);

    *control = (*control & ~(0xFu << shift)) | ((uint32_t)PIN_CONFIG << shift);
}

/* All outputs in one store: the lower half of BSRR sets, the upper half resets, zeros change nothing. */
void bank_write(uint16_t levels)
{
    uint32_t set = levels & BANK_MASK;
    uint32_t reset = ~set & BANK_MASK;

    BANK->BSRR = (reset << (16 + FIRST_PIN)) | (set << FIRST_PIN);
}

/* The levels are in place before the pins begin to drive them, so nothing connected sees a glitch. */
void bank_init(uint16_t levels)
{
    uint32_t pin;

    RCC_APB2ENR |= 1u << BANK_CLOCK_BIT;
    bank_write(levels);
    for (pin = FIRST_PIN; pin < FIRST_PIN + WIDTH; pin++)
        configure(pin);
}

/* Output `index` high; bit 0 of a bank is its lowest pin. */
void bank_set(uint8_t index)
{
    if (index < WIDTH)
        BANK->BSRR = 1u << (FIRST_PIN + index);
}

/* Output `index` low. */
void bank_clear(uint8_t index)
{
    if (index < WIDTH)
        BANK->BRR = 1u << (FIRST_PIN + index);
}

/* What the outputs are set to, whatever the pins are loaded with. */
uint16_t bank_levels(void)
{
    return (uint16_t)((BANK->ODR >> FIRST_PIN) & BANK_MASK);
}
