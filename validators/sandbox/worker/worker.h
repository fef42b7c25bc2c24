/* SPDX-License-Identifier: Apache-2.0
 *
 * The sandbox's worker: walls itself in once, then runs one program after another for the runner. Its parts:
 * main.c talks to the runner, walls.c gives up what programs must not have, folder.c keeps the folder of a run,
 * watch.c starts a program and leaves nothing of it alive.
 */
#ifndef WORKER_H
#define WORKER_H
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

typedef enum { NO_WALLS, LANDLOCK, NAMESPACE } Walls;

typedef enum { NOT_STOPPED, WALL_LIMIT, OUTPUT_LIMIT, DISK_FULL, NOT_FOUND } Stopped;

typedef struct {
    uint8_t *bytes;
    size_t size, room;
} Bytes;

typedef struct {
    const uint8_t *bytes;    /* instructions as the kernel takes them */
    size_t size;
} Filter;

/* What the worker knows of its own walls, set up once. */
typedef struct {
    Walls walls;
    int landlock_version;    /* what the kernel has, as the runner found it */
    const char *folder;      /* where runs happen; each in `run` below it */
    int folder_end, run_end; /* both, open */
    int channel;             /* the pipe from the runner, watched for its end */
    int null;
    int fence;               /* Landlock ruleset for each run alone, which keeps its signals inside; -1 without */
    Filter signal_filter;    /* for each run where the kernel has no such ruleset: refuses signals */
    int children_list;       /* open list of the worker's children, for kernels that cannot fence them; -1 without */
    unsigned long other_processes; /* of this user and not ours, which the kernel counts against the limit */
    char *environment[4];
} Jail;

typedef struct {
    char **argv;
    uint64_t cpu_s, memory_bytes, file_bytes, output_bytes, processes;
    double wall_s;
    const uint8_t *input;
    size_t input_size;
} Request;

typedef struct {
    int status;              /* as wait4 gives it */
    Stopped stopped;
    double cpu_s, wall_s;
    Bytes out, err;
} Ended;

/* ---- main.c ---- */

/* Ends the worker with a message; the runner starts another one. */
__attribute__((noreturn, format(printf, 1, 2))) void give_up(const char *format, ...);
void append(Bytes *to, const void *from, size_t size);

/* ---- walls.c ---- */

/* Goes behind the walls for good and makes the folder of runs. NULL, or why this machine cannot confine programs. */
const char *wall_in(Jail *jail, long uid, const Filter *filter, char **readable);
/* The part that each started program takes upon itself; false with errno. */
bool fence_in(const Jail *jail);

/* ---- folder.c ---- */

enum { FOLDER_FILES = 4096 };

/* A file below a folder, and the folders on its way; 0 or errno. */
int place(int folder, char *name, const uint8_t *data, size_t size);
/* Opens a regular file of at most `most` bytes without following any link, as what lies there is a program's own
 * choice; -1 for anything else. */
int open_kept(int folder, char *name, uint64_t most, size_t *size);
/* Empties the folder of the run, or makes it anew where a run could have replaced it; false when something stays. No
 * process may be alive there. */
bool clear_run(Jail *jail);
/* Whether a folder holds more bytes, entries or levels than a run may leave. */
bool too_full(int folder, uint64_t most);
/* Whether the file system of a folder is full, or has so little left that a run could have filled it. */
bool disk_full(int folder);
bool disk_nearly_full(int folder, uint64_t most);

/* ---- watch.c ---- */

/* Catches the signals that the watch needs. */
void prepare_watch(void);
/* Runs a program in jail->run_end and waits until nothing of it is alive; false when the runner is gone. */
bool execute(const Jail *jail, const char *path, const Request *request, Ended *ended);

#endif
