/* SPDX-License-Identifier: Apache-2.0
 *
 * The instruction set. Cycles and flags follow Intel's "MCS 51 Microcontroller Family User's Manual" (1994),
 * chapter 2.
 */
#include "chip.h"

static void set_flag(uint8_t flag, bool on)
{
    SFR(PSW) = (uint8_t)(on ? SFR(PSW) | flag : SFR(PSW) & ~flag);
}

static bool carry(void) { return SFR(PSW) & CY; }

static void add(uint8_t b, bool c)
{
    uint8_t a = SFR(ACC);
    unsigned sum = (unsigned)a + b + c;
    set_flag(CY, sum > 0xFF);
    set_flag(AC, (a & 15) + (b & 15) + c > 15);
    set_flag(OV, (a ^ sum) & (b ^ sum) & 0x80);
    SFR(ACC) = (uint8_t)sum;
}

static void subtract(uint8_t b)
{
    uint8_t a = SFR(ACC), c = carry();
    unsigned difference = (unsigned)a - b - c;
    set_flag(CY, a < b + c);
    set_flag(AC, (a & 15) < (b & 15) + c);
    set_flag(OV, (a ^ b) & (a ^ difference) & 0x80);
    SFR(ACC) = (uint8_t)difference;
}

static void multiply(void)
{
    unsigned product = SFR(ACC) * SFR(B);
    SFR(ACC) = (uint8_t)product;
    SFR(B) = (uint8_t)(product >> 8);
    set_flag(CY, false);
    set_flag(OV, product > 0xFF);
}

/* Division by zero leaves undefined values (here: unchanged) and sets OV. */
static void divide(void)
{
    uint8_t a = SFR(ACC), b = SFR(B);
    if (b) {
        SFR(ACC) = a / b;
        SFR(B) = a % b;
    }
    set_flag(CY, false);
    set_flag(OV, b == 0);
}

static void decimal_adjust(void)
{
    unsigned a = SFR(ACC);
    bool c = carry();
    if ((a & 15) > 9 || (SFR(PSW) & AC))
        a += 6;
    c |= a > 0xFF;
    if (c || (a & 0xF0) > 0x90)
        a += 0x60;
    set_flag(CY, c || a > 0xFF);
    SFR(ACC) = (uint8_t)a;
}

static void rotate(uint8_t op)
{
    uint8_t a = SFR(ACC);
    bool c = carry();
    switch (op) {
    case 0x03: a = (uint8_t)(a >> 1 | a << 7); break;
    case 0x23: a = (uint8_t)(a << 1 | a >> 7); break;
    case 0x13: set_flag(CY, a & 1); a = (uint8_t)(a >> 1 | c << 7); break;
    default: set_flag(CY, a & 0x80); a = (uint8_t)(a << 1 | c);
    }
    SFR(ACC) = a;
}

static void branch(bool taken)
{
    int8_t offset = (int8_t)fetch();
    chip.jumped = taken;
    if (taken)
        chip.pc = (uint16_t)(chip.pc + offset);
}

static void compare_branch(uint8_t left, uint8_t right)
{
    set_flag(CY, left < right);
    branch(left != right);
}

/* ORL, ANL, XRL direct,A and direct,#: read-modify-write. */
static void logic_direct(uint8_t op)
{
    uint8_t a = fetch(), value = (op & 15) == 2 ? SFR(ACC) : fetch(), old = latch_direct(a);
    write_direct(a, (op >> 4) == 4 ? old | value : (op >> 4) == 5 ? old & value : old ^ value);
}

static void halt_or_jump(void)
{
    uint16_t here = (uint16_t)(chip.pc - 1);
    branch(true);
    if (chip.pc != here)
        return;
    /* A jump to itself is a sleep that only an interrupt ends. */
    endless_loop();
}

/* Opcodes whose low four bits are 0, 2 or 3. */
static void irregular(uint8_t op)
{
    uint8_t *a = &SFR(ACC), x;
    switch (op) {
    case 0x00: break;
    case 0x10: x = fetch(); branch(test_and_clear(x)); break;
    case 0x20: x = fetch(); branch(read_bit(x)); break;
    case 0x30: x = fetch(); branch(!read_bit(x)); break;
    case 0x40: branch(carry()); break;
    case 0x50: branch(!carry()); break;
    case 0x60: branch(*a == 0); break;
    case 0x70: branch(*a != 0); break;
    case 0x80: halt_or_jump(); break;
    case 0x90: SFR(DPH) = fetch(); SFR(DPL) = fetch(); break;
    case 0xA0: set_flag(CY, !read_bit(fetch()) | carry()); break;
    case 0xB0: set_flag(CY, !read_bit(fetch()) & carry()); break;
    case 0xC0: push(0); chip.iram[SFR(SP)] = read_direct(fetch()); break; /* PUSH SP pushes the new SP */
    case 0xD0: x = pop(); write_direct(fetch(), x); break;
    case 0xE0: *a = read_external(dptr()); break;
    case 0xF0: write_external(dptr(), *a); break;
    case 0x02: x = fetch(); chip.pc = (uint16_t)(x << 8 | chip.code[chip.pc]); break;
    case 0x12: x = fetch(); chip.pc++; call((uint16_t)(x << 8 | chip.code[(uint16_t)(chip.pc - 1)])); break;
    case 0x22: chip.pc = return_address(); break;
    case 0x32: chip.pc = return_address(); bench.in_isr = false; break;
    case 0x42: case 0x52: case 0x62: case 0x43: case 0x53: case 0x63: logic_direct(op); break;
    case 0x72: set_flag(CY, read_bit(fetch()) | carry()); break;
    case 0x82: set_flag(CY, read_bit(fetch()) & carry()); break;
    case 0x92: write_bit(fetch(), carry()); break;
    case 0xA2: set_flag(CY, read_bit(fetch())); break;
    case 0xB2: x = fetch(); write_bit(x, !(latch_direct(bit_byte(x)) >> (x & 7) & 1)); break;
    case 0xC2: write_bit(fetch(), false); break;
    case 0xD2: write_bit(fetch(), true); break;
    case 0xE2: case 0xE3: *a = read_external(paged(op)); break;
    case 0xF2: case 0xF3: write_external(paged(op), *a); break;
    case 0x03: case 0x13: case 0x23: case 0x33: rotate(op); break;
    case 0x73: chip.pc = (uint16_t)(dptr() + *a); break;
    case 0x83: *a = chip.code[(uint16_t)(chip.pc + *a)]; break;
    case 0x93: *a = chip.code[(uint16_t)(dptr() + *a)]; break;
    case 0xA3: set_dptr((uint16_t)(dptr() + 1)); break;
    case 0xB3: set_flag(CY, !carry()); break;
    case 0xC3: set_flag(CY, false); break;
    case 0xD3: set_flag(CY, true); break;
    }
}

/* Opcodes that work on the accumulator where the others of their row have an operand, and A5. */
static bool accumulator_only(uint8_t op)
{
    uint8_t *a = &SFR(ACC);
    switch (op) {
    case 0x04: ++*a; return true;
    case 0x14: --*a; return true;
    case 0x84: divide(); return true;
    case 0xA4: multiply(); return true;
    case 0xC4: *a = (uint8_t)(*a << 4 | *a >> 4); return true;
    case 0xD4: decimal_adjust(); return true;
    case 0xE4: *a = 0; return true;
    case 0xF4: *a = (uint8_t)~*a; return true;
    case 0x74: *a = fetch(); return true;
    case 0xA5: finish("illegal-opcode"); return true;
    default: return false;
    }
}

static void compare(uint8_t low)
{
    uint8_t x;
    if (low == 4) {
        x = fetch();
        compare_branch(SFR(ACC), x);
    } else if (low == 5) {
        x = read_operand(low);
        compare_branch(SFR(ACC), x);
    } else {
        x = fetch();
        compare_branch(read_operand(low), x);
    }
}

/* XCHD for @Ri, DJNZ for the others. */
static void exchange_digit_or_count(uint8_t low)
{
    uint8_t *a = &SFR(ACC), x = latch_operand(low);
    if (low == 6 || low == 7) {
        write_operand(low, (uint8_t)((x & 0xF0) | (*a & 15)));
        *a = (uint8_t)((*a & 0xF0) | (x & 15));
    } else {
        write_operand(low, --x);
        branch(x != 0);
    }
}

/* Opcodes whose low four bits name an operand (4: the byte that follows) and whose high four the operation. */
static void regular(uint8_t op)
{
    uint8_t row = op >> 4, low = op & 15, *a = &SFR(ACC), x;
    if (accumulator_only(op))
        return;
    if (low == 5)
        chip.direct = fetch();
    switch (row) {
    case 0x0: write_operand(low, latch_operand(low) + 1); break;
    case 0x1: write_operand(low, latch_operand(low) - 1); break;
    case 0x7: write_operand(low, fetch()); break;
    case 0x8: x = read_operand(low); write_direct(fetch(), x); break;
    case 0xA: write_operand(low, read_direct(fetch())); break;
    case 0xB: compare(low); break;
    case 0xC: x = read_operand(low); write_operand(low, *a); *a = x; break;
    case 0xD: exchange_digit_or_count(low); break;
    case 0xE: *a = read_operand(low); break;
    case 0xF: write_operand(low, *a); break;
    default:
        x = low == 4 ? fetch() : read_operand(low);
        switch (row) {
        case 0x2: add(x, false); break;
        case 0x3: add(x, carry()); break;
        case 0x4: *a |= x; break;
        case 0x5: *a &= x; break;
        case 0x6: *a ^= x; break;
        case 0x9: subtract(x); break;
        }
    }
}

/* Machine cycles by opcode. */
static const char CYCLES[] =
    "1221111111111111" "2221111111111111" "2221111111111111" "2221111111111111"
    "2212111111111111" "2212111111111111" "2212111111111111" "2222121111111111"
    "2222422222222222" "2222111111111111" "2212412222222222" "2211222222222222"
    "2211111111111111" "2211121122222222" "2222111111111111" "2222111111111111";

static bool is_conditional(uint8_t op)
{
    uint8_t row = op >> 4, low = op & 15;
    return (low == 0 && row >= 1 && row <= 7) || (row == 0xB && low >= 4) || (row == 0xD && (low == 5 || low >= 8));
}

void core_step(void)
{
    uint16_t here = chip.pc;
    if (here >= chip.code_end) { /* erased program memory */
        finish("illegal-opcode");
        return;
    }
    bench.instructions++;
    uint8_t op = fetch();
    bench.cycles += (uint64_t)(CYCLES[op] - '0');
    if ((op & 15) == 1) {
        uint8_t low = fetch();
        uint16_t to = (uint16_t)((chip.pc & 0xF800) | (op & 0xE0) << 3 | low);
        if (op & 0x10)
            call(to);
        else
            chip.pc = to;
    } else if ((op & 15) < 4) {
        irregular(op);
    } else {
        regular(op);
    }
    if (bench.coverage)
        cover(here, is_conditional(op), chip.jumped);
}
