"""The one runner: every compiler, simulator and unknown program is started here and nowhere else.

with Sandbox() as sandbox:
    done = sandbox.run(["gcc", "-c", "x.c"], files={"x.c": source}, keep=["x.o"])
    done.outcome, done.rc, done.files["x.o"]
"""

from __future__ import annotations

import contextlib
import os
import select
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
from collections.abc import Mapping, Sequence
from dataclasses import astuple, dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Literal, Self, cast

from validators.sandbox import frames, landlock, syscalls
from validators.sandbox.limits import DEFAULT, Limits

__all__ = ["DEFAULT", "Finished", "Limits", "ProgramNotFound", "Sandbox", "SandboxUnavailable", "WorkerDied"]

RunOutcome = Literal["exited", "signal", "cpu-limit", "wall-limit", "output-limit"]

# Where tools and what they load lie on Linux distributions; the linker's cache saves it a search at each start.
SYSTEM_PATHS = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache")
_ROOT = Path(__file__).parents[2]
_START = "import sys; sys.path.insert(0, sys.argv[1]); from validators.sandbox import worker; worker.main(sys.argv[2:])"
_GRACE_S = 30.0
_MEMORY = Path("/dev/shm")
_MEMORY_ROOM = 512 << 20


class SandboxUnavailable(Exception):
    """This machine cannot confine programs; the message names the remedy."""


class ProgramNotFound(Exception):
    """No such program in the sandbox; the argument is the name that was asked for."""


class WorkerDied(Exception):
    """The worker process ended twice during the same run, which no program inside should be able to bring about."""


@dataclass(frozen=True, slots=True)
class Finished:
    """How one run ended.

    `rc` is the exit status, or minus the signal that ended the program. `outcome` tells an exit from a death by signal
    and from the limits; after a limit, the output is what came until then. `files` holds those of `keep` that exist
    as regular files within the size limit. Seconds are of the whole process tree.
    """

    rc: int
    outcome: RunOutcome
    stdout: bytes
    stderr: bytes
    cpu_s: float
    wall_s: float
    files: Mapping[str, bytes] = field(default_factory=dict)

    @property
    def ok(self) -> bool:
        """Whether it exited by itself with status 0."""
        return self.outcome == "exited" and self.rc == 0


class Sandbox:
    """A confined worker process that runs programs, one at a time; a context manager.

    Programs read and execute the system's tools and what was installed, write in their own folder only, and have no
    network, no other processes and no view of other files. Not for sharing between processes: each opens its own.

    `scratch` is the folder for temporary files. By default runs happen in memory (/dev/shm, where there is room) and
    installed files lie in the system's folder for such. `readable` are further paths that tools need. `unconfined`
    goes on without Landlock and the system-call filter where the kernel has none: the limits then are all that holds.
    Raises SandboxUnavailable.
    """

    def __init__(self, *, scratch: Path | None = None, readable: Sequence[Path] = (), unconfined: bool = False) -> None:
        self.cpu_s = 0.0
        """CPU seconds that all programs run so far have used."""
        self.runs = 0
        """How many programs were run so far."""
        self._readable = (*SYSTEM_PATHS, *map(str, readable))
        self._filter = b"" if unconfined else _filter()
        self._closed = False
        self._lock = threading.Lock()
        self._worker: subprocess.Popen[bytes] | None = None
        self._shared = Path(tempfile.mkdtemp(prefix="firmseed-", dir=scratch)).resolve()
        self._shared.chmod(0o755)
        self._scratch = Path(tempfile.mkdtemp(prefix="firmseed-", dir=scratch or _memory())).resolve()
        self._scratch.chmod(0o711)
        try:
            self._start()
        except BaseException:
            self.close()
            raise

    @property
    def _runs(self) -> Path:
        return self._scratch / "runs"

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
            shutil.rmtree(folder, ignore_errors=True)

    def install(self, name: str, data: bytes, *, executable: bool = True) -> str:
        """Place a file that all runs may read (and execute) but not change; its path inside.

        Installing the same name again replaces the file. Raises ValueError for a name that is not a plain file name.
        """
        if "/" in _inside(name):
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
        """Run a program in a fresh folder that holds `files`, and return when nothing of it is alive any more.

        `argv[0]` is looked up in the usual system folders, or is a path that `install` gave. `files` and `keep` are
        names relative to the folder. Raises ValueError for a name that leaves the folder, ProgramNotFound, and
        WorkerDied.
        """
        files = files or {}
        header = {
            "argv": list(argv),
            "files": [(_inside(name), len(data)) for name, data in files.items()],
            "keep": [_inside(name) for name in keep],
            "limits": astuple(limits),
            "most": limits.file_bytes,
        }
        blobs = [*files.values(), stdin]
        with self._lock:
            reply = self._ask(header, blobs, limits.wall_s) or self._ask(header, blobs, limits.wall_s)
        if reply is None:
            raise WorkerDied(f"the sandbox worker ended while it ran {argv[0]!r}, and again when started anew")
        return self._finished(*reply, limits)

    def _finished(self, reply: dict[str, Any], body: memoryview, limits: Limits) -> Finished:
        if "missing" in reply:
            raise ProgramNotFound(reply["missing"])
        rc, cpu_s = int(reply["rc"]), float(reply["cpu_s"])
        self.cpu_s += cpu_s
        self.runs += 1
        place = 0
        parts = []
        for size in (reply["stdout"], reply["stderr"], *(size for _, size in reply["files"])):
            parts.append(bytes(body[place : place + size]))
            place += size
        stdout, stderr, *kept = parts
        outcome: RunOutcome = reply["stopped"] or ("signal" if rc < 0 else "exited")
        # The process that met the limit may be a grandchild (cc1 under gcc), whose parent then exits with an error. The
        # kernel compares the limit with another clock than it reports: 0.89 s were seen at a limit of 1 s.
        if rc == -signal.SIGXCPU or (rc and not reply["stopped"] and cpu_s >= 0.8 * limits.cpu_s):
            outcome = "cpu-limit"
        names = [name for name, _ in reply["files"]]
        return Finished(rc, outcome, stdout, stderr, cpu_s, reply["wall_s"], dict(zip(names, kept, strict=True)))

    def _ask(
        self, header: dict[str, Any], blobs: Sequence[bytes], wall_s: float
    ) -> tuple[dict[str, Any], memoryview] | None:
        """One request and its reply; None, with the worker gone, when it died. Started anew if it is not there."""
        if self._worker is None:
            self._start()
        try:
            return self._exchange(header, blobs, wall_s)
        except (frames.Closed, BrokenPipeError):
            self._stop()
            return None
        except BaseException:
            # Interrupted in the middle of an answer: the pipe is of no more use, and what runs must end.
            self._stop()
            raise

    def _exchange(
        self, header: dict[str, Any], blobs: Sequence[bytes], wall_s: float
    ) -> tuple[dict[str, Any], memoryview]:
        assert self._worker is not None
        requests, replies = cast(BinaryIO, self._worker.stdin), cast(BinaryIO, self._worker.stdout)
        frames.send(requests, header, blobs)
        poll = select.poll()
        poll.register(replies, select.POLLIN)
        if not poll.poll((wall_s + _GRACE_S) * 1000):
            raise frames.Closed
        return frames.receive(replies)

    def _start(self) -> None:
        if self._closed:
            raise ValueError("the sandbox is closed")
        shutil.rmtree(self._runs, ignore_errors=True)
        self._runs.mkdir(mode=0o700)
        self._worker = subprocess.Popen(
            [sys.executable, "-I", "-c", _START, str(_ROOT), str(self._runs), str(self._shared), *self._readable],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            cwd=self._scratch,
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C.UTF-8"},
            start_new_session=True,  # an interrupt from the keyboard reaches us alone, and we stop it
        )
        try:
            reply, _ = self._exchange({}, [self._filter], 0.0)
        except (frames.Closed, BrokenPipeError) as error:
            raise WorkerDied("the sandbox worker ended while it started; its message is above") from error
        if "refused" in reply:
            raise SandboxUnavailable(reply["refused"])

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
            _kill_below(self._scratch)


def _filter() -> bytes:
    """The system-call filter for this kernel. Raises SandboxUnavailable where it or Landlock is missing."""
    version = landlock.abi()
    if not version:
        raise SandboxUnavailable(
            "this kernel has no Landlock, so untrusted code cannot be confined. Remedy: run on Linux 5.13 or newer "
            "with 'landlock' in /sys/kernel/security/lsm (boot option lsm=landlock,...; containers must let its "
            "system calls through), or say unconfined where everything that runs is your own"
        )
    try:
        return syscalls.filter_program(truncate=version < landlock.TRUNCATE_ABI)
    except syscalls.LibraryMissing as error:
        raise SandboxUnavailable(
            f"the system-call filter cannot be built ({error}). Remedy: apt-get install libseccomp2; "
            "pip install pyseccomp"
        ) from error


def _memory() -> Path | None:
    """A folder in memory for the short-lived files of runs; None for the system's usual one.

    A compile with its few files took two thirds of the wall time there that it took on a journalled disk. A container
    may leave it 64 MB only, which one hostile run could fill.
    """
    if not os.access(_MEMORY, os.W_OK | os.X_OK):
        return None
    about = os.statvfs(_MEMORY)
    return _MEMORY if about.f_bavail * about.f_frsize >= _MEMORY_ROOM else None


def _inside(name: str) -> str:
    """The name, if it stays inside the folder. Raises ValueError."""
    parts = name.split("/")
    if "\0" in name or any(part in ("", ".", "..") for part in parts):
        raise ValueError(f"not a name inside the folder: {name!r}")
    return name


def _kill_below(folder: Path) -> None:
    """Kill what a worker that was killed has left: the processes that stand in its folder."""
    for process in Path("/proc").iterdir():
        if not process.name.isdigit():
            continue
        with contextlib.suppress(OSError):
            if (process / "cwd").readlink().is_relative_to(folder):
                os.kill(int(process.name), signal.SIGKILL)
