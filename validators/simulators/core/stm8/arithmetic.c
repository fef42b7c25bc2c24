/* SPDX-License-Identifier: Apache-2.0
 *
 * Arithmetic and its flags (PM0044, section 7.4).
 */
#include "stm8.h"

void set_flags(uint8_t which, unsigned value) { cpu.cc = (uint8_t)((cpu.cc & ~which) | (value & which)); }

uint8_t flags_of(uint8_t value) { return (uint8_t)((value & 0x80 ? N : 0) | (value ? 0 : Z)); }

uint8_t flags_of_word(uint16_t value) { return (uint8_t)((value & 0x8000 ? N : 0) | (value ? 0 : Z)); }

/* V is bit 7 of CC, where the overflow shows; H is bit 4, into which bit 3 carries. */
uint8_t add(uint8_t a, uint8_t b, unsigned carry)
{
    unsigned sum = a + b + carry;
    unsigned overflow = (a ^ sum) & (b ^ sum) & V, half = (a ^ b ^ sum) & H;
    set_flags(V | H | N | Z | C, overflow | half | flags_of((uint8_t)sum) | sum >> 8);
    return (uint8_t)sum;
}

uint8_t subtract(uint8_t a, uint8_t b, unsigned borrow)
{
    unsigned difference = (unsigned)a - b - borrow;
    unsigned overflow = (a ^ b) & (a ^ difference) & V;
    set_flags(V | N | Z | C, overflow | flags_of((uint8_t)difference) | (difference >> 8 & C));
    return (uint8_t)difference;
}

/* H: what bit 7 carries into bit 8. */
uint16_t add_words(uint16_t a, uint16_t b)
{
    unsigned sum = (unsigned)a + b;
    unsigned overflow = (a ^ sum) >> 8 & (b ^ sum) >> 8 & V, half = (a ^ b ^ sum) >> 4 & H;
    set_flags(V | H | N | Z | C, overflow | half | flags_of_word((uint16_t)sum) | sum >> 16);
    return (uint16_t)sum;
}

uint16_t subtract_words(uint16_t a, uint16_t b, uint8_t flags)
{
    unsigned difference = (unsigned)a - b;
    unsigned overflow = (unsigned)(a ^ b) >> 8 & (a ^ difference) >> 8 & V, half = (a ^ b ^ difference) >> 4 & H;
    set_flags(flags, overflow | half | flags_of_word((uint16_t)difference) | (difference >> 16 & C));
    return (uint16_t)difference;
}

/* What the low four bits of an opcode do to a byte; 13 only looks, 15 does not look. */
uint8_t modify(unsigned how, uint8_t value)
{
    unsigned r = 0, carry = cpu.cc & C;
    switch (how) {
    case 0x0: r = -value; set_flags(V | C, (value & r & V) | (value ? C : 0)); break;
    case 0x3: r = (uint8_t)~value; set_flags(C, C); break;
    case 0x4: r = value >> 1; set_flags(C, value & 1); break;
    case 0x6: r = value >> 1 | carry << 7; set_flags(C, value & 1); break;
    case 0x7: r = value >> 1 | (value & 0x80); set_flags(C, value & 1); break;
    case 0x8: r = value << 1; set_flags(C, value >> 7); break;
    case 0x9: r = value << 1 | carry; set_flags(C, value >> 7); break;
    case 0xA: r = value - 1; set_flags(V, value & ~r & V); break;
    case 0xC: r = value + 1; set_flags(V, ~value & r & V); break;
    case 0xD: r = value; break;
    case 0xE: r = value << 4 | value >> 4; break;
    }
    set_flags(N | Z, flags_of((uint8_t)r));
    return (uint8_t)r;
}

uint16_t modify_word(unsigned how, uint16_t value)
{
    unsigned r = 0, carry = cpu.cc & C;
    switch (how) {
    case 0x0: r = -value; set_flags(V | C, ((value & r) >> 8 & V) | (value ? C : 0)); break;
    case 0x3: r = (uint16_t)~value; set_flags(C, C); break;
    case 0x4: r = value >> 1; set_flags(C, value & 1); break;
    case 0x6: r = value >> 1 | carry << 15; set_flags(C, value & 1); break;
    case 0x7: r = value >> 1 | (value & 0x8000); set_flags(C, value & 1); break;
    case 0x8: r = value << 1; set_flags(C, value >> 15); break;
    case 0x9: r = value << 1 | carry; set_flags(C, value >> 15); break;
    case 0xA: r = value - 1; set_flags(V, (value & ~r) >> 8 & V); break;
    case 0xC: r = value + 1; set_flags(V, (~value & r) >> 8 & V); break;
    case 0xD: r = value; break;
    case 0xE: r = value << 8 | value >> 8; break;
    }
    set_flags(N | Z, flags_of_word((uint16_t)r));
    return (uint16_t)r;
}

uint16_t multiply(uint16_t index)
{
    set_flags(H | C, 0);
    return (uint16_t)((index & 0xFF) * cpu.a);
}

/* Division by zero sets C and leaves undefined values (here: unchanged). */
void divide(uint16_t *index)
{
    uint16_t dividend = *index;
    if (cpu.a) {
        *index = dividend / cpu.a;
        cpu.a = (uint8_t)(dividend % cpu.a);
        set_flags(V | H | N | Z | C, *index ? 0 : Z);
    } else {
        set_flags(C, C);
    }
}

void divide_words(void)
{
    uint16_t dividend = cpu.x;
    if (cpu.y) {
        cpu.x = dividend / cpu.y;
        cpu.y = dividend % cpu.y;
        set_flags(V | H | N | Z | C, cpu.x ? 0 : Z);
    } else {
        set_flags(C, C);
    }
}
