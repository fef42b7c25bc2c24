/* SPDX-License-Identifier: Apache-2.0
 *
 * What passes between the harness and the program, in order: events, and the inputs that wait.
 */
#include <stdarg.h>
#include <stdio.h>

#include "machine.h"

void push_queue(Queue *q, uint16_t item)
{
    if (q->count < QUEUE_LIMIT)
        q->items[(q->head + q->count++) % QUEUE_LIMIT] = item;
}

uint16_t pop_queue(Queue *q)
{
    uint16_t item = q->items[q->head];
    q->head = (q->head + 1) % QUEUE_LIMIT;
    q->count--;
    return item;
}

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void finish(Machine *m, const char *outcome)
{
    if (!m->outcome)
        m->outcome = outcome;
}

__attribute__((format(printf, 2, 3))) void event(Machine *m, const char *format, ...)
{
    va_list arguments;
    if (m->events >= EVENT_LIMIT) {
        finish(m, "event-limit");
        return;
    }
    char *to = m->text + m->text_size;
    int size = 1;
    *to = ' ';
    va_start(arguments, format);
    size += vsnprintf(to + size, EVENT_TEXT - 1, format, arguments);
    va_end(arguments);
    if (m->dump)
        size += snprintf(to + size, EVENT_PLACE, "@%llu", (unsigned long long)m->instructions);
    m->text_size += (size_t)size;
    m->events++;
}

/* A traced access of a register: letter is W, R, X or Y. Nothing is traced between a cut and the jump. */
void register_event(Machine *m, char letter, uint16_t reg, uint8_t value)
{
    if (m->cut_now)
        return;
    event(m, letter == 'W' || letter == 'R' ? "%c%02X=%02X" : "%c%04X=%02X", letter, reg, value);
    if ((letter == 'W' || letter == 'X') && m->write_count < EVENT_LIMIT)
        m->writes[m->write_count++] = (Write){reg, value};
    if (m->cut && m->cut_after && --m->cut_after == 0)
        m->cut_now = true;
}

uint8_t fed(Feed *feed)
{
    if (feed->waiting.count)
        feed->last = (uint8_t)pop_queue(&feed->waiting);
    return feed->last;
}

void hold(Feed *feed, uint8_t value)
{
    feed->waiting.head = feed->waiting.count = 0;
    feed->last = value;
}

Feed *feed_for(Machine *m, uint16_t reg, bool make)
{
    if (!m->feed_of[reg] && make && m->feed_count < FEED_LIMIT) {
        hold(&m->feeds[m->feed_count], 0xFF);
        m->feed_of[reg] = (uint8_t)++m->feed_count;
    }
    return m->feed_of[reg] ? &m->feeds[m->feed_of[reg] - 1] : NULL;
}
