"""What a compiler is to us: a command, the messages it writes, and the files it leaves."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Literal

from validators.sandbox.limits import Limits
from validators.toolchains.dialect import gcc_inputs
from validators.toolchains.messages import Messages

Kind = Literal["none", "sdas", "ihx", "elf"]
"""What an output file is: nothing is made, an object of sdcc's assembler, Intel HEX, ELF."""

Dialect = Literal["none", "sdcc"]
"""What is done to a program first: nothing, or sdcc's dialect is turned into what gcc and clang parse."""

Library = Literal["own", "sdcc"]
"""Whose headers of the C library a program in sdcc's dialect gets: the compiler's own, or sdcc's where it has none."""

_TAKES_A_FILE = ("-o", "-isystem", "-internal-isystem", "-dumpdir")

# The dearest honest compile measured takes 0.4 s of CPU (mcs51: 0.03 s) and less than 256 MiB.
COMPILE_LIMITS = Limits(cpu_s=3, wall_s=60.0, memory_bytes=512 << 20, file_bytes=4 << 20, output_bytes=256 << 10)


class MissingTool(Exception):
    """A tool that the run needs is not there or is not the right one; `remedy` is the command that mends it."""

    def __init__(self, name: str, remedy: str, problem: str = "not found") -> None:
        super().__init__(f"{name}: {problem}. Remedy: {remedy}")
        self.name, self.remedy = name, remedy


@dataclass(frozen=True, slots=True)
class Query:
    """How a program is asked for something: the arguments, and where the answer is in what it prints (group 1)."""

    arguments: tuple[str, ...]
    pattern: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Measured:
    """How sizes are read: `reader` of the kept file `file`, and the largest frame from the kept file `stack`.

    With `rodata_in_ram` the constants of an ELF take RAM as well as program memory, as on AVR.
    """

    reader: Literal["sdas-areas", "elf"]
    file: str
    stack: str = ""
    rodata_in_ram: bool = False


@dataclass(frozen=True, slots=True)
class Toolchain:
    """One compiler with one set of options, for one target; `catalogue` makes it from a description.

    `command` is its whole command line, `source` the name that the program is given in it; exactly one source a
    command, since sdcc ignores further ones silently. A `{resources}` in it stands for the folder that the compiler
    names when asked (`resources`). `beside` are files that every run gets. `messages` are the forms of what it says.
    `keep` are the files it leaves, the first one its output, of the given `kind`, without which a compile has not
    passed. `tested` is the version that the tests were written against. With `many_sources` one process takes several
    sources and checks them one after the other.
    """

    name: str
    gate: str
    target: str
    int_bits: int
    command: tuple[str, ...]
    source: str
    dialect: Dialect
    library: Library
    messages: Messages
    keep: tuple[str, ...]
    kind: Kind
    measured: Measured | None
    beside: tuple[tuple[str, bytes], ...]
    version: Query
    resources: Query | None
    many_sources: bool
    tested: str
    remedy: str
    limits: Limits = COMPILE_LIMITS

    @property
    def program(self) -> str:
        """The executable: a name to be looked up, or a path."""
        return self.command[0]

    @property
    def flags(self) -> tuple[str, ...]:
        """The arguments that say how it compiles: without the names of its files, and without paths."""
        told: list[str] = []
        for argument in self.command[1:]:
            if argument and "/" not in argument and argument not in (self.source, *self.keep):
                told.append(argument)
            elif told and told[-1] in _TAKES_A_FILE:
                told.pop()
        return tuple(told)

    def inputs(self, text: str, files: Mapping[str, bytes]) -> Mapping[str, bytes]:
        """The files of a run: the program's text under its name, those beside it, all in the compiler's dialect."""
        # A lone surrogate, which a model can write, becomes bytes that the compiler refuses or passes over.
        own = {**dict(self.beside), **files, self.source: text.encode(errors="surrogatepass")}
        return gcc_inputs(own, library=self.library == "sdcc") if self.dialect == "sdcc" else own

    def with_flags(self, *flags: str) -> Toolchain:
        """The same with further arguments, before the source."""
        place = self.command.index(self.source)
        return replace(self, command=(*self.command[:place], *flags, *self.command[place:]))
