/* SPDX-License-Identifier: Apache-2.0
 *
 * Interrupts, sleep and the cut; all come at the harness's word, never by the clock.
 */
#include "machine.h"

void push(Machine *m, uint8_t value)
{
    if (++SFR(m, SP) == 0)
        finish(m, "stack-overflow");
    m->iram[SFR(m, SP)] = value;
}

uint8_t pop(Machine *m)
{
    uint8_t value = m->iram[SFR(m, SP)];
    if (SFR(m, SP)-- == 0)
        finish(m, "stack-overflow");
    return value;
}

void call(Machine *m, uint16_t to)
{
    push(m, (uint8_t)m->pc);
    push(m, (uint8_t)(m->pc >> 8));
    m->pc = to;
}

uint16_t return_address(Machine *m)
{
    uint16_t high = pop(m);
    return (uint16_t)(high << 8 | pop(m));
}

static bool enabled(Machine *m, uint8_t n)
{
    return (SFR(m, IE) & 0x80) && (n > 5 || (SFR(m, IE) >> n & 1));
}

/* Enters the service routine of interrupt n, or ignores it while it is not enabled. */
static bool request_taken(Machine *m, uint8_t n)
{
    static const uint8_t cleared[] = {IE0, TF0, IE1, TF1};
    bool taken = enabled(m, n);
    event(m, "%c%u", taken ? 'I' : 'i', n);
    if (!taken)
        return false;
    if (n < 4)
        SFR(m, TCON) &= (uint8_t)~cleared[n];
    if (n == 1 || n == 3)
        m->polled &= (uint8_t)~(n == 1 ? 1 : 2);
    if (n == 4) {
        poll_uart(m, RI | TI);
        notice(m, SCON, SFR(m, SCON));
    }
    if (n == 5) {
        SFR(m, T2CON) |= TF2;
        notice(m, T2CON, TF2);
    }
    SFR(m, PCON) &= (uint8_t)~3;
    call(m, (uint16_t)(8 * n + 3));
    m->cycles += 2;
    m->in_isr = true;
    return true;
}

bool timed_due(Machine *m)
{
    return m->timed_count && m->cycles >= m->timed[m->timed_head].due;
}

uint8_t pop_timed(Machine *m)
{
    uint8_t n = m->timed[m->timed_head].n;
    m->timed_head = (m->timed_head + 1) % QUEUE_LIMIT;
    m->timed_count--;
    return n;
}

/* Takes a queued on-idle interrupt, else the next timed one, else cuts, else the program sleeps for ever. */
void fall_asleep(Machine *m, const char *outcome, bool idle)
{
    if (!m->in_isr) {
        while (idle && m->on_idle.count)
            if (request_taken(m, (uint8_t)pop_queue(&m->on_idle)))
                return;
        if (m->timed_count && enabled(m, m->timed[m->timed_head].n)) {
            if (m->cycles < m->timed[m->timed_head].due)
                m->cycles = m->timed[m->timed_head].due;
            request_taken(m, pop_timed(m));
            return;
        }
    }
    if (m->cut)
        m->cut_now = true;
    else
        finish(m, outcome);
}

/* Between two instructions. A timed interrupt that is masked waits, as the chip's flag would. */
void serve(Machine *m)
{
    while (!m->cut_now && !m->in_isr && m->requested.count)
        request_taken(m, (uint8_t)pop_queue(&m->requested));
    if (!m->cut_now && !m->in_isr && timed_due(m) && enabled(m, m->timed[m->timed_head].n))
        request_taken(m, pop_timed(m));
    if (!m->cut_now && (SFR(m, PCON) & 3))
        fall_asleep(m, "asleep", true);
    if (m->cut_now) {
        event(m, "C");
        m->cut = m->cut_now = m->in_isr = false;
        m->pc = m->cut_to;
        SFR(m, SP) = m->cut_sp;
        SFR(m, PSW) = m->cut_psw;
        SFR(m, PCON) &= (uint8_t)~3;
    }
}
