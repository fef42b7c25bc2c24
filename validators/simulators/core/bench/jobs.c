/* SPDX-License-Identifier: Apache-2.0
 *
 * The jobs, one a line: see bench.h for what comes in and what goes out.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "harness.h"

Bench bench;
Harness harness;

static void start(uint64_t fill, uint64_t draw, uint64_t limit)
{
    memset(&bench, 0, sizeof bench);
    memset(&harness, 0, offsetof(Harness, text));
    harness.received.head = harness.requested.head = harness.on_idle.head = 0;
    harness.received.count = harness.requested.count = harness.on_idle.count = 0;
    bench.limit = limit;
    harness.stop_after = UINT64_MAX;
    harness.boundaries = draw == 0;
    harness.random = draw;
    fill_memory(harness.page, MONITOR_SIZE, fill);
    forget_coverage();
}

/* A core that hangs is killed in the job that it hangs in; 0 takes the limit off. */
static void limit_cpu(uint64_t milliseconds)
{
    struct itimerval timer = {{0, 0}, {(time_t)(milliseconds / 1000), (suseconds_t)(milliseconds % 1000 * 1000)}};
    setitimer(ITIMER_PROF, &timer, NULL);
}

static bool take_options(char *text)
{
    for (char *at = strtok(text, ","); at; at = strtok(NULL, ",")) {
        if (!strcmp(at, "stamps")) {
            harness.stamps = true;
        } else if (!strcmp(at, "coverage")) {
            bench.coverage = true;
        } else if (!strncmp(at, "state=", 6)) {
            bench.state = true;
            harness.stop_after = strtoull(at + 6, NULL, 10);
        } else if (!strncmp(at, "cpu=", 4)) {
            limit_cpu(strtoull(at + 4, NULL, 10));
        } else if (strcmp(at, "-")) {
            return false;
        }
    }
    return true;
}

static void run(const char *image, uint64_t fill)
{
    core_reset(fill);
    if (!load_image(image))
        finish("bad-image");
    while (!bench.outcome) {
        if (bench.cycles >= bench.limit) {
            finish("cycle-limit");
            break;
        }
        core_step();
        if (!bench.outcome && (harness.requested.count || harness.timed_count || bench.cut_now || core_asleep()))
            serve();
        if (bench.instructions >= harness.stop_after)
            finish("stopped");
    }
    while (timed_due())
        event("i%u", pop_timed());
}

static void print_stamps(void)
{
    printf(" | T ");
    for (int i = 0; i < harness.event_count; i++)
        printf(i ? ",%llu" : "%llu", (unsigned long long)harness.stamp[i]);
}

static void print_result(void)
{
    printf("%s %llu %llu %u%.*s", harness.failed ? "failed" : bench.outcome, (unsigned long long)bench.cycles,
           (unsigned long long)bench.instructions, bench.stack, (int)harness.text_size, harness.text);
    if (harness.stamps)
        print_stamps();
    if (bench.coverage)
        print_coverage();
    if (bench.state) {
        printf(" | S ");
        core_print_state();
    }
    putchar('\n');
    fflush(stdout);
}

static void do_job(char *line)
{
    char *field[5];
    int fields = 0;
    for (char *at = strtok(line, "\t\r\n"); at && fields < 5; at = strtok(NULL, "\t\r\n"))
        field[fields++] = at;
    if (fields == 5)
        start(strtoull(field[1], NULL, 10), strtoull(field[2], NULL, 10), strtoull(field[3], NULL, 10));
    if (fields < 5 || !take_options(field[4])) {
        printf("bad-job 0 0 0\n");
        fflush(stdout);
        return;
    }
    run(field[0], strtoull(field[1], NULL, 10));
    print_result();
    limit_cpu(0);
}

int main(void)
{
    char line[4096];
    while (fgets(line, sizeof line, stdin))
        do_job(line);
    return 0;
}
