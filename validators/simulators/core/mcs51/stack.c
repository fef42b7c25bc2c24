/* SPDX-License-Identifier: Apache-2.0
 *
 * The stack, which grows upwards in internal RAM.
 */
#include "chip.h"

/* How much of it is in use above the place where the harness began. */
void note_stack(void)
{
    int bytes = SFR(SP) - chip.stack_base;
    if (bytes > (int)bench.stack)
        bench.stack = (unsigned)bytes;
}

void push(uint8_t value)
{
    if (++SFR(SP) == 0)
        finish("stack-overflow");
    chip.iram[SFR(SP)] = value;
    note_stack();
}

uint8_t pop(void)
{
    uint8_t value = chip.iram[SFR(SP)];
    if (SFR(SP)-- == 0)
        finish("stack-overflow");
    return value;
}

void call(uint16_t to)
{
    push((uint8_t)chip.pc);
    push((uint8_t)(chip.pc >> 8));
    chip.pc = to;
}

uint16_t return_address(void)
{
    uint16_t high = pop();
    return (uint16_t)(high << 8 | pop());
}

void core_begin(void) { chip.stack_base = SFR(SP); }

void core_keep_place(void)
{
    chip.kept_sp = SFR(SP);
    chip.kept_psw = SFR(PSW);
}

void core_jump(uint32_t to)
{
    chip.pc = (uint16_t)to;
    SFR(SP) = chip.kept_sp;
    SFR(PSW) = chip.kept_psw;
    SFR(PCON) &= (uint8_t)~3;
}
