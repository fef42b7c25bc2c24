/* Debounced push-button on an EXTI line: an edge starts a quiet time, and the level at its end is what counts. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t CRL, CRH, IDR, ODR, BSRR, BRR, LCKR;
} GPIO_TypeDef;

typedef struct {
    volatile uint32_t IMR, EMR, RTSR, FTSR, SWIER, PR;
} EXTI_TypeDef;

#define RCC_APB2ENR (*(volatile uint32_t *)0x40021018)
#define RCC_APB2ENR_AFIOEN (1u << 0)
#define AFIO_EXTICR ((volatile uint32_t *)0x40010008) /* four lines in each of four words */
#define EXTI ((EXTI_TypeDef *)0x40010400)
#define EXTI_IMR_BITS ((volatile uint32_t *)0x42208000) /* bit-band alias: one word for each line of IMR */
#define NVIC_ISER0 (*(volatile uint32_t *)0xE000E100)
#define EXTI9_5_IRQn 23

#define PORT_CODE 1 /* as AFIO and RCC count the ports: 0 is A */
#define BUTTON_PORT 0x40010C00
#define BUTTON_PIN 7 /* button to ground, pulled up inside */
#define QUIET_MS 20

#define BUTTON ((GPIO_TypeDef *)BUTTON_PORT)
#define LINE (1u << BUTTON_PIN)
#define INPUT_PULLED 0x8u

static volatile uint32_t quiet_ms; /* what is left of the quiet time; the line is masked meanwhile */
static volatile uint32_t presses;  /* counted by the tick only */
static volatile bool down;
static uint32_t taken; /* of these, how many main has seen; written by main only */

/* Lines 5 to 9 share this vector, so it looks whether the button is meant. */
void EXTI9_5_IRQHandler(void)
{
    if (!(EXTI->PR & LINE))
        return;
    EXTI_IMR_BITS[BUTTON_PIN] = 0; /* the bounces that follow interrupt nobody */
    EXTI->PR = LINE;               /* a 1 clears; or-ing into PR would clear the other lines' flags too */
    quiet_ms = QUIET_MS;
}

/* Call every millisecond from a timer interrupt. */
void button_tick(void)
{
    bool low;

    if (quiet_ms == 0)
        return;
    quiet_ms--;
    if (quiet_ms > 0)
        return;
    EXTI->PR = LINE; /* flagged by bounces */
    EXTI_IMR_BITS[BUTTON_PIN] = 1;
    low = !(BUTTON->IDR & LINE); /* read once armed: a change from here on gives an edge */
    if (low && !down)
        presses++;
    down = low;
}

/* A button that is held at start-up counts as down, but not as pressed. */
void button_init(void)
{
    volatile uint32_t *control = BUTTON_PIN < 8 ? &BUTTON->CRL : &BUTTON->CRH;
    uint32_t shift = 4u * (BUTTON_PIN % 8u);
    volatile uint32_t *source = &AFIO_EXTICR[BUTTON_PIN / 4];
    uint32_t place = 4u * (BUTTON_PIN % 4u);

    EXTI_IMR_BITS[BUTTON_PIN] = 0;
    RCC_APB2ENR |= RCC_APB2ENR_AFIOEN | (4u << PORT_CODE);
    BUTTON->BSRR = LINE; /* with this input mode ODR chooses the pull-up */
    *control = (*control & ~(0xFu << shift)) | (INPUT_PULLED << shift);
    *source = (*source & ~(0xFu << place)) | ((uint32_t)PORT_CODE << place);
    quiet_ms = 0;
    presses = 0;
    taken = 0;
    EXTI->RTSR |= LINE;
    EXTI->FTSR |= LINE;
    EXTI->PR = LINE; /* selecting port and edge may have flagged it */
    EXTI_IMR_BITS[BUTTON_PIN] = 1;
    down = !(BUTTON->IDR & LINE);
    NVIC_ISER0 = 1u << EXTI9_5_IRQn;
}

/* How often the button was pressed since the last call. */
uint32_t button_take_presses(void)
{
    uint32_t fresh = presses - taken;

    taken += fresh;
    return fresh;
}

/* The debounced level. */
bool button_is_down(void)
{
    return down;
}
