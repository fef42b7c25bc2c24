"""Chip facts on disk: one file a chip under `datasets/chips/`, its registers and bits, vectors, memory and clock.

A broken file is a `ChipError` that names file, line and field.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from corpus.chip import Chip, Family, Memory, Register, Vector
from corpus.yamlfile import YamlError, did_you_mean, fault_of, line_of, located, read_yaml

__all__ = [
    "CHIPS", "REFERENCE", "Chip", "ChipError", "Family", "Memory", "Register", "Vector", "chip", "chip_for",
    "read_chip", "shipped",
]  # fmt: skip

CHIPS = Path(__file__).parents[1] / "datasets" / "chips"

# The chip whose facts stand for a target where no chip is named: the one that the target's simulator plays.
REFERENCE: Mapping[Family, str] = {
    "mcs51": "at89s52", "stm8": "stm8s105", "avr": "atmega328p", "cortex-m": "stm32f103",
}  # fmt: skip


class ChipError(ValueError):
    """Chip facts that cannot be used; the text is `file:line: field: what is wrong`."""

    def __init__(self, file: Path, line: int, field: str, problem: str) -> None:
        super().__init__(f"{file}:{line}: {field}: {problem}")
        self.file, self.line, self.field, self.problem = file, line, field, problem


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


class _Memory(_Sheet):
    code: Annotated[int, Field(gt=0)]
    ram: Annotated[int, Field(gt=0)]
    xram: Annotated[int, Field(ge=0)] = 0
    eeprom: Annotated[int, Field(ge=0)] = 0
    bus: bool = False


class _Part(_Sheet):
    """What a part of `also` has otherwise: sizes, and the highest clock."""

    code: int | None = None
    ram: int | None = None
    xram: int | None = None
    eeprom: int | None = None
    bus: bool | None = None
    most_hz: int | None = None


class _Facts(_Sheet):
    chip: Text
    also: dict[str, _Part] = Field(default_factory=dict)
    target: Family
    sources: tuple[Text, ...] = Field(min_length=1)
    atomic_bits: Literal[8, 16, 32]
    complete: bool
    space: tuple[Address, Address]
    unlisted: tuple[tuple[Address, Address], ...] = ()
    registers: dict[str, _Register] = Field(min_length=1)
    vectors: tuple[_Vector, ...] = Field(min_length=1)
    timed: tuple[Text, ...] = ()
    memory: _Memory
    clock: tuple[Annotated[int, Field(ge=0)], Annotated[int, Field(gt=0)]]


_MODELS: Mapping[str, type[_Sheet]] = {
    "registers": _Register, "vectors": _Vector, "memory": _Memory, "also": _Part,
}  # fmt: skip


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
        facts = _Facts.model_validate(_completed(path, text, read_yaml(text)))
    except YamlError as error:
        raise ChipError(path, error.line, "yaml", error.problem) from None
    except ValidationError as error:
        raise _error(path, text, *fault_of(error, _keys_at)) from None
    _consistent(path, text, facts)
    return Chip(
        name=facts.chip,
        target=facts.target,
        sources=facts.sources,
        atomic_bits=facts.atomic_bits,
        complete=facts.complete,
        space=facts.space,
        unlisted=facts.unlisted,
        registers=tuple(Register(n, r.address, r.width, tuple(r.bits.items())) for n, r in facts.registers.items()),
        vectors=tuple(Vector(v.number, v.name, v.ends) for v in facts.vectors),
        memory=Memory(**facts.memory.model_dump()),
        clock=facts.clock,
        timed=frozenset(facts.timed),
        parts=tuple((name, tuple(part.model_dump(exclude_none=True).items())) for name, part in facts.also.items()),
    )


def _keys_at(place: tuple[int | str, ...]) -> list[str]:
    return list((_MODELS.get(str(place[0]), _Facts) if place else _Facts).model_fields)


def _completed(path: Path, text: str, data: Any) -> Any:
    """The data of a file that is `like` another: the other's facts with this one's in their place, less what it is
    `without` (names of registers or bits, with `*` for any letters)."""
    if not isinstance(data, dict) or "like" not in data:
        return data
    own = {key: value for key, value in data.items() if key not in ("like", "without")}
    other = path.parent / f"{data['like']}.yaml"
    try:
        base = _completed(other, text, read_yaml(other.read_text(encoding="utf-8")))
    except FileNotFoundError:
        known = sorted(p.stem for p in path.parent.glob("*.yaml"))
        raise _error(path, text, ("like",), f"no such chip{did_you_mean(str(data['like']), known)}") from None
    gone = data.get("without") or ()

    def stays(name: str) -> bool:
        return not any(fnmatchcase(name, pattern) for pattern in gone)

    registers = {}
    for name, register in base["registers"].items():
        bits = {bit: at for bit, at in (register.get("bits") or {}).items() if stays(bit)}
        if stays(name):
            registers[name] = {**register, "bits": bits}
    registers |= own.get("registers") or {}
    names = {*registers, *(bit for register in registers.values() for bit in register.get("bits") or ())}
    vectors = [
        {**vector, "ends": [name for name in vector.get("ends") or () if name in names]}
        for vector in base["vectors"]
        if stays(vector["name"])
    ]
    timed = [name for name in base.get("timed") or () if name in names]
    kept = {key: base[key] for key in ("atomic_bits", "complete", "space", "unlisted") if key in base}
    return {**kept, "vectors": vectors, "timed": timed, **own, "registers": registers}


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
def _files(target: Family) -> tuple[tuple[str, str], ...]:
    """Stem and text of each shipped file of a target, by name.

    What is asked for is looked up in the texts first: reading the YAML of all of them takes half a second.
    """
    mark = f"\ntarget: {target}\n"
    texts = ((path.stem, path.read_text(encoding="utf-8")) for path in sorted(CHIPS.glob("*.yaml")))
    return tuple((stem, text) for stem, text in texts if mark in text)


@lru_cache(maxsize=8)
def shipped(target: Family) -> tuple[Chip, ...]:
    """Every shipped chip of a target, by file name. Raises ChipError."""
    return tuple(chip(stem) for stem, _ in _files(target))


@lru_cache(maxsize=64)
def chip_for(target: Family, part: str = "") -> Chip:
    """The facts for a part name (its case does not count), else those of the target's reference chip.

    The reference chip stands in with `complete` off: what another part has or lacks is not known. Without a part
    name, the reference chip is meant. Raises ChipError.
    """
    if not part:
        return chip(REFERENCE[target])
    wanted = part.lower()
    for stem, text in _files(target):
        if wanted not in text.lower():
            continue
        known = chip(stem)
        if wanted == known.name.lower():
            return known
        for name in known.also:
            if wanted == name.lower():
                return known.part(name)
    return replace(chip(REFERENCE[target]), complete=False)
