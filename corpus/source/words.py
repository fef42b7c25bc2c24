"""The words of a source and where each stands, so that a rename sees macro bodies, dead branches and asm too."""

from __future__ import annotations

import re
from collections import defaultdict
from typing import Literal, NamedTuple

from corpus.source.unit import Unit

_WORD = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")


class Occurrence(NamedTuple):
    """A place where a word stands: in code, in a preprocessor line (macro bodies too) or in asm."""

    where: Literal["code", "directive", "asm"]
    start: int
    end: int


def words(unit: Unit) -> dict[bytes, list[Occurrence]]:
    """Each identifier-like word outside comments and strings with its places, in source order.

    In asm `_wait` counts for `wait` too. Unterminated strings count as code, so that nothing is missed.
    """
    found: dict[bytes, list[Occurrence]] = defaultdict(list)
    lines, at = unit.directives, 0
    for token in unit.tokens:
        if token.kind not in ("identifier", "asm", "broken"):
            continue
        while at < len(lines) and lines[at][1] <= token.start:
            at += 1
        inside = at < len(lines) and lines[at][0] <= token.start
        where: Literal["code", "directive", "asm"] = "directive" if inside else "code"
        if token.kind == "identifier":
            found[unit.src[token.start : token.end]].append(Occurrence(where, token.start, token.end))
            continue
        for match in _WORD.finditer(unit.src, token.start, token.end):
            place = Occurrence("asm" if token.kind == "asm" else where, match.start(), match.end())
            found[match[0]].append(place)
            if match[0].startswith(b"_") and len(match[0]) > 1:
                found[match[0][1:]].append(place)
    return dict(found)
