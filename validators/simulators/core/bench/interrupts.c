/* SPDX-License-Identifier: Apache-2.0
 *
 * Interrupts, sleep and the cut; all come at the harness's word, never by the clock.
 */
#include "harness.h"

/* Enters the service routine of interrupt n, or ignores it while it is not enabled. */
static bool request_taken(unsigned n)
{
    bool taken = core_enabled(n);
    event("%c%u", taken ? 'I' : 'i', n);
    if (taken)
        core_interrupt(n);
    return taken;
}

bool timed_due(void) { return harness.timed_count && bench.cycles >= harness.timed[harness.timed_head].due; }

static bool timed_enabled(void) { return core_enabled(harness.timed[harness.timed_head].n); }

unsigned pop_timed(void)
{
    unsigned n = harness.timed[harness.timed_head].n;
    harness.timed_head = (harness.timed_head + 1) % QUEUE_LIMIT;
    harness.timed_count--;
    return n;
}

bool bench_pending(void)
{
    if (bench.outcome || bench.cut_now || bench.cycles >= bench.limit || bench.instructions >= harness.stop_after)
        return true;
    return !bench.in_isr && (harness.requested.count || (timed_due() && timed_enabled()));
}

/* Takes a queued on-idle interrupt, else the next timed one, else cuts, else the program sleeps for ever. */
static void fall_asleep(const char *outcome, bool idle)
{
    if (!bench.in_isr) {
        while (idle && harness.on_idle.count)
            if (request_taken(pop_queue(&harness.on_idle)))
                return;
        if (harness.timed_count && timed_enabled()) {
            if (bench.cycles < harness.timed[harness.timed_head].due)
                bench.cycles = harness.timed[harness.timed_head].due;
            request_taken(pop_timed());
            return;
        }
    }
    if (harness.cut)
        bench.cut_now = true;
    else
        finish(outcome);
}

void endless_loop(void)
{
    fall_asleep("cycle-limit", false);
    if (bench.outcome)
        bench.cycles = bench.limit;
}

/* Between two instructions. A timed interrupt that is masked waits, as the chip's flag would. */
void serve(void)
{
    while (!bench.cut_now && !bench.in_isr && harness.requested.count)
        request_taken(pop_queue(&harness.requested));
    if (!bench.cut_now && !bench.in_isr && timed_due() && timed_enabled())
        request_taken(pop_timed());
    if (!bench.cut_now && core_asleep())
        fall_asleep("asleep", true);
    if (bench.cut_now) {
        event("C");
        harness.cut = bench.cut_now = bench.in_isr = false;
        core_jump(harness.cut_to);
    }
}
