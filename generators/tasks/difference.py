"""What differs between two versions of one source: lines, functions, names."""

from __future__ import annotations

import difflib
from dataclasses import dataclass

from corpus.source.lexer import significant
from corpus.source.unit import Unit


@dataclass(frozen=True, slots=True)
class Hunk:
    """Lines of the old version (from line `line`, counted from 1) and what stands for them in the new one."""

    line: int
    old: tuple[str, ...]
    new: tuple[str, ...]


def hunks(before: str, after: str) -> list[Hunk]:
    """The differing runs of lines; `line` of a pure insertion is the old line that it follows (0 for the top)."""
    old, new = before.split("\n"), after.split("\n")
    matcher = difflib.SequenceMatcher(None, old, new, autojunk=False)
    return [
        Hunk(i1 if i1 == i2 else i1 + 1, tuple(old[i1:i2]), tuple(new[j1:j2]))
        for tag, i1, i2, j1, j2 in matcher.get_opcodes()
        if tag != "equal"
    ]


@dataclass(frozen=True, slots=True)
class Extent:
    """Where two versions differ: the functions (named as in the new version), and whether anything outside of them."""

    functions: tuple[str, ...]
    outside: bool


def extent(before: Unit, after: Unit) -> Extent | None:
    """The extent of a change, or None when the functions of the two do not correspond one to one, in order."""
    old, new = before.functions(), after.functions()
    names = [after.function_name(f).decode() for f in new]
    if len(old) != len(new) or [before.function_name(f).decode() for f in old] != names:
        return None
    changed = tuple(name for name, a, b in zip(names, old, new, strict=True) if before.text(a) != after.text(b))
    return Extent(changed, _outside(before) != _outside(after))


def _outside(unit: Unit) -> bytes:
    src, at, parts = unit.src, 0, []
    for function in unit.functions():
        if function.start_byte >= at:
            parts.append(src[at : function.start_byte])
            at = function.end_byte
    return b"\0".join([*parts, src[at:]])


def function_text(unit: Unit, name: str) -> str:
    """The text of a function's definition. Raises LookupError when there is none of that name."""
    node = unit.function(name.encode())
    if node is None:
        raise LookupError(name)
    return unit.text(node).decode()


def function_at(unit: Unit, line: int) -> str:
    """The name of the function that covers this line (from 1), or ""."""
    for function in unit.functions():
        if unit.line(function.start_byte) <= line <= unit.line(function.end_byte - 1):
            return unit.function_name(function).decode()
    return ""


def renames(before: Unit, after: Unit) -> tuple[tuple[str, str], ...] | None:
    """The names that changed, when names are all that changed in the tokens; else None."""
    old, new = significant(before.tokens), significant(after.tokens)
    if len(old) != len(new):
        return None
    pairs: dict[str, str] = {}
    for a, b in zip(old, new, strict=True):
        was, now = before.src[a.start : a.end].decode(), after.src[b.start : b.end].decode()
        if was == now:
            continue
        if a.kind != "identifier" or b.kind != "identifier" or pairs.setdefault(was, now) != now:
            return None
    return tuple(pairs.items())
