"""Whether two units became the same machine code: their objects compared without the names in them."""

from __future__ import annotations

import re


def code_of(rel: str) -> str:
    """What a unit's .rel (sdas object format) says of its code: areas with their sizes, bytes and relocations.

    Names stand in `S` lines and the module's in `M`; relocations refer to symbols by number, in order of appearance, so
    that a consistent renaming leaves the rest as it is.
    """
    lines = []
    for line in rel.splitlines():
        if line[:2] in ("A ", "T ", "R "):
            lines.append(line)
        elif line.startswith("S "):
            lines.append(re.sub(r"^S \S+", "S", line))
    return "\n".join(lines)


def same_code(one: str, other: str) -> bool:
    """True when both objects are there and hold the same code."""
    return bool(one) and bool(other) and code_of(one) == code_of(other)
