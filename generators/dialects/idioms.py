"""How C51 programs are found: empty parameter lists, blanks around the caret, bit addresses as numbers."""

from __future__ import annotations

import random
from collections.abc import Iterator

from corpus.source.edits import Edit, apply_edits
from corpus.source.unit import Unit
from generators.dialects.conversion import Trouble
from generators.dialects.registers import declarations
from generators.rewrites.alignment import aligned


def in_the_wild(source: bytes, rng: random.Random) -> bytes:
    """A Keil source in the habits of one of its authors, drawn: what it means stays the same."""
    unit = Unit.parse(source)
    edits: list[Edit] = []
    if rng.random() < 0.4:
        edits += _empty_parameters(unit)
    if rng.random() < 0.3:
        edits += _blanks_at_carets(unit)
    return apply_edits(source, aligned(unit, edits))


def _empty_parameters(unit: Unit) -> Iterator[Edit]:
    """`void f()` where the function is defined, as C51's own examples have it."""
    for function in unit.functions():
        declarator = function.child_by_field_name("declarator")
        given = declarator.child_by_field_name("parameters") if declarator is not None else None
        if given is not None and unit.text(given) == b"(void)":
            yield Edit(given.start_byte + 1, given.end_byte - 1, b"")


def _blanks_at_carets(unit: Unit) -> Iterator[Edit]:
    """`P1 ^ 0`."""
    for one in declarations(unit):
        if isinstance(one, Trouble):
            continue
        caret = unit.src.find(b"^", one.span.start, one.span.end)
        if caret >= 0 and unit.src[caret - 1 : caret] != b" ":
            yield Edit(caret, caret + 1, b" ^ ")
