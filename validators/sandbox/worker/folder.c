/* SPDX-License-Identifier: Apache-2.0
 *
 * The folder of a run: inputs placed, files kept, and all of it removed, whatever a program left there.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker.h"

enum { LEVELS = 16, ENTRY_BYTES = 1 << 12 };
enum { A_FOLDER = O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC };

int place(int folder, char *name, const uint8_t *data, size_t size)
{
    enum { FRESH = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC };
    int failed = 0, end = openat(folder, name, FRESH, 0600);
    if (end < 0 && errno == ENOENT) {
        for (char *slash = strchr(name, '/'); slash; slash = strchr(slash + 1, '/')) {
            *slash = '\0';
            if (mkdirat(folder, name, 0700) && errno != EEXIST)
                failed = errno;
            *slash = '/';
        }
        if (failed)
            return failed;
        end = openat(folder, name, FRESH, 0600);
    }
    if (end < 0)
        return errno;
    while (size && !failed) {
        ssize_t written = write(end, data, size);
        if (written < 0) {
            failed = errno;
        } else {
            data += written;
            size -= (size_t)written;
        }
    }
    close(end);
    return failed;
}

int open_kept(int folder, char *name, uint64_t most, size_t *size)
{
    struct stat about;
    int at = folder, end;
    for (char *slash; (slash = strchr(name, '/')); name = slash + 1) {
        *slash = '\0';
        int next = openat(at, name, A_FOLDER);
        *slash = '/';
        if (at != folder)
            close(at);
        if (next < 0)
            return -1;
        at = next;
    }
    end = openat(at, name, O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC);
    if (at != folder)
        close(at);
    if (end >= 0 && fstat(end, &about) == 0 && S_ISREG(about.st_mode) && (uint64_t)about.st_size <= most) {
        *size = (size_t)about.st_size;
        return end;
    }
    if (end >= 0)
        close(end);
    return -1;
}

struct entry {
    uint64_t inode;
    int64_t next;
    unsigned short size;
    unsigned char kind;
    char name[];
};

static ssize_t entries(int folder, void *buffer)
{
    return syscall(SYS_getdents64, folder, buffer, ENTRY_BYTES);
}

static bool is_self_or_parent(const char *name)
{
    return name[0] == '.' && (!name[1] || (name[1] == '.' && !name[2]));
}

/* Removes what can be removed at once; the name of a folder that must be emptied first, or NULL. */
static const char *remove_entries(int folder, void *buffer, bool *failed)
{
    ssize_t size;
    lseek(folder, 0, SEEK_SET);
    while ((size = entries(folder, buffer)) > 0) {
        for (ssize_t at = 0; at < size;) {
            struct entry *entry = (void *)((char *)buffer + at);
            at += entry->size;
            if (is_self_or_parent(entry->name))
                continue;
            if (unlinkat(folder, entry->name, 0) == 0 || errno == ENOENT)
                continue;
            if (unlinkat(folder, entry->name, AT_REMOVEDIR) == 0)
                continue;
            if (errno == ENOTEMPTY || errno == EEXIST)
                return entry->name;
            *failed = true;
        }
    }
    *failed = *failed || size < 0;
    return NULL;
}

/* Removes all that is in a folder; false when something stays. Goes level by level with one folder open at a time, as a
 * program can nest folders deeper than any stack or path. */
static bool sweep(int folder)
{
    static _Alignas(8) char buffer[ENTRY_BYTES];
    bool failed = false;
    int at = folder;
    size_t depth = 0;
    for (;;) {
        const char *inside = remove_entries(at, buffer, &failed);
        int next;
        if (failed || (!inside && !depth))
            break;
        next = inside ? openat(at, inside, A_FOLDER) : openat(at, "..", A_FOLDER);
        depth = inside ? depth + 1 : depth - 1;
        if (at != folder)
            close(at);
        if ((at = next) < 0)
            return false;
    }
    if (at != folder)
        close(at);
    return !failed;
}

bool clear_run(Jail *jail)
{
    if (jail->walls == LANDLOCK) /* nothing inside can remove or replace the folder itself */
        return sweep(jail->run_end);
    if (!sweep(jail->folder_end) || mkdirat(jail->folder_end, "run", 0700))
        return false;
    close(jail->run_end);
    jail->run_end = openat(jail->folder_end, "run", A_FOLDER);
    return jail->run_end >= 0;
}

static bool overfull(int folder, int level, uint64_t *room, unsigned *files)
{
    _Alignas(8) char buffer[ENTRY_BYTES];
    ssize_t size;
    bool full = level > LEVELS;
    while (!full && (size = entries(folder, buffer)) > 0) {
        for (ssize_t at = 0; at < size && !full;) {
            struct stat about;
            struct entry *entry = (void *)(buffer + at);
            at += entry->size;
            if (is_self_or_parent(entry->name) || fstatat(folder, entry->name, &about, AT_SYMLINK_NOFOLLOW))
                continue; /* it may have been removed while we looked */
            full = ++*files > FOLDER_FILES;
            if (S_ISDIR(about.st_mode)) {
                int below = openat(folder, entry->name, A_FOLDER);
                if (below >= 0) {
                    full = full || overfull(below, level + 1, room, files);
                    close(below);
                }
            } else if ((uint64_t)about.st_size > *room) {
                full = true;
            } else {
                *room -= (uint64_t)about.st_size;
            }
        }
    }
    return full;
}

bool too_full(int folder, uint64_t most)
{
    unsigned files = 0;
    lseek(folder, 0, SEEK_SET);
    return overfull(folder, 0, &most, &files);
}

bool disk_full(int folder)
{
    struct statvfs about;
    return fstatvfs(folder, &about) == 0 && (!about.f_bavail || (about.f_files && !about.f_favail));
}

bool disk_nearly_full(int folder, uint64_t most)
{
    struct statvfs about;
    return fstatvfs(folder, &about) == 0 &&
           (about.f_bavail * about.f_frsize < most || (about.f_files && about.f_favail < FOLDER_FILES));
}
