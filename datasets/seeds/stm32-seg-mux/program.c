/* Stopwatch on four multiplexed seven-segment digits: TIM2 shows one digit after the other, main counts tenths. */
#include <stdint.h>

typedef struct {
    volatile uint32_t CRL, CRH, IDR, ODR, BSRR, BRR, LCKR;
} GPIO_TypeDef;

typedef struct {
    volatile uint32_t CR1, CR2, SMCR, DIER, SR, EGR, CCMR1, CCMR2, CCER, CNT, PSC, ARR;
} TIM_TypeDef;

#define RCC_APB2ENR (*(volatile uint32_t *)0x40021018)
#define RCC_APB2ENR_IOPAEN (1u << 2)
#define RCC_APB2ENR_IOPBEN (1u << 3)
#define RCC_APB1ENR (*(volatile uint32_t *)0x4002101C)
#define RCC_APB1ENR_TIM2EN (1u << 0)
#define GPIOA ((GPIO_TypeDef *)0x40010800)
#define GPIOB ((GPIO_TypeDef *)0x40010C00)
#define TIM2 ((TIM_TypeDef *)0x40000000)
#define TIM_CR1_CEN (1u << 0)
#define TIM_DIER_UIE (1u << 0)
#define TIM_SR_UIF (1u << 0)
#define TIM_EGR_UG (1u << 0)
#define NVIC_ISER0 (*(volatile uint32_t *)0xE000E100)
#define TIM2_IRQn 28

#define TIMER_HZ 72000000
#define SCAN_HZ 800  /* digits a second: each is lit a quarter of the time */
#define SEGMENT_ON 1 /* level that lights a segment: PA0 is a, PA6 is g, PA7 the point */
#define DIGIT_ON 0   /* level that selects a digit */
#define FIRST_DIGIT 8 /* pin of GPIOB for the rightmost digit; the others follow */

#define DIGITS 4
#define SEGMENTS 0xFFu
#define DIGIT_PINS (0xFu << FIRST_DIGIT)
#define COUNT_HZ 100000
#define OUTPUT_2MHZ 0x2u
#define MINUS 0x40u
#define POINT 0x80u
#define DASHES 0x40404040u

static const uint8_t shapes[10] = {0x3F, 0x06, 0x5B, 0x4F, 0x66, 0x6D, 0x7D, 0x07, 0x7F, 0x6F};

static volatile uint32_t picture; /* a byte each digit, rightmost lowest: one store changes all four at once */
static volatile uint32_t ticks;

/* One store to BSRR that gives the pins of `mask` the levels of `high`. */
static void put(GPIO_TypeDef *port, uint32_t mask, uint32_t high)
{
    port->BSRR = (high & mask) | ((~high & mask) << 16);
}

/* Dark while the segments change; otherwise each digit would glimmer with its neighbour's pattern. */
void TIM2_IRQHandler(void)
{
    static uint32_t digit;
    uint32_t lit = (picture >> (8 * digit)) & SEGMENTS;

    TIM2->SR = ~TIM_SR_UIF; /* the other flags ignore a 1 */
    put(GPIOB, DIGIT_PINS, DIGIT_ON ? 0 : DIGIT_PINS);
    put(GPIOA, SEGMENTS, SEGMENT_ON ? lit : ~lit);
    put(GPIOB, 1u << (FIRST_DIGIT + digit), DIGIT_ON ? DIGIT_PINS : 0);
    digit = (digit + 1) % DIGITS;
    ticks++;
}

/* Shows `value` with that many decimals, leading zeros dark; dashes when four digits are not enough. */
void display_value(int16_t value, uint8_t decimals)
{
    uint32_t rest = (uint32_t)(value < 0 ? -value : value);
    uint32_t shown = 0;
    uint32_t place;

    for (place = 0; place < DIGITS && (rest > 0 || place <= decimals); place++) {
        shown |= (uint32_t)shapes[rest % 10] << (8 * place);
        rest /= 10;
    }
    if (rest > 0 || decimals >= DIGITS || (value < 0 && place == DIGITS)) {
        picture = DASHES;
        return;
    }
    if (value < 0)
        shown |= MINUS << (8 * place);
    if (decimals > 0)
        shown |= POINT << (8 * decimals);
    picture = shown;
}

/* Everything is dark before the pins drive. */
void display_init(void)
{
    uint32_t pin;

    RCC_APB2ENR |= RCC_APB2ENR_IOPAEN | RCC_APB2ENR_IOPBEN;
    RCC_APB1ENR |= RCC_APB1ENR_TIM2EN;
    picture = 0;
    put(GPIOB, DIGIT_PINS, DIGIT_ON ? 0 : DIGIT_PINS);
    put(GPIOA, SEGMENTS, SEGMENT_ON ? 0 : SEGMENTS);
    GPIOA->CRL = 0x22222222; /* all eight pins are segments */
    for (pin = FIRST_DIGIT; pin < FIRST_DIGIT + DIGITS; pin++)
        GPIOB->CRH = (GPIOB->CRH & ~(0xFu << (4 * (pin - 8)))) | (OUTPUT_2MHZ << (4 * (pin - 8)));
    TIM2->PSC = TIMER_HZ / COUNT_HZ - 1;
    TIM2->ARR = COUNT_HZ / SCAN_HZ - 1;
    TIM2->EGR = TIM_EGR_UG; /* loads the prescaler, and sets UIF */
    TIM2->SR = ~TIM_SR_UIF;
    TIM2->DIER = TIM_DIER_UIE;
    NVIC_ISER0 = 1u << TIM2_IRQn;
    TIM2->CR1 = TIM_CR1_CEN;
}

int main(void)
{
    uint32_t last = ticks;
    int16_t tenths = 0;

    display_init();
    display_value(tenths, 1);
    for (;;) {
        __asm volatile("wfi");
        if (ticks - last >= SCAN_HZ / 10) {
            last += SCAN_HZ / 10; /* whole steps: no tick is lost if main was late */
            tenths = tenths == 9999 ? 0 : tenths + 1;
            display_value(tenths, 1);
        }
    }
}
