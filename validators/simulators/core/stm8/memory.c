/* SPDX-License-Identifier: Apache-2.0
 *
 * The memory map and the stack. What lies outside the map ends the run, and so does a write to flash.
 */
#include <stdio.h>
#include <string.h>

#include "stm8.h"

const int core_register_digits = 4;
const bool core_big_endian = true;

Cpu cpu;
uint8_t memory[MEMORY_SIZE];
bool loaded[MEMORY_SIZE - FLASH];

static bool within(uint32_t a, uint32_t from, uint32_t end) { return a >= from && a < end; }

static bool is_register(uint32_t a)
{
    return within(a, REGISTERS, REGISTERS_END) || within(a, CORE_REGISTERS, CORE_REGISTERS_END);
}

/* The CPU's own registers, which only a debugger reaches on the chip: they can be read here, for its monitors. */
static uint8_t cpu_register(uint32_t a)
{
    const uint8_t value[CPU_REGISTERS_END - CPU_REGISTERS] = {
        cpu.a, (uint8_t)(cpu.pc >> 16), (uint8_t)(cpu.pc >> 8), (uint8_t)cpu.pc, (uint8_t)(cpu.x >> 8), (uint8_t)cpu.x,
        (uint8_t)(cpu.y >> 8), (uint8_t)cpu.y, (uint8_t)(cpu.sp >> 8), (uint8_t)cpu.sp, cpu.cc,
    };
    return value[a - CPU_REGISTERS];
}

static bool is_memory(uint32_t a)
{
    return a < RAM_SIZE || within(a, FLASH, MEMORY_SIZE) || within(a, EEPROM, EEPROM_END) ||
           within(a, OPTIONS, OPTIONS_END);
}

/* Reads into `value`; false where nothing is. */
static bool found(uint32_t a, uint8_t *value)
{
    if (is_memory(a))
        *value = memory[a];
    else if (is_register(a))
        *value = read_register((uint16_t)a);
    else if (within(a, MONITOR, MONITOR + MONITOR_SIZE))
        *value = monitor_read(a - MONITOR);
    else if (within(a, CPU_REGISTERS, CPU_REGISTERS_END))
        *value = cpu_register(a);
    else
        return false;
    return true;
}

uint8_t read(uint32_t a)
{
    uint8_t value = 0;
    if (!found(a, &value))
        finish("bad-access");
    return value;
}

/* sdcc jumps over an instruction by making it the address of one that reads: 0xC5 (BCP) over two bytes, 0xBC (LDF) over
 * three. That the address is nowhere is no fault of the program. */
uint8_t read_in_passing(uint32_t a)
{
    uint8_t value = 0;
    found(a, &value);
    return value;
}

void write(uint32_t a, uint8_t value)
{
    if (a < RAM_SIZE)
        memory[a] = value;
    else if (is_register(a))
        write_register((uint16_t)a, value);
    else if (within(a, MONITOR, MONITOR + MONITOR_SIZE))
        monitor_write(a - MONITOR, value);
    else if (within(a, EEPROM, EEPROM_END) || within(a, OPTIONS, OPTIONS_END))
        program_eeprom((uint16_t)a, value);
    else
        finish("bad-access");
}

uint16_t read_word(uint32_t a)
{
    uint8_t high = read(a);
    return (uint16_t)(high << 8 | read(a + 1));
}

void write_word(uint32_t a, uint16_t value)
{
    write(a, (uint8_t)(value >> 8));
    write(a + 1, (uint8_t)value);
}

void set_sp(uint16_t value)
{
    cpu.sp = value;
    if (value < cpu.stack_base && bench.stack < (unsigned)cpu.stack_base - value)
        bench.stack = (unsigned)cpu.stack_base - value;
}

/* Only a push rolls over, not arithmetic on SP, so a stack that begins below the limit is one. */
void push(uint8_t value)
{
    if (cpu.sp > RAM_END) {
        finish("stack-overflow");
        return;
    }
    memory[cpu.sp] = value;
    set_sp((uint16_t)(cpu.sp - 1));
    if (cpu.sp == STACK_LIMIT - 1 || cpu.sp > RAM_END)
        finish("stack-overflow");
}

uint8_t pop(void)
{
    set_sp((uint16_t)(cpu.sp + 1));
    if (cpu.sp <= RAM_END)
        return memory[cpu.sp];
    finish("stack-overflow");
    return 0;
}

void push_word(uint16_t value)
{
    push((uint8_t)value);
    push((uint8_t)(value >> 8));
}

uint16_t pop_word(void)
{
    uint8_t high = pop();
    return (uint16_t)(high << 8 | pop());
}

void pop_flags(void) { cpu.cc = pop() & (V | I1 | H | I0 | N | Z | C); }

/* EEPROM and option bytes are as on a new chip, and so is flash: all zero. */
void core_reset(uint64_t fill)
{
    memset(memory, 0, sizeof memory);
    memset(loaded, 0, sizeof loaded);
    fill_memory(memory, RAM_SIZE, fill);
    memset(&cpu, 0, sizeof cpu);
    cpu.cc = I1 | I0;
    cpu.sp = cpu.stack_base = RAM_END;
    cpu.pc = FLASH;
    reset_registers();
    reset_peripherals();
}

bool core_load(uint32_t address, const uint8_t *bytes, size_t size)
{
    bool flash = address >= FLASH && address + size <= MEMORY_SIZE;
    if (!flash && !(address >= EEPROM && address + size <= EEPROM_END))
        return false;
    memcpy(memory + address, bytes, size);
    if (flash)
        memset(loaded + (address - FLASH), true, size);
    return true;
}

void core_begin(void) { cpu.stack_base = cpu.sp; }

void core_keep_place(void)
{
    cpu.kept_sp = cpu.sp;
    cpu.kept_cc = cpu.cc;
}

void core_jump(uint32_t to)
{
    cpu.pc = to;
    cpu.sp = cpu.kept_sp;
    cpu.cc = cpu.kept_cc;
    cpu.asleep = false;
}

bool core_asleep(void) { return cpu.asleep; }

/* PC, A, X, Y, SP, CC and RAM. */
void core_print_state(void)
{
    printf("%06X %02X %04X %04X %04X %02X ", cpu.pc, cpu.a, cpu.x, cpu.y, cpu.sp, cpu.cc);
    for (int i = 0; i < RAM_SIZE; i++)
        printf("%02X", memory[i]);
}
