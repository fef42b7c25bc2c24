"""Which walls a sandbox stands behind, and what it says where there are none."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest

from validators.sandbox.runner import Sandbox, SandboxUnavailable

# A child that has lost some system calls, as on a kernel without them, tries what is left.
WITHOUT = """
import errno, sys
import pyseccomp
rules = pyseccomp.SyscallFilter(pyseccomp.ALLOW)
for name in sys.argv[2].split(","):
    rules.add_rule(pyseccomp.ERRNO(errno.ENOSYS), name)
rules.load()
from validators.sandbox.runner import Limits, Sandbox, SandboxUnavailable
for isolation in (None, "landlock", "bubblewrap"):
    try:
        with Sandbox(isolation=isolation) as sandbox:
            print(sandbox.isolation, sandbox.run(["ls", "-A", "/etc", "/dev"]).stdout.split())
    except SandboxUnavailable as error:
        print(error)
if "mount" in sys.argv[2]:
    sandbox = Sandbox(unconfined=True)
    tool = sandbox.install("attacks", open(sys.argv[1], "rb").read())
    print(sandbox.isolation)
    print(sandbox.run([tool, "sleep"], limits=Limits(wall_s=0.1)).outcome)
    print(sandbox.run([tool, "daemon"]).outcome)
    print(sandbox.run([tool, "fork-bomb"], limits=Limits(wall_s=0.3, processes=8)).outcome)
    sandbox.close()
"""


def _without(calls: str, attacks: bytes, folder: Path) -> list[str]:
    (folder / "attacks").write_bytes(attacks)
    command = [sys.executable, "-c", WITHOUT, str(folder / "attacks"), calls]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=True).stdout.splitlines()


@pytest.fixture
def folder() -> Iterator[Path]:
    """A folder that others can reach, unlike pytest's own."""
    with tempfile.TemporaryDirectory() as name:
        Path(name).chmod(0o755)
        yield Path(name)


def test_landlock_is_taken_where_it_is(sandbox: Sandbox) -> None:
    """Its version is told, as older ones hold less."""
    assert sandbox.isolation.startswith("landlock (ABI ")


def test_without_landlock_bubblewrap_takes_its_place(folder: Path, attacks: bytes) -> None:
    """Asked for by name, Landlock is refused all the same, with its remedy."""
    by_itself, landlock, bubblewrap = _without("landlock_create_ruleset", attacks, folder)
    assert by_itself == bubblewrap == "bubblewrap [b'/dev:', b'null', b'shm', b'/etc:', b'ld.so.cache']"
    assert "Linux 5.13" in landlock


def test_without_both_it_refuses_unless_told(folder: Path, attacks: bytes) -> None:
    """Both remedies are named; unconfined, the limits still hold and no process is left."""
    by_itself, landlock, bubblewrap, *outcomes = _without("landlock_create_ruleset,mount", attacks, folder)
    assert "Linux 5.13" in by_itself and "apt-get install bubblewrap" in by_itself and "unconfined" in by_itself
    assert "unconfined" in landlock
    assert "apt-get install bubblewrap" in bubblewrap
    assert outcomes == ["none", "wall-limit", "exited", "wall-limit"]


def test_a_scratch_folder_that_nobody_else_reaches_is_refused_or_serves(tmp_path: Path) -> None:
    """Root gives up its rights in the worker, so a private folder of root's is named; an ordinary user's serves."""
    private = tmp_path / "private"
    private.mkdir(mode=0o700)
    if os.geteuid() == 0:
        with pytest.raises(SandboxUnavailable, match="TMPDIR"):
            Sandbox(scratch=private)
    else:
        with Sandbox(scratch=private) as sandbox:
            assert sandbox.run(["true"]).ok
    assert list(private.iterdir()) == []


def test_further_paths_can_be_read_and_run_but_not_changed(walled: Sandbox, folder: Path) -> None:
    """`readable` opens a folder with all below it, or a single file; nothing beside them."""
    shared, tool, beside = folder / "deep" / "shared", folder / "tool", folder / "beside"
    shared.mkdir(parents=True)
    (shared / "data").write_text("data\n")
    tool.write_text("#!/bin/sh\necho tool\n")
    tool.chmod(0o755)
    beside.write_text("secret\n")
    for path in (folder, shared, shared / "data", tool):
        path.chmod(0o777)
    script = f"cat {shared}/data; {tool}; cat {beside}; ls {folder}; echo x >{shared}/new; echo x >>{tool}; rm {tool}"
    isolation = "bubblewrap" if walled.isolation == "bubblewrap" else "landlock"
    with Sandbox(readable=[shared, tool], isolation=isolation) as sandbox:  # type: ignore[arg-type]
        done = sandbox.run(["sh", "-c", script])
    assert done.stdout.split()[:2] == [b"data", b"tool"]
    assert b"secret" not in done.stdout and b"beside" not in done.stdout
    assert sorted(path.name for path in folder.iterdir()) == ["beside", "deep", "tool"]
    assert list(shared.iterdir()) == [shared / "data"]
    assert tool.read_text() == "#!/bin/sh\necho tool\n"
    assert b"data" not in walled.run(["cat", str(shared / "data")]).stdout


def test_a_worker_without_compiler_or_cache_is_named(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The remedies are a package and a variable."""
    monkeypatch.setenv("PATH", str(folder))
    with pytest.raises(SandboxUnavailable, match="apt-get install gcc"):
        Sandbox(cache=folder / "cache")
    (folder / "file").touch()
    with pytest.raises(SandboxUnavailable, match="XDG_CACHE_HOME"):
        Sandbox(cache=folder / "file" / "cache")
