/* SPDX-License-Identifier: Apache-2.0
 *
 * Special function registers, external memory, and the addressing modes over them.
 */
#include "machine.h"

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
void notice(Machine *m, uint8_t a, uint8_t bits)
{
    for (int i = 0; i < FLAG_COUNT; i++)
        if (FLAGS[i].reg == a && (bits & FLAGS[i].mask))
            m->noticed |= (uint8_t)(1 << i);
    if (a == SCON && (bits & TI))
        m->sending = false;
}

/* Traces which flags are cleared after they were seen set: a program that does not wait for them has another trace. */
static void acknowledge(Machine *m, uint8_t a, uint8_t value)
{
    for (int i = 0; i < FLAG_COUNT; i++)
        if (FLAGS[i].reg == a && !(value & FLAGS[i].mask) && (m->noticed >> i & 1) && !m->cut_now) {
            event(m, "A%02X", FLAGS[i].bit);
            m->noticed &= (uint8_t)~(1 << i);
        }
}

static void poll_overflow(Machine *m, uint8_t reg, uint8_t flag, bool running, uint8_t polled)
{
    if (!running || (SFR(m, reg) & flag))
        return;
    if (m->polled & polled)
        SFR(m, reg) |= flag;
    m->polled ^= polled;
}

static void receive(Machine *m)
{
    uint8_t *scon = &SFR(m, SCON);
    while ((*scon & (REN | RI)) == REN && m->received.count) {
        uint16_t frame = pop_queue(&m->received);
        bool ninth = frame & 0x100;
        if (*scon & SM0) {
            if ((*scon & SM2) && !ninth)
                continue; /* multiprocessor mode: a data byte for somebody else */
            *scon = (uint8_t)((*scon & ~RB8) | (ninth ? RB8 : 0));
        } else if (*scon & SM1) {
            *scon |= RB8; /* the stop bit */
        }
        m->receive_buffer = (uint8_t)frame;
        *scon |= RI;
    }
}

/* TI comes again for a program that cleared it between writing SBUF and looking, since on the chip it comes later. */
void poll_uart(Machine *m, uint8_t mask)
{
    if (mask & RI)
        receive(m);
    if ((mask & TI) && m->sending)
        SFR(m, SCON) |= TI;
}

/* The flip-flops, as read-modify-write instructions see them. */
uint8_t latch(Machine *m, uint8_t a)
{
    if (a == PSW)
        SFR(m, PSW) = (uint8_t)((SFR(m, PSW) & ~PARITY) | __builtin_parity(SFR(m, ACC)));
    return SFR(m, a);
}

/* What an instruction reads of which only the bits in mask matter to it. */
static uint8_t read_sfr(Machine *m, uint8_t a, uint8_t mask)
{
    if (a == TCON) {
        if (mask & TF0)
            poll_overflow(m, TCON, TF0, SFR(m, TCON) & TR0, 1);
        if (mask & TF1)
            poll_overflow(m, TCON, TF1, SFR(m, TCON) & TR1, 2);
    } else if (a == T2CON && (mask & TF2)) {
        poll_overflow(m, T2CON, TF2, (SFR(m, T2CON) & (TR2 | RCLK_TCLK)) == TR2, 4);
    } else if (a == SCON) {
        poll_uart(m, mask);
    }
    uint8_t value = a == SBUF ? m->receive_buffer : latch(m, a);
    Feed *feed = feed_for(m, a, false);
    if (feed)
        value = is_port(a) ? value & fed(feed) : fed(feed);
    if (feed || is_port(a) || (a == SBUF && m->uart_fed))
        register_event(m, 'R', a, value);
    notice(m, a, value & mask);
    return value;
}

static void write_sfr(Machine *m, uint8_t a, uint8_t value)
{
    uint8_t before = SFR(m, a);
    SFR(m, a) = value;
    if (is_cpu_register(a))
        return;
    acknowledge(m, a, value);
    register_event(m, 'W', a, value);
    if (a == SBUF) {
        SFR(m, SCON) |= TI;
        m->sending = true;
    } else if (a == TCON) {
        m->polled &= (uint8_t)~(((before & ~value & (TF0 | TR0)) ? 1 : 0) | ((before & ~value & (TF1 | TR1)) ? 2 : 0));
    } else if (a == T2CON && (before & ~value & (TF2 | TR2))) {
        m->polled &= (uint8_t)~4;
    }
}

uint8_t fetch(Machine *m) { return m->code[m->pc++]; }

uint8_t read_external(Machine *m, uint16_t a)
{
    Feed *feed = a < MONITOR ? feed_for(m, a, false) : NULL;
    uint8_t value = feed ? fed(feed) : m->xram[a];
    if (feed || (a >= IO_START && a < MONITOR))
        register_event(m, 'Y', a, value);
    return value;
}

void write_external(Machine *m, uint16_t a, uint8_t value)
{
    m->xram[a] = value;
    if (a >= IO_START && a < MONITOR)
        register_event(m, 'X', a, value);
    if (a == COMMAND)
        command(m, value);
}

uint8_t *reg(Machine *m, uint8_t n) { return &m->iram[(SFR(m, PSW) & 0x18) + (n & 7)]; }

uint16_t dptr(Machine *m) { return (uint16_t)(SFR(m, DPH) << 8 | SFR(m, DPL)); }

void set_dptr(Machine *m, uint16_t value)
{
    SFR(m, DPH) = (uint8_t)(value >> 8);
    SFR(m, DPL) = (uint8_t)value;
}

uint16_t paged(Machine *m, uint8_t op) { return (uint16_t)(SFR(m, P2) << 8 | *reg(m, op & 1)); }

uint8_t read_direct(Machine *m, uint8_t a) { return a < 0x80 ? m->iram[a] : read_sfr(m, a, 0xFF); }

uint8_t latch_direct(Machine *m, uint8_t a) { return a < 0x80 ? m->iram[a] : latch(m, a); }

void write_direct(Machine *m, uint8_t a, uint8_t value)
{
    if (a < 0x80)
        m->iram[a] = value;
    else
        write_sfr(m, a, value);
}

/* The operand that the low four bits of an opcode name: 5 direct, 6..7 @Ri, 8..15 Rn. */
uint8_t read_operand(Machine *m, uint8_t low)
{
    return low == 5 ? read_direct(m, m->direct) : low < 8 ? m->iram[*reg(m, low & 1)] : *reg(m, low);
}

uint8_t latch_operand(Machine *m, uint8_t low)
{
    return low == 5 ? latch_direct(m, m->direct) : read_operand(m, low);
}

void write_operand(Machine *m, uint8_t low, uint8_t value)
{
    if (low == 5)
        write_direct(m, m->direct, value);
    else if (low < 8)
        m->iram[*reg(m, low & 1)] = value;
    else
        *reg(m, low) = value;
}

uint8_t bit_byte(uint8_t bit) { return bit < 0x80 ? 0x20 + bit / 8 : bit & 0xF8; }

bool read_bit(Machine *m, uint8_t bit)
{
    uint8_t a = bit_byte(bit), mask = (uint8_t)(1 << (bit & 7));
    return (a < 0x80 ? m->iram[a] : read_sfr(m, a, mask)) & mask;
}

void write_bit(Machine *m, uint8_t bit, bool value)
{
    uint8_t a = bit_byte(bit), mask = (uint8_t)(1 << (bit & 7)), old = latch_direct(m, a);
    write_direct(m, a, value ? old | mask : old & ~mask);
}

/* JBC reads the latch of a port, but polls a flag. */
bool test_and_clear(Machine *m, uint8_t bit)
{
    bool set = is_port(bit_byte(bit)) ? latch(m, bit_byte(bit)) >> (bit & 7) & 1 : read_bit(m, bit);
    if (set)
        write_bit(m, bit, false);
    return set;
}
