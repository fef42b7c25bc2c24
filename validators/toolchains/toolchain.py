"""What a compiler is to us: a command, the messages it writes, and the files it leaves."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from corpus.records import Sizes
from validators.sandbox.limits import Limits

# The dearest honest compile measured takes 0.4 s of CPU (mcs51: 0.03 s) and less than 256 MiB.
COMPILE_LIMITS = Limits(cpu_s=3, wall_s=60.0, memory_bytes=512 << 20, file_bytes=4 << 20, output_bytes=256 << 10)


class MissingTool(Exception):
    """A tool that the run needs is not there or is not the right one; `remedy` is the command that mends it."""

    def __init__(self, name: str, remedy: str, problem: str = "not found") -> None:
        super().__init__(f"{name}: {problem}. Remedy: {remedy}")
        self.name, self.remedy = name, remedy


@dataclass(frozen=True, slots=True)
class Toolchain:
    """One compiler with one set of options, for one target.

    `command` is its whole command line, `source` the name that the program is given in it; exactly one source a
    command, since sdcc ignores further ones silently. `inputs` makes the files of a run from the program's text and
    the extra files. `diagnostic` are the forms of its messages, with the groups file, line, column, severity, code,
    message as far as they exist; a line that `continuation` matches belongs to the message before. `keep` are the
    files it leaves, the first one the object, without which a compile has not passed; `sizes` reads them. `tested`
    is the version that the tests were written against, `version` the arguments that print one.
    """

    name: str
    gate: str
    command: tuple[str, ...]
    source: str
    inputs: Callable[[str, Mapping[str, bytes]], Mapping[str, bytes]]
    diagnostic: tuple[re.Pattern[str], ...]
    continuation: re.Pattern[str]
    keep: tuple[str, ...]
    sizes: Callable[[str], Sizes] | None
    tested: str
    remedy: str
    version: tuple[str, ...] = ("--version",)
    limits: Limits = COMPILE_LIMITS

    @property
    def program(self) -> str:
        """The name of the executable."""
        return self.command[0]
