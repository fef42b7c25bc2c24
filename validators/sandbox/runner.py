"""The one runner: every compiler, simulator and unknown program is started here and nowhere else.

with Sandbox() as sandbox:
    done = sandbox.run(["gcc", "-c", "x.c"], files={"x.c": source}, keep=["x.o"])
    done.outcome, done.rc, done.files["x.o"]
"""

from __future__ import annotations

import contextlib
import itertools
import os
import select
import signal
import subprocess
import tempfile
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from types import TracebackType
from typing import BinaryIO, Self, cast

from validators.sandbox import packets
from validators.sandbox.build import cache_folder, worker_program
from validators.sandbox.isolation import SYSTEM_PATHS, Isolation, SandboxUnavailable, Walls, bubblewrap, choose
from validators.sandbox.limits import DEFAULT, Limits
from validators.sandbox.runs import Finished, ProgramNotFound, Request, RunOutcome
from validators.sandbox.strays import kill_strays, remove, tasks_of
from validators.sandbox.syscalls import filters

__all__ = [
    "DEFAULT",
    "Finished",
    "Isolation",
    "Limits",
    "ProgramNotFound",
    "Request",
    "RunOutcome",
    "Sandbox",
    "SandboxUnavailable",
    "WorkerDied",
]

_GRACE_S = 30.0
_MEMORY = Path("/dev/shm")
_MEMORY_ROOM = 512 << 20
_PACKET_BYTES, _PACKET_RUNS = 4 << 20, 256
_CHUNK = 1 << 18
# The range that systemd keeps for short-lived services: nobody's files, and inside every container's mapping.
_FIRST_UID, _UIDS = 61184, 4336
# A user's process limit is shared with all that the user runs: what runs now, and room for what starts later.
_ROOM_FOR_OTHERS = 512

_opened = itertools.count()


class WorkerDied(Exception):
    """The worker process cannot be started; what it said is on standard error."""


class _Gone(Exception):
    """The worker ended, or answers no more."""


class Sandbox:
    """A confined worker process that runs programs, one at a time; a context manager.

    Programs read and execute the system's tools and what was installed, write in their own folder only, and have no
    network, no other processes and no view of other files. Not for sharing between processes: each opens its own.

    `scratch` is the folder for temporary files. By default runs happen in memory (/dev/shm, where there is room) and
    installed files lie in the system's folder for such. `readable` are further paths that tools need. `isolation` is
    Landlock where the kernel has it and else bubblewrap, unless one of them is asked for. `unconfined` goes on without
    both and without the system-call filter: the limits then are all that holds. `cache` is where the worker's
    executable is kept, by default the user's cache folder. Raises SandboxUnavailable and WorkerDied.
    """

    def __init__(
        self,
        *,
        scratch: Path | None = None,
        readable: Sequence[Path] = (),
        isolation: Isolation | None = None,
        unconfined: bool = False,
        cache: Path | None = None,
    ) -> None:
        self.cpu_s = 0.0
        """CPU seconds that all programs run so far have used."""
        self.runs = 0
        """How many programs were run so far."""
        self._closed = False
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._starts = 0
        self._received = bytearray()
        self._readable = [*SYSTEM_PATHS, *map(str, readable)]
        self._walls = Walls(None) if unconfined else choose(isolation, self._readable)
        self._filters = filters(self._walls)
        self._program = worker_program(cache or cache_folder())
        self._uid = _FIRST_UID + (os.getpid() * 7 + next(_opened)) % _UIDS if os.geteuid() == 0 else -1
        self._shared = Path(tempfile.mkdtemp(prefix="firmseed-", dir=scratch)).resolve()
        self._shared.chmod(0o755)
        self._readable.append(str(self._shared))
        self._scratch = Path(tempfile.mkdtemp(prefix="firmseed-", dir=scratch or _memory())).resolve()
        self._scratch.chmod(0o711)
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    @property
    def isolation(self) -> str:
        """What holds programs in: `landlock (ABI 7)`, `bubblewrap`, or `none`."""
        return str(self._walls)

    @property
    def _runs(self) -> Path:
        """The folder of runs; each worker has its own, as one that died may have left what cannot be removed."""
        return self._scratch / f"runs{self._starts}"

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Stop the worker with all that it runs, and remove its folders. May be called twice."""
        self._closed = True
        self._stop()
        for folder in (self._scratch, self._shared):
            remove(folder)

    def install(self, name: str, data: bytes, *, executable: bool = True) -> str:
        """Place a file that all runs may read (and execute) but not change; its path inside.

        Installing the same name again replaces the file. Raises ValueError for a name that is not a plain file name.
        """
        if "/" in packets.inside(name):
            raise ValueError(f"not a plain file name: {name!r}")
        path = self._shared / name
        fresh = self._shared / f".{name}"
        fresh.write_bytes(data)
        fresh.chmod(0o755 if executable else 0o644)
        fresh.replace(path)
        return str(path)

    def run(
        self,
        argv: Sequence[str],
        *,
        files: Mapping[str, bytes] | None = None,
        keep: Sequence[str] = (),
        stdin: bytes = b"",
        limits: Limits = DEFAULT,
    ) -> Finished:
        """Run a program as Request says, and return when nothing of it is alive any more.

        Raises ValueError for a name that leaves the folder, ProgramNotFound, and WorkerDied.
        """
        return self.run_all([Request(argv, files or {}, keep, stdin, limits)])[0]

    def run_all(self, requests: Sequence[Request]) -> list[Finished]:
        """Run several programs, one after another and each in a folder of its own; cheaper than one at a time.

        Where a worker is killed, what it had not answered is run again. Raises as `run` does; with ProgramNotFound,
        the other programs were run.
        """
        packed = [packets.request_bytes(request) for request in requests]
        replies: list[bytes] = []
        with self._lock:
            while len(replies) < len(requests):
                some = _one_packet(packed[len(replies) :])
                wall_s = [request.limits.wall_s for request in requests[len(replies) : len(replies) + len(some)]]
                replies += self._served(some, wall_s)
        return [self._finished(reply, request) for reply, request in zip(replies, requests, strict=True)]

    def _finished(self, reply: bytes, request: Request) -> Finished:
        done = packets.finished(reply, request) if reply else Finished(-signal.SIGKILL, "worker-died", b"", b"", 0, 0)
        self.cpu_s += done.cpu_s
        self.runs += 1
        return done

    def _served(self, requests: Sequence[bytes], wall_s: Sequence[float]) -> list[bytes]:
        """The replies, empty for a request during which the worker died twice."""
        replies = self._ask(requests, sum(wall_s))
        # The worker died: the rest is asked for one by one, so that what kills it costs no other request its result.
        for index in range(len(replies), len(requests)):
            again: list[bytes] = []
            for _ in range(2 if len(requests) > 1 else 1):
                again = again or self._ask(requests[index : index + 1], wall_s[index])
            replies += again or [b""]
        return replies

    def _ask(self, requests: Sequence[bytes], wall_s: float) -> list[bytes]:
        """The replies to one packet; fewer, with the worker gone, when it died. Started anew if it is not there."""
        replies: list[bytes] = []
        if self._worker is None:
            self._start()
        try:
            for reply in self._exchange(packets.requests_packet(requests), len(requests), wall_s):
                replies.append(reply)
        except _Gone:
            self._stop()
        except BaseException:
            # Interrupted in the middle of an answer: the pipe is of no more use, and what runs must end.
            self._stop()
            raise
        return replies

    def _exchange(self, packet: bytes, count: int, wall_s: float) -> Iterator[bytes]:
        assert self._worker is not None
        asked, answers = cast(BinaryIO, self._worker.stdin), cast(BinaryIO, self._worker.stdout)
        sent = memoryview(packet)
        poll = select.poll()
        poll.register(answers, select.POLLIN)
        size = 0
        try:
            while sent:
                sent = sent[asked.write(sent) :]
            while count:
                if not poll.poll((wall_s + _GRACE_S) * 1000):
                    raise _Gone
                if len(self._received) < size + _CHUNK:
                    self._received += bytes(max(_CHUNK, size))
                got = os.readv(answers.fileno(), [memoryview(self._received)[size:]])
                if not got:
                    raise _Gone
                size += got
                whole, used = packets.split(memoryview(self._received)[:size])
                yield from whole
                count -= len(whole)
                self._received[: size - used] = self._received[used:size]
                size -= used
        except BrokenPipeError as error:
            raise _Gone from error

    def _start(self) -> None:
        if self._closed:
            raise ValueError("the sandbox is closed")
        if self._starts:
            remove(self._runs)
        self._starts += 1
        self._runs.mkdir(mode=0o700)
        command = [str(self._program)]
        if self._walls.kind == "bubblewrap":
            command = bubblewrap(self._readable, str(self._runs), str(self._program))
        others = 0 if os.geteuid() == 0 else tasks_of(os.getuid()) + _ROOM_FOR_OTHERS
        self._worker = subprocess.Popen(
            [*command, *map(str, (*self._walls.numbers, self._runs, self._uid, others)), *self._readable],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            bufsize=0,
            cwd=self._scratch,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            start_new_session=True,  # an interrupt from the keyboard reaches us alone, and we stop it
        )
        try:
            (refusal,) = self._exchange(packets.filters_packet(self._filters), 1, 0.0)
        except _Gone as error:
            raise WorkerDied("the sandbox worker ended while it started; its message is above") from error
        if refusal:
            raise SandboxUnavailable(refusal.decode())

    def _stop(self) -> None:
        worker, self._worker = self._worker, None
        if worker is None:
            return
        assert worker.stdin is not None and worker.stdout is not None
        with contextlib.suppress(BrokenPipeError):
            worker.stdin.close()  # it then kills what runs, sweeps and ends
        try:
            worker.wait(timeout=_GRACE_S)
        except subprocess.TimeoutExpired:
            worker.kill()
            worker.wait()
        worker.stdout.close()
        if worker.returncode:
            kill_strays(self._scratch, self._uid)


def _one_packet(requests: Sequence[bytes]) -> Sequence[bytes]:
    """As many of the requests, from the first on, as a worker should hold at once; at least one."""
    total = 0
    for count, request in enumerate(requests[:_PACKET_RUNS]):
        total += len(request)
        if total > _PACKET_BYTES:
            return requests[: max(1, count)]
    return requests[:_PACKET_RUNS]


def _memory() -> Path | None:
    """A folder in memory for the short-lived files of runs; None for the system's usual one.

    A compile with its few files took two thirds of the wall time there that it took on a journalled disk. A container
    may leave it 64 MB only, which one hostile run could fill.
    """
    if not os.access(_MEMORY, os.W_OK | os.X_OK):
        return None
    about = os.statvfs(_MEMORY)
    return _MEMORY if about.f_bavail * about.f_frsize >= _MEMORY_ROOM else None
