/* SPDX-License-Identifier: Apache-2.0
 *
 * The walls: another user than root, Landlock (bits as in linux/landlock.h), the system-call filter.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <grp.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "worker.h"

/* Given here, since the headers of an older distribution do not have them; numbers are the same on every machine. */
enum { CREATE_RULESET = 444, ADD_RULE = 445, RESTRICT_SELF = 446, SECCOMP_FILTER = 2 };
enum {
    EXECUTE = 1, WRITE_FILE = 2, READ_FILE = 4, READ_DIR = 8, TRUNCATE = 1 << 14, IOCTL_DEV = 1 << 15,
    ON_A_FILE = EXECUTE | WRITE_FILE | READ_FILE | TRUNCATE | IOCTL_DEV,
    NO_TCP = 3, SIGNALS_AND_SOCKETS = 3,
};

static struct { uint64_t files, tcp, scopes; } attributes;

static uint64_t every_access(int version)
{
    int bits = version <= 1 ? 13 : version == 2 ? 14 : version <= 4 ? 15 : 16;
    return (1 << bits) - 1;
}

static int ruleset(uint64_t files, uint64_t tcp, uint64_t scopes)
{
    attributes.files = files;
    attributes.tcp = tcp;
    attributes.scopes = scopes;
    /* An older kernel refuses a longer structure. */
    size_t size = scopes ? 24 : tcp ? 16 : 8;
    return (int)syscall(CREATE_RULESET, &attributes, size, 0);
}

static bool grant(int rules, const char *path, uint64_t access)
{
    struct stat about;
    struct __attribute__((packed)) { uint64_t access; int32_t place; } rule = {access, open(path, O_PATH | O_CLOEXEC)};
    if (rule.place < 0)
        return errno == ENOENT;
    if (fstat(rule.place, &about) == 0 && !S_ISDIR(about.st_mode))
        rule.access &= ON_A_FILE;
    bool granted = syscall(ADD_RULE, rules, 1, &rule, 0) == 0;
    close(rule.place);
    return granted;
}

/* From here on only these paths: everything but execution in the folder of the run, reading and execution below
 * `readable`, and /dev/null. The folder of runs may be listed but not changed, so that a run's own folder stays. */
static bool confine(int version, const char *folder, const char *run, char **readable)
{
    uint64_t every = every_access(version);
    int rules = ruleset(every, version >= 4 ? NO_TCP : 0, version >= 6 ? SIGNALS_AND_SOCKETS : 0);
    bool granted = rules >= 0 && grant(rules, folder, READ_DIR) && grant(rules, run, every & ~EXECUTE) &&
                   grant(rules, "/dev/null", (READ_FILE | WRITE_FILE | TRUNCATE) & every);
    for (; granted && *readable; readable++)
        granted = grant(rules, *readable, EXECUTE | READ_FILE | READ_DIR);
    if (!granted || syscall(RESTRICT_SELF, rules, 0))
        return false;
    close(rules);
    return true;
}

static bool load(const Filter *filter)
{
    struct { unsigned short length; const void *instructions; } program = {filter->size / 8, filter->bytes};
    return prctl(PR_SET_SECCOMP, SECCOMP_FILTER, &program, 0, 0) == 0;
}

bool fence_in(const Jail *jail)
{
    if (jail->fence >= 0)
        return syscall(RESTRICT_SELF, jail->fence, 0) == 0;
    return !jail->signal_filter.size || load(&jail->signal_filter);
}

/* Gives up root, whose process limit the kernel does not enforce. */
static const char *become_nobody(const char *folder, uid_t uid)
{
    static char said[4352];
    if (chown(folder, uid, uid) || setgroups(0, NULL) || setresgid(uid, uid, uid) || setresuid(uid, uid, uid)) {
        snprintf(said, sizeof said,
                 "root cannot give up its rights here (%s), and no process limit binds it. Remedy: run as an "
                 "ordinary user, or with CAP_CHOWN, CAP_SETUID and CAP_SETGID", strerror(errno));
        return said;
    }
    if (access(folder, R_OK | W_OK | X_OK)) {
        snprintf(said, sizeof said,
                 "the scratch folder %s cannot be reached by anyone but root. Remedy: set TMPDIR to, or give as "
                 "scratch, a folder whose parents are open to all, such as /tmp", folder);
        return said;
    }
    return NULL;
}

static void limit(int resource, rlim_t most)
{
    struct rlimit both = {most, most};
    if (setrlimit(resource, &both))
        give_up("setrlimit: %s", strerror(errno));
}

/* Programs that eat all memory are what the kernel ends first. */
static void first_to_go(void)
{
    int end = open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (end >= 0) {
        if (write(end, "900", 3) < 0)
            errno = 0; /* it stands already higher */
        close(end);
    }
}

const char *wall_in(Jail *jail, long uid, const Filter *filter, char **readable)
{
    const char *refusal = NULL;
    char children[64], *run = NULL;
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_NOFILE, 64);
    limit(RLIMIT_MEMLOCK, 0);
    first_to_go();
    umask(077);
    if (uid >= 0 && (refusal = become_nobody(jail->folder, (uid_t)uid)))
        return refusal;
    /* Every orphan below comes to the worker, so that none escapes by losing its parent. */
    prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    snprintf(children, sizeof children, "/proc/self/task/%d/children", getpid());
    jail->children_list = open(children, O_RDONLY | O_CLOEXEC);
    jail->folder_end = open(jail->folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    /* The runner finds whom to kill by where they stand. */
    if (asprintf(&run, "%s/run", jail->folder) < 0 || fchdir(jail->folder_end) || mkdir(run, 0700))
        give_up("%s: %s", jail->folder, strerror(errno));
    jail->run_end = open(run, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (jail->walls == LANDLOCK) {
        if (!confine(jail->landlock_version, jail->folder, run, readable))
            give_up("Landlock: %s", strerror(errno));
        if (jail->landlock_version >= 6) {
            jail->fence = ruleset(0, 0, SIGNALS_AND_SOCKETS);
            if (kill(getppid(), 0) == 0)
                return "Landlock's signal scope does not hold on this kernel. Remedy: update the kernel";
        }
    }
    if (filter->size && !load(filter))
        give_up("the system-call filter: %s", strerror(errno));
    return NULL;
}
