/* RC servo on one channel of TIM3: pulses in microseconds, clamped to what the servo bears, moved step by step. */
#include <stdbool.h>
#include <stdint.h>

typedef struct {
    volatile uint32_t CRL, CRH, IDR, ODR, BSRR, BRR, LCKR;
} GPIO_TypeDef;

typedef struct {
    volatile uint32_t CR1, CR2, SMCR, DIER, SR, EGR, CCMR[2], CCER, CNT, PSC, ARR, RCR, CCR[4];
} TIM_TypeDef;

#define RCC_APB2ENR (*(volatile uint32_t *)0x40021018)
#define RCC_APB1ENR (*(volatile uint32_t *)0x4002101C)
#define RCC_APB1ENR_TIM3EN (1u << 1)
#define TIM3 ((TIM_TypeDef *)0x40000400)
#define TIM_CR1_CEN (1u << 0)
#define TIM_CR1_ARPE (1u << 7)
#define TIM_EGR_UG (1u << 0)
#define TIM_CCMR_PWM1 (6u << 4)    /* high while CNT < CCR */
#define TIM_CCMR_PRELOAD (1u << 3) /* a new CCR waits for the next frame, so no pulse is cut */

#define TIMER_HZ 72000000
#define CHANNEL 1
#define SERVO_PORT 0x40010800
#define SERVO_CLOCK_BIT 2
#define SERVO_PIN 6
#define FRAME_US 20000
#define MIN_US 600
#define MAX_US 2500
#define TRAVEL_DEGREES 180

#define SERVO ((GPIO_TypeDef *)SERVO_PORT)
#define COUNTS_PER_SECOND 1000000
#define ALTERNATE_2MHZ 0xAu

static uint16_t position_us; /* the last pulse ordered, also while the servo is off */

static uint16_t clamped(uint16_t us)
{
    if (us < MIN_US)
        return MIN_US;
    if (us > MAX_US)
        return MAX_US;
    return us;
}

/* Orders a pulse from the next frame on; gives the length that it got. */
uint16_t servo_pulse(uint16_t us)
{
    position_us = clamped(us);
    TIM3->CCR[CHANNEL - 1] = position_us;
    return position_us;
}

/* Starts with a pulse of `us`. The pin goes to the timer last, when the first frame is already right. */
void servo_init(uint16_t us)
{
    const uint32_t field = 8u * ((CHANNEL - 1u) % 2u);
    const uint32_t shift = 4u * SERVO_PIN;

    RCC_APB1ENR |= RCC_APB1ENR_TIM3EN;
    RCC_APB2ENR |= 1u << SERVO_CLOCK_BIT;
    TIM3->PSC = TIMER_HZ / COUNTS_PER_SECOND - 1;
    TIM3->ARR = FRAME_US - 1;
    TIM3->CCMR[(CHANNEL - 1) / 2] = (TIM3->CCMR[(CHANNEL - 1) / 2] & ~(0xFFu << field))
                                  | ((TIM_CCMR_PWM1 | TIM_CCMR_PRELOAD) << field);
    servo_pulse(us);
    TIM3->CCER |= 1u << (4 * (CHANNEL - 1));
    TIM3->EGR = TIM_EGR_UG; /* PSC, ARR and CCR are preloaded: take them over now */
    TIM3->CR1 = TIM_CR1_ARPE | TIM_CR1_CEN;
    SERVO->CRL = (SERVO->CRL & ~(0xFu << shift)) | (ALTERNATE_2MHZ << shift);
}

/* 0 degrees is MIN_US; beyond the travel the servo stays at its end. */
uint16_t servo_angle(uint16_t degrees)
{
    uint32_t way;

    if (degrees > TRAVEL_DEGREES)
        degrees = TRAVEL_DEGREES;
    way = ((uint32_t)(MAX_US - MIN_US) * degrees + TRAVEL_DEGREES / 2) / TRAVEL_DEGREES;
    return servo_pulse((uint16_t)(MIN_US + way));
}

/* Call once a frame: goes at most `step_us` towards the target; true when it is there. */
bool servo_move(uint16_t target_us, uint16_t step_us)
{
    uint16_t target = clamped(target_us);
    uint16_t way = target > position_us ? target - position_us : position_us - target;

    if (way <= step_us)
        servo_pulse(target);
    else if (target > position_us)
        servo_pulse(position_us + step_us);
    else
        servo_pulse(position_us - step_us);
    return position_us == target;
}

/* No more pulses after this frame: the servo goes limp and may be turned by hand. */
void servo_off(void)
{
    TIM3->CCR[CHANNEL - 1] = 0;
}
