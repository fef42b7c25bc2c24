/* SPDX-License-Identifier: Apache-2.0
 * One program, many attacks: the first argument picks one, the second is a path or a process. A line "BROKE OUT" says
 * that an attack worked.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/inotify.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/sysmacros.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static char buffer[4096];

static void tell(int worked) { puts(worked ? "BROKE OUT" : strerror(errno)); fflush(stdout); }
static void wait_for_ever(void) { for (;;) pause(); }

/* Files outside. */

static void read_file(const char *path)
{
    int end = open(path, O_RDONLY | O_NONBLOCK);
    ssize_t size;
    tell(end >= 0);
    if (end >= 0 && (size = read(end, buffer, sizeof buffer)) > 0)
        fwrite(buffer, 1, size, stdout);
}

static void write_file(const char *path) { tell(open(path, O_WRONLY | O_CREAT, 0600) >= 0); }
static void cut_file(const char *path) { tell(truncate(path, 0) == 0); }
static void remove_file(const char *path) { tell(unlink(path) == 0); }
static void open_mode(const char *path) { tell(chmod(path, 0777) == 0); }
static void open_mode_anew(const char *path) { tell(syscall(452, AT_FDCWD, path, 0777, 0) == 0); } /* fchmodat2 */
static void hard_link(const char *path) { tell(link(path, "kept") == 0); }
static void soft_link(const char *path) { tell(symlink(path, "kept") != 0); }
static void watch_file(const char *path) { int end = inotify_init1(0); tell(inotify_add_watch(end, path, IN_OPEN) >= 0); }
static void list_mounts(const char *path) { tell(syscall(458, path, buffer, 10, 0) >= 0); }
static void run_copy(const char *path) { tell(execl(path, path, NULL) == 0); }

static void link_on_the_way(const char *path)
{
    snprintf(buffer, sizeof buffer, "%s", path);
    *strrchr(buffer, '/') = '\0';
    tell(symlink(buffer, "folder") != 0);
}

static void device(const char *path) { (void)path; tell(mknod("kept", S_IFCHR | 0666, makedev(1, 5)) == 0); }

/* Others: the process given, or the parent. */

static pid_t victim(const char *process) { return *process ? atoi(process) : getppid(); }

static void send_signal(const char *process) { tell(kill(victim(process), SIGKILL) == 0); }
static void send_queued(const char *process) { tell(sigqueue(victim(process), SIGKILL, (union sigval){0}) == 0); }
static void trace(const char *process) { tell(ptrace(PTRACE_ATTACH, victim(process), 0, 0) == 0); }
static void set_priority(const char *process) { tell(setpriority(PRIO_PROCESS, victim(process), 19) == 0); }
static void set_scheduler(const char *process) { tell(sched_setscheduler(victim(process), SCHED_IDLE, &(struct sched_param){0}) == 0); }

static void limit(const char *process)
{
    struct rlimit none = {0, 0};
    tell(prlimit(victim(process), RLIMIT_CPU, &none, NULL) == 0);
}

static void read_memory(const char *process)
{
    struct iovec here = {buffer, 16}, there = {(void *)0x400000, 16};
    tell(process_vm_readv(victim(process), &here, 1, &there, 1, 0) >= 0);
}

static void pin(const char *process)
{
    cpu_set_t one;
    CPU_ZERO(&one);
    CPU_SET(0, &one);
    tell(sched_setaffinity(victim(process), sizeof one, &one) == 0);
}

/* Has the kernel send a signal when a pipe is written to. */
static void signal_by_owner(const char *process)
{
    int ends[2];
    tell(pipe(ends) || (fcntl(ends[0], F_SETSIG, SIGKILL) == 0 && fcntl(ends[0], F_SETOWN, victim(process)) == 0 &&
                        fcntl(ends[0], F_SETFL, O_ASYNC) == 0 && write(ends[1], "x", 1) == 1));
}

static void signal_everyone(const char *path)
{
    (void)path;
    kill(-1, SIGKILL);
    puts("still here");
}

/* Doors of the kernel. */

static void inet(const char *path) { (void)path; tell(socket(AF_INET, SOCK_STREAM, 0) >= 0); }
static void unix_socket(const char *path) { (void)path; tell(socket(AF_UNIX, SOCK_STREAM, 0) >= 0); }
static void netlink(const char *path) { (void)path; tell(socket(AF_NETLINK, SOCK_RAW, 0) >= 0); }
static void namespace(const char *path) { (void)path; tell(unshare(CLONE_NEWUSER) == 0); }
static void namespace_clone(const char *path) { (void)path; tell(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) >= 0); }
static void hidden_memory(const char *path) { (void)path; tell(memfd_create("x", 0) >= 0); }

/* What a run may use. */

static void memory(const char *path) { (void)path; tell(malloc(600UL << 20) != NULL); }
static void spin(const char *path) { (void)path; for (;;) ; }
static void sleeper(const char *path) { (void)path; wait_for_ever(); }

static void flood(const char *path)
{
    (void)path;
    memset(buffer, 'x', sizeof buffer);
    while (write(1, buffer, sizeof buffer) > 0)
        ;
}

static void large_file(const char *path)
{
    int end = open(*path ? path : "large", O_WRONLY | O_CREAT, 0600);
    while (write(end, buffer, sizeof buffer) > 0)
        ;
    tell(0);
    exit(1);
}

static void large_file_removed(const char *path)
{
    (void)path;
    int end = open("large", O_WRONLY | O_CREAT, 0600);
    while (write(end, buffer, sizeof buffer) > 0)
        ;
    tell(0);
    unlink("large");
    exit(1);
}

static void many_files(const char *path)
{
    (void)path;
    for (int i = 0;; i++) {
        snprintf(buffer, sizeof buffer, "f%d", i);
        close(open(buffer, O_WRONLY | O_CREAT, 0600));
    }
}

static void deep_folders(const char *path)
{
    for (int i = atoi(path); i; i--)
        if (mkdir("a", 0700) || chdir("a"))
            exit(1);
}

static void locked_folder(const char *path)
{
    (void)path;
    mkdir("locked", 0700);
    close(open("locked/file", O_WRONLY | O_CREAT, 0600));
    tell(chmod("locked", 0) == 0);
    tell(syscall(452, AT_FDCWD, "locked", 0, 0) == 0);
    tell(mkdir("blind", 0300) == 0);
    umask(0777);
    mkdir("masked", 0700);
    tell(open("masked/file", O_WRONLY | O_CREAT, 0600) < 0);
}

static void fork_bomb(const char *path)
{
    int most = 0;
    (void)path;
    while (fork() >= 0)
        most++;
    printf("%d\n", most);
    fflush(stdout);
    wait_for_ever();
}

/* Leaves its session, its parent and, when told where to, its folder. */
static void leave_a_daemon(const char *path)
{
    if (fork() == 0) {
        setsid();
        if (*path && chdir(path))
            _exit(1);
        if (fork() == 0) {
            signal(SIGTERM, SIG_IGN);
            signal(SIGHUP, SIG_IGN);
            wait_for_ever();
        }
        _exit(0);
    }
    puts("left one behind");
}

static void with_a_daemon(const char *path)
{
    leave_a_daemon(path);
    fflush(stdout);
    wait_for_ever();
}

static const struct { const char *name; void (*attack)(const char *); } ATTACKS[] = {
    {"read", read_file}, {"write", write_file}, {"truncate", cut_file}, {"remove", remove_file},
    {"mode", open_mode}, {"mode-anew", open_mode_anew}, {"hard-link", hard_link}, {"link", soft_link},
    {"watch", watch_file}, {"mounts", list_mounts}, {"execute", run_copy}, {"link-on-the-way", link_on_the_way},
    {"device", device}, {"signal", send_signal}, {"signal-queued", send_queued}, {"signal-by-owner", signal_by_owner},
    {"signal-everyone", signal_everyone}, {"trace", trace}, {"priority", set_priority}, {"scheduler", set_scheduler},
    {"limit", limit}, {"read-memory", read_memory}, {"pin", pin}, {"socket", inet}, {"unix-socket", unix_socket},
    {"netlink", netlink}, {"namespace", namespace}, {"namespace-clone", namespace_clone},
    {"hidden-memory", hidden_memory}, {"memory", memory}, {"spin", spin}, {"sleep", sleeper}, {"flood", flood},
    {"large-file", large_file}, {"large-file-removed", large_file_removed}, {"many-files", many_files},
    {"deep-folders", deep_folders}, {"locked-folder", locked_folder}, {"fork-bomb", fork_bomb},
    {"daemon", leave_a_daemon}, {"with-a-daemon", with_a_daemon},
};

int main(int count, char **argument)
{
    for (size_t i = 0; i < sizeof ATTACKS / sizeof *ATTACKS; i++)
        if (!strcmp(argument[1], ATTACKS[i].name)) {
            ATTACKS[i].attack(count > 2 ? argument[2] : "");
            return 0;
        }
    return 2;
}
