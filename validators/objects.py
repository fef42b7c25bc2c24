"""Whether two units became the same machine code: their objects compared without the names that they define."""

from __future__ import annotations

from collections.abc import Sequence

_SYMBOL = 0x02
_LONG_MODE = 0xF0


def code_of(rel: str) -> str:
    """What a unit's .rel (sdas object format) says of its code: areas with their sizes, bytes and relocations.

    A symbol that the unit defines goes by its place, one that it needs by its name: a consistent renaming of its own
    leaves the rest, and a call of another library function does not look the same.
    """
    lines: list[str] = []
    symbols: list[str] = []
    area = -1
    for line in rel.splitlines():
        kind, _, rest = line.partition(" ")
        if kind == "A":
            area += 1
            lines.append(line)
        elif kind == "S":
            name, _, value = rest.partition(" ")
            symbols.append(name if value.startswith("Ref") else f"{area}:{value}")
        elif kind == "T":
            lines.append(line)
        elif kind == "R":
            lines.append(f"R {_relocations(rest.split(), symbols)}")
    return "\n".join([*lines, *sorted(symbols)])


def same_code(one: str, other: str) -> bool:
    """True when both objects are there and hold the same code."""
    return bool(one) and bool(other) and code_of(one) == code_of(other)


def _relocations(fields: Sequence[str], symbols: Sequence[str]) -> str:
    """An R line: the area that it patches, then for each patch a mode, an offset, and an area's or symbol's number."""
    told = list(fields[:4])
    at = 4
    while at < len(fields):
        start = at
        mode = int(fields[at], 16)
        at += 1
        if mode & _LONG_MODE == _LONG_MODE:
            mode = (mode & ~_LONG_MODE) << 8 | int(fields[at], 16)
            at += 1
        number = int("".join(fields[at + 1 : at + 3]), 16)
        told += fields[start : at + 1]
        told.append(symbols[number] if mode & _SYMBOL else str(number))
        at += 3
    return " ".join(told)
