/* SPDX-License-Identifier: Apache-2.0
 *
 * What a behaviour harness says to the simulator, and what the simulator answers.
 *
 * A harness is C, compiled in one translation unit after the program under test (the program's own main, if it has
 * one, is then called program_main). It feeds inputs, calls the program, and states what must have come out:
 *
 *     SIM_FEED(SIM_P1, 0xFE);            the next read of P1 sees the pins at 0xFE (later reads keep the last value fed)
 *     SIM_EXPECT(key_scan(), 1);         reports the value; the run fails when it differs
 *     SIM_EXPECT_WRITE(SIM_P2, 0x7F);    the first write of P2 not yet expected was 0x7F
 *
 * Inputs come per read, never by cycle: an equivalent variant may run faster and must see the same inputs.
 * Time passes by polling too: while TRx is set the flag TFx reads 0 once and then 1; TI reads 1 as soon as SBUF was
 * written; RI reads 1 while bytes queued by SIM_RX wait. A port pin reads as latch AND pin, as on the chip, so a
 * program that forgets to release a line (write 1) reads 0.
 */
#ifndef SIM_H
#define SIM_H
#include <stdint.h>

/* Registers, as SIM_FEED and the expectations name them. */
#define SIM_SFR(address) (address)  /* any special function register, 0x80..0xFF */
#define SIM_XDATA(address) (address) /* external memory-mapped I/O, 0x8000..0xFEFF */
#define SIM_P0 0x80
#define SIM_P1 0x90
#define SIM_P2 0xA0
#define SIM_P3 0xB0

/* The monitor page, external RAM 0xFF00..0xFF1F, is answered by the simulator. */
volatile __xdata __at(0xFF00) uint32_t sim_a;
volatile __xdata __at(0xFF04) uint32_t sim_b;
volatile __xdata __at(0xFF08) uint16_t sim_line;
volatile __xdata __at(0xFF0A) uint8_t sim_command; /* writing it executes */
volatile __xdata __at(0xFF0C) uint32_t sim_result; /* the answer, read after sim_command */

#define SIM_DO(command, a, b) \
    do { \
        sim_a = (uint32_t)(a); \
        sim_b = (uint32_t)(b); \
        sim_line = __LINE__; \
        sim_command = (command); \
    } while (0)

/* The next read of reg gives value; calls queue up. The last value fed stays. */
#define SIM_FEED(reg, value) SIM_DO(1, reg, value)
/* Every read of reg gives value from here on; what was queued is forgotten. */
#define SIM_HOLD(reg, value) SIM_DO(2, reg, value)
/* Queues one byte that the UART receives while REN is set; bit 8 is the ninth bit of modes 2 and 3. */
#define SIM_RX(byte) SIM_DO(3, byte, 0)
/* Interrupt n (as in __interrupt(n)) happens here; it is taken only if EA and its enable bit are set. */
#define SIM_INTERRUPT(n) SIM_DO(4, n, 0)
/* Interrupt n happens when the program next enters idle or power-down; calls queue up. */
#define SIM_INTERRUPT_ON_IDLE(n) SIM_DO(5, n, 0)
/* Interrupt n happens after so many machine cycles (for a loop that waits for a RAM flag); calls queue up, each counted
 * from the one before. While it is not enabled it waits. An endless empty loop skips to it. */
#define SIM_INTERRUPT_AFTER(n, cycles) SIM_DO(6, n, cycles)
/* Labels what follows ("call n") in reports of a difference. */
#define SIM_MARK(n) SIM_DO(7, n, 0)
/* A value that a variant must give too. */
#define SIM_REPORT(value) SIM_DO(8, value, 0)
/* The same, and the run fails when it is not the expected one (both as 32-bit unsigned patterns). */
#define SIM_EXPECT(actual, expected) SIM_DO(9, actual, expected)
/* The oldest write of reg that no expectation has seen yet had this value; the run fails otherwise. */
#define SIM_EXPECT_WRITE(reg, value) SIM_DO(10, reg, value)
/* No write of reg is left that no expectation has seen. */
#define SIM_EXPECT_NO_WRITE(reg) SIM_DO(11, reg, 0)
/* Counts the writes of reg so far as seen. */
#define SIM_SKIP_WRITES(reg) SIM_DO(12, reg, 0)
/* After n more traced register events (reads and writes), whatever runs is left and `then` is entered (it must end
 * with SIM_DONE): for programs that never return. It is entered too when the program sleeps with nothing to wake it. */
#define SIM_CUT_AFTER(n, then) SIM_DO(13, n, (uint16_t)(then))
/* Ends the run. */
#define SIM_DONE() do { SIM_DO(14, 0, 0); for (;;) ; } while (0)

static uint32_t sim_ask(uint8_t command, uint32_t a, uint32_t b)
{
    sim_a = a;
    sim_b = b;
    sim_command = command;
    return sim_result;
}
/* A stimulus in lo..hi (32-bit unsigned). In the first run each range gives its boundary values first (lo, hi, lo+1,
 * hi-1, middle), then seeded random ones; in the second run they are random from the start. */
#define SIM_DRAW(lo, hi) sim_ask(15, (uint32_t)(lo), (uint32_t)(hi))
/* Number of writes of reg so far. */
#define SIM_WRITES(reg) sim_ask(16, (reg), 0)
/* Latch value of reg now. */
#define SIM_LATCH(reg) sim_ask(17, (reg), 0)

/* The harness's main is called from here: the start-up code's own port writes (it pages external RAM with P2) are
 * forgotten, and returning from it ends the run. */
void sim_harness(void);
void main(void)
{
    SIM_DO(18, 0, 0);
    sim_harness();
    SIM_DONE();
}
#define main sim_harness
#endif
