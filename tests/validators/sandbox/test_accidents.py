"""A full disk and a killed worker say nothing about the program, and the sandbox goes on after them."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from validators.sandbox.runner import Request, Sandbox, WorkerDied
from validators.sandbox.strays import remove

# In a file system of 1 MB of its own: what each run ended as, and whether the next one is untouched.
SMALL_DISK = """
import pathlib, sys
from validators.sandbox.runner import Request, Sandbox
with Sandbox(scratch=pathlib.Path(sys.argv[1])) as sandbox:
    tool = sandbox.install("attacks", open(sys.argv[2], "rb").read())
    source = b"const char a[2000000] = {1};"
    requests = [
        Request(["true"], files={"a": b"x", "large": bytes(2 << 20)}, keep=["a", "large"]),
        Request(["false"]),
        Request([tool, "large-file"], keep=["large"]),
        Request([tool, "large-file-removed"]),
        Request(["sh", "-c", f"{tool} large-file >/dev/null; exit 0"]),
        Request(["gcc", "-c", "a.c", "-o", "a.o"], files={"a.c": source}, keep=["a.o"]),
        Request([tool, "many-files"]),
        Request(["sh", "-c", "echo No space left on device >&2; exit 1"]),
        Request(["sh", "-c", "ls -A; echo well"]),
    ]
    for done in sandbox.run_all(requests):
        print(done.outcome, done.rc, sorted(done.files), done.stdout[-5:])
    assert sandbox._starts == 1
"""


def test_a_full_disk_is_told_and_survived(attacks: bytes) -> None:
    """Inputs that do not fit, a program that fills the disk, and one that has tidied up since."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        (Path(name) / "attacks").write_bytes(attacks)
        small = f"{name}/small"
        Path(small).mkdir()
        done = subprocess.run(
            [
                *("bwrap", "--dev-bind", "/", "/", "--size", str(1 << 20), "--tmpfs", small, "--"),
                *(sys.executable, "-c", SMALL_DISK, small, f"{name}/attacks"),
            ],
            capture_output=True,
            text=True,
            timeout=60,
            check=True,
        )
    assert done.stdout.splitlines() == [
        "disk-full -9 [] b''",
        "exited 1 [] b''",
        "disk-full 1 ['large'] b'vice\\n'",
        "disk-full 1 [] b'vice\\n'",
        "disk-full 0 [] b''",
        "disk-full 1 [] b''",
        "output-limit -9 [] b''",
        "disk-full 1 [] b''",
        "exited 0 [] b'well\\n'",
    ]


@contextmanager
def killing(sandbox: Sandbox, times: int) -> Iterator[None]:
    """Kill so many workers, each as soon as it runs a program called sleep."""
    done = threading.Event()

    def hunt() -> None:
        left = times
        while left and not done.wait(0.005):
            standing = processes_below(sandbox._runs)
            workers = [pid for pid, command in standing.items() if str(sandbox._runs) in command]
            # A program that is just being started still looks like its worker.
            if len(workers) == 1 and any(command[0] == "sleep" for command in standing.values()):
                left -= 1
                sandbox.install("killed", b"")
                os.kill(workers[0], signal.SIGKILL)
                while workers[0] in processes_below(sandbox._runs):
                    time.sleep(0.001)

    hunter = threading.Thread(target=hunt)
    hunter.start()
    try:
        yield
    finally:
        done.set()
        hunter.join()


def processes_below(folder: Path) -> dict[int, list[str]]:
    """The processes that stand in a folder, and their command lines."""
    found = {}
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found[int(process.name)] = (process / "cmdline").read_text().split("\0")
        except OSError:
            continue
    return found


def test_a_run_whose_worker_is_killed_once_is_done_again(walled: Sandbox) -> None:
    """Its result is as if nothing had happened."""
    starts = walled._starts
    script = f"test -e {walled._shared}/killed || sleep 1000; cat a"
    with killing(walled, 1):
        done = walled.run(["sh", "-c", script], files={"a": b"well"})
    assert (done.outcome, done.stdout) == ("exited", b"well")
    assert walled._starts == starts + 1


def test_a_run_whose_worker_is_killed_each_time_ends_as_such(walled: Sandbox, attack_within: str) -> None:
    """The others of its batch keep their results, and nothing of it stays alive, wherever it stands."""
    script = f"{attack_within} daemon /; sleep 1000"
    requests = [Request(["echo", "1"]), Request(["sh", "-c", script]), Request(["echo", "3"])]
    starts = walled._starts
    with killing(walled, 3):
        one, killed, three = walled.run_all(requests)
    assert (killed.outcome, killed.rc, killed.ok, killed.files) == ("worker-died", -9, False, {})
    assert (one.stdout, three.stdout) == (b"1\n", b"3\n")
    assert walled._starts == starts + 3
    if walled._uid >= 0:
        (worker,) = _of_user(walled._uid)
        assert str(walled._runs) in worker.split("\0")
    assert walled.run(["ls", "-A"]).stdout == b""


def _of_user(uid: int) -> list[str]:
    """What a user runs; the dead that nobody has asked after left out."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if process.stat().st_uid == uid:
                found += [name for name in [(process / "cmdline").read_text()] if name]
        except OSError:
            continue
    return found


def test_what_a_killed_worker_leaves_is_removed_however_deep(tmp_path: Path) -> None:
    """Deeper than Python's own removal goes, and without the rights to look into it."""
    top = tmp_path / "runs"
    top.mkdir()
    (top / "blind" / "inside").mkdir(parents=True)
    (top / "blind").chmod(0o300)
    at = os.open(top, os.O_RDONLY)
    for _ in range(1200):
        os.mkdir("a", dir_fd=at)
        below = os.open("a", os.O_RDONLY, dir_fd=at)
        os.close(at)
        at = below
    os.close(at)
    remove(top)
    assert not top.exists()


def test_a_worker_that_cannot_start_is_an_error(tmp_path: Path) -> None:
    """Not an outcome of a program."""
    with Sandbox() as sandbox:
        sandbox._program = tmp_path / "worker"
        sandbox._program.write_text("#!/bin/sh\nexit 1\n")
        sandbox._program.chmod(0o755)
        sandbox._stop()
        with pytest.raises(WorkerDied, match="while it started"):
            sandbox.run(["true"])
