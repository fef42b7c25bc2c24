/* SPDX-License-Identifier: Apache-2.0
 *
 * The I/O registers: what is traced, what is fed, and the ports. simavr's own peripherals are not there at all.
 */
#include <string.h>

#include "avr.h"

Peripherals peripherals;

static bool is_pins(uint8_t reg) { return reg == PINB || reg == PINC || reg == PIND; }

static bool is_monitor(uint8_t reg) { return reg >= MONITOR && reg < MONITOR + MONITOR_SIZE; }

/* Flags that are cleared by writing 1 to them; a port's pins toggle by it. */
static bool takes_ones(uint8_t reg)
{
    return is_pins(reg) || reg == TIFR0 || reg == TIFR1 || reg == TIFR2 || reg == PCIFR || reg == EIFR;
}

/* The program did what a set flag asked for: traced if it had seen the flag, so that not waiting shows. */
void acknowledge(uint8_t reg, uint8_t flags)
{
    uint8_t known = peripherals.seen[reg] & flags;
    peripherals.seen[reg] &= (uint8_t)~flags;
    for (unsigned bit = 0; bit < 8; bit++)
        if (known >> bit & 1 && !bench.cut_now)
            event("A%02X.%u", reg, bit);
}

/* A flag that was cleared reads as 0 at the next look in any case. */
void clear_flags(uint8_t reg, uint8_t flags)
{
    peripherals.latch[reg] &= (uint8_t)~flags;
    peripherals.seen[reg] &= (uint8_t)~flags;
    peripherals.polled[reg] &= (uint8_t)~flags;
}

/* An output reads as it is driven; an input as it is fed, else as its pull-up has it. */
static uint8_t pins(uint8_t reg, bool given, uint8_t level)
{
    uint8_t direction = peripherals.latch[reg + 1], latch = peripherals.latch[reg + 2];
    return (uint8_t)((latch & direction) | ((given ? level : latch) & ~direction));
}

/* A 16-bit register is fed by its low byte's address, whole; its high byte is then read from what came with the low
 * one, or alone (as the result of an 8-bit conversion is). Feeding the high byte by its own address works too. */
static bool is_wide(uint8_t low) { return low == ADCL || low == TCNT1L || low == ICR1L; }

static uint32_t adjusted(uint8_t low, uint32_t value)
{
    return low == ADCL && (peripherals.latch[ADMUX] & ADLAR) ? value << 6 : value;
}

static bool fed_low(uint8_t low, uint8_t *value)
{
    uint32_t whole;
    if (!fed(low, &whole))
        return false;
    if (!is_fed(low + 1u)) {
        whole = adjusted(low, whole);
        peripherals.high[low] = (uint8_t)(whole >> 8);
        peripherals.high_waits[low] = true;
    }
    *value = (uint8_t)whole;
    return true;
}

static bool fed_high(uint8_t low, uint8_t *value)
{
    uint32_t whole;
    if (peripherals.high_waits[low])
        *value = peripherals.high[low];
    else if (fed(low, &whole))
        *value = (uint8_t)(adjusted(low, whole) >> 8);
    else
        return false;
    peripherals.high_waits[low] = false;
    return true;
}

static bool fed_byte(uint8_t reg, uint8_t *value)
{
    uint32_t whole;
    if (is_wide(reg))
        return fed_low(reg, value);
    if (!is_fed(reg) && is_wide((uint8_t)(reg - 1)))
        return fed_high((uint8_t)(reg - 1), value);
    bool given = fed(reg, &whole);
    if (given)
        *value = (uint8_t)whole;
    return given;
}

/* simavr keeps what this returns in its own memory, but never reads it there: what counts is the latch. */
static uint8_t read_register(avr_t *avr, avr_io_addr_t address, void *unused)
{
    uint8_t reg = (uint8_t)address;
    (void)avr, (void)unused;
    if (is_monitor(reg))
        return monitor_read(reg - MONITOR);
    if (peripherals.bit)
        return peripherals.latch[reg]; /* SBI and CBI change one bit and look at none */
    uint8_t value = read_peripheral(reg);
    bool given = fed_byte(reg, &value);
    if (is_pins(reg))
        value = pins(reg, given, value);
    peripherals.seen[reg] |= value;
    if (given || is_pins(reg) || reg == UDR0 || reg == ADCL || reg == ADCH)
        register_event('R', reg, 1, value);
    return value;
}

static void write_register(avr_t *avr, avr_io_addr_t address, uint8_t value, void *unused)
{
    uint8_t reg = (uint8_t)address;
    (void)avr, (void)unused;
    if (is_monitor(reg)) {
        monitor_write(reg - MONITOR, value);
        return;
    }
    if (peripherals.bit && takes_ones(reg))
        value = peripherals.bit_set ? peripherals.bit : 0;
    if (takes_ones(reg) && !is_pins(reg))
        acknowledge(reg, value);
    else
        acknowledge_by_writing(reg, value);
    register_event('W', reg, 1, value);
    if (is_pins(reg))
        peripherals.latch[reg + 2] ^= value;
    else if (takes_ones(reg))
        clear_flags(reg, value);
    else
        write_peripheral(reg, value);
}

/* The CPU's own registers, stack pointer and status, stay simavr's. */
void map_registers(void)
{
    for (unsigned reg = 0x20; reg < RAM_START; reg++) {
        if (reg == R_SPL || reg == R_SPH || reg == R_SREG)
            continue;
        avr_register_io_read(cpu, (avr_io_addr_t)reg, read_register, NULL);
        avr_register_io_write(cpu, (avr_io_addr_t)reg, write_register, NULL);
    }
}

/* Values at reset other than 0; MCUSR tells of power-up. */
void reset_registers(void)
{
    memset(&peripherals, 0, sizeof peripherals);
    peripherals.latch[MCUSR] = 0x01;
    peripherals.latch[UCSR0C] = 0x06;
    peripherals.latch[TWAR] = 0xFE;
    peripherals.latch[TWDR] = 0xFF;
    peripherals.twi_status = 0xF8;
}

uint32_t core_latch(uint32_t reg)
{
    if (reg == R_SREG)
        return status_register();
    if (reg < 0x20 || reg == R_SPL || reg == R_SPH || (reg >= RAM_START && reg <= RAM_END))
        return cpu->data[reg];
    return reg < RAM_START ? peripherals.latch[reg] : 0;
}
