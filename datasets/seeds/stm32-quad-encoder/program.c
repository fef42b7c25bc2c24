/* Quadrature encoder, sampled by TIM4 and decoded by a table: position, speed, and a count of impossible steps. */
#include <stdint.h>

typedef struct {
    volatile uint32_t CRL, CRH, IDR, ODR, BSRR, BRR, LCKR;
} GPIO_TypeDef;

typedef struct {
    volatile uint32_t CR1, CR2, SMCR, DIER, SR, EGR, CCMR1, CCMR2, CCER, CNT, PSC, ARR;
} TIM_TypeDef;

#define RCC_APB2ENR (*(volatile uint32_t *)0x40021018)
#define RCC_APB1ENR (*(volatile uint32_t *)0x4002101C)
#define RCC_APB1ENR_TIM4EN (1u << 2)
#define TIM4 ((TIM_TypeDef *)0x40000800)
#define TIM_CR1_CEN (1u << 0)
#define TIM_DIER_UIE (1u << 0)
#define TIM_SR_UIF (1u << 0)
#define TIM_EGR_UG (1u << 0)
#define NVIC_ISER0 (*(volatile uint32_t *)0xE000E100)
#define TIM4_IRQn 30

#define TIMER_HZ 72000000
#define SAMPLE_HZ 10000
#define WINDOW 100 /* samples over which the speed is taken */
#define ENCODER_PORT 0x40010C00
#define ENCODER_CLOCK_BIT 3
#define FIRST_PIN 6 /* channel A; channel B is the next one; both switch to ground */

#define ENCODER ((GPIO_TypeDef *)ENCODER_PORT)
#define PINS (3u << FIRST_PIN)
#define INPUT_PULLED 0x8u
#define COUNT_HZ 1000000
#define JUMP 2 /* both channels changed between two samples: the direction cannot be told */

/* Index: the former levels of B and A, then the present ones. A leads B when it turns forward. */
static const int8_t moves[16] = {
    0, 1, -1, JUMP,
    -1, 0, JUMP, 1,
    1, JUMP, 0, -1,
    JUMP, -1, 1, 0
};

static volatile uint32_t count;  /* unsigned, so that it may wrap; written by the interrupt only */
static volatile uint32_t jumps;
static volatile int32_t travel;  /* steps in the last full window */
static uint32_t origin;          /* the count that main calls zero */
static uint32_t levels;
static uint32_t window_start;
static uint32_t samples;

static uint32_t read_levels(void)
{
    return (ENCODER->IDR >> FIRST_PIN) & 3u; /* one read: both channels of the same moment */
}

void TIM4_IRQHandler(void)
{
    uint32_t now = read_levels();
    int8_t move = moves[(levels << 2) | now];

    TIM4->SR = ~TIM_SR_UIF;
    levels = now;
    if (move == JUMP)
        jumps++;
    else
        count += (uint32_t)(int32_t)move;
    samples++;
    if (samples == WINDOW) {
        samples = 0;
        travel = (int32_t)(count - window_start);
        window_start = count;
    }
}

/* Position and speed begin at 0, wherever the encoder stands. */
void encoder_init(void)
{
    uint32_t pin;

    RCC_APB2ENR |= 1u << ENCODER_CLOCK_BIT;
    RCC_APB1ENR |= RCC_APB1ENR_TIM4EN;
    TIM4->DIER = 0; /* no sample while the state is set up */
    ENCODER->BSRR = PINS; /* pull-ups */
    for (pin = FIRST_PIN; pin < FIRST_PIN + 2; pin++) {
        volatile uint32_t *control = pin < 8 ? &ENCODER->CRL : &ENCODER->CRH;
        uint32_t shift = 4u * (pin % 8u);

        *control = (*control & ~(0xFu << shift)) | (INPUT_PULLED << shift);
    }
    levels = read_levels();
    count = 0;
    origin = 0;
    jumps = 0;
    travel = 0;
    window_start = 0;
    samples = 0;
    TIM4->PSC = TIMER_HZ / COUNT_HZ - 1;
    TIM4->ARR = COUNT_HZ / SAMPLE_HZ - 1;
    TIM4->EGR = TIM_EGR_UG; /* loads the prescaler, and sets UIF */
    TIM4->SR = ~TIM_SR_UIF;
    TIM4->DIER = TIM_DIER_UIE;
    NVIC_ISER0 = 1u << TIM4_IRQn;
    TIM4->CR1 = TIM_CR1_CEN;
}

/* Quarter steps since the last encoder_zero; the difference is right even if the count has wrapped. */
int32_t encoder_position(void)
{
    return (int32_t)(count - origin);
}

/* Makes the present position 0. The interrupt's count stays its own, so nothing has to be locked. */
void encoder_zero(void)
{
    origin = count;
}

/* Quarter steps a second, forward positive, from the last full window. */
int32_t encoder_speed(void)
{
    return travel * (SAMPLE_HZ / WINDOW);
}

/* Impossible steps so far: noise, or an encoder that is faster than the sampling. */
uint32_t encoder_jumps(void)
{
    return jumps;
}
