"""What a program inside cannot reach, whatever it tries."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from validators.sandbox.runner import Limits, Sandbox

SECRET = b"the-secret-outside"


@pytest.fixture
def outside() -> Iterator[Path]:
    """A file that everybody may read and write, had they not been walled in."""
    path = Path("/tmp") / f"secret-{os.getpid()}.txt"
    path.write_bytes(SECRET)
    path.chmod(0o666)
    yield path
    path.unlink()


@pytest.mark.parametrize("what", ["read", "write", "truncate", "remove", "mode", "link"])
def test_a_file_outside_is_out_of_reach(sandbox: Sandbox, attack: str, outside: Path, what: str) -> None:
    """Neither its bytes nor its mode can be had, and a link to it is not followed when files are kept."""
    done = sandbox.run([attack, what, str(outside)], keep=["kept"])
    assert b"BROKE OUT" not in done.stdout
    assert SECRET not in done.stdout + done.stderr
    assert done.files == {}
    assert outside.read_bytes() == SECRET
    assert outside.stat().st_mode & 0o777 == 0o666


@pytest.mark.parametrize(
    "path", ["/etc/passwd", "/proc/self/environ", "/proc/1/status", "/dev/zero", "/sys/kernel/notes"]
)
def test_the_machine_is_out_of_reach(sandbox: Sandbox, attack: str, path: str) -> None:
    """Accounts, other processes, devices."""
    assert sandbox.run([attack, "read", path]).stdout == b"Permission denied\n"


@pytest.mark.parametrize(
    "what",
    [
        "socket",
        "unix-socket",
        "namespace",
        "namespace-clone",
        "hidden-memory",
        "signal-parent",
        "limit-parent",
        "trace-parent",
    ],
)
def test_doors_of_the_kernel_are_shut(sandbox: Sandbox, attack: str, what: str) -> None:
    """No network, no other process, no namespace; the worker itself cannot be touched."""
    assert sandbox.run([attack, what]).stdout == b"Operation not permitted\n"


def test_the_runner_cannot_be_signalled(sandbox: Sandbox, attack: str) -> None:
    """Not even where it runs under the same user."""
    assert sandbox.run([attack, "signal", str(os.getpid())]).stdout == b"Operation not permitted\n"


def test_a_folder_cannot_be_locked_against_the_sweep(sandbox: Sandbox, attack: str) -> None:
    """What a run leaves can always be removed by the worker."""
    assert sandbox.run([attack, "locked-folder"]).stdout == b"Operation not permitted\n"
    assert sandbox.run(["ls", "-A"]).stdout == b""


NO_LANDLOCK = """
import errno, sys
import pyseccomp
rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), "landlock_create_ruleset")
rules.load()
from validators.sandbox.runner import Limits, Sandbox, SandboxUnavailable
try:
    Sandbox()
except SandboxUnavailable as error:
    print(error)
with Sandbox(unconfined=True) as sandbox:
    sandbox.install("attacks", open(sys.argv[1], "rb").read())
    tool = str(sandbox._shared / "attacks")
    print(sandbox.run([tool, "spin"], limits=Limits(cpu_s=1)).outcome)
    print(sandbox.run([tool, "daemon"]).outcome)
    print(sandbox.run([tool, "fork-bomb"], limits=Limits(wall_s=0.5, processes=8)).outcome)
"""


def test_without_landlock_it_refuses_unless_told(tmp_path: Path, attacks: bytes) -> None:
    """A kernel without Landlock is named with its remedy; unconfined, the limits still hold and no process is left."""
    (tmp_path / "attacks").write_bytes(attacks)
    done = subprocess.run(
        [sys.executable, "-c", NO_LANDLOCK, str(tmp_path / "attacks")],
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    )
    refusal, *outcomes = done.stdout.splitlines()
    assert "Linux 5.13" in refusal
    assert "unconfined" in refusal
    assert outcomes == ["cpu-limit", "exited", "wall-limit"]


def test_a_scratch_folder_that_nobody_else_reaches_is_refused_or_serves(tmp_path: Path) -> None:
    """Root gives up its rights in the worker, so a private folder of root's is named; an ordinary user's serves."""
    from validators.sandbox.runner import SandboxUnavailable

    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    if os.geteuid() == 0:
        with pytest.raises(SandboxUnavailable, match="TMPDIR"):
            Sandbox(scratch=private)
    else:
        with Sandbox(scratch=private) as sandbox:
            assert sandbox.run(["true"], limits=Limits()).ok
    assert list(private.iterdir()) == []
