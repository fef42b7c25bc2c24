"""What a sandbox's worker cannot see to itself: the user's other processes, and what it leaves when it is killed."""

from __future__ import annotations

import contextlib
import os
import shutil
import signal
import subprocess
from collections.abc import Iterator
from pathlib import Path


def tasks_of(uid: int) -> int:
    """How many threads a user's processes have, as the kernel counts against the process limit."""
    count = 0
    for process in _processes():
        with contextlib.suppress(OSError):  # it ended, or is hidden
            if process.stat().st_uid == uid:
                count += len(os.listdir(process / "task"))  # noqa: PTH208 - a count needs no paths
    return count


def kill_strays(scratch: Path, uid: int) -> None:
    """Kill what stands in a sandbox's folder, and what its user has that stands in no other sandbox's.

    A program may have left its folder, but not the user that a sandbox of root's has given it (-1 without).
    """
    for process in _processes():
        with contextlib.suppress(OSError):
            place = (process / "cwd").readlink()
            if place.is_relative_to(scratch) or (process.stat().st_uid == uid and "/firmseed-" not in str(place)):
                os.kill(int(process.name), signal.SIGKILL)


def remove(folder: Path) -> None:
    """Remove a folder as far as that can be done, however deep programs have nested folders in it."""
    with contextlib.suppress(RecursionError):
        shutil.rmtree(folder, ignore_errors=True)
    if folder.exists():
        for command in (("chmod", "-R", "u+rwx"), ("rm", "-rf")):
            subprocess.run([*command, "--", str(folder)], capture_output=True, check=False)


def _processes() -> Iterator[Path]:
    return (process for process in Path("/proc").iterdir() if process.name.isdigit())
