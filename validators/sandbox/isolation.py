"""What this machine offers to wall the worker in: Landlock, or a bubblewrap around it."""

from __future__ import annotations

import ctypes
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

Isolation = Literal["landlock", "bubblewrap"]

# Where tools and what they load lie on Linux distributions; the linker's cache saves it a search at each start.
SYSTEM_PATHS = ("/usr", "/lib", "/lib64", "/bin", "/etc/ld.so.cache")
TRUNCATE_ABI = 3
"""The ABI version of Landlock (Linux 6.2) from which truncation is seen."""
SIGNAL_SCOPE_ABI = 6
"""The ABI version of Landlock (Linux 6.12) from which signals stay inside."""

_CREATE_RULESET = 444
_WORKER = "/sandbox-worker"
_NO_LANDLOCK = (
    "this kernel has no Landlock, so untrusted code cannot be confined. Remedy: run on Linux 5.13 or newer with "
    "'landlock' in /sys/kernel/security/lsm (boot option lsm=landlock,...; containers must let its system calls "
    "through)"
)
_OR_UNCONFINED = "or say unconfined where everything that runs is your own"


class SandboxUnavailable(Exception):
    """This machine cannot confine programs; the message names the remedy."""


@dataclass(frozen=True, slots=True)
class Walls:
    """How a worker is walled in: `kind` is None where nothing holds but the limits; `abi` is Landlock's version."""

    kind: Isolation | None
    abi: int = 0

    def __str__(self) -> str:
        return f"landlock (ABI {self.abi})" if self.kind == "landlock" else self.kind or "none"

    @property
    def numbers(self) -> tuple[int, int]:
        """As the worker is told: 0 none, 1 Landlock by itself, 2 a bubblewrap around it; and Landlock's version."""
        return {None: 0, "landlock": 1, "bubblewrap": 2}[self.kind], self.abi


def landlock_abi() -> int:
    """The kernel's Landlock version, 0 where it has none or it is switched off."""
    version = ctypes.CDLL(None).syscall(_CREATE_RULESET, None, ctypes.c_size_t(0), 1)
    return max(0, int(version))


def choose(wanted: Isolation | None, readable: Sequence[str]) -> Walls:
    """The walls that were asked for; with None Landlock, or bubblewrap where that is missing.

    Raises SandboxUnavailable.
    """
    abi = landlock_abi() if wanted != "bubblewrap" else 0
    if abi:
        return Walls("landlock", abi)
    if wanted == "landlock":
        raise SandboxUnavailable(f"{_NO_LANDLOCK}, {_OR_UNCONFINED}")
    problem = _bubblewrap_problem(readable)
    if not problem:
        return Walls("bubblewrap")
    remedy = (
        f"bubblewrap does not work here ({problem}). Remedy: apt-get install bubblewrap, and allow namespaces (as root "
        "CAP_SYS_ADMIN, else sysctl kernel.unprivileged_userns_clone=1; containers often forbid them)"
    )
    raise SandboxUnavailable(remedy if wanted else f"{_NO_LANDLOCK}. Nor can another wall take its place: {remedy}; "
                             f"{_OR_UNCONFINED}")  # fmt: skip


def bubblewrap(readable: Sequence[str], runs: str, worker: str) -> list[str]:
    """The command before the worker's arguments that starts it in namespaces of its own.

    The worker is the first process there: none inside can signal it, every orphan is its child, and when it ends the
    kernel ends all of them. Nothing of /proc, /etc, /dev or /tmp is there. bubblewrap's own --die-with-parent would
    end it with the thread that opened the sandbox; the worker watches its pipe instead.
    """
    command = [
        *("bwrap", "--unshare-ipc", "--unshare-pid", "--unshare-net", "--unshare-uts", "--unshare-cgroup-try"),
        "--as-pid-1",
    ]
    places = [*(("--ro-bind-try", path) for path in readable), ("--dev-bind", "/dev/null")]
    if runs:
        places.append(("--bind", runs))
    for way, path in places:
        for above in reversed(Path(path).parents[:-1]):
            command += ("--dir", str(above))  # else it is made for root alone
        command += (way, path, path)
    return [*command, "--ro-bind", worker, _WORKER, "--remount-ro", "/", "--chdir", "/", "--", _WORKER]


def _bubblewrap_problem(readable: Sequence[str]) -> str:
    if shutil.which("bwrap") is None:
        return "it is not there"
    true = shutil.which("true") or "/bin/true"
    tried = subprocess.run(bubblewrap(readable, "", true), capture_output=True, text=True, check=False)
    return (tried.stderr.strip() or f"status {tried.returncode}") if tried.returncode else ""
