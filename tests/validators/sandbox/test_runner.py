"""What the one runner does for honest programs, and how it ends the others."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from validators.sandbox.runner import Limits, ProgramNotFound, Sandbox


def alive_below(folder: Path) -> list[str]:
    """Processes that stand in a folder."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if (process / "cwd").readlink().is_relative_to(folder):
                found.append((process / "cmdline").read_text())
        except OSError:
            continue
    return found


def test_a_run_gives_back_status_output_and_the_kept_files(sandbox: Sandbox) -> None:
    """Inputs lie in the folder, also in folders within; kept files that were not made are left out."""
    done = sandbox.run(
        ["sh", "-c", "cat a/in.txt; cat >out; echo wrong >&2; exit 3"],
        files={"a/in.txt": b"seen\n"},
        keep=["out", "a/in.txt", "never"],
        stdin=b"fed" * 100_000,
    )
    assert (done.outcome, done.rc, done.ok) == ("exited", 3, False)
    assert (done.stdout, done.stderr) == (b"seen\n", b"wrong\n")
    assert done.files == {"out": b"fed" * 100_000, "a/in.txt": b"seen\n"}
    assert 0 < done.cpu_s < 1


def test_each_run_starts_in_an_empty_folder(sandbox: Sandbox) -> None:
    """Nothing of a run is there for the next one, not even what was placed beside its folder."""
    sandbox.run(["sh", "-c", "echo x >left; mkdir -p d/e; echo y >d/e/f; echo z >../beside"])
    assert sandbox.run(["sh", "-c", "ls -A . .."]).stdout == b".:\n\n..:\nrun\n"


def test_the_environment_is_small_and_stdin_is_empty(sandbox: Sandbox) -> None:
    """A program sees three variables of ours, whatever the user's own are."""
    os.environ["SECRET_TOKEN"] = "do-not-tell"
    try:
        with Sandbox() as fresh:
            done = fresh.run(["env"])
    finally:
        del os.environ["SECRET_TOKEN"]
    assert {line.split(b"=")[0] for line in done.stdout.split()} == {b"PATH", b"TMPDIR", b"LC_ALL"}
    assert sandbox.run(["cat"]).stdout == b""


def test_no_shell_reads_the_arguments(sandbox: Sandbox) -> None:
    """Arguments reach the program as they are."""
    assert sandbox.run(["echo", "$(id)", "; ls", "*"]).stdout == b"$(id) ; ls *\n"


@pytest.mark.parametrize("name", ["../x", "/tmp/x", "a/../../x", "", ".", "a//b", "a/", "x\0y"])
def test_names_that_leave_the_folder_are_refused(sandbox: Sandbox, name: str) -> None:
    """Input and kept names stay inside the folder, installed names are plain."""
    with pytest.raises(ValueError, match="inside the folder"):
        sandbox.run(["true"], files={name: b""})
    with pytest.raises(ValueError, match="inside the folder"):
        sandbox.run(["true"], keep=[name])
    with pytest.raises(ValueError, match="inside the folder"):
        sandbox.install(name, b"")


def test_an_unknown_program_is_named(sandbox: Sandbox) -> None:
    """A missing tool is no verdict on a sample."""
    with pytest.raises(ProgramNotFound, match="no-such-tool"):
        sandbox.run(["no-such-tool"])


def test_installed_files_serve_all_runs_and_stay_as_they_are(sandbox: Sandbox) -> None:
    """A program inside can run them, and can neither write nor remove them."""
    tool = sandbox.install("tool", b"#!/bin/sh\necho tool runs\n")
    attempt = sandbox.run(["sh", "-c", f"echo >{tool}; rm -f {tool}; echo >{tool}.more; chmod 777 {tool}"])
    assert attempt.stderr.count(b"ermission denied") + attempt.stderr.count(b"not permitted") == 4
    assert sandbox.run([tool]).stdout == b"tool runs\n"
    sandbox.install("tool", b"#!/bin/sh\necho newer\n")
    assert sandbox.run([tool]).stdout == b"newer\n"


def test_cpu_time_of_the_whole_tree_is_counted(sandbox: Sandbox, attack: str) -> None:
    """A loop is ended by the CPU limit, also under a shell that exits by itself; the sandbox keeps the sum."""
    before = sandbox.cpu_s
    done = sandbox.run([attack, "spin"], limits=Limits(cpu_s=1))
    assert (done.outcome, done.rc) == ("cpu-limit", -signal.SIGXCPU)
    assert 0.7 < done.cpu_s < 2
    under = sandbox.run(["sh", "-c", f"{attack} spin; exit 7"], limits=Limits(cpu_s=1))
    assert (under.outcome, under.rc) == ("cpu-limit", 7)
    assert sandbox.cpu_s - before == pytest.approx(done.cpu_s + under.cpu_s)


def test_the_wall_limit_ends_a_program_that_waits(sandbox: Sandbox, attack: str) -> None:
    """Output up to then is kept."""
    done = sandbox.run(["sh", "-c", f"echo begun; {attack} sleep"], limits=Limits(wall_s=0.3))
    assert (done.outcome, done.rc, done.stdout) == ("wall-limit", -signal.SIGKILL, b"begun\n")
    assert 0.3 <= done.wall_s < 2


def test_a_flood_of_output_is_cut(sandbox: Sandbox, attack: str) -> None:
    """Never more than the limit is kept or held in memory."""
    done = sandbox.run([attack, "flood"], limits=Limits(output_bytes=100_000))
    assert (done.outcome, len(done.stdout)) == ("output-limit", 100_000)


def test_files_are_bounded_in_size_and_number(sandbox: Sandbox, attack: str) -> None:
    """One large file ends by signal; many files end the run as a flood of output does."""
    large = sandbox.run([attack, "large-file"], keep=["large"], limits=Limits(file_bytes=1 << 20))
    assert (large.outcome, large.rc) == ("signal", -signal.SIGXFSZ)
    assert len(large.files["large"]) == 1 << 20
    many = sandbox.run([attack, "many-files"])
    assert many.outcome == "output-limit"


def test_memory_is_bounded(sandbox: Sandbox, attack: str) -> None:
    """More than the limit is not to be had."""
    assert sandbox.run([attack, "memory"]).stdout == b"Cannot allocate memory\n"


def test_kept_names_are_read_as_regular_files_only(sandbox: Sandbox) -> None:
    """A link, a folder or a pipe under a kept name is left out."""
    done = sandbox.run(["sh", "-c", "echo own >own; ln -s own a; mkdir b; mkfifo c"], keep=["a", "b", "c"])
    assert done.ok
    assert done.files == {}


def test_a_killed_worker_is_started_anew(sandbox: Sandbox) -> None:
    """The run that met the death is repeated, and what was installed is still there."""
    tool = sandbox.install("still", b"#!/bin/sh\necho still here\n")
    assert sandbox._worker is not None
    sandbox._worker.kill()
    assert sandbox.run([tool]).stdout == b"still here\n"


WAITING = """
import pathlib, sys
from validators.sandbox.runner import Sandbox
with Sandbox(scratch=pathlib.Path(sys.argv[1])) as sandbox:
    sandbox.run(["sh", "-c", "sleep 1000 & sleep 1000"])
"""


@pytest.fixture
def scratch() -> Iterator[Path]:
    """A folder that others can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o777)
        yield Path(name)


@pytest.mark.parametrize("ended_by", [signal.SIGINT, signal.SIGKILL])
def test_an_interrupted_runner_leaves_no_process(scratch: Path, ended_by: signal.Signals) -> None:
    """Ctrl-C and even SIGKILL of the runner end the worker and all that it runs."""
    user = subprocess.Popen(
        [sys.executable, "-c", WAITING, str(scratch)], stderr=subprocess.PIPE, text=True, start_new_session=True
    )
    deadline = time.monotonic() + 10
    while len(alive_below(scratch)) < 4 and time.monotonic() < deadline:
        time.sleep(0.02)
    assert len(alive_below(scratch)) == 4  # the worker, the shell, two sleepers
    user.send_signal(ended_by)
    _, errors = user.communicate(timeout=10)
    while alive_below(scratch) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert alive_below(scratch) == []
    if ended_by == signal.SIGINT:
        assert "KeyboardInterrupt" in errors
        assert list(scratch.iterdir()) == []


def test_a_closed_sandbox_leaves_no_folder() -> None:
    """Its folder goes, and a run afterwards says why it cannot be."""
    with Sandbox() as fresh:
        folders = (fresh._scratch, fresh._shared)
        assert all(folder.is_dir() for folder in folders)
    assert not any(folder.exists() for folder in folders)
    with pytest.raises(ValueError, match="closed"):
        fresh.run(["true"])
