/* SPDX-License-Identifier: Apache-2.0
 *
 * An MCS-51/8052 core: power-up, program memory, and what the bench asks of the chip.
 */
#include <stdio.h>
#include <string.h>

#include "chip.h"

Chip chip;

const int core_register_digits = 2;
const bool core_big_endian = false;

void core_reset(uint64_t fill)
{
    memset(chip.sfr, 0, sizeof chip - offsetof(Chip, sfr));
    memset(chip.code, 0xFF, sizeof chip.code);
    fill_memory(chip.xram, sizeof chip.xram, fill);
    fill_memory(chip.iram, sizeof chip.iram, fill ? ~fill : 0);
    SFR(P0) = SFR(P1) = SFR(P2) = SFR(P3) = 0xFF;
    SFR(SP) = chip.stack_base = 7;
}

bool core_load(uint32_t address, const uint8_t *bytes, size_t size)
{
    if (address > sizeof chip.code || size > sizeof chip.code - address)
        return false;
    memcpy(chip.code + address, bytes, size);
    if (chip.code_end < address + size)
        chip.code_end = (uint32_t)(address + size);
    return true;
}

uint32_t core_latch(uint32_t reg)
{
    if (reg < 0x80)
        return 0;
    return reg < 0x100 ? latch((uint8_t)reg) : chip.xram[(uint16_t)reg];
}

/* The program counter, 128 registers and 256 bytes of RAM, in hex. */
void core_print_state(void)
{
    latch(PSW);
    printf("%04X ", chip.pc);
    for (int i = 0; i < 0x80; i++)
        printf("%02X", chip.sfr[i]);
    putchar(' ');
    for (int i = 0; i < 0x100; i++)
        printf("%02X", chip.iram[i]);
}
