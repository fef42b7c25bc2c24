/* SPDX-License-Identifier: Apache-2.0
 *
 * Where instructions find their operands: the addressing modes (PM0044, section 5).
 */
#include "stm8.h"

uint8_t fetch(void) { return memory[cpu.pc++ % MEMORY_SIZE]; }

uint16_t fetch_word(void)
{
    uint8_t high = fetch();
    return (uint16_t)(high << 8 | fetch());
}

uint32_t fetch_extended(void)
{
    uint8_t high = fetch();
    return (uint32_t)high << 16 | fetch_word();
}

/* A pointer of three bytes. */
uint32_t read_extended(uint32_t a)
{
    uint8_t high = read(a);
    return (uint32_t)high << 16 | read_word(a + 1);
}

uint16_t *index_register(Prefix prefix) { return prefix == P90 || prefix == P91 ? &cpu.y : &cpu.x; }

uint16_t *other_register(Prefix prefix) { return prefix == P90 || prefix == P91 ? &cpu.x : &cpu.y; }

/* Where the operand of this row lies: a short or long address, or what a pointer there says, plus X, Y or SP. */
uint32_t operand(unsigned row, Prefix prefix)
{
    bool pointed = prefix >= P91 || (prefix == P72 && row != 4 && row != 5);
    bool indexed = row == 4 || row == 6 || row == 7 || row >= 0xD;
    uint32_t base = 0;
    if (row < 2)
        return cpu.sp + (uint32_t)fetch();
    if (pointed)
        base = read_word(prefix == P72 ? fetch_word() : fetch());
    else if (row == 4 || row == 5 || row == 0xC || row == 0xD)
        base = fetch_word();
    else if (row != 7 && row != 0xF)
        base = fetch();
    return base + (indexed ? *index_register(prefix) : 0);
}

/* An immediate operand is read where it stands. */
uint32_t immediate(unsigned bytes)
{
    cpu.pc += bytes;
    return cpu.pc - bytes;
}
