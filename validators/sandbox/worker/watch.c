/* SPDX-License-Identifier: Apache-2.0
 *
 * One run: start a program, watch it, and leave nothing of it alive.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "worker.h"

enum { CHUNK = 1 << 16 };
static const double LOOK_S = 0.1; /* between two looks at the folder */
static const double PATIENCE_S = 5; /* for strays, where they cannot be killed all at once */

typedef struct {
    const Jail *jail;
    const Request *request;
    pid_t pid;
    int out[2], err[2], feed[2];
    const uint8_t *input;
    size_t input_size;
    bool ended, runner_gone;
    uint64_t written;
    Ended *result;
} Watch;

static double now(void)
{
    struct timespec time;
    clock_gettime(CLOCK_MONOTONIC, &time);
    return (double)time.tv_sec + (double)time.tv_nsec / 1e9;
}

static void noticed(int signal)
{
    (void)signal; /* that it interrupts the wait is all it is for */
}

void prepare_watch(void)
{
    struct sigaction action = {.sa_handler = noticed, .sa_flags = SA_NOCLDSTOP};
    sigset_t children;
    /* Handlers, since a started program would inherit what is ignored. */
    sigaction(SIGCHLD, &action, NULL);
    sigaction(SIGPIPE, &action, NULL);
    /* Seen only while we wait, so that no end of a program falls between a look and a wait. */
    sigemptyset(&children);
    sigaddset(&children, SIGCHLD);
    sigprocmask(SIG_SETMASK, &children, NULL);
}

static void make_pipe(int ends[2], int ours)
{
    if (pipe2(ends, O_CLOEXEC) || fcntl(ends[ours], F_SETFL, O_NONBLOCK))
        give_up("pipe: %s", strerror(errno));
}

static bool set_limit(int resource, uint64_t soft, uint64_t hard)
{
    struct rlimit both = {soft, hard};
    return setrlimit(resource, &both) == 0;
}

/* Turns the child into the program. It shares the worker's memory until then, so it changes none. */
__attribute__((noreturn)) static void become(const Watch *watch, const char *path)
{
    const Request *r = watch->request;
    uint64_t processes = r->processes + watch->jail->other_processes + 1; /* and the worker itself */
    sigset_t none;
    setsid();
    prctl(PR_SET_PDEATHSIG, SIGKILL, 0, 0, 0);
    sigemptyset(&none);
    if (dup2(watch->feed[0] >= 0 ? watch->feed[0] : watch->jail->null, 0) == 0 && dup2(watch->out[1], 1) == 1 &&
        dup2(watch->err[1], 2) == 2 && fchdir(watch->jail->run_end) == 0 &&
        set_limit(RLIMIT_CPU, r->cpu_s, r->cpu_s + 1) &&
        set_limit(RLIMIT_AS, r->memory_bytes, r->memory_bytes) &&
        set_limit(RLIMIT_FSIZE, r->file_bytes, r->file_bytes) && set_limit(RLIMIT_NPROC, processes, processes) &&
        sigprocmask(SIG_SETMASK, &none, NULL) == 0 && fence_in(watch->jail))
        execve(path, r->argv, watch->jail->environment);
    dprintf(2, "%s: cannot start: %s\n", r->argv[0], strerror(errno));
    _exit(127);
}

/* Collects the ended children and orphans with their CPU time; false when none is left at all. */
static bool reap(Watch *watch, int options)
{
    struct rusage usage;
    int status;
    pid_t pid;
    while ((pid = wait4(-1, &status, options, &usage)) > 0) {
        watch->result->cpu_s += (double)(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                                (double)(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec) / 1e6;
        if (pid == watch->pid) {
            watch->ended = true;
            watch->result->status = status;
        }
    }
    return pid == 0;
}

static void read_more(Watch *watch, int end, Bytes *to)
{
    static uint8_t chunk[CHUNK];
    ssize_t size;
    while (watch->written <= watch->request->output_bytes && (size = read(end, chunk, CHUNK)) > 0) {
        uint64_t room = watch->request->output_bytes - watch->written;
        append(to, chunk, (uint64_t)size < room ? (size_t)size : room);
        watch->written += (uint64_t)size;
        if (size < CHUNK)
            break;
    }
}

static void close_once(int *end)
{
    if (*end >= 0)
        close(*end);
    *end = -1;
}

static void feed_more(Watch *watch)
{
    ssize_t size = write(watch->feed[1], watch->input, watch->input_size);
    if (size < 0 && errno != EAGAIN)
        size = (ssize_t)watch->input_size; /* nobody reads it any more */
    if (size > 0) {
        watch->input += size;
        watch->input_size -= (size_t)size;
    }
    if (!watch->input_size)
        close_once(&watch->feed[1]);
}

/* Returns when the program has ended or must be killed; why is in stopped and runner_gone. */
static void until_the_end(Watch *watch, double deadline)
{
    sigset_t none;
    double look = now() + LOOK_S;
    sigemptyset(&none);
    while (!watch->ended && !watch->result->stopped && !watch->runner_gone) {
        double time = now(), left = (look < deadline ? look : deadline) - time;
        struct timespec wait = {0, left > 0 ? (long)(left * 1e9) : 0};
        /* We hold the other ends of the outputs ourselves: no end of a program's shows here, one wake-up fewer. */
        struct pollfd ends[] = {
            {watch->jail->channel, 0, 0},
            {watch->out[0], POLLIN, 0},
            {watch->err[0], POLLIN, 0},
            {watch->feed[1], POLLOUT, 0},
        };
        if (ppoll(ends, 4, &wait, &none) < 0) {
            reap(watch, WNOHANG);
            continue;
        }
        watch->runner_gone = ends[0].revents;
        if (ends[1].revents)
            read_more(watch, watch->out[0], &watch->result->out);
        if (ends[2].revents)
            read_more(watch, watch->err[0], &watch->result->err);
        if (ends[3].revents)
            feed_more(watch);
        time = now();
        if (watch->written > watch->request->output_bytes) {
            watch->result->stopped = OUTPUT_LIMIT;
        } else if (time >= deadline) {
            reap(watch, WNOHANG);
            watch->result->stopped = watch->ended ? NOT_STOPPED : WALL_LIMIT;
        } else if (time >= look) {
            look = time + LOOK_S;
            if (too_full(watch->jail->run_end, watch->request->file_bytes * 8))
                watch->result->stopped = OUTPUT_LIMIT;
        }
    }
}

static void kill_children(const Watch *watch)
{
    char list[1 << 16], *at = list;
    ssize_t size = pread(watch->jail->children_list, list, sizeof list - 1, 0);
    list[size > 0 ? size : 0] = '\0';
    if (size <= 0) {
        kill(-watch->pid, SIGKILL);
        kill(watch->pid, SIGKILL);
    }
    for (long child; (child = strtol(at, &at, 10)) > 1;) {
        kill((pid_t)-child, SIGKILL);
        kill((pid_t)child, SIGKILL);
    }
}

/* Kills and reaps whatever the program left, however it hid. */
static void kill_the_rest(Watch *watch)
{
    double patience = now() + PATIENCE_S;
    while (reap(watch, WNOHANG)) {
        if (watch->jail->fence >= 0 || watch->jail->walls == NAMESPACE) {
            /* Every process within these walls but the worker; the kernel lets no fork slip through. */
            kill(-1, SIGKILL);
            reap(watch, 0);
        } else if (now() > patience) {
            give_up("processes of a run could not be killed"); /* the runner kills them from outside */
        } else {
            kill_children(watch);
            nanosleep(&(struct timespec){0, 1000000}, NULL);
        }
    }
}

bool execute(const Jail *jail, const char *path, const Request *request, Ended *ended)
{
    Watch watch = {.jail = jail, .request = request, .feed = {-1, -1}, .result = ended};
    double began = now();
    make_pipe(watch.out, 0);
    make_pipe(watch.err, 0);
    if (request->input_size) {
        watch.input = request->input;
        watch.input_size = request->input_size;
        make_pipe(watch.feed, 1);
        feed_more(&watch);
    }
    watch.pid = vfork();
    if (watch.pid == 0)
        become(&watch, path);
    if (watch.pid < 0)
        give_up("vfork: %s", strerror(errno));
    close_once(&watch.feed[0]);
    until_the_end(&watch, began + request->wall_s);
    kill_the_rest(&watch);
    read_more(&watch, watch.out[0], &ended->out);
    read_more(&watch, watch.err[0], &ended->err);
    for (int i = 0; i < 2; i++) {
        close_once(&watch.out[i]);
        close_once(&watch.err[i]);
    }
    close_once(&watch.feed[1]);
    if (watch.written > request->output_bytes && !ended->stopped)
        ended->stopped = OUTPUT_LIMIT;
    ended->wall_s = now() - began;
    return !watch.runner_gone;
}
