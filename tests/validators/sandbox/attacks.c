/* SPDX-License-Identifier: Apache-2.0
 * One program, many attacks: the first argument picks one. A line "BROKE OUT" says that an attack worked.
 */
#define _GNU_SOURCE
#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <sched.h>
#include <unistd.h>

static void tell(int worked) { puts(worked ? "BROKE OUT" : strerror(errno)); fflush(stdout); }

int main(int count, char **argument)
{
    const char *what = argument[1], *path = count > 2 ? argument[2] : "";
    char buffer[4096];
    int end, i;

    if (!strcmp(what, "read")) {
        end = open(path, O_RDONLY);
        tell(end >= 0);
        if (end >= 0 && (i = read(end, buffer, sizeof buffer)) > 0)
            fwrite(buffer, 1, i, stdout);
    } else if (!strcmp(what, "write")) {
        tell(open(path, O_WRONLY | O_CREAT, 0600) >= 0);
    } else if (!strcmp(what, "truncate")) {
        tell(truncate(path, 0) == 0);
    } else if (!strcmp(what, "remove")) {
        tell(unlink(path) == 0);
    } else if (!strcmp(what, "mode")) {
        tell(chmod(path, 0777) == 0);
    } else if (!strcmp(what, "link")) {
        tell(symlink(path, "kept") != 0 && link(path, "kept") == 0);
    } else if (!strcmp(what, "signal")) {
        tell(kill(atoi(path), SIGKILL) == 0);
    } else if (!strcmp(what, "signal-parent")) {
        tell(kill(getppid(), SIGKILL) == 0);
    } else if (!strcmp(what, "limit-parent")) {
        struct rlimit none = {0, 0};
        tell(prlimit(getppid(), RLIMIT_CPU, &none, NULL) == 0);
    } else if (!strcmp(what, "trace-parent")) {
        tell(ptrace(PTRACE_ATTACH, getppid(), 0, 0) == 0);
    } else if (!strcmp(what, "socket")) {
        tell(socket(AF_INET, SOCK_STREAM, 0) >= 0);
    } else if (!strcmp(what, "unix-socket")) {
        tell(socket(AF_UNIX, SOCK_STREAM, 0) >= 0);
    } else if (!strcmp(what, "namespace")) {
        tell(unshare(CLONE_NEWUSER) == 0);
    } else if (!strcmp(what, "namespace-clone")) {
        tell(syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0) >= 0);
    } else if (!strcmp(what, "hidden-memory")) {
        tell(memfd_create("x", 0) >= 0);
    } else if (!strcmp(what, "memory")) {
        tell(malloc(600UL << 20) != NULL);
    } else if (!strcmp(what, "spin")) {
        for (;;)
            ;
    } else if (!strcmp(what, "sleep")) {
        for (;;)
            pause();
    } else if (!strcmp(what, "flood")) {
        memset(buffer, 'x', sizeof buffer);
        for (;;)
            if (write(1, buffer, sizeof buffer) < 0)
                return 1;
    } else if (!strcmp(what, "large-file")) {
        end = open("large", O_WRONLY | O_CREAT, 0600);
        for (;;)
            if (write(end, buffer, sizeof buffer) < 0)
                return 1;
    } else if (!strcmp(what, "many-files")) {
        for (i = 0;; i++) {
            snprintf(buffer, sizeof buffer, "f%d", i);
            close(open(buffer, O_WRONLY | O_CREAT, 0600));
        }
    } else if (!strcmp(what, "fork-bomb")) {
        int most = 0;
        while (fork() >= 0)
            most++;
        printf("%d\n", most);
        fflush(stdout);
        for (;;)
            pause();
    } else if (!strcmp(what, "daemon")) {
        if (fork() == 0) {
            setsid();
            if (fork() == 0) {
                signal(SIGTERM, SIG_IGN);
                signal(SIGHUP, SIG_IGN);
                for (;;)
                    pause();
            }
            _exit(0);
        }
        puts("left one behind");
    } else if (!strcmp(what, "locked-folder")) {
        mkdir("locked", 0700);
        close(open("locked/file", O_WRONLY | O_CREAT, 0600));
        tell(chmod("locked", 0) == 0);
    } else if (!strcmp(what, "next-run")) {
        tell(symlink("/usr", "../elsewhere") != 0);
    }
    return 0;
}
