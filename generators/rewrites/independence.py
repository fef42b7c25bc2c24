"""Statements beside one another: whether two are the same or may change places, and edits that belong together."""

from __future__ import annotations

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import inner
from corpus.source.symbols import Effects
from corpus.source.unit import Unit
from generators.rewrites.blocks import lead, lifted, tail
from generators.rewrites.contexts import interrupt_side, is_special
from generators.rewrites.remembered import per_unit
from generators.rewrites.rule import Refusal, Site
from generators.rewrites.truth import is_private

_SIMPLE = ("expression_statement", "return_statement", "break_statement", "continue_statement")


def together(*found: Site | Refusal) -> Site | Refusal:
    """One site that makes all of these changes, or the first reason against one of them."""
    edits: list[Edit] = []
    for one in found:
        if isinstance(one, Refusal):
            return one
        edits += one.edits
    return Site(tuple(edits))


def is_simple(unit: Unit, statement: Node) -> bool:
    """Whether this is one plain statement on one line, with something in it."""
    if statement.type not in _SIMPLE or (statement.type == "expression_statement" and inner(statement) is None):
        return False
    return unit.line(statement.start_byte) == unit.line(unit.end(statement))


def text_of(unit: Unit, statements: list[Node]) -> bytes:
    """Statements that follow one another at the left margin, with their comments; empty for none."""
    return lifted(unit, lead(unit, statements[0]), tail(unit, statements[-1])) if statements else b""


def alike(unit: Unit, one: Node, other: Node) -> bool:
    """Whether two statements are the same text and every name means the same in both."""
    if unit.text(one) != unit.text(other):
        return False
    names = ("identifier", "type_identifier")
    pairs = zip(unit.walk(*names, under=one), unit.walk(*names, under=other), strict=True)
    return b"__LINE__" not in unit.text(one) and all(
        unit.symbols.resolve(a) is unit.symbols.resolve(b) for a, b in pairs
    )


def redeclared(unit: Unit, within: Node, *heads: Node | None) -> bool:
    """Whether anything inside `within` declares a name that one of the heads uses."""
    used = {unit.text(name) for head in heads if head is not None for name in unit.walk("identifier", under=head)}
    return any(
        symbol.name in used and any(within.start_byte <= d.start_byte < within.end_byte for d in symbol.declarations)
        for symbol in unit.symbols.all()
        if symbol.kind != "field"
    )


def independent(unit: Unit, one: Node, other: Node) -> bool:
    """Whether two pieces of code may change places.

    Neither calls, touches a volatile object or is unknown; neither writes what the other reads or writes. What a
    pointer reaches is anything but a local whose address nobody takes. Where there are interrupts, shared variables
    keep their order, since an interrupt may look at them between; so do variables with an address, which may overlap.
    """
    first, second = unit.symbols.effects(one), unit.symbols.effects(other)
    for found in (first, second):
        if found.calls or found.unknown or found.volatile_reads or found.volatile_writes:
            return False
    if first.writes & (second.reads | second.writes) or second.writes & first.reads:
        return False
    for found, beside, node in ((first, second, other), (second, first, one)):
        if b"*" in found.writes and not _only_private(unit, node):
            return False
        if b"*" in found.reads and beside.writes and not _writes_private(unit, node, beside):
            return False
    ordered = _has_interrupts(unit) or any(span.kind == "at" for span in unit.spans)
    return not ordered or (_writes_private(unit, one, first) and _writes_private(unit, other, second))


def _variables(unit: Unit, node: Node) -> list[Node]:
    found = []
    for name in unit.walk("identifier", under=node):
        symbol = unit.symbols.resolve(name)
        if symbol is None or symbol.is_variable or symbol.is_register or symbol.kind == "macro":
            found.append(name)
    return found


def _only_private(unit: Unit, node: Node) -> bool:
    return all(is_private(unit, name) for name in _variables(unit, node))


def _writes_private(unit: Unit, node: Node, effects: Effects) -> bool:
    return b"*" not in effects.writes and all(
        is_private(unit, name) for name in _variables(unit, node) if unit.text(name) in effects.writes
    )


@per_unit
def _has_interrupts(unit: Unit) -> bool:
    return bool(interrupt_side(unit)) or any(is_special(unit, function) for function in unit.functions())
