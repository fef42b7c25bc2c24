"""Bit variables: the word, and what `~` means of one bit."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import operator
from corpus.source.lexer import lexed
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """`__bit` as `bit`. Refuses `~` of a bit, which C51 takes for the other value and sdcc for an `int` that is never
    zero."""
    yield from _words(unit, b"__bit", b"bit")
    for node in _complements(unit):
        words = "`~` of a bit is never zero to sdcc and the other value to C51: write what is meant, `!` or 1"
        yield Trouble(node.start_byte, "bit-complement", words)


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """`bit` as `__bit`, and `~flag` as `!flag`, which is what C51 makes of it."""
    yield from _words(unit, b"bit", b"__bit")
    for node in _complements(unit):
        text = unit.text(node).decode()
        sign = Edit(node.start_byte, node.start_byte + 1, b"!")
        yield Change("bit-complement", (sign,), text, "!" + text[1:])


def _words(unit: Unit, old: bytes, new: bytes) -> Iterator[Change]:
    cut = lexed(unit.src)
    places = zip(cut.starts, cut.words, strict=True)
    at = [start for start, (kind, text) in places if text == old and kind == "identifier"]
    if at:
        yield Change("bit", tuple(Edit(start, start + len(old), new) for start in at), old.decode(), new.decode())


def _complements(unit: Unit) -> Iterator[Node]:
    for node in unit.walk("unary_expression"):
        argument = node.child_by_field_name("argument")
        t = unit.symbols.type_of(argument) if argument is not None and operator(node) == b"~" else None
        if t is not None and t.kind == "bool" and t.width == 1:
            yield node
