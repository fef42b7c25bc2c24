"""Loops that only count: whether one does nothing else, and how often it goes round."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import inner, operator, stripped
from validators.findings.accesses import mode_of
from validators.findings.firmware import Firmware

_LOOPS = ("for_statement", "while_statement", "do_statement")


def counts_in_vain(firmware: Firmware, loop: Node) -> bool:
    """Whether a loop only counts plain local variables that nobody reads behind it; its body is empty, or holds other
    such loops."""
    written = _counters(firmware, loop)
    return bool(written) and not any(_read_behind(firmware, loop, name) for name in written)


def _counters(firmware: Firmware, loop: Node) -> frozenset[bytes]:
    """The locals that a loop counts; empty where it does anything else."""
    body, condition = loop.child_by_field_name("body"), loop.child_by_field_name("condition")
    if body is None or condition is None:
        return frozenset()
    parts: list[Node | None] = [condition]
    if loop.type == "for_statement":
        parts += [loop.child_by_field_name("initializer"), loop.child_by_field_name("update")]
    written: frozenset[bytes] = frozenset()
    for statement in _statements(body):
        if statement.type in _LOOPS and (counters := _counters(firmware, statement)):
            written |= counters
            continue
        expression = inner(statement) if statement.type == "expression_statement" else None
        counting = expression is None or expression.type in ("update_expression", "assignment_expression")
        if statement.type != "expression_statement" or not counting:
            return frozenset()
        parts.append(expression)
    stepped = False
    for part in parts:
        if part is None:
            continue
        found = firmware.symbols.effects(part)
        if found.calls or found.unknown or found.volatile_reads or found.volatile_writes:
            return frozenset()
        if not all(_is_local(firmware, part, name) for name in found.writes) or b"*" in found.reads:
            return frozenset()
        stepped |= any(True for _ in firmware.unit.walk("update_expression", "assignment_expression", under=part))
        written |= found.writes
    return written if stepped else frozenset()


def _statements(body: Node) -> Iterator[Node]:
    if body.type != "compound_statement":
        yield body
        return
    yield from (child for child in body.named_children if child.type != "comment")


def _is_local(firmware: Firmware, under: Node, name: bytes) -> bool:
    for node in firmware.unit.walk("identifier", under=under):
        if firmware.unit.text(node) == name:
            symbol = firmware.symbols.resolve(node)
            plain = symbol is not None and symbol.type is not None and symbol.type.integer
            return plain and symbol is not None and symbol.kind in ("local", "param")
    return False


def _read_behind(firmware: Firmware, loop: Node, name: bytes) -> bool:
    """Whether the next use of a counter behind the loop reads it."""
    node = next(n for n in firmware.unit.walk("identifier", under=loop) if firmware.unit.text(n) == name)
    symbol = firmware.symbols.resolve(node)
    if symbol is None:
        return True
    behind = sorted((n for n in symbol.uses if n.start_byte >= loop.end_byte), key=lambda n: n.start_byte)
    return bool(behind) and mode_of(firmware.unit, behind[0], symbol.type) != "w"


def rounds(firmware: Firmware, loop: Node, unknown: int) -> int:
    """How often an empty counting loop goes round, inner loops multiplied in; `unknown` for a count that is no
    constant."""
    body = loop.child_by_field_name("body")
    total = _count(firmware, loop, unknown)
    for statement in _statements(body) if body is not None else ():
        if statement.type in _LOOPS:
            total *= rounds(firmware, statement, unknown)
    return total


def _count(firmware: Firmware, loop: Node, unknown: int) -> int:
    condition, start = loop.child_by_field_name("condition"), loop.child_by_field_name("initializer")
    ends: list[Node | None] = []
    condition = stripped(condition) if condition is not None else None
    if condition is not None and condition.type == "binary_expression":
        if operator(condition) not in (b"<", b"<=", b"!=", b">", b">="):
            return unknown
        ends.append(condition.child_by_field_name("right"))
    if start is not None:
        declared = next((d for d in start.named_children if d.type == "init_declarator"), None)
        ends.append(start.child_by_field_name("right") or (declared.child_by_field_name("value") if declared else None))
    known = [firmware.symbols.constant(end) if end is not None else None for end in ends]
    values = [abs(value) for value in known if value is not None]
    return max(values) if values and len(values) == len(known) else unknown
