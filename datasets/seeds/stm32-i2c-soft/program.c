/* I2C master on two open-drain pins: clock stretching is awaited but bounded, and a stuck bus is set free. */
#include <stdbool.h>
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
#define TIM_CR1_OPM (1u << 3)
#define TIM_SR_UIF (1u << 0)

#define BUS_PORT 0x40010C00
#define BUS_CLOCK_BIT 3
#define SCL_PIN 6
#define SDA_PIN 7
#define TIMER_HZ 72000000
#define BUS_HZ 100000
#define STRETCH_LIMIT 100 /* half bits that a slave may hold SCL */

#define BUS ((GPIO_TypeDef *)BUS_PORT)
#define SCL (1u << SCL_PIN)
#define SDA (1u << SDA_PIN)
#define OPEN_DRAIN_2MHZ 0x6u
#define HALF_BIT_TICKS (TIMER_HZ / (2u * BUS_HZ))
#define RECOVERY_PULSES 9 /* a slave in the middle of a byte needs no more to reach its acknowledge bit */

typedef enum {
    I2C_OK,
    I2C_NACK,  /* nobody there, or the slave wants no more */
    I2C_STUCK  /* a line is held low */
} i2c_result_t;

/* The timer runs once from 0 to ARR and stops by itself. */
static void half_bit(void)
{
    TIM4->SR = 0;
    TIM4->CR1 = TIM_CR1_OPM | TIM_CR1_CEN;
    while (!(TIM4->SR & TIM_SR_UIF))
        ;
}

/* Lets SCL go; it rises when the slowest slave lets go as well. False when none did in time. */
static bool release_clock(void)
{
    uint32_t looks;

    BUS->BSRR = SCL;
    for (looks = 0; looks < STRETCH_LIMIT; looks++) {
        if (BUS->IDR & SCL)
            return true;
        half_bit();
    }
    return false;
}

/* One clock pulse with SDA at `level`, sampled in its high half. False when SCL stays low. */
static bool clock_bit(bool level, bool *sampled)
{
    if (level)
        BUS->BSRR = SDA;
    else
        BUS->BRR = SDA;
    half_bit();
    if (!release_clock())
        return false;
    half_bit();
    *sampled = (BUS->IDR & SDA) != 0;
    BUS->BRR = SCL;
    return true;
}

/* Start or repeated start; false when somebody holds a line. */
static bool start(void)
{
    BUS->BSRR = SDA;
    half_bit();
    if (!release_clock())
        return false;
    half_bit();
    if (!(BUS->IDR & SDA))
        return false;
    BUS->BRR = SDA;
    half_bit();
    BUS->BRR = SCL;
    return true;
}

static bool stop(void)
{
    bool rose;

    BUS->BRR = SDA;
    half_bit();
    rose = release_clock();
    half_bit();
    BUS->BSRR = SDA;
    half_bit();
    return rose;
}

static i2c_result_t send(uint8_t byte)
{
    uint8_t mask;
    bool level;

    for (mask = 0x80; mask != 0; mask >>= 1)
        if (!clock_bit((byte & mask) != 0, &level))
            return I2C_STUCK;
    if (!clock_bit(true, &level))
        return I2C_STUCK;
    return level ? I2C_NACK : I2C_OK;
}

/* The last byte of a read is not acknowledged, or the slave would keep SDA for another one. */
static i2c_result_t receive(uint8_t *byte, bool acknowledge)
{
    uint8_t value = 0;
    uint8_t i;
    bool level;

    for (i = 0; i < 8; i++) {
        if (!clock_bit(true, &level))
            return I2C_STUCK;
        value = (uint8_t)(value << 1) | level;
    }
    if (!clock_bit(!acknowledge, &level))
        return I2C_STUCK;
    *byte = value;
    return I2C_OK;
}

static i2c_result_t address(uint8_t control)
{
    return start() ? send(control) : I2C_STUCK;
}

/* Every transfer ends with both lines released. */
static i2c_result_t finish(i2c_result_t result)
{
    if (result == I2C_STUCK) {
        BUS->BSRR = SCL | SDA;
        return I2C_STUCK;
    }
    return stop() ? result : I2C_STUCK;
}

static void configure(uint32_t pin)
{
    volatile uint32_t *control = pin < 8 ? &BUS->CRL : &BUS->CRH;
    uint32_t shift = 4u * (pin % 8u);

    *control = (*control & ~(0xFu << shift)) | (OPEN_DRAIN_2MHZ << shift);
}

/* Takes the pins over and clocks out a slave that a reset caught in the middle of a byte. False: the bus is stuck. */
bool i2c_init(void)
{
    uint32_t pulses;

    RCC_APB1ENR |= RCC_APB1ENR_TIM4EN;
    TIM4->PSC = 0;
    TIM4->ARR = HALF_BIT_TICKS - 1u;
    RCC_APB2ENR |= 1u << BUS_CLOCK_BIT;
    BUS->BSRR = SCL | SDA; /* released before they become outputs */
    configure(SCL_PIN);
    configure(SDA_PIN);
    if (!release_clock())
        return false;
    for (pulses = 0; !(BUS->IDR & SDA); pulses++) {
        if (pulses == RECOVERY_PULSES)
            return false;
        BUS->BRR = SCL;
        half_bit();
        if (!release_clock())
            return false;
        half_bit();
    }
    if (pulses == 0)
        return true;
    BUS->BRR = SCL;
    half_bit();
    return stop();
}

/* Writes `count` bytes to a 7-bit address; with none it only asks whether the slave is there. */
i2c_result_t i2c_write(uint8_t slave, const uint8_t *data, uint8_t count)
{
    i2c_result_t result = address((uint8_t)(slave << 1));

    while (result == I2C_OK && count-- > 0)
        result = send(*data++);
    return finish(result);
}

/* Reads `count` bytes from a register on, by a write of its number and a repeated start. */
i2c_result_t i2c_read(uint8_t slave, uint8_t reg, uint8_t *data, uint8_t count)
{
    i2c_result_t result;

    if (count == 0)
        return I2C_OK; /* once addressed for reading, a slave sends at least one */
    result = address((uint8_t)(slave << 1));
    if (result == I2C_OK)
        result = send(reg);
    if (result == I2C_OK)
        result = address((uint8_t)(slave << 1) | 1);
    while (result == I2C_OK && count-- > 0)
        result = receive(data++, count > 0);
    return finish(result);
}
