/* SPDX-License-Identifier: Apache-2.0
 *
 * The peripherals, as far as programs poll them (RM0016). Nothing here happens with time: a flag that a program waits
 * for comes when it looks, once as not yet and then as set, and data comes as the harness fed it.
 */
#include <string.h>

#include "stm8.h"

#define LATCH(reg) memory[reg]

enum { FLASH_PUKR = 0x5062, FLASH_DUKR = 0x5064, FIRST_KEY = 0x56, SECOND_KEY = 0xAE };

enum {
    CLK_ICKR = 0x50C0, CLK_ECKR = 0x50C1, CLK_CMSR = 0x50C3, CLK_SWR = 0x50C4, CLK_SWCR = 0x50C5,
    SWEN = 0x02, SWIF = 0x08, AWU_CSR = 0x50F0, AWUF = 0x20,
};

enum { SPI_CR1 = 0x5200, SPI_SR = 0x5203, SPI_DR = 0x5204, SPE = 0x40, MSTR = 0x04, SPI_TXE = 0x02, SPI_RXNE = 0x01 };

enum {
    I2C_CR2 = 0x5211, I2C_DR = 0x5216, I2C_SR1 = 0x5217, I2C_SR3 = 0x5219, START = 0x01, STOP = 0x02, SB = 0x01,
    ADDR = 0x02, BTF = 0x04, I2C_RXNE = 0x40, I2C_TXE = 0x80, MSL = 0x01, BUSY = 0x02, TRA = 0x04,
};

enum { UART_CR1 = 4, UART_CR2 = 5, REN = 0x04, R8 = 0x80, RXNE = 0x20, TC = 0x40, TXE = 0x80 };

enum {
    ADC_CSR = 0x5400, ADC_CR1 = 0x5401, ADC_CR2 = 0x5402, ADON = 0x01, CONT = 0x02, EXTTRIG = 0x40, EOC = 0x80,
    ADC_FLAGS = 0xC0,
};

enum { TIMERS = 4, CEN = 0x01, UDIS = 0x02, URS = 0x04, OPM = 0x08, UIF = 0x01 };

/* The flags are of the update and of each channel; `capture` is the low byte of the first channel's CCR. */
static const struct {
    uint16_t control, status, generation, capture;
    uint8_t flags;
} TIMER[TIMERS] = {
    {0x5250, 0x5255, 0x5257, 0x5266, 0x1F},
    {0x5300, 0x5302, 0x5304, 0x5310, 0x0F},
    {0x5320, 0x5322, 0x5324, 0x532E, 0x07},
    {0x5340, 0x5342, 0x5343, 0, 0x01},
};

typedef enum { IDLE, STARTED, ADDRESSED, MOVING, STOPPED } I2cPhase;

static struct {
    uint8_t polled[REGISTERS_END - REGISTERS]; /* flags, by register, that were read as 0 once since they can come */
    uint16_t key_register;                     /* where a first key went that waits for its second */
    bool received[2], transferred, converting; /* UART1 and UART2, SPI, ADC */
    uint16_t frame[2];                         /* the byte that was received last, and its ninth bit */
    I2cPhase i2c;
    bool i2c_reads;
} state;

void reset_peripherals(void) { memset(&state, 0, sizeof state); }

/* Those of the flags that are clear read as 0 once more, and then come. */
static void poll(uint16_t reg, uint8_t flags)
{
    uint8_t *polled = &state.polled[reg - REGISTERS], clear = flags & (uint8_t)~LATCH(reg);
    LATCH(reg) |= clear & *polled;
    *polled ^= clear;
}

/* A timer in one-pulse mode stops at its update. */
static void poll_timer(int i)
{
    uint8_t *control = &LATCH(TIMER[i].control), before = LATCH(TIMER[i].status);
    if (!(*control & CEN))
        return;
    poll(TIMER[i].status, TIMER[i].flags);
    if ((*control & OPM) && (LATCH(TIMER[i].status) & ~before & UIF))
        *control &= (uint8_t)~CEN;
}

/* Reading what a channel captured clears its flag. */
static void read_timer(uint16_t a)
{
    for (int i = 0; i < TIMERS; i++) {
        unsigned offset = (unsigned)a - TIMER[i].capture;
        if (a == TIMER[i].status)
            poll_timer(i);
        if (!TIMER[i].capture || offset >= 8 || offset % 2)
            continue;
        uint8_t flag = (uint8_t)(2 << offset / 2) & TIMER[i].flags;
        acknowledge(TIMER[i].status, flag);
        LATCH(TIMER[i].status) &= (uint8_t)~flag;
    }
}

static void write_timer(uint16_t a, uint8_t value)
{
    for (int i = 0; i < TIMERS; i++) {
        uint8_t *status = &LATCH(TIMER[i].status);
        if (a == TIMER[i].control && !(value & CEN)) {
            state.polled[TIMER[i].status - REGISTERS] = 0;
        } else if (a == TIMER[i].status) {
            value &= *status;
        } else if (a == TIMER[i].generation) {
            bool silent = LATCH(TIMER[i].control) & (UDIS | URS);
            *status |= value & TIMER[i].flags & (silent ? 0xFF ^ UIF : 0xFF);
            value = 0;
        }
    }
    LATCH(a) = value;
}

static void receive(int i)
{
    if (!state.received[i] && (LATCH((i ? UART2 : UART1) + UART_CR2) & REN) && uart_waits()) {
        state.frame[i] = uart_receive();
        state.received[i] = true;
    }
}

static uint8_t read_uart(int i, unsigned which)
{
    uint16_t base = i ? UART2 : UART1;
    if (which == 0 || which == UART_DR)
        receive(i);
    switch (which) {
    case 0: return (uint8_t)(TXE | TC | (state.received[i] ? RXNE : 0));
    case UART_DR:
        acknowledge(base, RXNE);
        state.received[i] = false;
        return (uint8_t)state.frame[i];
    case UART_CR1: return (uint8_t)((LATCH(base + UART_CR1) & ~R8) | (state.frame[i] & 0x100 ? R8 : 0));
    default: return LATCH(base + which);
    }
}

static void write_uart(int i, unsigned which, uint8_t value)
{
    if ((which == 0 && !(value & RXNE)) || (which == UART_CR2 && !(value & REN)))
        state.received[i] = false;
    LATCH((i ? UART2 : UART1) + which) = value;
}

/* A master has sent as soon as it began to; a slave has when the harness feeds it. */
static uint8_t spi_status(void)
{
    bool slave = (LATCH(SPI_CR1) & (SPE | MSTR)) == SPE;
    return SPI_TXE | (state.transferred || (slave && is_fed(SPI_DR)) ? SPI_RXNE : 0);
}

static uint8_t spi_data(void)
{
    acknowledge(SPI_SR, SPI_RXNE);
    state.transferred = false;
    return 0xFF; /* nobody drives the line */
}

/* A slave that acknowledges everything, for programs whose harness does not feed I2C_SR1. What was received when the
 * program asks for the stop can still be fetched. */
static uint8_t i2c_status(void)
{
    switch (state.i2c) {
    case STARTED: return SB;
    case ADDRESSED: return ADDR;
    case MOVING: case STOPPED: return BTF | (state.i2c_reads ? I2C_RXNE : I2C_TXE);
    default: return 0;
    }
}

static uint8_t i2c_mode(void)
{
    uint8_t mode = state.i2c == IDLE || state.i2c == STOPPED ? 0 : MSL | BUSY | (state.i2c_reads ? 0 : TRA);
    if (state.i2c == ADDRESSED)
        state.i2c = MOVING;
    return mode;
}

static void write_i2c(uint16_t a, uint8_t value)
{
    if (a == I2C_DR && state.i2c == STARTED) {
        state.i2c = ADDRESSED;
        state.i2c_reads = value & 1;
    } else if (a == I2C_CR2 && (value & STOP)) {
        state.i2c = state.i2c_reads && state.i2c != IDLE ? STOPPED : IDLE;
    } else if (a == I2C_CR2 && (value & START)) {
        state.i2c = STARTED;
        state.i2c_reads = false;
    }
    LATCH(a) = a == I2C_CR2 ? value & (uint8_t)~(START | STOP) : value;
}

/* One conversion follows the other without a start in continuous mode, and when a timer or a pin starts them. */
static uint8_t adc_status(void)
{
    uint8_t control = LATCH(ADC_CR1);
    if (state.converting || ((control & ADON) && (LATCH(ADC_CR2) & EXTTRIG)))
        poll(ADC_CSR, EOC);
    if (LATCH(ADC_CSR) & EOC)
        state.converting = control & CONT;
    return LATCH(ADC_CSR);
}

/* ADON wakes the converter, and starts it when it was awake. */
static void control_adc(uint8_t value)
{
    bool awake = LATCH(ADC_CR1) & ADON;
    LATCH(ADC_CR1) = value;
    state.converting = awake && (value & ADON);
    if (state.converting)
        seen[ADC_CSR] &= (uint8_t)~EOC;
}

/* The switch is ready at once; it happens when it is enabled. */
static void switch_clock(uint16_t a, uint8_t value)
{
    LATCH(a) = a == CLK_SWCR ? (value & (uint8_t)~SWIF) | (LATCH(a) & value & SWIF) : value;
    if (LATCH(CLK_SWR) == LATCH(CLK_CMSR))
        return;
    LATCH(CLK_SWCR) |= SWIF;
    if (LATCH(CLK_SWCR) & SWEN)
        LATCH(CLK_CMSR) = LATCH(CLK_SWR);
}

static void unlock(uint16_t a, uint8_t value)
{
    bool data = a == FLASH_DUKR;
    if (value == (data ? FIRST_KEY : SECOND_KEY) && state.key_register == a)
        LATCH(FLASH_IAPSR) |= data ? DUL : PUL;
    state.key_register = value == (data ? SECOND_KEY : FIRST_KEY) ? a : 0;
}

/* Gives what a register says, which clears some of its flags. */
static uint8_t take(uint16_t a, uint8_t cleared)
{
    uint8_t value = LATCH(a);
    LATCH(a) &= (uint8_t)~cleared;
    return value;
}

uint8_t read_peripheral(uint16_t a)
{
    switch (a) {
    case FLASH_IAPSR: return take(a, EOP | WR_PG_DIS);
    case AWU_CSR: return take(a, AWUF);
    case CLK_ICKR: return (uint8_t)(LATCH(a) | (LATCH(a) & 0x09) << 1); /* what is enabled is ready */
    case CLK_ECKR: return (uint8_t)(LATCH(a) | (LATCH(a) & 0x01) << 1);
    case SPI_SR: return spi_status();
    case SPI_DR: return spi_data();
    case I2C_SR1: return i2c_status();
    case I2C_SR3: return i2c_mode();
    case I2C_DR: return 0xFF;
    case ADC_CSR: return adc_status();
    case ADC_DRH: case ADC_DRL: acknowledge(ADC_CSR, EOC); return LATCH(a);
    }
    if (a >= UART1 && a < UART2 + 0x10)
        return read_uart(a >= UART2, a & 15);
    if (a >= TIMER[0].control && a < REGISTERS + 0x350)
        read_timer(a);
    return LATCH(a);
}

/* What a write says of flags that the program saw, before it has its effect. */
void acknowledge_by_writing(uint16_t a, uint8_t value)
{
    for (int i = 0; i < TIMERS; i++)
        if (a == TIMER[i].status)
            acknowledge(a, LATCH(a) & (uint8_t)~value & TIMER[i].flags);
    switch (a) {
    case UART1: case UART2: acknowledge(a, (uint8_t)~value & (RXNE | TC)); break;
    case UART1 + UART_DR: case UART2 + UART_DR: acknowledge(a - UART_DR, TXE); break;
    case SPI_DR: acknowledge(SPI_SR, SPI_TXE); break;
    case ADC_CSR: acknowledge(a, LATCH(a) & (uint8_t)~value & ADC_FLAGS); break;
    case CLK_SWCR: acknowledge(a, LATCH(a) & (uint8_t)~value & SWIF); break;
    }
}

void write_peripheral(uint16_t a, uint8_t value)
{
    switch (a) {
    case FLASH_IAPSR: LATCH(a) &= value | (uint8_t)~(DUL | PUL); return;
    case FLASH_PUKR: case FLASH_DUKR: unlock(a, value); return;
    case CLK_SWR: case CLK_SWCR: switch_clock(a, value); return;
    case CLK_CMSR: case SPI_SR: case I2C_SR1: case I2C_SR3: return; /* read only */
    case SPI_DR: LATCH(a) = value; state.transferred = (LATCH(SPI_CR1) & (SPE | MSTR)) == (SPE | MSTR); return;
    case I2C_CR2: case I2C_DR: write_i2c(a, value); return;
    case ADC_CSR: LATCH(a) = (value & (uint8_t)~ADC_FLAGS) | (LATCH(a) & value & ADC_FLAGS); return;
    case ADC_CR1: control_adc(value); return;
    }
    if (a >= UART1 && a < UART2 + 0x10)
        write_uart(a >= UART2, a & 15, value);
    else if (a >= TIMER[0].control && a < REGISTERS + 0x350)
        write_timer(a, value);
    else
        LATCH(a) = value;
}

/* An interrupt tells its service routine what polling would have shown. */
void announce(uint16_t status, uint8_t flags)
{
    if (status != UART1 && status != UART2) /* whose status is made when it is looked at */
        LATCH(status) |= flags;
    if (status == ADC_CSR)
        state.converting = LATCH(ADC_CR1) & CONT;
    seen[status] |= flags;
}
