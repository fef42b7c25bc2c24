/* SPDX-License-Identifier: Apache-2.0
 *
 * The ordered trace of what passes between the harness, the program and its registers.
 */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "harness.h"

/* SplitMix64 (Steele, Lea, Flood 2014). */
uint64_t next_random(uint64_t *state)
{
    uint64_t z = (*state += 0x9E3779B97F4A7C15u);
    z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9u;
    z = (z ^ (z >> 27)) * 0x94D049BB133111EBu;
    return z ^ (z >> 31);
}

void fill_memory(uint8_t *to, size_t size, uint64_t seed)
{
    if (!seed) {
        memset(to, 0, size);
        return;
    }
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = next_random(&seed);
        memcpy(to + i, &word, size - i < 8 ? size - i : 8);
    }
}

void finish(const char *outcome)
{
    if (!bench.outcome)
        bench.outcome = outcome;
}

/* Where the next event's text goes; NULL when there is no more room, which ends the run. */
static char *next_event(void)
{
    if (harness.event_count < EVENT_LIMIT) {
        harness.text[harness.text_size] = ' ';
        return harness.text + harness.text_size + 1;
    }
    finish("event-limit");
    return NULL;
}

static void end_event(char *end)
{
    if (bench.state)
        end += snprintf(end, EVENT_PLACE, "@%llu", (unsigned long long)bench.instructions);
    harness.text_size = (size_t)(end - harness.text);
    harness.stamp[harness.event_count++] = bench.cycles;
}

__attribute__((format(printf, 1, 2))) void event(const char *format, ...)
{
    va_list arguments;
    char *to = next_event();
    if (!to)
        return;
    va_start(arguments, format);
    int size = vsnprintf(to, EVENT_TEXT - 1, format, arguments);
    va_end(arguments);
    end_event(to + (size < EVENT_TEXT - 1 ? size : EVENT_TEXT - 2));
}

static char *put_hex(char *to, uint32_t value, int digits)
{
    for (int i = digits - 1; i >= 0; i--, value >>= 4)
        to[i] = "0123456789ABCDEF"[value & 15];
    return to + digits;
}

/* By hand, since most events are of this kind. Nothing is traced between a cut and the jump. */
void register_event(char letter, uint32_t reg, unsigned bytes, uint32_t value)
{
    if (bench.cut_now)
        return;
    char *to = next_event();
    if (to) {
        *to++ = letter;
        to = put_hex(to, reg, letter == 'X' || letter == 'Y' ? 4 : core_register_digits);
        *to++ = '=';
        end_event(put_hex(to, value, 2 * (int)bytes));
    }
    if ((letter == 'W' || letter == 'X') && harness.write_count < EVENT_LIMIT)
        harness.writes[harness.write_count++] = (Write){reg, value, (uint8_t)bytes};
    if (harness.cut && harness.cut_after && --harness.cut_after == 0)
        bench.cut_now = true;
}
