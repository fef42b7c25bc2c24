"""One run inside the worker: start a program, watch it, and leave nothing of it alive."""

from __future__ import annotations

import contextlib
import math
import os
import resource
import select
import signal
import time

from validators.sandbox import kernel, landlock

PATH = "/usr/local/bin:/usr/bin:/bin"
_CHUNK = 1 << 16
_LOOK_S = 0.1
_PATIENCE_S = 5.0
_FOLDER_FILES = 4096


# Plain classes in this file: dataclasses loads so much that a fork takes a quarter longer.
class Limits:
    """The limits of a run, fields as in `validators.sandbox.limits.Limits` and in that order."""

    def __init__(
        self, cpu_s: float, wall_s: float, memory_bytes: int, file_bytes: int, output_bytes: int, processes: int
    ) -> None:
        self.cpu_s, self.wall_s, self.memory_bytes = cpu_s, wall_s, memory_bytes
        self.file_bytes, self.output_bytes, self.processes = file_bytes, output_bytes, processes


class Jail:
    """What the worker knows of its own walls, set up once.

    `folder` is where runs happen, swept after each; `channel` the pipe from the runner, watched for its end; `wakeup`
    is readable when a child has ended; `fence` is a Landlock ruleset for each run alone, so that it cannot signal the
    worker; `children_list` the open list of the worker's children, for kernels where signals cannot be fenced;
    `other_processes` are those of this user that are not ours, which the kernel counts against the limit.
    """

    def __init__(
        self, folder: str, channel: int, wakeup: int, fence: int | None, children_list: int | None, other_processes: int
    ) -> None:
        self.folder, self.channel, self.wakeup = folder, channel, wakeup
        self.fence, self.children_list, self.other_processes = fence, children_list, other_processes
        self.environment = {"PATH": PATH, "TMPDIR": folder, "LC_ALL": "C.UTF-8"}
        self.null = os.open("/dev/null", os.O_RDWR | os.O_CLOEXEC)


class Ended:
    """How a run ended: `status` as waitpid gives it, `stopped` why it was killed (empty if it was not)."""

    def __init__(self, status: int, stopped: str, stdout: bytes, stderr: bytes, cpu_s: float, wall_s: float) -> None:
        self.status, self.stopped, self.stdout, self.stderr = status, stopped, stdout, stderr
        self.cpu_s, self.wall_s = cpu_s, wall_s


class StraysLeft(Exception):
    """Processes of a run could not be killed; the worker ends with this, and the runner kills them from outside."""


class RunnerGone(Exception):
    """The runner closed the pipe while a program was running."""


def execute(jail: Jail, path: str, argv: list[str], folder: str, stdin: bytes, limits: Limits) -> Ended:
    """Run `path` in `folder` and wait for it. Raises RunnerGone, with nothing left alive."""
    began = time.monotonic()
    # An empty input is /dev/null.
    source, feed = os.pipe() if stdin else (jail.null, -1)
    out, out_end = os.pipe()
    err, err_end = os.pipe()
    pid = os.fork()
    if pid == 0:
        _become(jail, path, argv, folder, limits, (source, out_end, err_end))
    os.close(out_end)
    os.close(err_end)
    if stdin:
        os.close(source)
        os.set_blocking(feed, False)
    os.set_blocking(out, False)
    os.set_blocking(err, False)
    watch = _Watch(jail, pid, limits, {out: bytearray(), err: bytearray()}, feed, stdin)
    try:
        watch.until_the_end(began + limits.wall_s)
    finally:
        watch.kill_the_rest()
        watch.drain(out)
        watch.drain(err)
        for end in (out, err) if watch.feed < 0 else (out, err, watch.feed):
            os.close(end)
    if watch.written > limits.output_bytes:
        watch.stopped = watch.stopped or "output-limit"
    status = watch.status if watch.status is not None else signal.SIGKILL
    return Ended(
        status, watch.stopped, bytes(watch.output[out]), bytes(watch.output[err]), watch.cpu_s,
        time.monotonic() - began,
    )  # fmt: skip


def _become(jail: Jail, path: str, argv: list[str], folder: str, limits: Limits, ends: tuple[int, int, int]) -> None:
    """Turn the forked child into the program."""
    try:
        os.setsid()
        kernel.die_with_parent()
        for target, end in enumerate(ends):
            os.dup2(end, target)
        os.chdir(folder)
        for ignored in (signal.SIGPIPE, signal.SIGXFSZ):
            signal.signal(ignored, signal.SIG_DFL)
        cpu = math.ceil(limits.cpu_s)
        resource.setrlimit(resource.RLIMIT_CPU, (cpu, cpu + 1))
        resource.setrlimit(resource.RLIMIT_AS, (limits.memory_bytes, limits.memory_bytes))
        resource.setrlimit(resource.RLIMIT_FSIZE, (limits.file_bytes, limits.file_bytes))
        allowed = limits.processes + jail.other_processes + 1  # and the worker itself
        resource.setrlimit(resource.RLIMIT_NPROC, (allowed, allowed))
        if jail.fence is not None:
            landlock.restrict(jail.fence)
        os.execve(path, argv, jail.environment)
    except (OSError, ValueError) as error:
        os.write(2, f"{argv[0]}: cannot start: {error}\n".encode())
    finally:
        os._exit(127)


class _Watch:
    """The eyes on one running program."""

    def __init__(
        self, jail: Jail, pid: int, limits: Limits, output: dict[int, bytearray], feed: int, stdin: bytes
    ) -> None:
        self.jail, self.pid, self.limits = jail, pid, limits
        self.output, self.feed, self.stdin = output, feed, memoryview(stdin)
        self.status: int | None = None
        self.stopped = ""
        self.cpu_s = 0.0
        self.written = 0

    def until_the_end(self, deadline: float) -> None:
        """Return when the program has ended or must be killed; `stopped` says why."""
        poll = select.poll()
        for end in (*self.output, self.jail.wakeup):
            poll.register(end, select.POLLIN)
        poll.register(self.jail.channel, 0)
        if self.feed >= 0:
            poll.register(self.feed, select.POLLOUT)
        look = time.monotonic() + _LOOK_S
        while self.status is None and not self.stopped:
            now = time.monotonic()
            for end, _ in poll.poll(max(0.0, min(look, deadline) - now) * 1000):
                if end == self.jail.wakeup:
                    os.read(end, _CHUNK)
                    self.reap()
                elif end == self.jail.channel:
                    raise RunnerGone
                elif end == self.feed:
                    self._feed_more(poll)
                elif not self._read(end):
                    poll.unregister(end)
            now = time.monotonic()
            if self.status is not None:
                break
            if self.written > self.limits.output_bytes:
                self.stopped = "output-limit"
            elif now >= deadline:
                self.stopped = "wall-limit"
            elif now >= look:
                look = now + _LOOK_S
                if _too_full(self.jail.folder, self.limits.file_bytes * 8):
                    self.stopped = "output-limit"

    def kill_the_rest(self) -> None:
        """Kill and reap whatever the program left, however it hid. Raises StraysLeft where this kernel is too old."""
        patience = time.monotonic() + _PATIENCE_S
        while self.reap():
            if self.jail.fence is not None:
                # Every process in the fence of this worker but the worker; the kernel lets no fork slip through.
                _kill(-1)
                self.reap(wait=True)
            elif time.monotonic() > patience:
                raise StraysLeft
            else:
                for child in self._children():
                    _kill(-child)
                    _kill(child)
                time.sleep(0.001)

    def reap(self, *, wait: bool = False) -> bool:
        """Collect the ended children and orphans with their CPU time; False when none is left at all."""
        while True:
            try:
                pid, status, usage = os.wait4(-1, 0 if wait else os.WNOHANG)
            except ChildProcessError:
                return False
            if pid == 0:
                return True
            self.cpu_s += usage.ru_utime + usage.ru_stime
            if pid == self.pid:
                self.status = status

    def drain(self, end: int) -> None:
        """Read what is left in a pipe whose writers are gone."""
        try:
            while self._read(end) and self.written <= self.limits.output_bytes:
                pass
        except BlockingIOError:
            return

    def _read(self, end: int) -> bool:
        data = os.read(end, _CHUNK)
        room = max(0, self.limits.output_bytes - self.written)
        self.output[end] += data[:room]
        self.written += len(data)
        return bool(data)

    def _feed_more(self, poll: select.poll) -> None:
        try:
            self.stdin = self.stdin[os.write(self.feed, self.stdin[:_CHUNK]) :]
        except BrokenPipeError:
            self.stdin = self.stdin[:0]
        if not self.stdin:
            poll.unregister(self.feed)
            os.close(self.feed)
            self.feed = -1

    def _children(self) -> list[int]:
        if self.jail.children_list is None:
            return [self.pid]
        return [int(pid) for pid in os.pread(self.jail.children_list, 1 << 20, 0).split()]


def _kill(pid: int) -> None:
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.kill(pid, signal.SIGKILL)


def _too_full(folder: str, most: int) -> bool:
    """Whether a folder holds more bytes or entries than a run may leave at once."""
    size = count = 0
    waiting = [folder]
    while waiting:
        try:
            with os.scandir(waiting.pop()) as entries:
                for entry in entries:
                    count += 1
                    if entry.is_dir(follow_symlinks=False):
                        waiting.append(entry.path)
                    else:
                        size += entry.stat(follow_symlinks=False).st_size
                    if size > most or count > _FOLDER_FILES:
                        return True
        except OSError:
            continue  # it was removed while we looked
    return False
