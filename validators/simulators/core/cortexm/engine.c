/* SPDX-License-Identifier: Apache-2.0
 *
 * Unicorn at work: one engine for all jobs, and a hook before each instruction, which counts it and stops between two
 * instructions when the bench has something to do.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "chip.h"

enum { CODE_BUFFER = 16 << 20, MARGIN = 0x10000 };
#define NOWHERE 0xFFFFFFFEu /* an address that the program cannot reach */
#define EXC_RETURN 0xFFFFFFF0u

const int core_register_digits = 8;
const bool core_big_endian = false;

Chip chip;

static _Alignas(4096) uint8_t flash[FLASH_SIZE], ram[RAM_SIZE];
static uint8_t image[FLASH_SIZE];
static uc_context *power_up;

static bool left, looping; /* the hook stopped unicorn; at a jump to itself */
static bool skipped;       /* an instruction that is not executed but stepped over: chip.pc is behind it */
static bool first;         /* no instruction was executed in this step yet */
static bool ran_ram;
static bool stack_moved;
static uint32_t branch, after_branch; /* a conditional branch whose outcome the next instruction shows */
static uint32_t block_from, block_end; /* the last IT instruction, and the end of what it makes conditional */

enum { PLAIN, BRANCH, WIDE, STACK, STACK_WIDE, STACK_HIGH, HINT, JUMP };

/* What the upper byte of an instruction's first halfword says of it. */
static const uint8_t KIND[256] = {
    [0x44] = STACK_HIGH, [0x46] = STACK_HIGH, /* add sp, rm; mov sp, rm */
    [0xB0] = STACK, [0xB4] = STACK, [0xB5] = STACK, [0xBF] = HINT,
    [0xB1] = BRANCH, [0xB3] = BRANCH, [0xB9] = BRANCH, [0xBB] = BRANCH, [0xD0 ... 0xDD] = BRANCH, [0xE7] = JUMP,
    [0xE9] = STACK_WIDE, [0xEB] = STACK_WIDE, [0xF8] = STACK_WIDE, [0xF0 ... 0xF7] = WIDE,
};

static void check(uc_err error, const char *what)
{
    if (error == UC_ERR_OK)
        return;
    fprintf(stderr, "unicorn cannot %s: %s\n", what, uc_strerror(error));
    exit(1);
}

uint32_t register_of(int which)
{
    uint32_t value = 0;
    uc_reg_read(chip.uc, which, &value);
    return value;
}

void set_register(int which, uint32_t value) { uc_reg_write(chip.uc, which, &value); }

uint8_t *ram_at(uint32_t address, uint32_t size)
{
    return address >= RAM && address - RAM <= RAM_SIZE - size ? ram + (address - RAM) : NULL;
}

void measure_stack(void)
{
    uint32_t used = chip.stack_from - register_of(UC_ARM_REG_SP);
    if (used <= RAM_SIZE && used > bench.stack)
        bench.stack = used;
}

void core_begin(void) { chip.stack_from = register_of(UC_ARM_REG_SP); }

/* ---- Before each instruction. ---- */

static uint16_t halfword(uint32_t pc)
{
    const uint8_t *at = pc < RAM ? flash + pc % FLASH_SIZE : ram_at(pc, 2);
    return at ? (uint16_t)(at[0] | at[1] << 8) : 0;
}

static void leave(void)
{
    left = true;
    uc_emu_stop(chip.uc);
}

static void skip_to(uint32_t next)
{
    chip.pc = next;
    skipped = true;
    leave();
}

/* Unicorn does not stop among the instructions that IT makes conditional, but behind them. */
static void begin_block(uint32_t pc, unsigned mask)
{
    block_from = block_end = pc;
    for (int n = 5 - __builtin_ctz(mask); n; n--)
        block_end += halfword(block_end) >= 0xE800 ? 4 : 2;
}

/* NOP, YIELD, WFE, WFI, SEV by their number; unicorn itself would end at the middle three. */
static void hint(unsigned number, uint32_t next)
{
    if (number == 4)
        chip.event = true;
    if (number == 2) {
        chip.asleep = !chip.event;
        chip.event = false;
    }
    if (number == 3)
        chip.asleep = !chip.waiting;
    if (number >= 1 && number <= 3)
        skip_to(next);
}

static void jump_to_itself(void)
{
    looping = true;
    leave();
}

/* An instruction that is not plain; whether it is a conditional branch. */
static bool special(uint32_t pc, uint32_t next, uint16_t op, bool in_block)
{
    uint16_t second;
    switch (KIND[op >> 8]) {
    case BRANCH: return true;
    case STACK: stack_moved = op >= 0xB400 || (op & 0x80); break;
    case STACK_HIGH: stack_moved = (op & 0x87) == 0x85; break;
    case STACK_WIDE: stack_moved = (op & 0x0F) == 0x0D; break;
    case HINT:
        if (op & 0x0F)
            begin_block(pc, op & 0x0F);
        else if (!in_block)
            hint(op >> 4 & 0x0F, next);
        break;
    case JUMP:
        if (op == 0xE7FE && !in_block)
            jump_to_itself();
        break;
    case WIDE:
        second = halfword(pc + 2);
        stack_moved = (op & 0xFF) == 0xAD; /* sub sp, sp, #n */
        if (op == 0xF3AF && (second & 0xFF00) == 0x8000 && !in_block)
            hint(second & 0xFF, next);
        if (op == 0xF7FF && second == 0xBFFE && !in_block)
            jump_to_itself();
        return (second & 0xD000) == 0x8000 && (op >> 6 & 0x0F) < 0x0E;
    }
    return false;
}

static bool stop_here(void) { return bench_pending() || (chip.waiting && !masked(chip.waiting)); }

static void on_instruction(uc_engine *uc, uint64_t address, uint32_t size, void *user)
{
    (void)uc;
    (void)user;
    uint32_t pc = (uint32_t)address;
    bool in_block = pc > block_from && pc < block_end;
    if (branch) {
        cover(branch, true, pc != after_branch);
        branch = 0;
    }
    if (stack_moved) {
        measure_stack();
        stack_moved = false;
    }
    if (pc >= RAM) {
        ran_ram = true;
        if (!ram_at(pc, size))
            finish("bad-access");
    }
    if (bench.outcome || (!first && stop_here())) {
        leave();
        if (!in_block)
            return;
    }
    first = false;
    bench.cycles++;
    bench.instructions++;
    uint16_t op = halfword(pc);
    bool conditional = KIND[op >> 8] != PLAIN && special(pc, pc + size, op, in_block);
    if (bench.coverage && conditional) {
        branch = pc;
        after_branch = pc + size;
    } else if (bench.coverage) {
        cover(pc, false, false);
    }
}

/* ---- The core, as the bench sees it. ---- */

static void open_engine(void)
{
    uc_hook hook;
    check(uc_open(UC_ARCH_ARM, UC_MODE_THUMB | UC_MODE_MCLASS, &chip.uc), "start");
    check(uc_ctl_set_cpu_model(chip.uc, UC_CPU_ARM_CORTEX_M3), "be a Cortex-M3");
    check(uc_ctl_set_tcg_buffer_size(chip.uc, CODE_BUFFER), "take a small buffer");
    check(uc_mem_map_ptr(chip.uc, FLASH, FLASH_SIZE, UC_PROT_READ | UC_PROT_EXEC, flash), "map flash");
    check(uc_mem_map_ptr(chip.uc, 0, FLASH_SIZE, UC_PROT_READ | UC_PROT_EXEC, flash), "map flash at 0");
    check(uc_mem_map_ptr(chip.uc, RAM, RAM_SIZE, UC_PROT_ALL, ram), "map RAM");
    static uint32_t peripherals = PERIPHERALS, system = SYSTEM;
    check(uc_mmio_map(chip.uc, PERIPHERALS, MONITOR_END - PERIPHERALS, bus_read, &peripherals, bus_write, &peripherals),
          "map peripherals");
    check(uc_mmio_map(chip.uc, SYSTEM, SYSTEM_SIZE, bus_read, &system, bus_write, &system), "map the system");
    check(uc_hook_add(chip.uc, &hook, UC_HOOK_CODE, (void *)on_instruction, NULL, 1, 0), "watch instructions");
    check(uc_context_alloc(chip.uc, &power_up), "save its state");
    check(uc_context_save(chip.uc, power_up), "save its state");
}

void core_reset(uint64_t fill)
{
    uint32_t random[13];
    if (!chip.uc)
        open_engine();
    if (ran_ram)
        uc_ctl_flush_tb(chip.uc); /* what was translated from RAM is no more */
    uc_context_restore(chip.uc, power_up);
    uc_engine *uc = chip.uc;
    memset(&chip, 0, sizeof chip);
    chip.uc = uc;
    ran_ram = stack_moved = false;
    branch = block_from = block_end = 0;
    fill_memory(ram, RAM_SIZE, fill);
    fill_memory((uint8_t *)random, sizeof random, ~fill * !!fill);
    for (int n = 0; n < 13; n++)
        set_register(UC_ARM_REG_R0 + n, random[n]);
    set_register(UC_ARM_REG_LR, 0xFFFFFFFF);
    forget_registers();
    memset(image, 0xFF, sizeof image);
}

bool core_load(uint32_t address, const uint8_t *bytes, size_t size)
{
    uint32_t at = address >= FLASH ? address - FLASH : address;
    if (at >= FLASH_SIZE || size > FLASH_SIZE - at)
        return false;
    memcpy(image + at, bytes, size);
    return true;
}

/* Runs of one image come one after another: what was translated for one serves the next. */
static void boot(void)
{
    uint32_t vectors[2];
    if (memcmp(flash, image, FLASH_SIZE)) {
        memcpy(flash, image, FLASH_SIZE);
        uc_ctl_flush_tb(chip.uc);
    }
    memcpy(vectors, flash, sizeof vectors);
    set_register(UC_ARM_REG_SP, vectors[0] & ~3u);
    chip.stack_from = vectors[0] & ~3u;
    chip.pc = vectors[1] & ~1u;
    chip.booted = true;
    if (!(vectors[1] & 1))
        finish("illegal-opcode");
}

static bool below_ram(uint32_t sp) { return sp < RAM + 64 && sp > RAM - MARGIN; }

static const char *failing(uc_err error)
{
    switch (error) {
    case UC_ERR_READ_UNMAPPED: case UC_ERR_WRITE_UNMAPPED:
        return below_ram(register_of(UC_ARM_REG_SP)) ? "stack-overflow" : "bad-access";
    case UC_ERR_FETCH_UNMAPPED: case UC_ERR_READ_PROT: case UC_ERR_WRITE_PROT: case UC_ERR_FETCH_PROT:
        return "bad-access";
    default: return "illegal-opcode";
    }
}

static void execute(void)
{
    left = looping = skipped = false;
    first = true;
    uc_err error = uc_emu_start(chip.uc, chip.pc | 1, NOWHERE, 0, 0);
    uint32_t pc = register_of(UC_ARM_REG_PC);
    if (pc >= EXC_RETURN && bench.in_isr) {
        exception_return();
    } else if (error != UC_ERR_OK || first) {
        finish(failing(error));
    } else {
        chip.asleep |= !left && !chip.waiting; /* WFI under a condition, which IT makes */
        chip.pc = skipped ? chip.pc : pc;
    }
}

void core_step(void)
{
    if (!chip.booted)
        boot();
    take_waiting();
    if (bench.outcome)
        return;
    execute();
    if (looping && !bench.outcome)
        endless_loop();
}

bool core_asleep(void) { return chip.asleep; }

void core_print_state(void)
{
    printf("%08X %08X", chip.pc, register_of(UC_ARM_REG_XPSR));
    for (int n = 0; n < 13; n++)
        printf(" %08X", register_of(UC_ARM_REG_R0 + n));
    printf(" %08X %08X", register_of(UC_ARM_REG_SP), register_of(UC_ARM_REG_LR));
}
