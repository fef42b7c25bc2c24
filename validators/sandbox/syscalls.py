"""The system calls that no compiler or simulator needs, refused by a seccomp filter.

A deny list, since the tools differ from one distribution to the next; Landlock or bubblewrap is the wall, this closes
what they do not see: sockets other than TCP, other processes' memory, owners and modes of files, things that outlive a
run. Calls younger than this list are refused as a whole, since each may be another way to one of these.

The runner builds it and the worker loads it.
"""

from __future__ import annotations

import errno
import struct
import tempfile
from functools import cache
from typing import Any

from validators.sandbox.isolation import SIGNAL_SCOPE_ABI, TRUNCATE_ABI, SandboxUnavailable, Walls

_REFUSED = (
    # talking to others
    *("socket", "connect", "bind", "listen", "accept", "accept4"),
    # other processes
    *("ptrace", "process_vm_readv", "process_vm_writev", "process_madvise", "process_mrelease", "kcmp"),
    *("pidfd_open", "pidfd_getfd", "pidfd_send_signal", "migrate_pages", "move_pages"),
    *("setpriority", "ioprio_set", "sched_setaffinity", "sched_setattr", "sched_setparam", "sched_setscheduler"),
    # the kernel's larger doors
    *("bpf", "perf_event_open", "io_uring_setup", "io_uring_enter", "io_uring_register", "userfaultfd"),
    *("keyctl", "add_key", "request_key", "open_by_handle_at", "name_to_handle_at", "fanotify_init"),
    *("init_module", "finit_module", "delete_module", "kexec_load", "kexec_file_load", "reboot", "syslog", "acct"),
    *("swapon", "swapoff", "quotactl", "quotactl_fd", "settimeofday", "clock_settime", "sethostname"),
    *("setdomainname", "inotify_init", "inotify_init1"),
    # another view of the file system
    *("mount", "umount2", "pivot_root", "chroot", "unshare", "setns", "open_tree", "move_mount", "fsopen"),
    *("fsmount", "fsconfig", "fspick", "mount_setattr"),
    # what Landlock leaves to the owner of a file
    *("chmod", "fchmod", "fchmodat", "chown", "fchown", "lchown", "fchownat", "utime", "utimes", "futimesat"),
    *("utimensat", "setxattr", "lsetxattr", "fsetxattr", "removexattr", "lremovexattr", "fremovexattr"),
    # memory that counts to no process or outlives it
    *("memfd_create", "memfd_secret", "shmget", "shmat", "msgget", "semget", "mq_open"),
)
_SIGNALLING = ("kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo")
_FIRST_UNKNOWN = 451
"""The first number past set_mempolicy_home_node (Linux 5.17), the last call that was looked at. Numbers from 424 on are
the same on x86-64, ARM64 and RISC-V."""
_CLONE_NEWUSER = 0x10000000
_SET_OWNER_OR_SIGNAL = (8, 10, 15)  # F_SETOWN, F_SETSIG, F_SETOWN_EX: have the kernel send a signal
_OWNER_BITS = (0o100, 0o200, 0o400)

# Instructions of linux/bpf_common.h: load the call's number; skip one when it is smaller; refuse.
_LOAD_NUMBER, _SKIP_IF_BELOW, _RETURN = (0x20, 0, 0), (0x35, 0, 1), (0x06, 0, 0)
_RETURN_ERRNO = 0x00050000


def filters(walls: Walls) -> tuple[bytes, bytes]:
    """The filter of the worker and the one that each run gets besides, as the kernel takes them; empty for none.

    Raises SandboxUnavailable when libseccomp, which builds them, is missing.
    """
    if walls.kind is None:
        return b"", b""
    old = walls.kind == "landlock"
    try:
        return (
            _filter(truncate=old and walls.abi < TRUNCATE_ABI),
            _signal_filter() if old and walls.abi < SIGNAL_SCOPE_ABI else b"",
        )
    except (ImportError, RuntimeError) as error:
        raise SandboxUnavailable(
            f"the system-call filter cannot be built ({error}). Remedy: apt-get install libseccomp2; "
            "pip install pyseccomp"
        ) from error


@cache
def _filter(*, truncate: bool) -> bytes:
    """`truncate` refuses truncate(2) as well, for kernels whose Landlock does not see it."""
    import pyseccomp  # not at the top, where its absence would look like a fault of ours

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    _refuse(rules, *_REFUSED, *(("truncate",) if truncate else ()))
    # clone3 hides its flags behind a pointer; the C library falls back to clone, whose flags can be seen.
    _add(rules, "clone3", errno.ENOSYS)
    _add(rules, "clone", errno.EPERM, pyseccomp.Arg(0, pyseccomp.MASKED_EQ, _CLONE_NEWUSER, _CLONE_NEWUSER))
    # A process sets its own limits; those of the worker are none of its business.
    _add(rules, "prlimit64", errno.EPERM, pyseccomp.Arg(0, pyseccomp.NE, 0))
    for command in _SET_OWNER_OR_SIGNAL:
        _add(rules, "fcntl", errno.EPERM, pyseccomp.Arg(1, pyseccomp.EQ, command))
    # A folder without its owner's rights could not be swept by the worker, which shares the owner.
    for bit in _OWNER_BITS:
        _add(rules, "mkdir", errno.EPERM, pyseccomp.Arg(1, pyseccomp.MASKED_EQ, bit, 0))
        _add(rules, "mkdirat", errno.EPERM, pyseccomp.Arg(2, pyseccomp.MASKED_EQ, bit, 0))
        _add(rules, "umask", errno.EPERM, pyseccomp.Arg(0, pyseccomp.MASKED_EQ, bit, bit))
    instructions = (
        (*_LOAD_NUMBER, 0),
        (*_SKIP_IF_BELOW, _FIRST_UNKNOWN),
        (*_RETURN, _RETURN_ERRNO | errno.ENOSYS),
    )
    return b"".join(struct.pack("=HBBI", *instruction) for instruction in instructions) + _exported(rules)


@cache
def _signal_filter() -> bytes:
    """No signal to anyone, for kernels whose Landlock lets them out; an abort then ends as a fault."""
    import pyseccomp

    rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
    _refuse(rules, *_SIGNALLING)
    return _exported(rules)


def _refuse(rules: Any, *names: str) -> None:
    for name in names:
        _add(rules, name, errno.EPERM)


def _add(rules: Any, name: str, error: int, *arguments: Any) -> None:
    """Refuse a call, unless this libseccomp or this machine has no number for it."""
    import pyseccomp

    number = pyseccomp.resolve_syscall(pyseccomp.Arch.NATIVE, name)
    if number >= 0:
        rules.add_rule(pyseccomp.ERRNO(error), number, *arguments)


def _exported(rules: Any) -> bytes:
    with tempfile.TemporaryFile() as file:
        rules.export_bpf(file)
        file.seek(0)
        return file.read()
