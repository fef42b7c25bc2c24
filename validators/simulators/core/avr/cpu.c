/* SPDX-License-Identifier: Apache-2.0
 *
 * Power-up, loading, and one instruction after the other, each looked at before simavr executes it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "avr.h"

const int core_register_digits = 2;
const bool core_big_endian = false;

enum { FUSES_START = 0x820000, EEPROM_START = 0x810000 };

avr_t *cpu;
bool just_enabled;
uint8_t eeprom[EEPROM_SIZE];

/* simavr reads and writes at addresses that the program computes, and looks whether they exist only afterwards. */
static uint8_t flash[0x10000 + 4], memory[0x10000 + 4], kinds[0x10000];
static unsigned kept_stack;
static uint8_t kept_status;

static void say_nothing(avr_t *avr, const int level, const char *format, va_list arguments)
{
    (void)avr, (void)level, (void)format, (void)arguments;
}

/* Without its init the chip has no peripherals: no timer of simavr's runs, and no interrupt of theirs comes. */
static void make_chip(void)
{
    avr_global_logger_set(say_nothing);
    cpu = avr_make_mcu_by_name("atmega328p");
    if (!cpu)
        abort();
    cpu->init = cpu->reset = NULL;
    avr_init(cpu);
    free(cpu->flash);
    free(cpu->data);
    cpu->flash = flash;
    cpu->data = memory;
    map_registers();
    for (unsigned opcode = 0; opcode < sizeof kinds; opcode++)
        kinds[opcode] = (uint8_t)kind_of((uint16_t)opcode);
}

void core_reset(uint64_t fill)
{
    if (!cpu)
        make_chip();
    avr_reset(cpu);
    cpu->run_cycle_count = 0; /* else avr_run_one does more than one instruction */
    just_enabled = false;
    memset(flash, 0xFF, sizeof flash);
    memset(eeprom, 0xFF, sizeof eeprom);
    memset(memory, 0, sizeof memory);
    fill_memory(memory + RAM_START, RAM_END + 1 - RAM_START, fill);
    fill_memory(memory, 32, fill ? ~fill : 0);
    reset_stack();
    core_keep_place();
    reset_registers();
}

/* Addresses as avr-gcc lays out an ELF file. Fuses, lock bits, signature and simavr's own .mmcu section say nothing
 * to a program. Beyond its end flash is seen again, as on the chip. */
bool core_load(uint32_t address, const uint8_t *bytes, size_t size)
{
    if (address >= FUSES_START)
        return true;
    if (address >= EEPROM_START) {
        if (size > EEPROM_SIZE || address - EEPROM_START > EEPROM_SIZE - size)
            return false;
        memcpy(eeprom + address - EEPROM_START, bytes, size);
        return true;
    }
    if (size > FLASH_SIZE || address > FLASH_SIZE - size)
        return false;
    memcpy(flash + address, bytes, size);
    memcpy(flash + FLASH_SIZE + address, bytes, size);
    return true;
}

uint8_t status_register(void)
{
    uint8_t value = 0;
    for (int bit = 0; bit < 8; bit++)
        value |= (uint8_t)(cpu->sreg[bit] << bit);
    return value;
}

void core_keep_place(void)
{
    kept_stack = stack_pointer();
    kept_status = status_register();
}

/* C's pointers to functions count words; its register r1 is always zero. */
void core_jump(uint32_t to)
{
    set_stack_pointer(kept_stack);
    for (int bit = 0; bit < 8; bit++)
        cpu->sreg[bit] = kept_status >> bit & 1;
    memory[1] = 0;
    just_enabled = false;
    cpu->state = cpu_Running;
    cpu->pc = to * 2;
}

static uint16_t word_at(unsigned address) { return (uint16_t)(flash[address] | flash[address + 1] << 8); }

/* simavr 1.6 takes ADIW and SBIW with a constant whose low half is 12 to 15 for two words when it skips them. */
static avr_flashaddr_t skipped_to(avr_flashaddr_t from, avr_flashaddr_t to)
{
    if (to - from != 6 || is_two_words(word_at(from + 2)))
        return to;
    cpu->cycle--;
    return to - 2;
}

/* Without the sleep enable bit SLEEP does nothing. */
static void look_at_state(void)
{
    if (cpu->state == cpu_Sleeping && (peripherals.latch[SMCR] & SE))
        return;
    if (cpu->state != cpu_Sleeping)
        finish("bad-access");
    cpu->state = cpu_Running;
}

static void step(void)
{
    avr_flashaddr_t from = cpu->pc, to;
    uint16_t opcode = from < FLASH_SIZE ? word_at(from) : 0xFFFF;
    Kind kind = (Kind)kinds[opcode];
    if (kind == ILLEGAL || !stack_allows(kind)) {
        finish(kind == ILLEGAL ? "illegal-opcode" : "stack-overflow");
        return;
    }
    bool enabled = cpu->sreg[S_I];
    peripherals.bit = kind == SET_BIT || kind == CLEAR_BIT ? (uint8_t)(1 << (opcode & 7)) : 0;
    peripherals.bit_set = kind == SET_BIT;
    cpu->cycle = 0;
    to = avr_run_one(cpu);
    if (kind == SKIP)
        to = skipped_to(from, to);
    cpu->pc = to;
    bench.cycles += cpu->cycle;
    bench.instructions++;
    just_enabled = !enabled && cpu->sreg[S_I] && kind != RETURN_FROM_INTERRUPT;
    if (cpu->state != cpu_Running)
        look_at_state();
    if (bench.coverage)
        cover(from, kind == BRANCH || kind == SKIP, to != from + 2);
    if (kind == RETURN_FROM_INTERRUPT)
        bench.in_isr = false;
    if (kind == PUSH || kind == CALL || kind == SET_STACK)
        stack_moved(kind);
    else if (kind == SELF_JUMP)
        endless_loop();
}

void core_step(void)
{
    do
        step();
    while (cpu->state == cpu_Running && !bench_pending());
}

/* pc, SREG, stack pointer, r0 to r31, RAM. */
void core_print_state(void)
{
    printf("%04X %02X %04X ", cpu->pc, status_register(), stack_pointer());
    for (int i = 0; i < 32; i++)
        printf("%02X", memory[i]);
    putchar(' ');
    for (int i = RAM_START; i <= RAM_END; i++)
        printf("%02X", memory[i]);
}
