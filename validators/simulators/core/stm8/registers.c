/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory-mapped registers: what is traced, what is fed, the ports, and the data EEPROM.
 */
#include <string.h>

#include "stm8.h"

enum { PORTS = 0x5000, PORTS_END = 0x502D, EACH = 5, IDR = 1 };

/* Values at reset that are not 0 (datasheet DS5840, section 6.2). */
static const struct {
    uint16_t reg;
    uint8_t value;
} AT_RESET[] = {
    {0x5012, 0x02},                                                                     /* PD_CR1: SWIM */
    {0x505C, 0xFF}, {0x505E, 0xFF}, {FLASH_IAPSR, 0x40},                                /* FLASH_NCR2, FLASH_NFPR */
    {0x50C0, 0x01}, {0x50C3, 0xE1}, {0x50C4, 0xE1}, {0x50C6, 0x18}, {0x50C7, 0xFF}, {0x50CA, 0xFF}, /* CLK */
    {0x50D1, 0x7F}, {0x50D2, 0x7F}, {0x50E2, 0xFF}, {0x50F1, 0x3F}, {0x50F3, 0x1F},     /* WWDG, IWDG, AWU, BEEP */
    {0x5205, 0x07}, {0x5206, 0xFF}, {0x5207, 0xFF}, {0x521D, 0x02},                     /* SPI, I2C_TRISER */
    {0x5262, 0xFF}, {0x5263, 0xFF}, {0x530D, 0xFF}, {0x530E, 0xFF}, {0x532B, 0xFF},     /* TIMx_ARR */
    {0x532C, 0xFF}, {0x5346, 0xFF}, {0x5408, 0x03}, {0x5409, 0xFF},                     /* ADC_HTR */
    {0x7F70, 0xFF}, {0x7F71, 0xFF}, {0x7F72, 0xFF}, {0x7F73, 0xFF}, {0x7F74, 0xFF}, {0x7F75, 0xFF}, {0x7F76, 0xFF},
    {0x7F77, 0xFF},                                                                     /* ITC_SPR */
};

uint8_t seen[MEMORY_SIZE];

void reset_registers(void)
{
    memset(seen, 0, sizeof seen);
    for (size_t i = 0; i < sizeof AT_RESET / sizeof *AT_RESET; i++)
        memory[AT_RESET[i].reg] = AT_RESET[i].value;
}

/* The program did what a set flag asked for: traced if it had seen the flag, so that not waiting shows. */
void acknowledge(uint16_t reg, uint8_t flags)
{
    uint8_t known = seen[reg] & flags;
    seen[reg] &= (uint8_t)~flags;
    for (unsigned bit = 0; bit < 8; bit++)
        if (known >> bit & 1 && !bench.cut_now)
            event("A%04X.%u", reg, bit);
}

static bool is_pins(uint16_t a) { return a >= PORTS && a < PORTS_END && (a - PORTS) % EACH == IDR; }

static bool is_input(uint16_t a)
{
    return is_pins(a) || a == UART1 + UART_DR || a == UART2 + UART_DR || a == ADC_DRH || a == ADC_DRL;
}

/* A push-pull output reads as driven, an open drain as driven AND pulled, an input as it is pulled from outside. */
static uint8_t pins(uint16_t idr, uint8_t outside)
{
    uint8_t odr = memory[idr - 1], ddr = memory[idr + 1], push_pull = memory[idr + 2];
    return (uint8_t)((ddr & odr & (push_pull | outside)) | (~ddr & outside));
}

/* Pins that nobody feeds are pulled up. What an instruction then looks at of the value makes no difference: another
 * translation of the same C would look at it otherwise. */
uint8_t read_register(uint16_t a)
{
    uint8_t value = is_pins(a) ? 0xFF : read_peripheral(a);
    uint32_t given;
    bool is_given = fed(a, &given);
    if (is_given)
        value = (uint8_t)given;
    if (is_pins(a))
        value = pins(a, value);
    seen[a] |= value;
    if (is_given || is_input(a))
        register_event('R', a, 1, value);
    return value;
}

void write_register(uint16_t a, uint8_t value)
{
    acknowledge_by_writing(a, value);
    register_event('W', a, 1, value);
    write_peripheral(a, value);
}

/* Nothing is programmed before FLASH_DUKR was given its two keys. */
void program_eeprom(uint16_t a, uint8_t value)
{
    bool unlocked = memory[FLASH_IAPSR] & DUL;
    register_event('W', a, 1, value);
    if (unlocked)
        memory[a] = value;
    memory[FLASH_IAPSR] |= unlocked ? EOP : WR_PG_DIS;
}

uint32_t core_latch(uint32_t reg)
{
    if (reg >= MEMORY_SIZE)
        return 0;
    return is_pins((uint16_t)reg) ? pins((uint16_t)reg, 0xFF) : memory[reg];
}
