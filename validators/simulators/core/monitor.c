/* SPDX-License-Identifier: Apache-2.0
 *
 * The monitor page: what a harness asks for through sim.h.
 */
#include "machine.h"

uint32_t word(Machine *m, uint16_t a)
{
    const uint8_t *x = m->xram + a;
    return (uint32_t)x[0] | (uint32_t)x[1] << 8 | (uint32_t)x[2] << 16 | (uint32_t)x[3] << 24;
}

static void answer(Machine *m, uint32_t value)
{
    for (int i = 0; i < 4; i++)
        m->xram[RESULT + i] = (uint8_t)(value >> 8 * i);
    if (m->dump)
        event(m, "N%X", value);
}

static uint32_t draw(Machine *m, uint32_t lo, uint32_t hi)
{
    if (hi < lo)
        hi = lo;
    uint64_t span = (uint64_t)hi - lo + 1;
    uint32_t random = lo + (uint32_t)((next_random(&m->random) >> 32) * span >> 32);
    int i = 0;
    while (i < m->range_count && (m->ranges[i].lo != lo || m->ranges[i].hi != hi))
        i++;
    if (!m->boundaries || i == RANGE_LIMIT)
        return random;
    if (i == m->range_count)
        m->ranges[m->range_count++] = (Range){lo, hi, 0};
    switch (m->ranges[i].drawn++) {
    case 0: return lo;
    case 1: return hi;
    case 2: return lo < hi ? lo + 1 : lo;
    case 3: return lo < hi ? hi - 1 : hi;
    case 4: return lo + (uint32_t)(span / 2);
    default: return random;
    }
}

static Write *unseen_write(Machine *m, uint16_t reg)
{
    while (m->seen[reg] < m->write_count)
        if (m->writes[m->seen[reg]++].reg == reg)
            return &m->writes[m->seen[reg] - 1];
    return NULL;
}

static uint32_t writes_of(Machine *m, uint16_t reg)
{
    uint32_t count = 0;
    for (int i = 0; i < m->write_count; i++)
        count += m->writes[i].reg == reg;
    return count;
}

/* Actual or expected is -1 for "no write". */
static void expect(Machine *m, int64_t actual, int64_t expected)
{
    unsigned line = word(m, 0xFF08) & 0xFFFF;
    if (actual == expected) {
        event(m, actual < 0 ? "E%u:none" : "E%u:%llX", line, (unsigned long long)actual);
        return;
    }
    if (actual < 0)
        event(m, "F%u:none!%llX", line, (unsigned long long)expected);
    else if (expected < 0)
        event(m, "F%u:%llX!none", line, (unsigned long long)actual);
    else
        event(m, "F%u:%llX!%llX", line, (unsigned long long)actual, (unsigned long long)expected);
    if (!m->failed && m->limit > m->cycles + FAILED_GRACE)
        m->limit = m->cycles + FAILED_GRACE;
    m->failed = true;
}

static void begin(Machine *m)
{
    m->events = m->write_count = 0;
    m->text_size = 0;
}

static void time_interrupt(Machine *m, uint8_t n, uint32_t cycles)
{
    uint64_t from = m->cycles;
    if (m->timed_count == QUEUE_LIMIT)
        return;
    if (m->timed_count) {
        uint64_t last = m->timed[(m->timed_head + m->timed_count - 1) % QUEUE_LIMIT].due;
        from = last > from ? last : from;
    }
    m->timed[(m->timed_head + m->timed_count++) % QUEUE_LIMIT] = (Timed){n, from + cycles};
}

void command(Machine *m, uint8_t number)
{
    uint32_t a = word(m, 0xFF00), b = word(m, 0xFF04);
    uint16_t reg = (uint16_t)a;
    Feed *feed = number == 1 || number == 2 ? feed_for(m, reg, true) : NULL;
    Write *write;
    switch (number) {
    case 1:
        if (feed)
            push_queue(&feed->waiting, (uint8_t)b);
        break;
    case 2:
        if (feed)
            hold(feed, (uint8_t)b);
        break;
    case 3: push_queue(&m->received, (uint16_t)(a & 0x1FF)); m->uart_fed = true; break;
    case 4: push_queue(&m->requested, a & 0x1F); break;
    case 5: push_queue(&m->on_idle, a & 0x1F); break;
    case 6: time_interrupt(m, a & 0x1F, b); break;
    case 7: event(m, "M%u", a); break;
    case 8: event(m, "V%X", a); break;
    case 9: expect(m, a, b); break;
    case 10: write = unseen_write(m, reg); expect(m, write ? write->value : -1, (uint8_t)b); break;
    case 11: write = unseen_write(m, reg); expect(m, write ? write->value : -1, -1); break;
    case 12: m->seen[reg] = (uint16_t)m->write_count; break;
    case 13:
        m->cut = true;
        m->cut_after = a;
        m->cut_now = a == 0;
        m->cut_to = (uint16_t)b;
        m->cut_sp = SFR(m, SP);
        m->cut_psw = SFR(m, PSW);
        break;
    case 14: finish(m, "done"); break;
    case 15: answer(m, draw(m, a, b)); break;
    case 16: answer(m, writes_of(m, reg)); break;
    case 17: answer(m, reg < 0x80 ? 0 : reg < 0x100 ? latch(m, (uint8_t)reg) : m->xram[reg]); break;
    case 18: begin(m); break;
    default: finish(m, "illegal-command");
    }
}
