"""Heads and bodies of loops: their parts, and what forbids to move a part into the body or out of it."""

from __future__ import annotations

from tree_sitter import Node

from corpus.source.expressions import stripped
from corpus.source.unit import Unit
from generators.rewrites.flow import has_labels, hides_flow, own_jumps
from generators.rewrites.timing import only_passes_time


def parts_of(node: Node) -> tuple[Node | None, Node | None, Node | None, Node] | None:
    """(initializer, condition, update, body) of a for statement."""
    body = node.child_by_field_name("body")
    if body is None:
        return None
    start, test, step = (node.child_by_field_name(part) for part in ("initializer", "condition", "update"))
    return start, test, step, body


def head_end(unit: Unit, loop: Node, body: Node) -> int:
    """Where the closing parenthesis of a loop's head ends."""
    before = body.prev_sibling
    while before is not None and before.type == "comment":
        before = before.prev_sibling
    return unit.end(before) if before is not None else loop.start_byte


def statements_of(unit: Unit, node: Node | None) -> list[bytes]:
    """The expressions of a head's part as statements: `i = 0, j = 0` gives two."""
    if node is None:
        return []
    if node.type == "comma_expression":
        return statements_of(unit, node.child_by_field_name("left")) + statements_of(
            unit, node.child_by_field_name("right")
        )
    return [unit.text(node) + (b"" if node.type == "declaration" else b";")]


def is_endless(unit: Unit, node: Node) -> bool:
    """Whether this is `while (1)` or `for (;;)`."""
    test = node.child_by_field_name("condition")
    if node.type == "for_statement":
        return not any(node.child_by_field_name(part) for part in ("initializer", "condition", "update"))
    return test is not None and unit.text(stripped(test)) in (b"1", b"true")


def is_shadowed(unit: Unit, body: Node, *headers: Node | None) -> bool:
    """Whether the body declares a name that a part of the loop's head uses for something further out."""
    own = {s.name for s in unit.symbols.all() if s.scope == body}
    return any(
        unit.text(name) in own for head in headers if head is not None for name in unit.walk("identifier", under=head)
    )


def fixed_end(unit: Unit, loop: Node, body: Node) -> str | None:
    """Why a loop's body may not get a statement more or less at its end, or None."""
    if only_passes_time(unit, loop):
        return "timing-loop"
    if own_jumps(body, "continue_statement"):
        return "own-continue"
    if has_labels(unit, body):
        return "label"
    return "macro-hides-flow" if hides_flow(unit, body) else None
