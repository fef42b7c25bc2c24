"""setup.sh on a machine that lacks something: it stops before any work and names the command that would mend it."""

from __future__ import annotations

import os
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
NEEDED = ("bash", "env", "dirname", "id", "grep", "ldconfig")


@pytest.fixture
def bare(tmp_path: Path) -> Path:
    """A PATH with the shell's helpers and nothing else."""
    folder = tmp_path / "bin"
    folder.mkdir()
    for name in NEEDED:
        found = shutil.which(name, path=os.environ["PATH"] + ":/sbin:/usr/sbin")
        assert found, name
        (folder / name).symlink_to(found)
    return folder


def setup(bare: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """One call of the script with only that PATH."""
    bash = shutil.which("bash")
    assert bash
    return subprocess.run(
        [bash, str(ROOT / "setup.sh"), *arguments],
        env={"PATH": str(bare)}, capture_output=True, text=True, check=False,
    )  # fmt: skip


def fake(bare: Path, name: str, text: str) -> None:
    """A program that does only this."""
    path = bare / name
    path.write_text(f"#!/usr/bin/env bash\n{text}\n", encoding="utf-8")
    path.chmod(0o755)


def test_without_apt_the_missing_packages_are_named(bare: Path) -> None:
    """Exit code 3."""
    done = setup(bare, "--tools")
    assert done.returncode == 3
    assert "missing: sdcc sdcc-libraries gcc libc6-dev clang" in done.stderr
    assert "no apt-get" in done.stderr


def test_an_ordinary_user_without_sudo_is_told_what_root_must_run(bare: Path) -> None:
    """sudo is asked for only when not root."""
    fake(bare, "apt-get", "exit 0")
    (bare / "id").unlink()
    fake(bare, "id", "echo 1000")
    done = setup(bare, "--tools")
    assert done.returncode == 3
    assert "run as root:  apt-get install sdcc sdcc-libraries gcc libc6-dev clang" in done.stderr


def test_a_package_that_cannot_be_installed_stops_with_the_command_to_try(bare: Path) -> None:
    """As without a network."""
    fake(bare, "apt-get", "exit 100")
    (bare / "id").unlink()
    fake(bare, "id", "echo 0")
    done = setup(bare, "--tools")
    assert done.returncode == 3
    assert "installing from Debian/Ubuntu: sdcc" in done.stderr
    assert "could not install sdcc" in done.stderr and "apt-get install sdcc" in done.stderr


def test_a_python_that_is_too_old_is_named(bare: Path) -> None:
    """With the way to name another."""
    fake(bare, "python3.9", "exit 1")
    done = setup(bare, "python3.9", ".venv-not-made")
    assert done.returncode == 3
    assert "python3.9 is missing or older than 3.11" in done.stderr and "PYTHON=python3.12" in done.stderr


def test_make_alone_prints_the_verbs() -> None:
    """And does nothing."""
    done = subprocess.run(["make"], cwd=ROOT, capture_output=True, text=True, check=True)
    for verb in ("generate", "test", "check", "serve", "bench"):
        assert f"make {verb}" in done.stdout


def test_the_lock_names_no_host_and_every_hash() -> None:
    """It must install anywhere, and only what was resolved."""
    text = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "http" not in text.replace("httpx", "").replace("httpcore", "").replace("httptools", "")
    assert "\ntorch==" not in text
    packages = [line for line in text.splitlines() if "==" in line]
    assert packages and all(line.rstrip().endswith("\\") for line in packages)
