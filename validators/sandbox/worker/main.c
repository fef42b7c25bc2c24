/* SPDX-License-Identifier: Apache-2.0
 *
 * The worker's talk with the runner, over the pipes that it is started with as standard input and output. It trusts
 * the runner and nothing else. Numbers are as this machine writes them; packets.py is the other side.
 *
 *     worker <walls> <Landlock's version> <folder of runs> <user, -1 to stay> <other processes of the user> <path>...
 *
 * The paths are what programs may read and execute.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "worker.h"

enum { ENOUGH = 1 << 20 }; /* bytes of replies that are sent before a batch is through */

static const char *const PLACES[] = {"/usr/local/bin", "/usr/bin", "/bin"};
static int requests, replies;
static Bytes reply;

void give_up(const char *format, ...)
{
    va_list arguments;
    va_start(arguments, format);
    fprintf(stderr, "sandbox worker: ");
    vfprintf(stderr, format, arguments);
    fprintf(stderr, "\n");
    exit(1);
}

static void make_room(Bytes *in, size_t size)
{
    if (in->room - in->size >= size)
        return;
    in->room = (in->size + size) * 2;
    in->bytes = realloc(in->bytes, in->room);
    if (!in->bytes)
        give_up("out of memory");
}

void append(Bytes *to, const void *from, size_t size)
{
    make_room(to, size);
    if (size)
        memcpy(to->bytes + to->size, from, size);
    to->size += size;
}

static void flush_replies(void)
{
    for (size_t at = 0; at < reply.size;) {
        ssize_t size = write(replies, reply.bytes + at, reply.size - at);
        if (size < 0)
            exit(0); /* the runner is gone */
        at += (size_t)size;
    }
    reply.size = 0;
}

/* Each packet begins with the size of the rest. */
static bool receive(Bytes *packet)
{
    uint64_t size, have = 0;
    ssize_t got;
    while (have < sizeof size) {
        if ((got = read(requests, (char *)&size + have, sizeof size - have)) <= 0)
            return false;
        have += (uint64_t)got;
    }
    packet->size = 0;
    make_room(packet, size + 1);
    while (packet->size < size) {
        if ((got = read(requests, packet->bytes + packet->size, size - packet->size)) <= 0)
            return false;
        packet->size += (size_t)got;
    }
    return true;
}

static uint64_t number(uint8_t **at)
{
    uint64_t value;
    memcpy(&value, *at, sizeof value);
    *at += sizeof value;
    return value;
}

static uint8_t *blob(uint8_t **at, size_t *size)
{
    uint8_t *start;
    *size = number(at);
    start = *at;
    *at += *size;
    return start;
}

/* Texts have a zero byte after them. */
static char *text(uint8_t **at)
{
    size_t size;
    return (char *)blob(at, &size);
}

/* The path of a program, as the shell would find it; NULL if there is none. */
static const char *find(const char *program)
{
    static char path[PATH_MAX];
    if (strchr(program, '/'))
        return access(program, X_OK) ? NULL : program;
    for (size_t i = 0; i < sizeof PLACES / sizeof *PLACES; i++) {
        snprintf(path, sizeof path, "%s/%s", PLACES[i], program);
        if (access(path, X_OK) == 0)
            return path;
    }
    return NULL;
}

/* Appends the kept files after the outputs, and gives the number of them. */
static uint64_t keep_files(int folder, uint8_t **at, uint64_t names, uint64_t most)
{
    uint64_t found = 0;
    for (uint64_t index = 0; index < names; index++) {
        size_t size = 0, have = 0;
        int end = open_kept(folder, text(at), most, &size);
        if (end < 0)
            continue;
        append(&reply, &index, sizeof index);
        append(&reply, &(uint64_t){size}, sizeof(uint64_t));
        make_room(&reply, size);
        for (ssize_t got; have < size && (got = read(end, reply.bytes + reply.size + have, size - have)) > 0;)
            have += (size_t)got;
        if (have < size)
            give_up("a kept file cannot be read: %s", strerror(errno));
        reply.size += size;
        close(end);
        found++;
    }
    return found;
}

/* A full disk is nobody's fault: told by what is left, and by the word of a program that has tidied up since. */
static bool lacked_disk(const Jail *jail, const Request *request, const Ended *ended)
{
    static const char WORDS[] = "No space left on device";
    if (disk_full(jail->run_end))
        return true;
    return ended->status && disk_nearly_full(jail->run_end, request->file_bytes * 8) &&
           (memmem(ended->out.bytes, ended->out.size, WORDS, sizeof WORDS - 1) ||
            memmem(ended->err.bytes, ended->err.size, WORDS, sizeof WORDS - 1));
}

/* One run: its numbers, its texts and its files, from `*at`. False when the runner is gone. */
static bool serve(Jail *jail, uint8_t **at)
{
    static Ended ended;
    static char *argv[1 << 12];
    uint64_t arguments = number(at), files = number(at), names = number(at);
    Request request = {.argv = argv};
    size_t start = reply.size;
    bool here = true, ran;
    request.cpu_s = number(at);
    request.memory_bytes = number(at);
    request.file_bytes = number(at);
    request.output_bytes = number(at);
    request.processes = number(at);
    request.wall_s = (double)number(at) / 1e6;
    ended.status = SIGKILL;
    ended.stopped = NOT_STOPPED;
    ended.cpu_s = ended.wall_s = 0;
    ended.out.size = ended.err.size = 0;
    if (arguments >= sizeof argv / sizeof *argv)
        give_up("%llu arguments", (unsigned long long)arguments);
    for (uint64_t i = 0; i < arguments; i++)
        argv[i] = text(at);
    argv[arguments] = NULL;
    const char *path = find(argv[0]);
    if (!path)
        ended.stopped = NOT_FOUND;
    for (uint64_t i = 0; i < files; i++) {
        size_t size;
        char *name = text(at);
        uint8_t *data = blob(at, &size);
        int failed = ended.stopped ? 0 : place(jail->run_end, name, data, size);
        if (failed == ENOSPC || failed == EDQUOT)
            ended.stopped = DISK_FULL;
        else if (failed)
            give_up("%s: %s", name, strerror(failed));
    }
    request.input = blob(at, &request.input_size);
    ran = !ended.stopped;
    if (ran) {
        here = execute(jail, path, &request, &ended);
        if (!ended.stopped && lacked_disk(jail, &request, &ended))
            ended.stopped = DISK_FULL;
    }
    int rc = WIFSIGNALED(ended.status) ? -WTERMSIG(ended.status) : WEXITSTATUS(ended.status);
    struct {
        uint64_t size, found, out, err;
        double cpu_s, wall_s;
        int64_t rc, stopped;
    } head = {0, 0, ended.out.size, ended.err.size, ended.cpu_s, ended.wall_s, rc, ended.stopped};
    append(&reply, &head, sizeof head);
    append(&reply, ended.out.bytes, ended.out.size);
    append(&reply, ended.err.bytes, ended.err.size);
    head.found = keep_files(ran ? jail->run_end : -1, at, names, request.file_bytes);
    head.size = reply.size - start - sizeof head.size;
    memcpy(reply.bytes + start, &head, sizeof head);
    if (!clear_run(jail)) {
        flush_replies();
        give_up("a run left what cannot be removed"); /* the next worker has another folder */
    }
    return here;
}

static void say(const char *refusal)
{
    uint64_t size = refusal ? strlen(refusal) : 0;
    append(&reply, &size, sizeof size);
    append(&reply, refusal, size);
    flush_replies();
}

static void take_channels(Jail *jail)
{
    jail->null = open("/dev/null", O_RDWR | O_CLOEXEC);
    requests = jail->channel = fcntl(0, F_DUPFD_CLOEXEC, 3);
    replies = fcntl(1, F_DUPFD_CLOEXEC, 3);
    if (jail->null < 0 || requests < 0 || replies < 0 || dup2(jail->null, 0) || dup2(jail->null, 1) != 1)
        give_up("the pipes: %s", strerror(errno));
}

int main(int count, char **argument)
{
    static Jail jail = {.fence = -1};
    static char temporary[PATH_MAX];
    static Bytes filters, packet;
    Filter filter;
    if (count < 6)
        return 2;
    jail.walls = (Walls)atoi(argument[1]);
    jail.landlock_version = atoi(argument[2]);
    jail.folder = argument[3];
    jail.other_processes = strtoul(argument[5], NULL, 10);
    snprintf(temporary, sizeof temporary, "TMPDIR=%s/run", jail.folder);
    jail.environment[0] = "PATH=/usr/local/bin:/usr/bin:/bin";
    jail.environment[1] = temporary;
    jail.environment[2] = "LC_ALL=C.UTF-8";
    prepare_watch();
    take_channels(&jail);
    if (!receive(&filters))
        return 0;
    uint8_t *at = filters.bytes;
    filter.bytes = blob(&at, &filter.size);
    jail.signal_filter.bytes = blob(&at, &jail.signal_filter.size);
    const char *refusal = wall_in(&jail, atol(argument[4]), &filter, argument + 6);
    say(refusal);
    if (refusal)
        return 0;
    while (receive(&packet)) {
        at = packet.bytes;
        for (uint64_t runs = number(&at); runs; runs--) {
            if (!serve(&jail, &at))
                return 0;
            if (reply.size > ENOUGH)
                flush_replies();
        }
        flush_replies();
    }
    return 0;
}
