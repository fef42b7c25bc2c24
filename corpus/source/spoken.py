"""Which words of a source belong to a dialect: some always, others by what the source itself defines."""

from __future__ import annotations

from typing import NamedTuple

from corpus.source.dialect import (
    ATOMIC_MACROS,
    C_KEYWORDS,
    EMPTY_ISR,
    ISR_MACROS,
    KEIL_ATTRIBUTES,
    KEIL_SPACES,
    KEIL_WORDS,
    QUALIFIERS,
    SBIT_TYPES,
    SDCC_ATTRIBUTES,
    SDCC_SPACES,
    SFR_TYPES,
    is_keil,
)
from corpus.source.lexer import Lexed

REGISTERS = SFR_TYPES | SBIT_TYPES
"""The words that begin a declaration of a register or of one of its bits."""
_PLACES = frozenset((b"__at", b"@", b"_at_"))
_EVERYWHERE = _PLACES | REGISTERS | ISR_MACROS | ATOMIC_MACROS | {EMPTY_ISR}
_PLAIN = frozenset((b"const", b"volatile", b"static", b"extern", b"inline", b"register"))


class Dialect(NamedTuple):
    """The words that mean something to the mask in one source: memory spaces, function attributes, macros that stand
    for qualifiers, and typedef names; `keil` says that the source is Keil C51."""

    keil: bool
    spaces: frozenset[bytes]
    attributes: frozenset[bytes]
    qualifiers: frozenset[bytes]
    typedefs: frozenset[bytes]

    @classmethod
    def of(cls, source: Lexed, qualifiers: frozenset[bytes] = frozenset()) -> Dialect:
        """What is found in a source; `qualifiers` are known already."""
        keil = not KEIL_WORDS.isdisjoint(source.present) and is_keil(
            b" ".join(text for kind, text in _code(source) if kind != "asm"), source.src
        )
        spaces = SDCC_SPACES | KEIL_SPACES if keil else SDCC_SPACES
        attributes = SDCC_ATTRIBUTES | KEIL_ATTRIBUTES if keil else SDCC_ATTRIBUTES
        learned = _learned(source, spaces | attributes | QUALIFIERS)
        typedefs = _typedefs(source) if b"typedef" in source.present else frozenset[bytes]()
        return cls(keil, spaces, attributes, QUALIFIERS | qualifiers | learned, typedefs)

    @property
    def words(self) -> frozenset[bytes]:
        """Every word at which the mask may hide something."""
        return _EVERYWHERE | self.spaces | self.attributes | self.qualifiers | self.typedefs


def _code(source: Lexed) -> list[tuple[str, bytes]]:
    """The significant tokens outside of directives."""
    return [word for first, last in source.code for word in source.words[first:last]]


def _typedefs(source: Lexed) -> frozenset[bytes]:
    """Names that a simple typedef of this source gives."""
    names: set[bytes] = set()
    words = _code(source)
    for i, (_, word) in enumerate(words):
        if word != b"typedef":
            continue
        depth = 0
        for j in range(i + 1, len(words)):
            text = words[j][1]
            depth += {b"{": 1, b"}": -1}.get(text, 0)
            if not depth and text in (b";", b",", b"["):
                if words[j - 1][0] == "identifier":
                    names.add(words[j - 1][1])
                if text == b";":
                    break
    return frozenset(names - C_KEYWORDS)


def _learned(source: Lexed, dialect: frozenset[bytes]) -> frozenset[bytes]:
    """Object-like macros of this source whose whole body is dialect words; an empty body teaches nothing."""
    known: set[bytes] = set()
    lines = ([text for _, text in source.words[first:last]] for first, last in source.lines)
    macros = [(line[2], line[3:]) for line in lines if line[1:2] == [b"define"] and len(line) > 3]
    for _ in range(3):  # macros of macros, as deep as real headers go
        for name, body in macros:
            if any(w in dialect or w in known for w in body) and all(
                w in dialect or w in known or w in _PLAIN for w in body
            ):
                known.add(name)
    return frozenset(known)
