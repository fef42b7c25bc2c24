/* SPDX-License-Identifier: Apache-2.0
 *
 * The 8052, and the parts of the core that work on it.
 */
#ifndef CHIP_H
#define CHIP_H
#include "bench.h"

enum { /* special function registers, and bits in them */
    P0 = 0x80, SP = 0x81, DPL = 0x82, DPH = 0x83, PCON = 0x87, TCON = 0x88, P1 = 0x90, SCON = 0x98, SBUF = 0x99,
    P2 = 0xA0, IE = 0xA8, P3 = 0xB0, T2CON = 0xC8, PSW = 0xD0, ACC = 0xE0, B = 0xF0,
    CY = 0x80, AC = 0x40, OV = 0x04, PARITY = 0x01,
    TF1 = 0x80, TR1 = 0x40, TF0 = 0x20, TR0 = 0x10, IE1 = 0x08, IE0 = 0x02,
    TF2 = 0x80, RCLK_TCLK = 0x30, TR2 = 0x04,
    SM0 = 0x80, SM1 = 0x40, SM2 = 0x20, REN = 0x10, RB8 = 0x04, TI = 0x02, RI = 0x01,
};

enum { IO_START = 0x8000, MONITOR = 0xFF00 }; /* in external memory */

typedef struct {
    uint8_t code[0x10000], xram[0x10000], iram[0x100], sfr[0x80];
    uint32_t code_end;
    uint16_t pc;
    uint8_t direct; /* the direct address of the instruction at hand */
    bool jumped;    /* whether the last jump with an offset was taken */
    uint8_t stack_base;

    uint8_t receive_buffer;
    bool sending; /* a byte was written to SBUF whose TI the program has not seen */
    uint8_t polled; /* overflow flags that were read as 0 once: bit 0 TF0, 1 TF1, 2 TF2 */
    uint8_t noticed; /* flags that the program saw set and has not cleared, by their place in FLAGS */

    uint8_t kept_sp, kept_psw;
} Chip;

extern Chip chip;

#define SFR(address) (chip.sfr[(address) - 0x80])

/* registers.c */
void notice(uint8_t a, uint8_t bits);
void poll_uart(uint8_t mask);
uint8_t latch(uint8_t a);
uint8_t fetch(void);
uint8_t read_external(uint16_t a);
void write_external(uint16_t a, uint8_t value);
uint8_t *reg(uint8_t n);
uint16_t dptr(void);
void set_dptr(uint16_t value);
uint16_t paged(uint8_t op);
uint8_t read_direct(uint8_t a);
uint8_t latch_direct(uint8_t a);
void write_direct(uint8_t a, uint8_t value);
uint8_t read_operand(uint8_t low);
uint8_t latch_operand(uint8_t low);
void write_operand(uint8_t low, uint8_t value);
uint8_t bit_byte(uint8_t bit);
bool read_bit(uint8_t bit);
void write_bit(uint8_t bit, bool value);
bool test_and_clear(uint8_t bit);

/* stack.c */
void note_stack(void);
void push(uint8_t value);
uint8_t pop(void);
void call(uint16_t to);
uint16_t return_address(void);

#endif
