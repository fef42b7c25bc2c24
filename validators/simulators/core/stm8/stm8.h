/* SPDX-License-Identifier: Apache-2.0
 *
 * The STM8S105: its CPU and memory map, and what the parts of this core share.
 */
#ifndef STM8_H
#define STM8_H
#include "bench.h"

enum { /* the memory map (datasheet DS5840, section 6.1) */
    RAM_SIZE = 0x0800, RAM_END = RAM_SIZE - 1,
    STACK_LIMIT = 0x0600, /* a push below it rolls over to the end of RAM (RM0016, section 3.1.2) */
    EEPROM = 0x4000, EEPROM_END = 0x4400, OPTIONS = 0x4800, OPTIONS_END = 0x4900,
    REGISTERS = 0x5000, REGISTERS_END = 0x5800, MONITOR = 0x5F00,
    CPU_REGISTERS = 0x7F00, CPU_REGISTERS_END = 0x7F0B, CORE_REGISTERS = 0x7F60, CORE_REGISTERS_END = 0x7FA0,
    FLASH = 0x8000, MEMORY_SIZE = 0x10000,
    TRAP_VECTOR = 0x8004, FIRST_VECTOR = 0x8008, VECTORS = 30,
};

enum { /* registers that more than one file knows, and bits in them */
    FLASH_IAPSR = 0x505F, WR_PG_DIS = 0x01, PUL = 0x02, EOP = 0x04, DUL = 0x08,
    UART1 = 0x5230, UART2 = 0x5240, UART_DR = 1, ADC_DRH = 0x5404, ADC_DRL = 0x5405,
};

enum { C = 0x01, Z = 0x02, N = 0x04, I0 = 0x08, H = 0x10, I1 = 0x20, V = 0x80 }; /* flags in CC */

typedef enum { PLAIN, P72, P90, P91, P92, PREFIXES } Prefix;

typedef enum { NO_BRANCH, STAYED, JUMPED } Branch;

typedef struct {
    uint8_t a, cc;
    uint16_t x, y, sp;
    uint32_t pc, start; /* start: of the instruction at hand */
    Branch branch;      /* what the instruction at hand did, if it is a conditional jump */
    bool asleep;
    bool slept;         /* the interrupt that is served woke the program */
    uint16_t isr_sp;    /* the stack pointer before that interrupt */
    uint16_t stack_base;
    uint16_t kept_sp;   /* of core_keep_place */
    uint8_t kept_cc;
} Cpu;

extern Cpu cpu;
extern uint8_t memory[MEMORY_SIZE];  /* registers: what was written last, or their value at reset */
extern bool loaded[MEMORY_SIZE - FLASH]; /* bytes of flash that the image has */
extern uint8_t seen[MEMORY_SIZE];    /* flags, by register, that the program saw set and has not answered */

/* memory.c */
uint8_t read(uint32_t a);
uint8_t read_in_passing(uint32_t a);
uint16_t read_word(uint32_t a);
void write(uint32_t a, uint8_t value);
void write_word(uint32_t a, uint16_t value);
void set_sp(uint16_t value);
void push(uint8_t value);
void push_word(uint16_t value);
uint8_t pop(void);
uint16_t pop_word(void);
void pop_flags(void);

/* operands.c */
uint8_t fetch(void);
uint16_t fetch_word(void);
uint32_t fetch_extended(void);
uint32_t read_extended(uint32_t a);
uint16_t *index_register(Prefix prefix);
uint16_t *other_register(Prefix prefix);
uint32_t operand(unsigned row, Prefix prefix);
uint32_t immediate(unsigned bytes);

/* jumps.c */
void call(uint32_t to);
void call_far(uint32_t to);
void jump(uint32_t to);
void jump_relative(uint8_t op, Prefix prefix);
void jump_on_bit(uint8_t op);

/* arithmetic.c */
void set_flags(uint8_t which, unsigned value);
uint8_t flags_of(uint8_t value);
uint8_t flags_of_word(uint16_t value);
uint8_t add(uint8_t a, uint8_t b, unsigned carry);
uint8_t subtract(uint8_t a, uint8_t b, unsigned borrow);
uint16_t add_words(uint16_t a, uint16_t b);
uint16_t subtract_words(uint16_t a, uint16_t b, uint8_t flags);
uint8_t modify(unsigned how, uint8_t value);
uint16_t modify_word(unsigned how, uint16_t value);
uint16_t multiply(uint16_t index);
void divide(uint16_t *index);
void divide_words(void);

/* registers.c */
void reset_registers(void);
uint8_t read_register(uint16_t a);
void write_register(uint16_t a, uint8_t value);
void program_eeprom(uint16_t a, uint8_t value);
void acknowledge(uint16_t reg, uint8_t flags);

/* peripherals.c */
void reset_peripherals(void);
uint8_t read_peripheral(uint16_t a);
void acknowledge_by_writing(uint16_t a, uint8_t value);
void write_peripheral(uint16_t a, uint8_t value);
void announce(uint16_t status, uint8_t flags);

/* vectors.c */
void save_context(void);
void return_from_interrupt(void);

#endif
