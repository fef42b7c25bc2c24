"""The system calls that no compiler or simulator needs, refused by a seccomp filter.

A deny list, since the tools differ from one distribution to the next; Landlock is the wall, this closes what Landlock
does not see: sockets other than TCP, other processes' memory, owners and modes of files, things that outlive a run.

The runner builds it and the worker loads it: the library would double the cost of each start from the worker.
"""

from __future__ import annotations

import errno
import tempfile
from functools import cache

_REFUSED = (
    # talking to others
    *("socket", "connect", "bind", "listen", "accept", "accept4"),
    # other processes
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "kcmp", "pidfd_open", "pidfd_getfd"),
    *("pidfd_send_signal",),
    # the kernel's larger doors
    *("bpf", "perf_event_open", "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd"),
    *("keyctl", "add_key", "request_key", "open_by_handle_at", "name_to_handle_at", "fanotify_init"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "syslog", "acct"),
    *("swapon", "swapoff", "quotactl", "settimeofday", "clock_settime", "sethostname", "setdomainname"),
    # another view of the file system
    *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_tree", "move_mount", "fsopen"),
    *("fsmount", "fsconfig", "fspick", "mount_setattr"),
    # what Landlock leaves to the owner of a file
    *("chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "utime", "utimes", "futimesat"),
    *("utimensat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
    # memory that counts to no process or outlives it
    *("memfd_create", "memfd_secret", "shmget", "shmat", "msgget", "semget", "mq_open"),
)
_CLONE_NEWUSER = 0x10000000


class LibraryMissing(Exception):
    """libseccomp, which builds the filter, is not there; the message says what is wrong."""


@cache
def filter_program(*, truncate: bool) -> bytes:
    """The filter as the kernel takes it, for this machine's architecture.

    `truncate` refuses truncate(2) as well, for kernels whose Landlock does not see it. Raises LibraryMissing.
    """
    try:
        import pyseccomp  # not at the top, where its absence would look like a fault of ours
    except (ImportError, RuntimeError) as error:
        raise LibraryMissing(str(error)) from error

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    denied = pyseccomp.ERRNO(errno.EPERM)
    for name in _REFUSED + (("truncate",) if truncate else ()):
        # A call that this libseccomp has no number for cannot be named here.
        number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
        if number >= 0:
            rules.add_rule(denied, number)
    # clone3 hides its flags behind a pointer; the C library falls back to clone, whose flags can be seen.
    clone3 = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, "clone3")
    if clone3 >= 0:
        rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), clone3)
    rules.add_rule(denied, "clone", pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_NEWUSER, _CLONE_NEWUSER))
    # A process sets its own limits; those of the worker are none of its business.
    rules.add_rule(denied, "prlimit64", pyseccomp.Arg(0, pyseccomp.NE, 0))
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
