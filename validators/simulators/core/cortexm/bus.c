/* SPDX-License-Identifier: Apache-2.0
 *
 * Accesses of the program outside flash and RAM: registers, the bits of registers as words, the monitor page.
 */
#include "chip.h"

static uint32_t ones(unsigned bytes) { return bytes < 4 ? (1u << 8 * bytes) - 1 : 0xFFFFFFFF; }

static uint32_t read_register(uint32_t address, unsigned bytes)
{
    uint32_t word = address & ~3u, given;
    before_read(word);
    uint32_t value = shown(word);
    bool traced = is_input(word);
    if (fed(word, &given)) {
        value = is_idr(word) ? pins(word, given) : given;
        traced = true;
    }
    see(word, value);
    after_read(word);
    value = value >> 8 * (address & 3) & ones(bytes);
    if (traced)
        register_event('R', address, bytes, value);
    return value;
}

static void write_register(uint32_t address, unsigned bytes, uint32_t value)
{
    unsigned shift = 8 * (address & 3);
    value &= ones(bytes);
    write_word(address & ~3u, value << shift, ones(bytes) << shift);
    register_event('W', address, bytes, value);
}

/* A word stands for one bit of a register, which the bus reads, changes and writes back. */
static bool is_alias(uint32_t address) { return address >= ALIASES && address < ALIASES_END; }

static uint32_t aliased(uint32_t address) { return PERIPHERALS + ((address - ALIASES) >> 7 << 2); }

static unsigned bit_of(uint32_t address) { return (address - ALIASES) >> 2 & 31; }

static bool is_monitor(uint32_t address) { return address >= MONITOR && address < MONITOR_END; }

uint64_t bus_read(uc_engine *uc, uint64_t offset, unsigned bytes, void *from)
{
    (void)uc;
    uint32_t address = *(const uint32_t *)from + (uint32_t)offset, value = 0;
    if (is_alias(address))
        return read_register(aliased(address), 4) >> bit_of(address) & 1;
    if (!is_monitor(address))
        return read_register(address, bytes);
    for (unsigned i = 0; i < bytes; i++)
        value |= (uint32_t)monitor_read(address - MONITOR + i) << 8 * i;
    return value;
}

void bus_write(uc_engine *uc, uint64_t offset, unsigned bytes, uint64_t value, void *from)
{
    (void)uc;
    uint32_t address = *(const uint32_t *)from + (uint32_t)offset;
    if (is_alias(address)) {
        uint32_t word = aliased(address), bit = 1u << bit_of(address);
        write_register(word, 4, (core_latch(word) & ~bit) | (value & 1 ? bit : 0));
    } else if (!is_monitor(address)) {
        write_register(address, bytes, (uint32_t)value);
    } else {
        for (unsigned i = 0; i < bytes; i++)
            monitor_write(address - MONITOR + i, (uint8_t)(value >> 8 * i));
    }
}
