"""Chip facts on disk: one file a chip under `datasets/chips/`, its registers, their bits and its interrupt vectors.

A broken file is a `ChipError` that names file, line and field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.yamlfile import YamlError, did_you_mean, first_error, line_of, located, read_yaml

CHIPS = Path(__file__).parents[1] / "datasets" / "chips"

Family = Literal["mcs51", "stm8", "avr", "cortex-m"]

# The chip whose facts stand for a target where no chip is named: the one that the target's simulator plays.
REFERENCE: Mapping[Family, str] = {
    "mcs51": "at89s52", "stm8": "stm8s105", "avr": "atmega328p", "cortex-m": "stm32f103",
}  # fmt: skip


class ChipError(ValueError):
    """Chip facts that cannot be used; the text is `file:line: field: what is wrong`."""

    def __init__(self, file: Path, line: int, field: str, problem: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {problem}")
        self.file, self.line, self.field, self.problem = file, line, field, problem


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its address (in bytes; on the AVR in data memory) and width in bits; `bits` are (name, position),
    position 0 the lowest."""

    name: str
    address: int
    width: int = 8
    bits: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Vector:
    """One interrupt.

    `number` as the target's compiler counts it. `ends` names the registers and bits of which a handler must touch one,
    or the same interrupt comes again at once; empty where the hardware takes its request back.
    """

    number: int
    name: str
    ends: tuple[str, ...] = ()


@dataclass(frozen=True)
class Chip:
    """One chip.

    `also` are further part names with the same facts. `atomic_bits` is the widest datum that one instruction moves.
    `complete` says that every register in the address range `space` (first, last) is listed, but for the ranges
    `unlisted`; only then does an address without a register mean anything. `timed` are the flags, or the registers of
    flags, that the chip sets by itself after a fixed time: a timer's, a conversion's, an EEPROM write's, an SPI
    master's byte.
    """

    name: str
    also: tuple[str, ...]
    target: Family
    sources: tuple[str, ...]
    atomic_bits: int
    complete: bool
    space: tuple[int, int]
    unlisted: tuple[tuple[int, int], ...]
    registers: tuple[Register, ...]
    vectors: tuple[Vector, ...]
    timed: frozenset[str] = frozenset()

    @cached_property
    def by_name(self) -> Mapping[str, Register]:
        """The registers by name."""
        return {register.name: register for register in self.registers}

    @cached_property
    def bit_names(self) -> Mapping[str, tuple[Register, int]]:
        """Register and position by a bit's name; the first register that has one of this name."""
        found: dict[str, tuple[Register, int]] = {}
        for register in self.registers:
            for name, position in register.bits:
                found.setdefault(name, (register, position))
        return found

    @cached_property
    def addresses(self) -> frozenset[int]:
        """Every address at which a byte of a register lies."""
        return frozenset(r.address + byte for r in self.registers for byte in range(r.width // 8))

    def at(self, address: int) -> tuple[Register, ...]:
        """The registers that begin at an address."""
        return tuple(register for register in self.registers if register.address == address)

    def lacks(self, address: int) -> bool:
        """Whether the chip is known to have no register at this address."""
        first, last = self.space
        hidden = any(low <= address <= high for low, high in self.unlisted)
        return self.complete and first <= address <= last and not hidden and address not in self.addresses

    def vector(self, key: int | str) -> Vector | None:
        """The interrupt of this number or name."""
        return next((v for v in self.vectors if key in (v.number, v.name)), None)


class _Sheet(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


Text = Annotated[str, Field(min_length=1)]
Address = Annotated[int, Field(ge=0, lt=1 << 32)]


class _Register(_Sheet):
    address: Address
    width: Literal[8, 16, 32] = 8
    bits: dict[str, Annotated[int, Field(ge=0, lt=32)]] = Field(default_factory=dict)


class _Vector(_Sheet):
    number: int
    name: Text
    ends: tuple[Text, ...] = ()


class _Facts(_Sheet):
    chip: Text
    also: tuple[Text, ...] = ()
    target: Family
    sources: tuple[Text, ...] = Field(min_length=1)
    atomic_bits: Literal[8, 16, 32]
    complete: bool
    space: tuple[Address, Address]
    unlisted: tuple[tuple[Address, Address], ...] = ()
    registers: dict[str, _Register] = Field(min_length=1)
    vectors: tuple[_Vector, ...] = Field(min_length=1)
    timed: tuple[Text, ...] = ()


_MODELS: Mapping[str, type[_Sheet]] = {"registers": _Register, "vectors": _Vector}


def read_chip(path: Path) -> Chip:
    """Reads one file of chip facts.

    Raises:
        ChipError: it is missing, is no YAML, has an unknown, missing or wrong field, a bit outside its register, a
            vector number twice, or a name in `ends` that no register has.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except FileNotFoundError:
        known = sorted(p.stem for p in path.parent.glob("*.yaml"))
        raise ChipError(path, 1, "file", f"is not there{did_you_mean(path.stem, known)}") from None
    except UnicodeDecodeError as error:
        raise ChipError(path, 1, "file", f"is not UTF-8 ({error.reason} at byte {error.start})") from None
    if "SPDX-License-Identifier:" not in text:
        raise ChipError(path, 1, "license", "has no SPDX-License-Identifier comment line")
    try:
        facts = _Facts.model_validate(read_yaml(text))
    except YamlError as error:
        raise ChipError(path, error.line, "yaml", error.problem) from None
    except ValidationError as error:
        first = first_error(error)
        place, problem = first["loc"], first["msg"]
        if first["type"] == "extra_forbidden":
            known = (
                list(_MODELS.get(str(place[0]), _Facts).model_fields) if len(place) > 1 else list(_Facts.model_fields)
            )
            problem = "unknown key" + did_you_mean(str(place[-1]), known)
        raise _error(path, text, place, problem) from None
    _consistent(path, text, facts)
    return Chip(
        name=facts.chip,
        also=facts.also,
        target=facts.target,
        sources=facts.sources,
        atomic_bits=facts.atomic_bits,
        complete=facts.complete,
        space=facts.space,
        unlisted=facts.unlisted,
        registers=tuple(Register(n, r.address, r.width, tuple(r.bits.items())) for n, r in facts.registers.items()),
        vectors=tuple(Vector(v.number, v.name, v.ends) for v in facts.vectors),
        timed=frozenset(facts.timed),
    )


def _consistent(path: Path, text: str, facts: _Facts) -> None:
    names = set(facts.registers)
    for name, register in facts.registers.items():
        for bit, position in register.bits.items():
            names.add(bit)
            if position >= register.width:
                raise _error(
                    path, text, ("registers", name, "bits", bit), f"no bit {position} in {register.width} bits"
                )
    numbers: set[int] = set()
    for index, vector in enumerate(facts.vectors):
        if vector.number in numbers:
            raise _error(path, text, ("vectors", index, "number"), f"vector {vector.number} is there twice")
        numbers.add(vector.number)
        for name in vector.ends:
            if name not in names:
                problem = f"no register or bit {name}{did_you_mean(name, names)}"
                raise _error(path, text, ("vectors", index, "ends"), problem)
    for index, name in enumerate(facts.timed):
        if name not in names:
            problem = f"no register or bit {name}{did_you_mean(name, names)}"
            raise _error(path, text, ("timed", index), problem)


def _error(path: Path, text: str, place: tuple[int | str, ...], problem: str) -> ChipError:
    return ChipError(path, line_of(located(text), place), ".".join(map(str, place)) or "chip", problem)


@lru_cache(maxsize=64)
def chip(stem: str) -> Chip:
    """The shipped facts of `datasets/chips/<stem>.yaml`. Raises ChipError."""
    return read_chip(CHIPS / f"{stem}.yaml")


@lru_cache(maxsize=8)
def shipped(target: Family) -> tuple[Chip, ...]:
    """Every shipped chip of a target, by file name. Raises ChipError."""
    # Looked up in the text first: reading 450 lines of YAML for nothing takes a third of a second.
    mark = f"\ntarget: {target}\n"
    return tuple(chip(p.stem) for p in sorted(CHIPS.glob("*.yaml")) if mark in p.read_text(encoding="utf-8"))


def chip_for(target: Family, part: str = "") -> Chip:
    """The facts for a part name (its case does not count), else those of the target's reference chip.

    The reference chip stands in with `complete` off: what another part has or lacks is not known. Without a part
    name, the reference chip is meant. Raises ChipError.
    """
    reference = chip(REFERENCE[target])
    if not part:
        return reference
    wanted = part.lower()
    for known in shipped(target):
        if wanted in (known.name.lower(), *(name.lower() for name in known.also)):
            return known
    return replace(reference, complete=False)
