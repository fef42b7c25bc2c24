/* SPDX-License-Identifier: Apache-2.0
 *
 * The monitor page: what a harness asks for through sim.h.
 */
#include "harness.h"

enum { A = 0, B = 4, LINE = 8, COMMAND = 10, RESULT = 12 };

static int place(int i, int size) { return core_big_endian ? size - 1 - i : i; }

static uint32_t word(int at, int size)
{
    uint32_t value = 0;
    for (int i = 0; i < size; i++)
        value |= (uint32_t)harness.page[at + place(i, size)] << 8 * i;
    return value;
}

static void answer(uint32_t value)
{
    for (int i = 0; i < 4; i++)
        harness.page[RESULT + place(i, 4)] = (uint8_t)(value >> 8 * i);
    if (bench.state)
        event("N%X", value);
}

static uint32_t drawn(uint32_t lo, uint32_t hi)
{
    if (hi < lo)
        hi = lo;
    uint64_t span = (uint64_t)hi - lo + 1;
    uint32_t random = lo + (uint32_t)((next_random(&harness.random) >> 32) * span >> 32);
    int i = 0;
    while (i < harness.range_count && (harness.ranges[i].lo != lo || harness.ranges[i].hi != hi))
        i++;
    if (!harness.boundaries || i == RANGE_LIMIT)
        return random;
    if (i == harness.range_count)
        harness.ranges[harness.range_count++] = (Range){lo, hi, 0};
    switch (harness.ranges[i].drawn++) {
    case 0: return lo;
    case 1: return hi;
    case 2: return lo < hi ? lo + 1 : lo;
    case 3: return lo < hi ? hi - 1 : hi;
    case 4: return lo + (uint32_t)(span / 2);
    default: return random;
    }
}

static void draw(uint32_t lo, uint32_t hi)
{
    uint32_t value = drawn(lo, hi);
    event("D%X", value);
    answer(value);
}

static Write *unseen_write(uint32_t reg)
{
    Register *known = make_register(reg);
    while (known && known->seen < harness.write_count)
        if (harness.writes[known->seen++].reg == reg)
            return &harness.writes[known->seen - 1];
    return NULL;
}

static uint32_t writes_of(uint32_t reg)
{
    uint32_t count = 0;
    for (int i = 0; i < harness.write_count; i++)
        count += harness.writes[i].reg == reg;
    return count;
}

/* Actual or expected is -1 for "no write". */
static void expect(int64_t actual, int64_t expected)
{
    unsigned line = word(LINE, 2);
    if (actual == expected) {
        event(actual < 0 ? "E%u:none" : "E%u:%llX", line, (unsigned long long)actual);
        return;
    }
    if (actual < 0)
        event("F%u:none!%llX", line, (unsigned long long)expected);
    else if (expected < 0)
        event("F%u:%llX!none", line, (unsigned long long)actual);
    else
        event("F%u:%llX!%llX", line, (unsigned long long)actual, (unsigned long long)expected);
    if (!harness.failed && bench.limit > bench.cycles + FAILED_GRACE)
        bench.limit = bench.cycles + FAILED_GRACE;
    harness.failed = true;
}

/* As wide as the write was; where there was none, as the chip's registers are. */
static void expect_write(uint32_t reg, uint32_t expected)
{
    Write *write = unseen_write(reg);
    unsigned bytes = write ? write->bytes : core_register_digits == 8 ? 4 : 1;
    expect(write ? (int64_t)write->value : -1, bytes < 4 ? expected & ((1u << 8 * bytes) - 1) : expected);
}

static void expect_no_write(uint32_t reg)
{
    Write *write = unseen_write(reg);
    expect(write ? (int64_t)write->value : -1, -1);
}

static void skip_writes(uint32_t reg)
{
    Register *known = make_register(reg);
    if (known)
        known->seen = harness.write_count;
}

/* A program that comes here twice jumped to its reset vector: nothing that the harness then sees is what it asked. */
static void begin(void)
{
    if (harness.begun) {
        finish("restarted");
        return;
    }
    harness.begun = true;
    harness.event_count = harness.write_count = 0;
    harness.text_size = 0;
    bench.stack = 0;
    core_begin();
}

static void time_interrupt(unsigned n, uint32_t cycles)
{
    uint64_t from = bench.cycles;
    if (harness.timed_count == QUEUE_LIMIT)
        return;
    if (harness.timed_count) {
        uint64_t last = harness.timed[(harness.timed_head + harness.timed_count - 1) % QUEUE_LIMIT].due;
        from = last > from ? last : from;
    }
    harness.timed[(harness.timed_head + harness.timed_count++) % QUEUE_LIMIT] = (Timed){n, from + cycles};
}

static void cut(uint32_t after, uint32_t to)
{
    harness.cut = true;
    harness.cut_after = after;
    harness.cut_to = to;
    bench.cut_now = after == 0;
    core_keep_place();
}

static void command(uint8_t number)
{
    uint32_t a = word(A, 4), b = word(B, 4);
    switch (number) {
    case 1: feed_register(a, b); break;
    case 2: hold_register(a, b); break;
    case 3: push_queue(&harness.received, a & 0x1FF); harness.uart_used = true; break;
    case 4: push_queue(&harness.requested, a & 0xFF); break;
    case 5: push_queue(&harness.on_idle, a & 0xFF); break;
    case 6: time_interrupt(a & 0xFF, b); break;
    case 7: event("M%u", a); break;
    case 8: event("V%X", a); break;
    case 9: expect(a, b); break;
    case 10: expect_write(a, b); break;
    case 11: expect_no_write(a); break;
    case 12: skip_writes(a); break;
    case 13: cut(a, b); break;
    case 14: finish("done"); break;
    case 15: draw(a, b); break;
    case 16: answer(writes_of(a)); break;
    case 17: answer(core_latch(a)); break;
    case 18: begin(); break;
    default: finish("illegal-command");
    }
}

void monitor_write(unsigned offset, uint8_t value)
{
    if (offset >= MONITOR_SIZE)
        return;
    harness.page[offset] = value;
    if (offset == COMMAND)
        command(value);
}

uint8_t monitor_read(unsigned offset) { return offset < MONITOR_SIZE ? harness.page[offset] : 0; }
