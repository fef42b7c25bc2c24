/* SPDX-License-Identifier: Apache-2.0
 *
 * The instruction set (PM0044). An opcode's high four bits, its row, name the operand, its low four bits the operation.
 */
#include "stm8.h"

/* CPU cycles by prefix, row and low bits: '.' is no instruction, ':' is 10, ';' 11 and 'A' 17 (in ASCII). PM0044 gives
 * DIV and DIVW 2 to 17 and does not say for what: they have 17. A jump that is taken costs one more. */
static const char *const CYCLES[PREFIXES][16] = {
    {
        [0x0] = "11111.11111.1111", [0x1] = "1112112211112222", [0x2] = "1111111111111111", [0x3] = "1311111111111111",
        [0x4] = "1141111111111111", [0x5] = "2112212222121211", [0x6] = "11A11A1111111111", [0x7] = "1..11.1111111111",
        [0x8] = ";4291215121.15::", [0x9] = "...1111111111111", [0xA] = "1112111111112421", [0xB] = "1112111111111122",
        [0xC] = "1112111111111422", [0xD] = "1112111111111422", [0xE] = "1112111111111422", [0xF] = "1112111111111422",
    },
    {
        [0x0] = "2222222222222222", [0x1] = "1111111111111111", [0x3] = "4..44.44444.4444", [0x4] = "1..11.11111.1111",
        [0x5] = "1..11.11111.1111", [0x6] = "4..44.44444.4444", [0x8] = "...............1", [0xA] = "..2......2......",
        [0xB] = "2.2......2.2....", [0xC] = "4445444444445655", [0xD] = "4445444444445655", [0xF] = "2.2......2.2....",
    },
    {
        [0x0] = ".11.............", [0x1] = "1111111111111111", [0x2] = "........11..1111", [0x4] = "1.411.11111.1111",
        [0x5] = "2..22.22221.1211", [0x6] = "1.A11.11111.1111", [0x7] = "1..11.11111.1111", [0x8] = ".....2...2......",
        [0x9] = "...11111......11", [0xA] = "...2...1......21", [0xB] = "...2..........22", [0xC] = "...2..........22",
        [0xD] = "1112111111112422", [0xE] = "1112111111112422", [0xF] = "1112111111111422",
    },
    {
        [0x6] = "4..44.44444.4444", [0xA] = ".......4.......5", [0xC] = "...5..........55", [0xD] = "4445444444445655",
    },
    {
        [0x3] = "4..44.44444.4444", [0x6] = "4..44.44444.4444", [0x8] = ".............8..", [0xA] = ".......4....6..5",
        [0xB] = "............54..", [0xC] = "4445444444445655", [0xD] = "4445444444445655",
    },
};

enum { MODIFIERS = 0xF7D9 }; /* low bits that are operations on one operand */

static void load(uint8_t value)
{
    cpu.a = value;
    set_flags(N | Z, flags_of(value));
}

static void load_word(uint16_t *to, uint16_t value)
{
    *to = value;
    set_flags(N | Z, flags_of_word(value));
}

static void store(uint32_t a, uint8_t value)
{
    write(a, value);
    set_flags(N | Z, flags_of(value));
}

static void store_word(uint32_t a, uint16_t value)
{
    write_word(a, value);
    set_flags(N | Z, flags_of_word(value));
}

/* BSET, BRES; with the other prefix BCPL, BCCM. */
static void change_bit(uint8_t op, Prefix prefix)
{
    uint32_t a = fetch_word();
    uint8_t mask = (uint8_t)(1 << (op >> 1 & 7)), old = read(a);
    bool set = prefix == P72 ? !(op & 1) : op & 1 ? cpu.cc & C : !(old & mask);
    write(a, set ? old | mask : old & ~mask);
}

/* NEG to CLR; CLR reads nothing and TNZ writes nothing. */
static void modify_memory(unsigned row, unsigned low, Prefix prefix)
{
    uint32_t a = operand(row, prefix);
    uint8_t value = modify(low, low == 0xF ? 0 : read(a));
    if (low != 0xD)
        write(a, value);
}

static void exchange(uint16_t *index)
{
    uint8_t a = cpu.a;
    cpu.a = (uint8_t)*index;
    *index = (uint16_t)((*index & 0xFF00) | a);
}

/* A enters the index register from the right or from the left; what falls out is A. */
static void rotate_through_a(uint16_t *index, bool right)
{
    uint16_t old = *index;
    *index = (uint16_t)(right ? cpu.a << 8 | old >> 8 : old << 8 | cpu.a);
    cpu.a = (uint8_t)(right ? old : old >> 8);
    set_flags(N | Z, flags_of_word(*index));
}

/* What is left of rows 0 to 7. */
static void irregular(uint8_t op, Prefix prefix)
{
    uint16_t *index = index_register(prefix);
    uint32_t a;
    uint8_t old;
    switch (op) {
    case 0x01: case 0x02: rotate_through_a(index, op == 0x01); break;
    case 0x31: a = fetch_word(); old = cpu.a; cpu.a = read(a); write(a, old); break;
    case 0x32: a = fetch_word(); write(a, pop()); break;
    case 0x35: old = fetch(); write(fetch_word(), old); break;
    case 0x3B: push(read(fetch_word())); break;
    case 0x41: exchange(&cpu.x); break;
    case 0x42: *index = multiply(*index); break;
    case 0x45: old = read(fetch()); write(fetch(), old); break;
    case 0x4B: push(fetch()); break;
    case 0x51: a = cpu.x; cpu.x = cpu.y; cpu.y = (uint16_t)a; break;
    case 0x52: set_sp((uint16_t)(cpu.sp - fetch())); break;
    case 0x55: old = read(fetch_word()); write(fetch_word(), old); break;
    case 0x5B: set_sp((uint16_t)(cpu.sp + fetch())); break;
    case 0x61: exchange(&cpu.y); break;
    case 0x62: divide(index); break;
    case 0x65: divide_words(); break;
    case 0x6B: store(operand(0, PLAIN), cpu.a); break;
    case 0x7B: load(read(operand(0, PLAIN))); break;
    }
}

static void fall_asleep(bool interruptible)
{
    if (interruptible)
        set_flags(I1 | I0, I1);
    cpu.asleep = true;
}

/* Rows 8 and 9. */
static void implied(uint8_t op, Prefix prefix)
{
    uint16_t *index = index_register(prefix);
    uint8_t high;
    switch (op) {
    case 0x80: return_from_interrupt(); break;
    case 0x81: cpu.pc = (cpu.pc & 0xFF0000) | pop_word(); break;
    case 0x82: cpu.pc = fetch_extended(); break;
    case 0x83: save_context(); set_flags(I1 | I0, I1 | I0); cpu.pc = TRAP_VECTOR; break;
    case 0x84: cpu.a = pop(); break;
    case 0x85: *index = pop_word(); break;
    case 0x86: pop_flags(); break;
    case 0x87: high = pop(); cpu.pc = (uint32_t)high << 16 | pop_word(); break;
    case 0x88: push(cpu.a); break;
    case 0x89: push_word(*index); break;
    case 0x8A: push(cpu.cc); break;
    case 0x8C: cpu.cc ^= C; break;
    case 0x8D: call_far(prefix ? read_extended(fetch_word()) : fetch_extended()); break;
    case 0x8E: fall_asleep(true); break;
    case 0x8F: fall_asleep(prefix == PLAIN); break; /* WFE masks nothing */
    case 0x93: *index = *other_register(prefix); break;
    case 0x94: set_sp(*index); break;
    case 0x95: *index = (uint16_t)((*index & 0xFF) | cpu.a << 8); break;
    case 0x96: *index = cpu.sp; break;
    case 0x97: *index = (uint16_t)((*index & 0xFF00) | cpu.a); break;
    case 0x98: case 0x99: set_flags(C, op & 1); break;
    case 0x9A: set_flags(I1 | I0, I1); break;
    case 0x9B: set_flags(I1 | I0, I1 | I0); break;
    case 0x9C: set_flags(V, 0); break;
    case 0x9E: cpu.a = (uint8_t)(*index >> 8); break;
    case 0x9F: cpu.a = (uint8_t)*index; break;
    }
}

/* ADDW and SUBW of X (low bits 0 and 11) and Y (2 and 9) under the prefix 72. */
static void add_to_index(unsigned row, unsigned low)
{
    uint16_t *index = low == 0x0 || low == 0xB ? &cpu.x : &cpu.y;
    uint16_t value = read_word(row == 0xA ? immediate(2) : row == 0xB ? fetch_word() : operand(0, PLAIN));
    *index = low >= 9 ? add_words(*index, value) : subtract_words(*index, value, V | H | N | Z | C);
}

/* LDF, JPF and CALLR stand where the other rows have what an immediate or a short operand cannot do. */
static bool far(uint8_t op, Prefix prefix)
{
    uint32_t a;
    switch (op) {
    case 0xA7: case 0xAF: case 0xAC: case 0xBC: case 0xBD: break;
    case 0xAD: a = (uint32_t)(int32_t)(int8_t)fetch(); call(cpu.pc + a); return true;
    default: return false;
    }
    a = prefix >= P91 ? read_extended(fetch_word()) : fetch_extended();
    if (op == 0xA7 || op == 0xAF)
        a += *index_register(prefix);
    if (op == 0xAC)
        jump(a);
    else if (op == 0xA7 || op == 0xBD)
        store(a, cpu.a);
    else
        load(op == 0xBC ? read_in_passing(a) : read(a));
    return true;
}

/* CPW compares, and LDW stores, the other index register than the one in the address. */
static void on_word(unsigned low, uint32_t a, uint16_t *index, uint16_t *other)
{
    switch (low) {
    case 0x3: subtract_words(*other, read_word(a), V | N | Z | C); break;
    case 0xE: load_word(index, read_word(a)); break;
    case 0xF: store_word(a, *other); break;
    }
}

static void on_byte(unsigned low, uint32_t a)
{
    switch (low) {
    case 0x0: cpu.a = subtract(cpu.a, read(a), 0); break;
    case 0x1: subtract(cpu.a, read(a), 0); break;
    case 0x2: cpu.a = subtract(cpu.a, read(a), cpu.cc & C); break;
    case 0x4: load(cpu.a & read(a)); break;
    case 0x5: set_flags(N | Z, flags_of(cpu.a & read_in_passing(a))); break;
    case 0x6: load(read(a)); break;
    case 0x7: store(a, cpu.a); break;
    case 0x8: load(cpu.a ^ read(a)); break;
    case 0x9: cpu.a = add(cpu.a, read(a), cpu.cc & C); break;
    case 0xA: load(cpu.a | read(a)); break;
    case 0xB: cpu.a = add(cpu.a, read(a), 0); break;
    case 0xC: jump(a); break;
    case 0xD: call(a); break;
    }
}

static bool is_wide(unsigned low) { return low == 0x3 || low >= 0xE; }

/* Row 1: relative to the stack pointer, and ADDW and SUBW X with an immediate operand. */
static void on_stack(unsigned low)
{
    if (low == 0xC)
        cpu.x = add_words(cpu.x, fetch_word());
    else if (low == 0xD)
        cpu.x = subtract_words(cpu.x, fetch_word(), V | H | N | Z | C);
    else if (low == 0x6 || low == 0x7)
        on_word(low + 8, operand(1, PLAIN), &cpu.y, &cpu.y);
    else if (is_wide(low))
        on_word(low, operand(1, PLAIN), &cpu.x, &cpu.x);
    else
        on_byte(low, operand(1, PLAIN));
}

/* Rows A to F. */
static void regular(uint8_t op, Prefix prefix)
{
    unsigned row = op >> 4, low = op & 15;
    uint16_t *index = index_register(prefix);
    if (prefix == P72 && row != 0xC && row != 0xD) {
        add_to_index(row, low);
        return;
    }
    if (row < 0xC && far(op, prefix))
        return;
    uint32_t a = row == 0xA ? immediate(is_wide(low) ? 2 : 1) : operand(row, prefix);
    if (is_wide(low))
        on_word(low, a, index, row < 0xD ? index : other_register(prefix));
    else
        on_byte(low, a);
}

static void execute(uint8_t op, Prefix prefix)
{
    unsigned row = op >> 4, low = op & 15;
    bool modifies = MODIFIERS >> low & 1;
    switch (row) {
    case 0x1: if (prefix == PLAIN) on_stack(low); else change_bit(op, prefix); break;
    case 0x2: jump_relative(op, prefix); break;
    case 0x8: case 0x9: implied(op, prefix); break;
    case 0xA: case 0xB: case 0xC: case 0xD: case 0xE: case 0xF: regular(op, prefix); break;
    default:
        if (row == 0 && prefix == P72)
            jump_on_bit(op);
        else if (!modifies)
            irregular(op, prefix);
        else if (row == 4 && prefix == PLAIN)
            cpu.a = modify(low, cpu.a);
        else if (row == 5 && prefix != P72)
            *index_register(prefix) = modify_word(low, *index_register(prefix));
        else
            modify_memory(row, low, prefix);
    }
}

static Prefix prefix_of(uint8_t op)
{
    return op == 0x72 ? P72 : op == 0x90 ? P90 : op == 0x91 ? P91 : op == 0x92 ? P92 : PLAIN;
}

/* Code runs from flash that the image has; elsewhere there is none. */
static void step(void)
{
    cpu.start = cpu.pc;
    cpu.branch = NO_BRANCH;
    if (cpu.pc < FLASH || cpu.pc >= MEMORY_SIZE || !loaded[cpu.pc - FLASH]) {
        finish("illegal-opcode");
        return;
    }
    bench.instructions++;
    uint8_t op = fetch();
    Prefix prefix = prefix_of(op);
    if (prefix != PLAIN)
        op = fetch();
    const char *row = CYCLES[prefix][op >> 4];
    if (!row || row[op & 15] == '.') {
        finish("illegal-opcode");
        return;
    }
    bench.cycles += (uint64_t)(row[op & 15] - '0');
    execute(op, prefix);
    if (bench.coverage)
        cover(cpu.start, cpu.branch != NO_BRANCH, cpu.branch == JUMPED);
}

void core_step(void)
{
    do
        step();
    while (!cpu.asleep && !bench_pending());
}
