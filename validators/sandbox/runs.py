"""What is asked of the sandbox, and how it ended."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from validators.sandbox.limits import DEFAULT, Limits

RunOutcome = Literal["exited", "signal", "cpu-limit", "wall-limit", "output-limit", "disk-full", "worker-died"]
"""`disk-full` and `worker-died` say nothing about the program: the machine had no room for the files of the run, or
the sandbox's own worker was killed twice while it ran."""


class ProgramNotFound(Exception):
    """No such program in the sandbox; the argument is the name that was asked for."""


@dataclass(frozen=True, slots=True)
class Request:
    """One program to run in a fresh folder that holds `files`.

    `argv[0]` is looked up in the usual system folders, or is a path that `install` gave. `files` and `keep` are names
    relative to the folder.
    """

    argv: Sequence[str]
    files: Mapping[str, bytes] = field(default_factory=dict)
    keep: Sequence[str] = ()
    stdin: bytes = b""
    limits: Limits = DEFAULT


@dataclass(frozen=True, slots=True)
class Finished:
    """How one run ended.

    `rc` is the exit status, or minus the signal that ended the program; -9 where it was not run to its end. `outcome`
    tells an exit from a death by signal and from the limits; after a limit, the output is what came until then.
    `files` holds those of `keep` that exist as regular files within the size limit. Seconds are of the whole process
    tree.
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
