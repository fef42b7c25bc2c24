/* SPDX-License-Identifier: Apache-2.0
 *
 * Special function registers, external memory, and the addressing modes over them.
 */
#include "chip.h"

static bool is_port(uint8_t a) { return a == P0 || a == P1 || a == P2 || a == P3; }

static bool is_cpu_register(uint8_t a)
{
    return a == ACC || a == B || a == PSW || a == SP || a == DPL || a == DPH;
}

/* Flags that a program waits for and then clears. */
static const struct {
    uint8_t reg, mask, bit;
} FLAGS[] = {{TCON, TF0, 0x8D}, {TCON, TF1, 0x8F}, {T2CON, TF2, 0xCF}, {SCON, TI, 0x99}, {SCON, RI, 0x98}};

enum { FLAG_COUNT = sizeof FLAGS / sizeof *FLAGS };

/* The program saw these bits of a register set, or an interrupt told it. */
void notice(uint8_t a, uint8_t bits)
{
    for (int i = 0; i < FLAG_COUNT; i++)
        if (FLAGS[i].reg == a && (bits & FLAGS[i].mask))
            chip.noticed |= (uint8_t)(1 << i);
    if (a == SCON && (bits & TI))
        chip.sending = false;
}

/* Traces which flags are cleared after they were seen set: a program that does not wait for them has another trace. */
static void acknowledge(uint8_t a, uint8_t value)
{
    for (int i = 0; i < FLAG_COUNT; i++)
        if (FLAGS[i].reg == a && !(value & FLAGS[i].mask) && (chip.noticed >> i & 1) && !bench.cut_now) {
            event("A%02X", FLAGS[i].bit);
            chip.noticed &= (uint8_t)~(1 << i);
        }
}

static void poll_overflow(uint8_t reg, uint8_t flag, bool running, uint8_t polled)
{
    if (!running || (SFR(reg) & flag))
        return;
    if (chip.polled & polled)
        SFR(reg) |= flag;
    chip.polled ^= polled;
}

static void receive(void)
{
    uint8_t *scon = &SFR(SCON);
    while ((*scon & (REN | RI)) == REN && uart_waits()) {
        uint16_t frame = uart_receive();
        bool ninth = frame & 0x100;
        if (*scon & SM0) {
            if ((*scon & SM2) && !ninth)
                continue; /* multiprocessor mode: a data byte for somebody else */
            *scon = (uint8_t)((*scon & ~RB8) | (ninth ? RB8 : 0));
        } else if (*scon & SM1) {
            *scon |= RB8; /* the stop bit */
        }
        chip.receive_buffer = (uint8_t)frame;
        *scon |= RI;
    }
}

/* TI comes again for a program that cleared it between writing SBUF and looking, since on the chip it comes later. */
void poll_uart(uint8_t mask)
{
    if (mask & RI)
        receive();
    if ((mask & TI) && chip.sending)
        SFR(SCON) |= TI;
}

/* The flip-flops, as read-modify-write instructions see them. */
uint8_t latch(uint8_t a)
{
    if (a == PSW)
        SFR(PSW) = (uint8_t)((SFR(PSW) & ~PARITY) | __builtin_parity(SFR(ACC)));
    return SFR(a);
}

/* What an instruction reads of which only the bits in mask matter to it. */
static uint8_t read_sfr(uint8_t a, uint8_t mask)
{
    if (a == TCON) {
        if (mask & TF0)
            poll_overflow(TCON, TF0, SFR(TCON) & TR0, 1);
        if (mask & TF1)
            poll_overflow(TCON, TF1, SFR(TCON) & TR1, 2);
    } else if (a == T2CON && (mask & TF2)) {
        poll_overflow(T2CON, TF2, (SFR(T2CON) & (TR2 | RCLK_TCLK)) == TR2, 4);
    } else if (a == SCON) {
        poll_uart(mask);
    }
    uint8_t value = a == SBUF ? chip.receive_buffer : latch(a);
    uint32_t input;
    bool has_input = fed(a, &input);
    if (has_input)
        value = (uint8_t)(is_port(a) ? value & input : input);
    if (has_input || is_port(a) || (a == SBUF && uart_used()))
        register_event('R', a, 1, value);
    notice(a, value & mask);
    return value;
}

static void write_sfr(uint8_t a, uint8_t value)
{
    uint8_t before = SFR(a);
    SFR(a) = value;
    if (a == SP)
        note_stack();
    if (is_cpu_register(a))
        return;
    acknowledge(a, value);
    register_event('W', a, 1, value);
    if (a == SBUF) {
        SFR(SCON) |= TI;
        chip.sending = true;
    } else if (a == TCON) {
        bool timer_0 = before & ~value & (TF0 | TR0), timer_1 = before & ~value & (TF1 | TR1);
        chip.polled &= (uint8_t)~((timer_0 ? 1 : 0) | (timer_1 ? 2 : 0));
    } else if (a == T2CON && (before & ~value & (TF2 | TR2))) {
        chip.polled &= (uint8_t)~4;
    }
}

uint8_t fetch(void) { return chip.code[chip.pc++]; }

uint8_t read_external(uint16_t a)
{
    if (a < IO_START)
        return chip.xram[a];
    if (a >= MONITOR)
        return a < MONITOR + MONITOR_SIZE ? monitor_read(a - MONITOR) : chip.xram[a];
    uint32_t value = chip.xram[a];
    fed(a, &value);
    register_event('Y', a, 1, (uint8_t)value);
    return (uint8_t)value;
}

void write_external(uint16_t a, uint8_t value)
{
    chip.xram[a] = value;
    if (a >= MONITOR)
        monitor_write(a - MONITOR, value);
    else if (a >= IO_START)
        register_event('X', a, 1, value);
}

uint8_t *reg(uint8_t n) { return &chip.iram[(SFR(PSW) & 0x18) + (n & 7)]; }

uint16_t dptr(void) { return (uint16_t)(SFR(DPH) << 8 | SFR(DPL)); }

void set_dptr(uint16_t value)
{
    SFR(DPH) = (uint8_t)(value >> 8);
    SFR(DPL) = (uint8_t)value;
}

uint16_t paged(uint8_t op) { return (uint16_t)(SFR(P2) << 8 | *reg(op & 1)); }

uint8_t read_direct(uint8_t a) { return a < 0x80 ? chip.iram[a] : read_sfr(a, 0xFF); }

uint8_t latch_direct(uint8_t a) { return a < 0x80 ? chip.iram[a] : latch(a); }

void write_direct(uint8_t a, uint8_t value)
{
    if (a < 0x80)
        chip.iram[a] = value;
    else
        write_sfr(a, value);
}

/* The operand that the low four bits of an opcode name: 5 direct, 6..7 @Ri, 8..15 Rn. */
uint8_t read_operand(uint8_t low)
{
    return low == 5 ? read_direct(chip.direct) : low < 8 ? chip.iram[*reg(low & 1)] : *reg(low);
}

uint8_t latch_operand(uint8_t low)
{
    return low == 5 ? latch_direct(chip.direct) : read_operand(low);
}

void write_operand(uint8_t low, uint8_t value)
{
    if (low == 5)
        write_direct(chip.direct, value);
    else if (low < 8)
        chip.iram[*reg(low & 1)] = value;
    else
        *reg(low) = value;
}

uint8_t bit_byte(uint8_t bit) { return bit < 0x80 ? 0x20 + bit / 8 : bit & 0xF8; }

bool read_bit(uint8_t bit)
{
    uint8_t a = bit_byte(bit), mask = (uint8_t)(1 << (bit & 7));
    return (a < 0x80 ? chip.iram[a] : read_sfr(a, mask)) & mask;
}

void write_bit(uint8_t bit, bool value)
{
    uint8_t a = bit_byte(bit), mask = (uint8_t)(1 << (bit & 7)), old = latch_direct(a);
    write_direct(a, value ? old | mask : old & ~mask);
}

/* JBC reads the latch of a port, but polls a flag. */
bool test_and_clear(uint8_t bit)
{
    bool set = is_port(bit_byte(bit)) ? latch(bit_byte(bit)) >> (bit & 7) & 1 : read_bit(bit);
    if (set)
        write_bit(bit, false);
    return set;
}
