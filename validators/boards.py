"""Boards: how the image of a program and its harness is built for one chip family, and which machine it runs on."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType

from corpus.chips import Family
from validators.linking import MCS51_LINK, STM8_LINK, Link
from validators.simulators import avr, cortex_m, mcs51, stm8
from validators.simulators.coverage import MCS51_JUMPS, STM8_JUMPS
from validators.simulators.elf_listing import ARM_JUMPS, AVR_JUMPS
from validators.simulators.machine import Machine
from validators.toolchains.catalogue import toolchain
from validators.toolchains.description import Purpose
from validators.toolchains.toolchain import Toolchain

Compiler = Callable[[Purpose, str, str], Toolchain]
"""From what is wanted (an object or an image), a memory model and the name of the source."""


@dataclass(frozen=True, slots=True)
class Board:
    """One chip family as a place to run programs.

    `image` is the suffix of what the compiler makes of one file. Where `link` is given, objects are compiled apart and
    joined, with the libraries in the folder that `libraries` names for a memory model. `model` is the model by default,
    "" where there are none. `before_sim` are lines of C behind the program and before sim.h. `jumps` are the
    conditional jumps in its listings, for coverage; `disassembler` is the program that makes one of an image.
    """

    name: str
    machine: Machine
    compiler: Compiler
    image: str
    model: str = ""
    link: Link | None = None
    libraries: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}), hash=False)
    before_sim: tuple[str, ...] = ()
    jumps: frozenset[str] = frozenset()
    disassembler: str = ""


@cache
def _mcs51(purpose: Purpose, model: str, source: str) -> Toolchain:
    return _listed(toolchain("sdcc-mcs51", purpose=purpose, source=source, model=model), source)


@cache
def _stm8(purpose: Purpose, model: str, source: str) -> Toolchain:
    return _listed(toolchain("sdcc-stm8", purpose=purpose, source=source, model=model), source)


def _listed(made: Toolchain, source: str) -> Toolchain:
    """With the listing kept and C lines in it, by which coverage is read; the object is the same."""
    command = tuple(word for word in made.command if word != "--no-c-code-in-asm")
    return replace(made, command=command, keep=(*made.keep, source.removesuffix(".c") + ".lst"))


@cache
def _cortex_m(purpose: Purpose, model: str, source: str) -> Toolchain:
    """With the start-up code and the memory of the simulated chip instead of the toolchain's own."""
    made = toolchain("arm-none-eabi-gcc", purpose=purpose, source=source)
    if purpose != "image":
        return made
    command = [word.replace("cortex-m.ld", "link.ld") for word in made.command]
    place = command.index(source)
    return replace(
        made,
        command=(*command[:place], "-Wl,--build-id=none", "startup.c", *command[place:]),
        beside=tuple(sorted(cortex_m.board().items())),
        keep=made.keep[:1],
    )


@cache
def _avr(purpose: Purpose, model: str, source: str) -> Toolchain:
    return toolchain("avr-gcc", purpose=purpose, source=source)


@cache
def _avr_for_sdcc(purpose: Purpose, model: str, source: str) -> Toolchain:
    made = toolchain("avr-gcc", purpose=purpose, source=source, dialect="sdcc")
    return made.with_flags("-funsigned-char", "-fshort-enums")


MCS51 = Board(
    "mcs51",
    mcs51.MCS51,
    _mcs51,
    "ihx",
    "small",
    MCS51_LINK,
    MappingProxyType({name: name for name in ("small", "medium", "large", "huge")}),
    jumps=MCS51_JUMPS,
)
"""An 8052 with 64 KB of external RAM."""

STM8 = Board(
    "stm8",
    stm8.STM8,
    _stm8,
    "ihx",
    "medium",
    STM8_LINK,
    MappingProxyType({"medium": "stm8", "large": "stm8-large"}),
    jumps=STM8_JUMPS,
)
"""An STM8S105."""

AVR = Board("avr", avr.AVR, _avr, "elf", jumps=AVR_JUMPS, disassembler="avr-objdump")
"""An ATmega328P."""

AVR_FOR_SDCC = Board("avr", avr.AVR, _avr_for_sdcc, "elf", before_sim=("#undef __SDCC_mcs51", "#undef __SDCC"))
"""The same for programs and harnesses in sdcc's dialect that use nothing of their chip: plain `char` has no sign and an
enum takes as little room as it needs, as with sdcc."""

CORTEX_M = Board("cortex-m", cortex_m.CORTEX_M, _cortex_m, "elf", jumps=ARM_JUMPS, disassembler="arm-none-eabi-objdump")
"""An STM32F103."""

BOARDS: Mapping[str, Board] = {board.name: board for board in (MCS51, STM8, AVR, CORTEX_M)}
"""The board of each target, by its name."""


def memory_model(target: Family, asked: str) -> str:
    """The model that a program is compiled for: the one that is asked for on the 8051; of the others each has one in
    use, or none ("")."""
    return asked if target == "mcs51" else BOARDS[target].model
