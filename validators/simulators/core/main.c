/* SPDX-License-Identifier: Apache-2.0
 *
 * The behaviour oracle: an MCS-51/8052 core that is fed one input per read and traces every register access in order.
 *
 * One job a line on standard input, tab-separated:
 *     image.ihx <fill seed> <draw seed> <limit in machine cycles> [<instructions>]
 * One result a line on standard output, space-separated:
 *     <outcome> <cycles> <instructions> [events...]
 * Fill seed 0 leaves all memory zero. With the fifth field the run stops after so many instructions, each event carries
 * "@<instruction>", the monitor's answers are traced as N<value>, and the result ends with
 * " | <pc> <128 SFR bytes> <256 RAM bytes>" in hex: that is how the core is compared with another simulator.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "machine.h"

static int hex_byte(const char *text)
{
    int value = 0;
    for (int i = 0; i < 2; i++) {
        const char *digits = "0123456789ABCDEF0123456789abcdef", *at = text[i] ? strchr(digits, text[i]) : NULL;
        if (!at)
            return -1;
        value = value << 4 | ((at - digits) & 15);
    }
    return value;
}

/* One record of Intel HEX: 1 data, 0 end or nothing to load, -1 not a record. */
static int load_record(Machine *m, const char *line)
{
    uint8_t bytes[260] = {0};
    unsigned count = 0, sum = 0;
    if (line[0] != ':')
        return -1;
    for (const char *at = line + 1; hex_byte(at) >= 0 && count < sizeof bytes; at += 2)
        sum += bytes[count++] = (uint8_t)hex_byte(at);
    if (count < 5 || count != bytes[0] + 5u || (sum & 0xFF))
        return -1;
    if (bytes[3] != 0)
        return bytes[3] == 1 ? 0 : -1;
    unsigned start = (unsigned)bytes[1] << 8 | bytes[2];
    if (start + bytes[0] > 0x10000)
        return -1;
    memcpy(m->code + start, bytes + 4, bytes[0]);
    if (m->code_end < start + bytes[0])
        m->code_end = start + bytes[0];
    return 1;
}

static bool load(Machine *m, const char *path)
{
    char line[600];
    int kind = -1;
    FILE *file = fopen(path, "r");
    if (!file)
        return false;
    memset(m->code, 0xFF, sizeof m->code);
    while (fgets(line, sizeof line, file) && (kind = load_record(m, line)) > 0)
        ;
    fclose(file);
    return kind == 0;
}

static void fill(uint8_t *to, size_t size, uint64_t seed)
{
    for (size_t i = 0; i < size; i += 8) {
        uint64_t word = next_random(&seed);
        memcpy(to + i, &word, 8);
    }
}

static void reset(Machine *m, uint64_t fill_seed, uint64_t draw_seed)
{
    memset(m, 0, offsetof(Machine, text));
    m->received.head = m->requested.head = m->on_idle.head = 0;
    m->received.count = m->requested.count = m->on_idle.count = 0;
    if (fill_seed) {
        fill(m->xram, sizeof m->xram, fill_seed);
        fill(m->iram, sizeof m->iram, ~fill_seed);
    }
    SFR(m, P0) = SFR(m, P1) = SFR(m, P2) = SFR(m, P3) = 0xFF;
    SFR(m, SP) = 7;
    m->boundaries = draw_seed == 0;
    m->random = draw_seed;
}

static void print_state(Machine *m)
{
    printf(" | %04X ", m->pc);
    latch(m, PSW);
    for (int i = 0; i < 0x80; i++)
        printf("%02X", m->sfr[i]);
    putchar(' ');
    for (int i = 0; i < 0x100; i++)
        printf("%02X", m->iram[i]);
}

static void run(Machine *m, char *job)
{
    char *field[5] = {0};
    int fields = 0;
    for (char *at = strtok(job, "\t\r\n"); at && fields < 5; at = strtok(NULL, "\t\r\n"))
        field[fields++] = at;
    if (fields < 4) {
        printf("bad-job 0 0\n");
        return;
    }
    reset(m, strtoull(field[1], NULL, 10), strtoull(field[2], NULL, 10));
    m->limit = strtoull(field[3], NULL, 10);
    m->stop_after = fields == 5 ? strtoull(field[4], NULL, 10) : 0;
    m->dump = fields == 5;
    if (!load(m, field[0]))
        finish(m, "bad-image");
    while (!m->outcome)
        step(m);
    while (timed_due(m))
        event(m, "i%u", pop_timed(m));
    printf("%s %llu %llu%.*s", m->failed ? "failed" : m->outcome, (unsigned long long)m->cycles,
           (unsigned long long)m->instructions, (int)m->text_size, m->text);
    if (m->dump)
        print_state(m);
    putchar('\n');
    fflush(stdout);
}

int main(void)
{
    static Machine machine;
    char job[4096];
    while (fgets(job, sizeof job, stdin))
        run(&machine, job);
    return 0;
}
