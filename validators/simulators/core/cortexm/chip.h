/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulated STM32F103, a Cortex-M3; the parts that work on it. The processor is unicorn's.
 */
#ifndef CHIP_H
#define CHIP_H
#include <unicorn/unicorn.h>

#include "bench.h"

enum {
    FLASH = 0x08000000, FLASH_SIZE = 0x10000, /* also seen at 0 */
    RAM = 0x20000000, RAM_SIZE = 0x5000,
    PERIPHERALS = 0x40000000, MONITOR = 0x5FFF0000, MONITOR_END = 0x5FFF1000,
    ALIASES = 0x42000000, ALIASES_END = 0x44000000, /* one word for each bit of the first MiB of the peripherals */
    SYSTEM_SIZE = 0x100000,
};
#define SYSTEM 0xE0000000u

enum { /* registers that more than one part looks at */
    EXTI_IMR = 0x40010400, EXTI_PR = 0x40010414, DMA_ISR = 0x40020000, DMA_IFCR = 0x40020004,
};
#define SYSTICK_CTRL 0xE000E010u
#define NVIC_ISER 0xE000E100u
#define NVIC_IPR 0xE000E400u
#define SCB_VTOR 0xE000ED08u
#define SCB_SCR 0xE000ED10u
enum { TICK_ENABLE = 1, TICKINT = 2, COUNTFLAG = 1 << 16, SLEEPONEXIT = 2 };

typedef struct {
    uc_engine *uc;
    uint32_t pc;         /* of the next instruction, while nothing is being executed */
    bool booted;         /* stack pointer and program counter were taken from the vector table */
    bool asleep;
    bool event;          /* WFE goes on without sleeping */
    unsigned waiting;    /* the exception that woke a program with PRIMASK set; taken when that is cleared */
    uint32_t stack_from; /* where the stack was when the harness began */
    uint32_t kept_sp, kept_primask;
} Chip;

extern Chip chip;

/* engine.c */
uint32_t register_of(int which);
void set_register(int which, uint32_t value);
/* The RAM at an address, NULL when not all `size` bytes are RAM. */
uint8_t *ram_at(uint32_t address, uint32_t size);
void measure_stack(void);

/* exceptions.c */
/* Whether PRIMASK, FAULTMASK or BASEPRI keep exception n out. */
bool masked(unsigned n);
/* Takes the exception that waits, if it may be taken now. */
void take_waiting(void);
void exception_return(void);

/* registers.c */
void forget_registers(void);
/* What a register holds; the first is for changing it. */
uint32_t *latch(uint32_t word);
uint32_t held(uint32_t word);
/* Flags that time would set: they read 0 once and then 1; begin with that anew. */
void poll(uint32_t word, uint32_t running);
void wait_anew(uint32_t word);
/* The program saw these flags set, or an interrupt told it. */
void see(uint32_t word, uint32_t flags);
/* The program did what these flags asked for, and they go down. */
void acknowledge(uint32_t word, uint32_t flags);

/* peripherals.c */
uint32_t shown(uint32_t word);
void before_read(uint32_t word);
void after_read(uint32_t word);
void write_word(uint32_t word, uint32_t bits, uint32_t mask);
/* Whether all reads of a register are traced. */
bool is_input(uint32_t word);
bool is_idr(uint32_t word);
/* What a port's pins read as: of one that the port drives, its own output; where it only pulls down (open drain), both
 * together; else what is outside. */
uint32_t pins(uint32_t idr, uint32_t outside);

/* bus.c */
uint64_t bus_read(uc_engine *uc, uint64_t offset, unsigned bytes, void *from);
void bus_write(uc_engine *uc, uint64_t offset, unsigned bytes, uint64_t value, void *from);

#endif
