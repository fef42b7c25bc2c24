/* 1-Wire bus master on one open-drain pin, slots timed by TIM2, with the ROM search that finds every device. */
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
#define RCC_APB1ENR_TIM2EN (1u << 0)
#define TIM2 ((TIM_TypeDef *)0x40000000)
#define TIM_CR1_CEN (1u << 0)
#define TIM_SR_UIF (1u << 0)
#define TIM_EGR_UG (1u << 0)

#define TIMER_HZ 72000000
#define WIRE_PORT 0x40010C00
#define WIRE_CLOCK_BIT 3
#define WIRE_PIN 9
#define RESET_LOW_US 480
#define PRESENCE_US 70 /* devices answer 15..60 us after the release, for at least 60 us */
#define RESET_REST_US 410
#define SHORT_LOW_US 6 /* begins a slot; a device that sends 0 holds the line from here on */
#define SAMPLE_US 8    /* with the low time less than 15 us, after which the device may let go */
#define READ_REST_US 56
#define ZERO_LOW_US 60
#define ZERO_REST_US 10

#define WIRE ((GPIO_TypeDef *)WIRE_PORT)
#define LINE (1u << WIRE_PIN)
#define OPEN_DRAIN_2MHZ 0x6u
#define SEARCH_ROM 0xF0
#define ROM_BITS 64

typedef struct {
    uint8_t rom[8];     /* family code first, CRC last */
    uint8_t last_fork;  /* 1..64: where the last pass went 0 although there are devices with a 1 as well */
    bool finished;
} ow_search_t;

/* The counter runs at 1 MHz and overflows after `us` counts. */
static void delay_us(uint32_t us)
{
    TIM2->CNT = 0x10000u - us;
    TIM2->SR = 0;
    while (!(TIM2->SR & TIM_SR_UIF))
        ;
}

static void pull(void)
{
    WIRE->BRR = LINE;
}

static void release(void)
{
    WIRE->BSRR = LINE;
}

static bool is_high(void)
{
    return (WIRE->IDR & LINE) != 0;
}

/* One slot. Sending a 1 and reading are the same on the wire; the answer to a 0 is 0. */
static bool slot(bool bit)
{
    bool seen = false;

    if (bit) {
        __asm volatile("cpsid i"); /* a handler here would turn the 1 into a 0, or sample too late */
        pull();
        delay_us(SHORT_LOW_US);
        release();
        delay_us(SAMPLE_US);
        seen = is_high();
        __asm volatile("cpsie i");
        delay_us(READ_REST_US);
    } else {
        pull();
        delay_us(ZERO_LOW_US);
        release();
        delay_us(ZERO_REST_US);
    }
    return seen;
}

/* Called from main with interrupts on, as all that follows. */
void ow_init(void)
{
    volatile uint32_t *control = WIRE_PIN < 8 ? &WIRE->CRL : &WIRE->CRH;
    uint32_t shift = 4u * (WIRE_PIN % 8u);

    RCC_APB1ENR |= RCC_APB1ENR_TIM2EN;
    RCC_APB2ENR |= 1u << WIRE_CLOCK_BIT;
    release(); /* before the pin becomes an output */
    *control = (*control & ~(0xFu << shift)) | (OPEN_DRAIN_2MHZ << shift);
    TIM2->PSC = TIMER_HZ / 1000000 - 1;
    TIM2->ARR = 0xFFFF;
    TIM2->EGR = TIM_EGR_UG; /* takes the prescaler over now, not at the next overflow */
    TIM2->CR1 = TIM_CR1_CEN;
}

/* True when a device answered; false for an empty bus, and for one that is shorted to ground. */
bool ow_reset(void)
{
    bool present;

    if (!is_high())
        return false;
    pull();
    delay_us(RESET_LOW_US);
    release();
    delay_us(PRESENCE_US);
    present = !is_high();
    delay_us(RESET_REST_US);
    return present && is_high();
}

void ow_write(uint8_t byte)
{
    uint8_t i;

    for (i = 0; i < 8; i++) {
        slot(byte & 1);
        byte >>= 1;
    }
}

uint8_t ow_read(void)
{
    uint8_t byte = 0;
    uint8_t i;

    for (i = 0; i < 8; i++)
        if (slot(true))
            byte |= (uint8_t)(1u << i);
    return byte;
}

/* Maxim's CRC-8, x^8 + x^5 + x^4 + 1, lowest bit first. Over data and its CRC it is 0. */
uint8_t ow_crc8(const uint8_t *data, uint32_t count)
{
    uint8_t crc = 0;
    uint8_t i;

    while (count-- > 0) {
        crc ^= *data++;
        for (i = 0; i < 8; i++)
            crc = (crc & 1) ? (uint8_t)((crc >> 1) ^ 0x8C) : (uint8_t)(crc >> 1);
    }
    return crc;
}

void ow_search_start(ow_search_t *search)
{
    search->last_fork = 0;
    search->finished = false;
}

/* Which way to go at bit `place` (1..64), where devices with 0 and devices with 1 have answered. */
static bool branch(const ow_search_t *search, uint8_t place, bool last_time)
{
    return place < search->last_fork ? last_time : place == search->last_fork;
}

/* One pass through the tree of ROM codes, which leaves one device selected; false when there is none, or no more. */
bool ow_search_next(ow_search_t *search)
{
    uint8_t fork = 0;
    uint8_t place;

    if (search->finished || !ow_reset())
        return false;
    ow_write(SEARCH_ROM);
    for (place = 1; place <= ROM_BITS; place++) {
        uint8_t *byte = &search->rom[(place - 1) / 8];
        uint8_t mask = (uint8_t)(1u << ((place - 1) % 8));
        bool all_ones = slot(true);  /* the bit: high unless a device sends 0 */
        bool all_zeros = slot(true); /* and its complement */
        bool way = all_ones;

        if (all_ones && all_zeros)
            return false; /* nobody answered any more */
        if (!all_ones && !all_zeros) {
            way = branch(search, place, (*byte & mask) != 0);
            if (!way)
                fork = place;
        }
        *byte = way ? *byte | mask : *byte & (uint8_t)~mask;
        slot(way); /* devices with the other bit are silent until the next reset */
    }
    search->last_fork = fork;
    search->finished = fork == 0;
    return ow_crc8(search->rom, sizeof search->rom) == 0;
}
