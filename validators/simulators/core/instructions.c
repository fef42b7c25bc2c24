/* SPDX-License-Identifier: Apache-2.0
 *
 * The instruction set. Cycles and flags follow Intel's "MCS 51 Microcontroller Family User's Manual" (1994),
 * chapter 2.
 */
#include "machine.h"

static void set_flag(Machine *m, uint8_t flag, bool on)
{
    SFR(m, PSW) = (uint8_t)(on ? SFR(m, PSW) | flag : SFR(m, PSW) & ~flag);
}

static bool carry(Machine *m) { return SFR(m, PSW) & CY; }

static void add(Machine *m, uint8_t b, bool c)
{
    uint8_t a = SFR(m, ACC);
    unsigned sum = (unsigned)a + b + c;
    set_flag(m, CY, sum > 0xFF);
    set_flag(m, AC, (a & 15) + (b & 15) + c > 15);
    set_flag(m, OV, (a ^ sum) & (b ^ sum) & 0x80);
    SFR(m, ACC) = (uint8_t)sum;
}

static void subtract(Machine *m, uint8_t b)
{
    uint8_t a = SFR(m, ACC), c = carry(m);
    unsigned difference = (unsigned)a - b - c;
    set_flag(m, CY, a < b + c);
    set_flag(m, AC, (a & 15) < (b & 15) + c);
    set_flag(m, OV, (a ^ b) & (a ^ difference) & 0x80);
    SFR(m, ACC) = (uint8_t)difference;
}

static void multiply(Machine *m)
{
    unsigned product = SFR(m, ACC) * SFR(m, B);
    SFR(m, ACC) = (uint8_t)product;
    SFR(m, B) = (uint8_t)(product >> 8);
    set_flag(m, CY, false);
    set_flag(m, OV, product > 0xFF);
}

/* Division by zero leaves undefined values (here: unchanged) and sets OV. */
static void divide(Machine *m)
{
    uint8_t a = SFR(m, ACC), b = SFR(m, B);
    if (b) {
        SFR(m, ACC) = a / b;
        SFR(m, B) = a % b;
    }
    set_flag(m, CY, false);
    set_flag(m, OV, b == 0);
}

static void decimal_adjust(Machine *m)
{
    unsigned a = SFR(m, ACC);
    bool c = carry(m);
    if ((a & 15) > 9 || (SFR(m, PSW) & AC))
        a += 6;
    c |= a > 0xFF;
    if (c || (a & 0xF0) > 0x90)
        a += 0x60;
    set_flag(m, CY, c || a > 0xFF);
    SFR(m, ACC) = (uint8_t)a;
}

static void rotate(Machine *m, uint8_t op)
{
    uint8_t a = SFR(m, ACC);
    bool c = carry(m);
    switch (op) {
    case 0x03: a = (uint8_t)(a >> 1 | a << 7); break;
    case 0x23: a = (uint8_t)(a << 1 | a >> 7); break;
    case 0x13: set_flag(m, CY, a & 1); a = (uint8_t)(a >> 1 | c << 7); break;
    default: set_flag(m, CY, a & 0x80); a = (uint8_t)(a << 1 | c);
    }
    SFR(m, ACC) = a;
}

static void branch(Machine *m, bool taken)
{
    int8_t offset = (int8_t)fetch(m);
    if (taken)
        m->pc = (uint16_t)(m->pc + offset);
}

static void compare_branch(Machine *m, uint8_t left, uint8_t right)
{
    set_flag(m, CY, left < right);
    branch(m, left != right);
}

/* ORL, ANL, XRL direct,A and direct,#: read-modify-write. */
static void logic_direct(Machine *m, uint8_t op)
{
    uint8_t a = fetch(m), value = (op & 15) == 2 ? SFR(m, ACC) : fetch(m), old = latch_direct(m, a);
    write_direct(m, a, (op >> 4) == 4 ? old | value : (op >> 4) == 5 ? old & value : old ^ value);
}

static void halt_or_jump(Machine *m)
{
    uint16_t here = (uint16_t)(m->pc - 1);
    branch(m, true);
    if (m->pc != here)
        return;
    /* A jump to itself is a sleep that only an interrupt ends. */
    fall_asleep(m, "cycle-limit", false);
    if (m->outcome)
        m->cycles = m->limit;
}

/* Opcodes whose low four bits are 0, 2 or 3. */
static void irregular(Machine *m, uint8_t op)
{
    uint8_t *a = &SFR(m, ACC), x;
    switch (op) {
    case 0x00: break;
    case 0x10: x = fetch(m); branch(m, test_and_clear(m, x)); break;
    case 0x20: x = fetch(m); branch(m, read_bit(m, x)); break;
    case 0x30: x = fetch(m); branch(m, !read_bit(m, x)); break;
    case 0x40: branch(m, carry(m)); break;
    case 0x50: branch(m, !carry(m)); break;
    case 0x60: branch(m, *a == 0); break;
    case 0x70: branch(m, *a != 0); break;
    case 0x80: halt_or_jump(m); break;
    case 0x90: SFR(m, DPH) = fetch(m); SFR(m, DPL) = fetch(m); break;
    case 0xA0: set_flag(m, CY, !read_bit(m, fetch(m)) | carry(m)); break;
    case 0xB0: set_flag(m, CY, !read_bit(m, fetch(m)) & carry(m)); break;
    case 0xC0: push(m, 0); m->iram[SFR(m, SP)] = read_direct(m, fetch(m)); break; /* PUSH SP pushes the new SP */
    case 0xD0: x = pop(m); write_direct(m, fetch(m), x); break;
    case 0xE0: *a = read_external(m, dptr(m)); break;
    case 0xF0: write_external(m, dptr(m), *a); break;
    case 0x02: x = fetch(m); m->pc = (uint16_t)(x << 8 | m->code[m->pc]); break;
    case 0x12: x = fetch(m); m->pc++; call(m, (uint16_t)(x << 8 | m->code[(uint16_t)(m->pc - 1)])); break;
    case 0x22: m->pc = return_address(m); break;
    case 0x32: m->pc = return_address(m); m->in_isr = false; break;
    case 0x42: case 0x52: case 0x62: case 0x43: case 0x53: case 0x63: logic_direct(m, op); break;
    case 0x72: set_flag(m, CY, read_bit(m, fetch(m)) | carry(m)); break;
    case 0x82: set_flag(m, CY, read_bit(m, fetch(m)) & carry(m)); break;
    case 0x92: write_bit(m, fetch(m), carry(m)); break;
    case 0xA2: set_flag(m, CY, read_bit(m, fetch(m))); break;
    case 0xB2: x = fetch(m); write_bit(m, x, !(latch_direct(m, bit_byte(x)) >> (x & 7) & 1)); break;
    case 0xC2: write_bit(m, fetch(m), false); break;
    case 0xD2: write_bit(m, fetch(m), true); break;
    case 0xE2: case 0xE3: *a = read_external(m, paged(m, op)); break;
    case 0xF2: case 0xF3: write_external(m, paged(m, op), *a); break;
    case 0x03: case 0x13: case 0x23: case 0x33: rotate(m, op); break;
    case 0x73: m->pc = (uint16_t)(dptr(m) + *a); break;
    case 0x83: *a = m->code[(uint16_t)(m->pc + *a)]; break;
    case 0x93: *a = m->code[(uint16_t)(dptr(m) + *a)]; break;
    case 0xA3: set_dptr(m, (uint16_t)(dptr(m) + 1)); break;
    case 0xB3: set_flag(m, CY, !carry(m)); break;
    case 0xC3: set_flag(m, CY, false); break;
    case 0xD3: set_flag(m, CY, true); break;
    }
}

/* Opcodes that work on the accumulator where the others of their row have an operand, and A5. */
static bool accumulator_only(Machine *m, uint8_t op)
{
    uint8_t *a = &SFR(m, ACC);
    switch (op) {
    case 0x04: ++*a; return true;
    case 0x14: --*a; return true;
    case 0x84: divide(m); return true;
    case 0xA4: multiply(m); return true;
    case 0xC4: *a = (uint8_t)(*a << 4 | *a >> 4); return true;
    case 0xD4: decimal_adjust(m); return true;
    case 0xE4: *a = 0; return true;
    case 0xF4: *a = (uint8_t)~*a; return true;
    case 0x74: *a = fetch(m); return true;
    case 0xA5: finish(m, "illegal-opcode"); return true;
    default: return false;
    }
}

static void compare(Machine *m, uint8_t low)
{
    uint8_t x;
    if (low == 4) {
        x = fetch(m);
        compare_branch(m, SFR(m, ACC), x);
    } else if (low == 5) {
        x = read_operand(m, low);
        compare_branch(m, SFR(m, ACC), x);
    } else {
        x = fetch(m);
        compare_branch(m, read_operand(m, low), x);
    }
}

/* XCHD for @Ri, DJNZ for the others. */
static void exchange_digit_or_count(Machine *m, uint8_t low)
{
    uint8_t *a = &SFR(m, ACC), x = latch_operand(m, low);
    if (low == 6 || low == 7) {
        write_operand(m, low, (uint8_t)((x & 0xF0) | (*a & 15)));
        *a = (uint8_t)((*a & 0xF0) | (x & 15));
    } else {
        write_operand(m, low, --x);
        branch(m, x != 0);
    }
}

/* Opcodes whose low four bits name an operand (4: the byte that follows) and whose high four the operation. */
static void regular(Machine *m, uint8_t op)
{
    uint8_t row = op >> 4, low = op & 15, *a = &SFR(m, ACC), x;
    if (accumulator_only(m, op))
        return;
    if (low == 5)
        m->direct = fetch(m);
    switch (row) {
    case 0x0: write_operand(m, low, latch_operand(m, low) + 1); break;
    case 0x1: write_operand(m, low, latch_operand(m, low) - 1); break;
    case 0x7: write_operand(m, low, fetch(m)); break;
    case 0x8: x = read_operand(m, low); write_direct(m, fetch(m), x); break;
    case 0xA: write_operand(m, low, read_direct(m, fetch(m))); break;
    case 0xB: compare(m, low); break;
    case 0xC: x = read_operand(m, low); write_operand(m, low, *a); *a = x; break;
    case 0xD: exchange_digit_or_count(m, low); break;
    case 0xE: *a = read_operand(m, low); break;
    case 0xF: write_operand(m, low, *a); break;
    default:
        x = low == 4 ? fetch(m) : read_operand(m, low);
        switch (row) {
        case 0x2: add(m, x, false); break;
        case 0x3: add(m, x, carry(m)); break;
        case 0x4: *a |= x; break;
        case 0x5: *a &= x; break;
        case 0x6: *a ^= x; break;
        case 0x9: subtract(m, x); break;
        }
    }
}

/* Machine cycles by opcode. */
static const char CYCLES[] =
    "1221111111111111" "2221111111111111" "2221111111111111" "2221111111111111"
    "2212111111111111" "2212111111111111" "2212111111111111" "2222121111111111"
    "2222422222222222" "2222111111111111" "2212412222222222" "2211222222222222"
    "2211111111111111" "2211121122222222" "2222111111111111" "2222111111111111";

void step(Machine *m)
{
    if (m->cycles >= m->limit) {
        finish(m, "cycle-limit");
        return;
    }
    if (m->pc >= m->code_end) { /* erased program memory */
        finish(m, "illegal-opcode");
        return;
    }
    m->instructions++;
    uint8_t op = fetch(m);
    m->cycles += (uint64_t)(CYCLES[op] - '0');
    if ((op & 15) == 1) {
        uint8_t low = fetch(m);
        uint16_t to = (uint16_t)((m->pc & 0xF800) | (op & 0xE0) << 3 | low);
        if (op & 0x10)
            call(m, to);
        else
            m->pc = to;
    } else if ((op & 15) < 4) {
        irregular(m, op);
    } else {
        regular(m, op);
    }
    if (!m->outcome && (m->requested.count || m->timed_count || m->cut_now || (SFR(m, PCON) & 3)))
        serve(m);
    if (m->stop_after && m->instructions == m->stop_after)
        finish(m, "stopped");
}
