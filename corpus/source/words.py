"""The words of a source and where each stands, so that a rename sees macro bodies, dead branches and asm too."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator
from typing import Literal, NamedTuple

from tree_sitter import Node

from corpus.source.lexer import lexed
from corpus.source.unit import Unit

_WORD = re.compile(rb"[A-Za-z_$\x80-\xff][\w$\x80-\xff]*")


class Occurrence(NamedTuple):
    """A place where a word stands: in code, in a preprocessor line (macro bodies too), in asm, or in code that does not
    parse (`error`), where nobody knows what it means."""

    where: Literal["code", "directive", "asm", "error"]
    start: int
    end: int


def _unparsed(unit: Unit) -> Iterator[Node]:
    """What does not parse; with an argument (`va_arg(ap, struct tag)`) its whole list, which may be misread too."""
    for node in unit.walk("ERROR") if unit.root.has_error else ():
        around = node.parent
        yield around if around is not None and around.type == "argument_list" else node


def words(unit: Unit) -> dict[bytes, list[Occurrence]]:
    """Each identifier-like word outside comments and strings with its places, in source order.

    In asm `_wait` counts for `wait` too. Unterminated strings count as code, so that nothing is missed.
    """
    found: dict[bytes, list[Occurrence]] = defaultdict(list)
    lines, at = unit.directives, 0
    errors = [(node.start_byte, node.end_byte) for node in _unparsed(unit)]
    for token in lexed(unit.src).of("identifier", "asm", "broken"):
        while at < len(lines) and lines[at][1] <= token.start:
            at += 1
        inside = at < len(lines) and lines[at][0] <= token.start
        where: Literal["code", "directive", "error"] = "directive" if inside else "code"
        if not inside and any(start <= token.start < end for start, end in errors):
            where = "error"
        if token.kind == "identifier":
            found[unit.src[token.start : token.end]].append(Occurrence(where, token.start, token.end))
            continue
        for match in _WORD.finditer(unit.src, token.start, token.end):
            place = Occurrence("asm" if token.kind == "asm" else where, match.start(), match.end())
            found[match[0]].append(place)
            if match[0].startswith(b"_") and len(match[0]) > 1:
                found[match[0][1:]].append(place)
    return dict(found)
