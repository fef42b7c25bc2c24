/* SPDX-License-Identifier: Apache-2.0
 *
 * The simulated chip and what the harness has asked of it; the parts that work on it.
 */
#ifndef MACHINE_H
#define MACHINE_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum {
    EVENT_LIMIT = 20000,
    EVENT_TEXT = 32,         /* upper bound of one event's text */
    EVENT_PLACE = 24,        /* and of the "@<instruction>" after it */
    QUEUE_LIMIT = 4096,      /* entries of one queue; what does not fit is dropped */
    FEED_LIMIT = 64,         /* registers that can be fed in one run */
    RANGE_LIMIT = 64,        /* different ranges drawn from in one run */
    FAILED_GRACE = 200000,   /* cycles that a run may go on after its first failed expectation */
};

enum { /* special function registers, and bits in them */
    P0 = 0x80, SP = 0x81, DPL = 0x82, DPH = 0x83, PCON = 0x87, TCON = 0x88, P1 = 0x90, SCON = 0x98, SBUF = 0x99,
    P2 = 0xA0, IE = 0xA8, P3 = 0xB0, T2CON = 0xC8, PSW = 0xD0, ACC = 0xE0, B = 0xF0,
    CY = 0x80, AC = 0x40, OV = 0x04, PARITY = 0x01,
    TF1 = 0x80, TR1 = 0x40, TF0 = 0x20, TR0 = 0x10, IE1 = 0x08, IE0 = 0x02,
    TF2 = 0x80, RCLK_TCLK = 0x30, TR2 = 0x04,
    SM0 = 0x80, SM1 = 0x40, SM2 = 0x20, REN = 0x10, RB8 = 0x04, TI = 0x02, RI = 0x01,
};

enum { IO_START = 0x8000, MONITOR = 0xFF00, COMMAND = 0xFF0A, RESULT = 0xFF0C };

typedef struct {
    int head, count;
    uint16_t items[QUEUE_LIMIT];
} Queue;

typedef struct {
    Queue waiting;
    uint8_t last;
} Feed;

typedef struct {
    uint16_t reg;
    uint8_t value;
} Write;

typedef struct {
    uint32_t lo, hi;
    int drawn;
} Range;

typedef struct {
    uint8_t n;
    uint64_t due;
} Timed;

typedef struct {
    uint8_t code[0x10000], xram[0x10000], iram[0x100], sfr[0x80];
    uint32_t code_end;
    uint16_t pc;
    uint8_t direct; /* the direct address of the instruction at hand */
    uint64_t cycles, limit, instructions, stop_after;
    const char *outcome;
    bool dump, failed;

    size_t text_size;
    int events;

    uint8_t feed_of[0x10000]; /* 1 + index in feeds, 0 for none */
    int feed_count;
    uint8_t receive_buffer;
    bool uart_fed;
    bool sending; /* a byte was written to SBUF whose TI the program has not seen */
    uint8_t polled; /* overflow flags that were read as 0 once: bit 0 TF0, 1 TF1, 2 TF2 */
    uint8_t noticed; /* flags that the program saw set and has not cleared, by their place in FLAGS */

    int write_count;
    uint16_t seen[0x10000]; /* writes of a register before this index in writes are seen */

    int timed_head, timed_count;
    bool in_isr;

    bool cut, cut_now;
    uint32_t cut_after;
    uint16_t cut_to;
    uint8_t cut_sp, cut_psw;

    int range_count;
    bool boundaries;
    uint64_t random;

    /* From here on reset leaves the contents: the counts above say what is in use. */
    char text[EVENT_LIMIT * (EVENT_TEXT + EVENT_PLACE)];
    Write writes[EVENT_LIMIT];
    Feed feeds[FEED_LIMIT];
    Queue received, requested, on_idle; /* UART frames that wait; interrupt numbers */
    Timed timed[QUEUE_LIMIT];
    Range ranges[RANGE_LIMIT];
} Machine;

#define SFR(m, address) ((m)->sfr[(address) - 0x80])

/* trace.c */
void push_queue(Queue *q, uint16_t item);
uint16_t pop_queue(Queue *q);
uint64_t next_random(uint64_t *state);
void finish(Machine *m, const char *outcome);
__attribute__((format(printf, 2, 3))) void event(Machine *m, const char *format, ...);
void register_event(Machine *m, char letter, uint16_t reg, uint8_t value);
uint8_t fed(Feed *feed);
void hold(Feed *feed, uint8_t value);
Feed *feed_for(Machine *m, uint16_t reg, bool make);

/* registers.c */
void notice(Machine *m, uint8_t a, uint8_t bits);
void poll_uart(Machine *m, uint8_t mask);
uint8_t latch(Machine *m, uint8_t a);
uint8_t fetch(Machine *m);
uint8_t read_external(Machine *m, uint16_t a);
void write_external(Machine *m, uint16_t a, uint8_t value);
uint8_t *reg(Machine *m, uint8_t n);
uint16_t dptr(Machine *m);
void set_dptr(Machine *m, uint16_t value);
uint16_t paged(Machine *m, uint8_t op);
uint8_t read_direct(Machine *m, uint8_t a);
uint8_t latch_direct(Machine *m, uint8_t a);
void write_direct(Machine *m, uint8_t a, uint8_t value);
uint8_t read_operand(Machine *m, uint8_t low);
uint8_t latch_operand(Machine *m, uint8_t low);
void write_operand(Machine *m, uint8_t low, uint8_t value);
uint8_t bit_byte(uint8_t bit);
bool read_bit(Machine *m, uint8_t bit);
void write_bit(Machine *m, uint8_t bit, bool value);
bool test_and_clear(Machine *m, uint8_t bit);

/* interrupts.c */
void push(Machine *m, uint8_t value);
uint8_t pop(Machine *m);
void call(Machine *m, uint16_t to);
uint16_t return_address(Machine *m);
bool timed_due(Machine *m);
uint8_t pop_timed(Machine *m);
void fall_asleep(Machine *m, const char *outcome, bool idle);
void serve(Machine *m);

/* monitor.c */
uint32_t word(Machine *m, uint16_t a);
void command(Machine *m, uint8_t number);

/* instructions.c */
void step(Machine *m);

#endif
