/* SPDX-License-Identifier: Apache-2.0
 *
 * What the bench's own files share: what the harness has asked of this run. Cores do not see it.
 */
#ifndef HARNESS_H
#define HARNESS_H
#include "bench.h"

enum {
    EVENT_LIMIT = 20000,
    EVENT_TEXT = 32,      /* upper bound of one event's text */
    EVENT_PLACE = 24,     /* and of the "@<instruction>" after it */
    QUEUE_LIMIT = 4096,   /* entries of one queue; what does not fit is dropped */
    REGISTER_LIMIT = 200, /* registers that a harness can name in one run */
    RANGE_LIMIT = 64,     /* different ranges that are drawn from boundaries first; further ones are random */
    BUCKETS = 256,        /* of the table of registers */
    IMAGE_LIMIT = 8 << 20 /* bytes of an image's file */
};

typedef struct {
    int head, count;
    uint32_t items[QUEUE_LIMIT];
} Queue;

typedef struct {
    uint32_t reg;
    uint8_t next; /* 1 + the next one in the same bucket, 0 for none */
    bool fed;
    uint32_t last; /* the value that stays when none waits */
    int seen;      /* writes before this index in writes are seen by an expectation */
    Queue waiting;
} Register;

typedef struct {
    uint32_t reg, value;
    uint8_t bytes;
} Write;

typedef struct {
    uint32_t lo, hi;
    int drawn;
} Range;

typedef struct {
    unsigned n;
    uint64_t due;
} Timed;

typedef struct {
    uint64_t stop_after; /* instructions */
    bool stamps, failed, begun;
    uint8_t page[MONITOR_SIZE];

    size_t text_size;
    int event_count, write_count, register_count, range_count;
    uint8_t bucket[BUCKETS]; /* 1 + the first register in it */

    bool uart_used;
    int timed_head, timed_count;

    bool cut;
    uint32_t cut_after, cut_to;

    bool boundaries;
    uint64_t random;

    /* From here on a new run leaves the contents: the counts above say what is in use. */
    char text[EVENT_LIMIT * (EVENT_TEXT + EVENT_PLACE)];
    uint64_t stamp[EVENT_LIMIT];
    Write writes[EVENT_LIMIT];
    Register registers[REGISTER_LIMIT];
    Queue received, requested, on_idle; /* UART frames that wait; interrupt numbers */
    Timed timed[QUEUE_LIMIT];
    Range ranges[RANGE_LIMIT];
} Harness;

extern Harness harness;

/* trace.c */
uint64_t next_random(uint64_t *state);

/* inputs.c */
void push_queue(Queue *q, uint32_t item);
uint32_t pop_queue(Queue *q);
Register *find_register(uint32_t reg);
Register *make_register(uint32_t reg); /* NULL when the harness names too many, which ends the run */
void feed_register(uint32_t reg, uint32_t value);
void hold_register(uint32_t reg, uint32_t value);

/* interrupts.c */
bool timed_due(void);
unsigned pop_timed(void);
void serve(void);

/* image.c */
bool load_image(const char *path);

/* coverage.c */
void forget_coverage(void);
void print_coverage(void);

#endif
