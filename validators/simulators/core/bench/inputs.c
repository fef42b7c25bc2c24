/* SPDX-License-Identifier: Apache-2.0
 *
 * The inputs that wait for the program: fed registers, and bytes for the UART.
 */
#include "harness.h"

void push_queue(Queue *q, uint32_t item)
{
    if (q->count < QUEUE_LIMIT)
        q->items[(q->head + q->count++) % QUEUE_LIMIT] = item;
}

uint32_t pop_queue(Queue *q)
{
    uint32_t item = q->items[q->head];
    q->head = (q->head + 1) % QUEUE_LIMIT;
    q->count--;
    return item;
}

static uint8_t *bucket_of(uint32_t reg) { return &harness.bucket[(reg ^ reg >> 8) % BUCKETS]; }

Register *find_register(uint32_t reg)
{
    for (int i = *bucket_of(reg); i; i = harness.registers[i - 1].next)
        if (harness.registers[i - 1].reg == reg)
            return &harness.registers[i - 1];
    return NULL;
}

Register *make_register(uint32_t reg)
{
    Register *known = find_register(reg);
    if (known)
        return known;
    if (harness.register_count == REGISTER_LIMIT) {
        finish("illegal-command");
        return NULL;
    }
    Register *fresh = &harness.registers[harness.register_count++];
    fresh->reg = reg;
    fresh->next = *bucket_of(reg);
    fresh->fed = false;
    fresh->seen = fresh->waiting.head = fresh->waiting.count = 0;
    *bucket_of(reg) = (uint8_t)harness.register_count;
    return fresh;
}

void feed_register(uint32_t reg, uint32_t value)
{
    Register *known = make_register(reg);
    if (!known)
        return;
    known->fed = true;
    push_queue(&known->waiting, value);
}

void hold_register(uint32_t reg, uint32_t value)
{
    Register *known = make_register(reg);
    if (!known)
        return;
    known->fed = true;
    known->waiting.count = 0;
    known->last = value;
}

bool is_fed(uint32_t reg)
{
    Register *known = find_register(reg);
    return known && known->fed;
}

bool fed(uint32_t reg, uint32_t *value)
{
    Register *known = find_register(reg);
    if (!known || !known->fed)
        return false;
    if (known->waiting.count)
        known->last = pop_queue(&known->waiting);
    *value = known->last;
    return true;
}

bool uart_waits(void) { return harness.received.count > 0; }

uint16_t uart_receive(void) { return (uint16_t)pop_queue(&harness.received); }

bool uart_used(void) { return harness.uart_used; }
