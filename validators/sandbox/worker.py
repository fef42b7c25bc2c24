"""The worker process: walls itself in once, then runs one program after another for the runner.

Started by the runner only, as `python -I`, with its pipes on stdin and stdout. It imports little, so that it starts
fast and forks cheaply.
"""

# pathlib would make every fork dearer.
# ruff: noqa: PTH102, PTH103, PTH106, PTH108, PTH116, PTH120, PTH208
from __future__ import annotations

import gc
import os
import resource
import signal
import stat

from validators.sandbox import frames, kernel, landlock, process

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Sequence
    from typing import Any, BinaryIO

# The range that systemd keeps for short-lived services: nobody's files, and inside every container's mapping.
_FIRST_UID, _UIDS = 61184, 4336


class Refused(Exception):
    """This machine cannot confine programs; the text says what would."""


def main(arguments: Sequence[str]) -> None:
    """Serve runs until the runner closes the pipe; the arguments are the folder of runs and the readable paths.

    The first frame holds the system-call filter; an empty one leaves out the filter and Landlock.
    """
    folder, *readable = arguments
    requests = os.fdopen(os.dup(0), "rb")
    replies = os.fdopen(os.dup(1), "wb")
    for standard in (0, 1):
        os.dup2(os.open("/dev/null", os.O_RDWR), standard)
    try:
        _, program = frames.receive(requests)
        jail = _wall_in(folder, readable, bytes(program), requests.fileno())
    except Refused as refusal:
        frames.send(replies, {"refused": str(refusal)})
        return
    # What lives until the end need not be looked at again, and its pages stay shared with the forked child.
    gc.collect()
    gc.freeze()
    frames.send(replies, {"ready": True})
    try:
        while True:
            header, body = frames.receive(requests)
            _serve(jail, replies, header, body)
    except (frames.Closed, process.RunnerGone, BrokenPipeError):
        _sweep(jail.folder)


def _wall_in(folder: str, readable: Sequence[str], program: bytes, channel: int) -> process.Jail:
    for kind, most in ((resource.RLIMIT_CORE, 0), (resource.RLIMIT_NOFILE, 64), (resource.RLIMIT_MEMLOCK, 0)):
        resource.setrlimit(kind, (most, most))
    kernel.adopt_orphans()
    wakeup, signalled = os.pipe()
    os.set_blocking(signalled, False)
    signal.set_wakeup_fd(signalled, warn_on_full_buffer=False)
    signal.signal(signal.SIGCHLD, lambda *_: None)
    os.umask(0o077)
    other_processes = _become_nobody(folder)
    try:
        children_list: int | None = os.open(f"/proc/self/task/{os.getpid()}/children", os.O_RDONLY)
    except OSError:
        children_list = None
    fence = None
    kernel.no_new_privileges()
    if program:
        landlock.confine(writable=[folder], readable=readable)
        fence = landlock.signal_fence()
        if fence is not None and _can_signal(os.getppid()):
            raise Refused("Landlock's signal scope does not hold on this kernel. Remedy: update the kernel")
        kernel.filter_system_calls(program)
    return process.Jail(folder, channel, wakeup, fence, children_list, other_processes)


def _become_nobody(folder: str) -> int:
    """Give up root, whose process limit the kernel does not enforce; how many processes the user has besides ours."""
    if os.geteuid():
        # Shared with all that this user runs: what runs now, and room for what starts later.
        return _tasks_of(os.getuid()) + 512
    uid = _FIRST_UID + os.getpid() % _UIDS
    os.chown(folder, uid, uid)
    try:
        os.setgroups([])
        os.setresgid(uid, uid, uid)
        os.setresuid(uid, uid, uid)
    except OSError as error:
        raise Refused(
            f"root cannot give up its rights here ({error}), and no process limit binds it. Remedy: run as an ordinary "
            "user, or with CAP_SETUID and CAP_SETGID"
        ) from error
    if not os.access(folder, os.R_OK | os.W_OK | os.X_OK):
        raise Refused(
            f"the scratch folder {folder} cannot be reached by anyone but root. Remedy: set TMPDIR to, or give as "
            "scratch, a folder whose parents are open to all, such as /tmp"
        )
    return 0


def _tasks_of(uid: int) -> int:
    count = 0
    for name in os.listdir("/proc"):
        try:
            if name.isdigit() and os.stat(f"/proc/{name}").st_uid == uid:
                count += len(os.listdir(f"/proc/{name}/task"))
        except OSError:
            continue  # it ended, or is hidden
    return count


def _can_signal(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except (PermissionError, ProcessLookupError):
        return False
    return True


def _serve(jail: process.Jail, replies: BinaryIO, header: dict[str, Any], body: memoryview) -> None:
    argv: list[str] = header["argv"]
    path = _find(argv[0])
    if path is None:
        frames.send(replies, {"missing": argv[0]})
        return
    folder = f"{jail.folder}/run"
    os.mkdir(folder)
    jail.environment["TMPDIR"] = folder
    place = 0
    for name, size in header["files"]:
        _write(f"{folder}/{name}", body[place : place + size])
        place += size
    ended = process.execute(jail, path, argv, folder, bytes(body[place:]), process.Limits(*header["limits"]))
    kept = [(name, _read(f"{folder}/{name}", header["most"])) for name in header["keep"]]
    found = [(name, data) for name, data in kept if data is not None]
    _sweep(jail.folder)
    frames.send(
        replies,
        {
            "rc": os.waitstatus_to_exitcode(ended.status),
            "stopped": ended.stopped,
            "cpu_s": ended.cpu_s,
            "wall_s": ended.wall_s,
            "stdout": len(ended.stdout),
            "stderr": len(ended.stderr),
            "files": [(name, len(data)) for name, data in found],
        },
        [ended.stdout, ended.stderr, *(data for _, data in found)],
    )


def _find(program: str) -> str | None:
    """The path of a program, as the shell would find it."""
    places = [program] if "/" in program else [f"{folder}/{program}" for folder in process.PATH.split(":")]
    return next((path for path in places if os.access(path, os.X_OK)), None)


def _write(path: str, data: memoryview) -> None:
    flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
    try:
        end = os.open(path, flags, 0o600)
    except FileNotFoundError:
        os.makedirs(os.path.dirname(path), mode=0o700, exist_ok=True)
        end = os.open(path, flags, 0o600)
    with os.fdopen(end, "wb", buffering=0) as file:
        while data:
            data = data[file.write(data) :]


def _read(path: str, most: int) -> bytes | None:
    """A regular file's bytes; None for anything else, as what lies in the folder is the program's own choice."""
    try:
        end = os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK)
    except OSError:
        return None
    about = os.fstat(end)
    if not stat.S_ISREG(about.st_mode) or about.st_size > most:
        os.close(end)
        return None
    with os.fdopen(end, "rb") as file:
        return file.read()


def _sweep(folder: str) -> None:
    """Remove all that is in a folder. An OSError ends the worker, and the runner starts over with a fresh one."""
    with os.scandir(folder) as entries:
        for entry in list(entries):
            if entry.is_dir(follow_symlinks=False):
                _sweep(entry.path)
                os.rmdir(entry.path)
            else:
                os.unlink(entry.path)
