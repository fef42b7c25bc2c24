/* SPDX-License-Identifier: Apache-2.0
 *
 * Jumps and calls.
 */
#include "stm8.h"

void call(uint32_t to)
{
    push_word((uint16_t)cpu.pc);
    cpu.pc = to;
}

void call_far(uint32_t to)
{
    call(to);
    push((uint8_t)(cpu.start >> 16)); /* calls do not cross sections */
}

void jump(uint32_t to)
{
    cpu.pc = to;
    if (to == cpu.start)
        endless_loop();
}

static bool condition(uint8_t op, Prefix prefix)
{
    bool less = !(cpu.cc & N) != !(cpu.cc & V), holds = false;
    switch (op & 0x0E) {
    case 0x0: holds = true; break;
    case 0x2: holds = !(cpu.cc & (C | Z)); break;
    case 0x4: holds = !(cpu.cc & C); break;
    case 0x6: holds = !(cpu.cc & Z); break;
    case 0x8: holds = !(cpu.cc & (prefix ? H : V)); break;
    case 0xA: holds = !(cpu.cc & N); break;
    case 0xC: holds = prefix ? (cpu.cc & (I1 | I0)) != (I1 | I0) : !less && !(cpu.cc & Z); break;
    case 0xE: holds = prefix ? false : !less; break; /* JRIL: nobody pulls the interrupt line */
    }
    return holds != (op & 1);
}

static void jump_if(bool holds, bool conditional)
{
    int8_t offset = (int8_t)fetch();
    if (conditional)
        cpu.branch = holds ? JUMPED : STAYED;
    if (!holds)
        return;
    bench.cycles++;
    cpu.pc = (uint32_t)((int32_t)cpu.pc + offset);
}

/* A jump to itself on a flag waits for ever, since nothing changes the flag. */
void jump_relative(uint8_t op, Prefix prefix)
{
    jump_if(condition(op, prefix), prefix || op > 0x21);
    if (cpu.pc == cpu.start)
        endless_loop();
}

void jump_on_bit(uint8_t op)
{
    bool set = read(fetch_word()) >> (op >> 1 & 7) & 1;
    set_flags(C, set ? C : 0);
    jump_if(set != (op & 1), true);
}
