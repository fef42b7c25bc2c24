/* SPDX-License-Identifier: Apache-2.0
 *
 * What all simulated chips share: the harness's wishes (sim.h), the inputs that wait, the ordered trace, the limits.
 * A core is one chip family; it is linked with the bench into one executable and defines the core_ functions below.
 *
 * One job a line on standard input, tab-separated:
 *     <image> <fill seed> <draw seed> <limit in cycles> <options>
 * Options are "-" or a comma-separated list of: stamps, coverage, state=<instructions>, cpu=<milliseconds> after which
 * a core that hangs is killed.
 * One result a line on standard output:
 *     <outcome> <cycles> <instructions> <stack bytes>[ <event>]...[ | T <stamps>][ | C <coverage>][ | S <state>]
 * Stamps are the cycle of each event, separated by commas. Coverage lists the addresses of executed instructions in
 * hex, separated by commas; a conditional jump (or skip) is followed by '+' when it always jumped, '-' when it never
 * did, '*' when both.
 * With state=<n> the run stops after n instructions, each event carries "@<instruction>", answers of the monitor are
 * traced as N<value>, and the state is what core_print_state prints: that is how a core is compared with another
 * simulator.
 */
#ifndef BENCH_H
#define BENCH_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    MONITOR_SIZE = 16,       /* bytes of the monitor page */
    FAILED_GRACE = 200000,   /* cycles that a run may go on after its first failed expectation */
};

typedef struct {
    const char *outcome;     /* NULL while the program runs; a core's loop ends when it is set */
    uint64_t cycles, instructions;
    uint64_t limit;          /* in cycles */
    unsigned stack;          /* most bytes of stack in use so far since the harness began; a core keeps it */
    bool in_isr;             /* a core sets it in core_interrupt and clears it at the return from interrupt */
    bool cut_now;            /* the program is about to be left: nothing that it still does is traced */
    bool coverage;           /* whether to call cover() */
    bool state;              /* whether state was asked for */
} Bench;

extern Bench bench;

/* ---- What a core calls. ---- */

/* Ends the run: done, cycle-limit, asleep, illegal-opcode, illegal-command, stack-overflow, bad-access, event-limit,
 * bad-image, restarted, stopped. The first call counts. */
void finish(const char *outcome);
/* Adds one event to the trace; the text has no space in it. */
__attribute__((format(printf, 1, 2))) void event(const char *format, ...);
/* A traced access of a memory-mapped register, in order: letter W or R (mcs51 also X and Y for external memory). Writes
 * are what SIM_EXPECT_WRITE looks at. `bytes` is the width of the access. */
void register_event(char letter, uint32_t reg, unsigned bytes, uint32_t value);
/* Whether the harness feeds this register; if so, what this read of it sees. Each call takes one from the queue. */
bool fed(uint32_t reg, uint32_t *value);
bool is_fed(uint32_t reg);
/* Bytes that SIM_RX queued for the UART (bit 8: the ninth bit). */
bool uart_waits(void);
uint16_t uart_receive(void);
bool uart_used(void); /* SIM_RX was called in this run */
/* The monitor page as the core maps it; writing its command byte executes the command. */
void monitor_write(unsigned offset, uint8_t value);
uint8_t monitor_read(unsigned offset);
/* One executed instruction; call it only while bench.coverage. */
void cover(uint32_t pc, bool conditional, bool jumped);
/* Whether anything may have to happen before the next instruction (an interrupt, a cut, a stop, the limit): a core that
 * runs more than one instruction in core_step must return when this becomes true, and when the program falls asleep. */
bool bench_pending(void);
/* The program waits for ever in an empty loop ("jump to itself"): goes on to the next timed interrupt, else ends. */
void endless_loop(void);
/* Random bytes for memory at power-up; seed 0 leaves all zero. */
void fill_memory(uint8_t *to, size_t size, uint64_t seed);

/* ---- What a core defines. ---- */

extern const int core_register_digits; /* hex digits of a register's address in events: 2, 4 or 8 */
extern const bool core_big_endian;     /* byte order of the monitor page's words */

/* Power-up: memory filled from the seed (two different seeds show a read of what nobody wrote), registers at reset. */
void core_reset(uint64_t fill);
/* One piece of the image; false when it does not fit. */
bool core_load(uint32_t address, const uint8_t *bytes, size_t size);
/* One instruction, or several while !bench_pending(); counts bench.cycles and bench.instructions. */
void core_step(void);
/* Whether interrupt n (numbered as the compiler numbers vectors) would be taken now. */
bool core_enabled(unsigned n);
/* Enters interrupt n as the chip does: pushes, masks, clears its flag where the hardware would, wakes. */
void core_interrupt(unsigned n);
/* Whether the program sleeps until an interrupt. */
bool core_asleep(void);
/* SIM_CUT_AFTER: remembers where the stack is; and: takes it up again, awake and outside interrupts, at `to`, which is
 * the value of the C function pointer (AVR: a word address; Thumb: bit 0 is set). */
void core_keep_place(void);
void core_jump(uint32_t to);
/* The harness's main begins: bench.stack, which was just set to 0, counts from where the stack is now. */
void core_begin(void);
/* The register's value now, without any side effect and without feeding. */
uint32_t core_latch(uint32_t reg);
/* Prints the machine's state without spaces at its ends. */
void core_print_state(void);

#endif
