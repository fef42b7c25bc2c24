/* SPDX-License-Identifier: Apache-2.0
 *
 * The peripherals of the STM32F103, as far as programs wait for them: what a read shows, and what a write does beyond
 * staying where it is. Time passes by polling: a flag that time would set reads 0 once and then 1.
 */
#include "chip.h"

enum { PLAIN, GPIO, USART, TIMER, ADC, SPI };

/* By KiB from PERIPHERALS. */
static const uint8_t KIND[] = {
    [0x00 ... 0x05] = TIMER, [0x0E ... 0x0F] = SPI, [0x11 ... 0x14] = USART, [0x42 ... 0x48] = GPIO,
    [0x49 ... 0x4A] = ADC,
    [0x4B] = TIMER, [0x4C] = SPI, [0x4D] = TIMER, [0x4E] = USART, [0x4F] = ADC,
};

enum { /* offsets of registers, bits in them */
    CRL = 0x00, IDR = 0x08, ODR = 0x0C, BSRR = 0x10, BRR = 0x14,
    USART_SR = 0x00, USART_DR = 0x04, USART_CR1 = 0x0C, TXE = 0x80, TC = 0x40, SENT = TXE | TC, RXNE = 0x20,
    RECEIVES = 0x2004, NINE_BITS = 0x1000,
    CR1 = 0x00, TIMER_SR = 0x10, EGR = 0x14, CCER = 0x20, CNT = 0x24, ARR = 0x2C, CEN = 1, URS = 4, OPM = 8, UIF = 1,
    ADC_SR = 0x00, CR2 = 0x08, ADC_DR = 0x4C, ADON = 1, CONTINUOUS = 2, CALIBRATES = 0x0C, SWSTART = 1 << 22, EOC = 2,
    SPI_SR = 0x08, SPI_DR = 0x0C, SPI_TXE = 2, SPI_RXNE = 1,
};
#define STARTED (1u << 31) /* in a status register: a conversion or transfer goes on; no program sees it */

/* Bits that follow others of the same register: value |= (value & mask) << shift. */
static const struct {
    uint32_t reg, mask;
    int shift;
} READY[] = {
    {0x40021000, 0x01010001, 1}, /* RCC_CR: HSIRDY, HSERDY, PLLRDY after HSION, HSEON, PLLON */
    {0x40021004, 0x03, 2},       /* RCC_CFGR: SWS after SW */
    {0x40021020, 0x01, 1},       /* RCC_BDCR: LSERDY */
    {0x40021024, 0x01, 1},       /* RCC_CSR: LSIRDY */
    {0x40022000, 0x10, 1},       /* FLASH_ACR: PRFTBS */
};

/* Writing ones here sets or clears bits of a register, or answers flags. */
static const struct {
    uint32_t first, last, target;
    enum { SETS, CLEARS, ANSWERS } how;
} STROBES[] = {
    {NVIC_ISER, NVIC_ISER + 4, NVIC_ISER, SETS}, {NVIC_ISER + 0x80, NVIC_ISER + 0x84, NVIC_ISER, CLEARS},
    {NVIC_ISER + 0x100, NVIC_ISER + 0x104, NVIC_ISER + 0x100, CLEARS}, /* ISPR: nothing is ever pending */
    {NVIC_ISER + 0x180, NVIC_ISER + 0x184, NVIC_ISER + 0x100, CLEARS}, /* ICPR */
    {EXTI_PR, EXTI_PR, EXTI_PR, ANSWERS}, {DMA_IFCR, DMA_IFCR, DMA_ISR, ANSWERS},
};

enum { READY_COUNT = sizeof READY / sizeof *READY, STROBE_COUNT = sizeof STROBES / sizeof *STROBES };

#define RTC_CRL 0x40002804u
#define FLASH_KEYR 0x40022004u
#define FLASH_CR 0x40022010u
#define SYSTICK_LOAD 0xE000E014u
#define SYSTICK_VAL 0xE000E018u
#define DWT_CYCCNT 0xE0001004u
enum { LOCK = 0x80 };

static int kind_of(uint32_t word)
{
    uint32_t i = (word - PERIPHERALS) >> 10;
    return i < sizeof KIND ? KIND[i] : PLAIN;
}

static int strobe_of(uint32_t word)
{
    for (int i = 0; i < STROBE_COUNT; i++)
        if (word >= STROBES[i].first && word <= STROBES[i].last)
            return i;
    return -1;
}

/* The register at this offset of the peripheral that a word belongs to. */
static uint32_t beside(uint32_t word, uint32_t offset) { return (word & ~0x3FFu) + offset; }

static uint32_t of_strobe(int strobe, uint32_t word) { return STROBES[strobe].target + (word - STROBES[strobe].first); }

/* ---- What a register shows. ---- */

bool is_idr(uint32_t word) { return kind_of(word) == GPIO && (word & 0x3FF) == IDR; }

bool is_input(uint32_t word)
{
    uint32_t offset = word & 0x3FF;
    switch (kind_of(word)) {
    case GPIO: return offset == IDR;
    case USART: return offset == USART_DR && uart_used();
    case ADC: return offset == ADC_DR;
    case SPI: return offset == SPI_DR;
    default: return false;
    }
}

uint32_t pins(uint32_t idr, uint32_t outside)
{
    uint32_t odr = held(beside(idr, ODR)), value = 0;
    for (int pin = 0; pin < 16; pin++) {
        unsigned mode = held(beside(idr, CRL + pin / 8 * 4)) >> pin % 8 * 4 & 15;
        bool drives = (mode & 3) && !(mode & 8), open_drain = drives && (mode & 4);
        uint32_t level = open_drain ? odr & outside : drives ? odr : outside;
        value |= level & 1u << pin;
    }
    return value;
}

static bool receives(uint32_t usart)
{
    return uart_waits() && (held(beside(usart, USART_CR1)) & RECEIVES) == RECEIVES;
}

uint32_t shown(uint32_t word)
{
    uint32_t value = held(word), offset = word & 0x3FF;
    int strobe = strobe_of(word);
    if (strobe >= 0)
        return held(of_strobe(strobe, word));
    switch (kind_of(word)) {
    case GPIO: return offset == IDR ? pins(word, held(beside(word, ODR))) : value; /* as pins are pulled by ODR */
    case USART: return offset == USART_SR && receives(word) ? value | RXNE : value;
    case ADC: case SPI: return value & ~STARTED;
    }
    for (int i = 0; i < READY_COUNT; i++)
        if (READY[i].reg == word)
            return (value & ~(READY[i].mask << READY[i].shift)) | (value & READY[i].mask) << READY[i].shift;
    return word == RTC_CRL ? value | 0x28 : value; /* synchronised, and the last write done */
}

uint32_t core_latch(uint32_t reg) { return shown(reg & ~3u) >> 8 * (reg & 3); }

/* ---- Reads. ---- */

/* A counter moves a little with each look at it. */
static void count(uint32_t counter, uint32_t top, bool up)
{
    uint32_t *value = latch(counter), step = top / 8 + 1;
    *value = up ? (*value + step) % (top + 1) : *value >= step ? *value - step : top;
}

/* The flags of a timer that time sets: its update, and the channels that are switched on. */
static void read_timer(uint32_t word)
{
    uint32_t cr1 = beside(word, CR1), on = held(beside(word, CCER)), flags = UIF, before = held(word);
    bool runs = held(cr1) & CEN;
    if ((word & 0x3FF) == CNT && runs)
        count(word, held(beside(word, ARR)) & 0xFFFF, true);
    if ((word & 0x3FF) != TIMER_SR)
        return;
    for (int channel = 0; channel < 4; channel++)
        flags |= (on >> 4 * channel & 1) << (channel + 1);
    poll(word, runs ? flags : 0);
    if ((held(word) & ~before & UIF) && (held(cr1) & OPM))
        *latch(cr1) &= ~(uint32_t)CEN;
}

static void read_usart(uint32_t word)
{
    uint32_t offset = word & 0x3FF, mask = held(beside(word, USART_CR1)) & NINE_BITS ? 0x1FF : 0xFF;
    if (offset == USART_SR)
        poll(word, SENT);
    if (offset != USART_DR || !receives(word))
        return;
    acknowledge(beside(word, USART_SR), RXNE);
    *latch(word) = uart_receive() & mask;
}

void before_read(uint32_t word)
{
    uint32_t offset = word & 0x3FF;
    switch (kind_of(word)) {
    case USART: read_usart(word); break;
    case TIMER: read_timer(word); break;
    case ADC:
        if (offset == ADC_SR)
            poll(word, held(word) & STARTED ? EOC : 0);
        break;
    case SPI:
        if (offset == SPI_SR)
            poll(word, SPI_TXE | (held(word) & STARTED ? SPI_RXNE : 0));
        break;
    default:
        if (word == SYSTICK_CTRL)
            poll(word, held(word) & TICK_ENABLE ? COUNTFLAG : 0);
        else if (word == SYSTICK_VAL && (held(SYSTICK_CTRL) & TICK_ENABLE))
            count(word, held(SYSTICK_LOAD) & 0xFFFFFF, false);
        else if (word == DWT_CYCCNT)
            *latch(word) += 100;
    }
}

void after_read(uint32_t word)
{
    uint32_t offset = word & 0x3FF, status;
    if (word == SYSTICK_CTRL && (held(word) & COUNTFLAG))
        acknowledge(word, COUNTFLAG);
    if (kind_of(word) == ADC && offset == ADC_DR) {
        status = beside(word, ADC_SR);
        acknowledge(status, EOC);
        if (!(held(beside(word, CR2)) & CONTINUOUS))
            *latch(status) &= ~STARTED;
    }
    if (kind_of(word) == SPI && offset == SPI_DR) {
        status = beside(word, SPI_SR);
        acknowledge(status, SPI_RXNE);
        *latch(status) &= ~STARTED;
    }
}

/* ---- Writes. ---- */

static void store(uint32_t word, uint32_t bits, uint32_t mask) { *latch(word) = (held(word) & ~mask) | bits; }

static void write_gpio(uint32_t word, uint32_t bits, uint32_t mask)
{
    uint32_t offset = word & 0x3FF, odr = beside(word, ODR);
    if (offset == BSRR)
        *latch(odr) = (held(odr) & ~(bits >> 16)) | (bits & 0xFFFF);
    else if (offset == BRR)
        *latch(odr) &= ~bits;
    else if (offset != IDR)
        store(word, bits, mask);
    *latch(odr) &= 0xFFFF;
}

/* Of the status, a write clears the end of transmission only. */
static void write_usart(uint32_t word, uint32_t bits, uint32_t mask)
{
    uint32_t offset = word & 0x3FF, sr = beside(word, USART_SR);
    if (offset == USART_SR) {
        acknowledge(sr, ~bits & mask & TC);
    } else if (offset == USART_DR) {
        acknowledge(sr, TXE);
        *latch(sr) &= ~(uint32_t)TC;
    } else {
        store(word, bits, mask);
    }
}

static void write_timer(uint32_t word, uint32_t bits, uint32_t mask)
{
    uint32_t offset = word & 0x3FF, sr = beside(word, TIMER_SR);
    if (offset == TIMER_SR) {
        acknowledge(sr, ~bits & mask);
        return;
    }
    wait_anew(sr);
    if (offset != EGR)
        store(word, bits, mask);
    else if ((bits & 1) && !(held(beside(word, CR1)) & URS))
        *latch(sr) |= UIF;
}

/* On this chip ADON written while it is set starts a conversion as well, if nothing else changes. */
static void write_adc(uint32_t word, uint32_t bits, uint32_t mask)
{
    uint32_t offset = word & 0x3FF, sr = beside(word, ADC_SR), before = held(word);
    if (offset == ADC_SR) {
        acknowledge(sr, ~bits & mask & ~STARTED);
        return;
    }
    store(word, bits, mask);
    if (offset != CR2)
        return;
    uint32_t now = held(word);
    *latch(word) &= ~(uint32_t)(CALIBRATES | SWSTART);
    if ((before & ADON) && ((now & SWSTART) || ((now & ADON) && now == before))) {
        wait_anew(sr);
        *latch(sr) = (held(sr) & ~(uint32_t)EOC) | STARTED;
    }
}

static void write_spi(uint32_t word, uint32_t bits, uint32_t mask)
{
    uint32_t offset = word & 0x3FF, sr = beside(word, SPI_SR);
    if (offset == SPI_DR) {
        acknowledge(sr, SPI_TXE);
        wait_anew(sr);
        *latch(sr) |= STARTED;
    } else if (offset != SPI_SR) {
        store(word, bits, mask);
    }
}

static void write_other(uint32_t word, uint32_t bits, uint32_t mask)
{
    int strobe = strobe_of(word);
    if (strobe >= 0) {
        uint32_t target = of_strobe(strobe, word);
        if (STROBES[strobe].how == SETS)
            *latch(target) |= bits;
        else if (STROBES[strobe].how == CLEARS)
            *latch(target) &= ~bits;
        else
            acknowledge(target, bits);
    } else if (word == FLASH_KEYR) {
        if (bits == 0xCDEF89AB)
            *latch(FLASH_CR) &= ~(uint32_t)LOCK;
    } else if (word == SYSTICK_VAL) {
        acknowledge(SYSTICK_CTRL, COUNTFLAG);
        *latch(word) = 0;
    } else if (word == SYSTICK_CTRL) {
        wait_anew(word);
        store(word, bits & ~(uint32_t)COUNTFLAG, mask & ~(uint32_t)COUNTFLAG);
    } else if (word != DMA_ISR) {
        store(word, bits, mask);
    }
}

void write_word(uint32_t word, uint32_t bits, uint32_t mask)
{
    switch (kind_of(word)) {
    case GPIO: write_gpio(word, bits, mask); break;
    case USART: write_usart(word, bits, mask); break;
    case TIMER: write_timer(word, bits, mask); break;
    case ADC: write_adc(word, bits, mask); break;
    case SPI: write_spi(word, bits, mask); break;
    default: write_other(word, bits, mask);
    }
}
