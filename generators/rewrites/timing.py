"""Code whose machine cycles count: delay loops, timed waits, and functions that speak of microseconds."""

from __future__ import annotations

import re

from tree_sitter import Node

from corpus.source.expressions import inner, operator
from corpus.source.unit import Unit
from generators.rewrites.flow import JUMPS, LOOPS
from generators.rewrites.remembered import per_unit

_PAUSE = re.compile(rb"(?i)\w*nop\w*|__asm__|asm")
# Words of a comment that speak of time so short that somebody counted cycles for it.
_SHORT = re.compile(rb"(?i)\bcycles?\b|\d\s*(us|ns)\b|\b(usec|microseconds?|nops?)\b|\xc2\xb5s")


@per_unit
def only_passes_time(unit: Unit, loop: Node) -> bool:
    """Whether this is a delay or a timed wait: nothing happens in it but counting, pausing and looking at a flag.

    A loop that waits for a flag without counting passes no certain time, and one that searches a table does work.
    """
    body = loop.child_by_field_name("body")
    parts = [loop.child_by_field_name(part) for part in ("condition", "update")]
    counts = any(part is not None and unit.symbols.effects(part).writes for part in parts)
    if body is None or not (counts or unit.symbols.effects(body).writes):
        return False
    return not any(part is not None and unit.symbols.effects(part).calls for part in parts) and _idle(unit, body)


def keeps_time(unit: Unit, node: Node) -> bool:
    """Whether the function around `node` is one whose cycles somebody counted.

    It has a delay loop, a pause or assembly in it, or its comments speak of cycles or microseconds.
    """
    function = unit.enclosing_function(node)
    return function is not None and _counts_cycles(unit, function)


@per_unit
def _counts_cycles(unit: Unit, function: Node) -> bool:
    start, before = function.start_byte, function.prev_named_sibling
    if before is not None and before.type == "comment" and unit.line(start) - unit.line(before.end_byte) <= 1:
        start = before.start_byte
    if any(_SHORT.search(unit.src, c.start, c.end) for c in unit.comments(start, unit.end(function))):
        return True
    if any(span.kind == "asm" for span in unit.dialect(function.start_byte, function.end_byte)):
        return True
    if any(_PAUSE.fullmatch(unit.text(name)) for name in unit.walk("identifier", under=function)):
        return True
    return any(only_passes_time(unit, loop) for loop in unit.walk(*LOOPS, under=function))


def is_pause(name: bytes) -> bool:
    """Whether a name is one of those that stand for an instruction that does nothing."""
    return _PAUSE.fullmatch(name) is not None


def _idle(unit: Unit, statement: Node) -> bool:
    """Whether nothing happens here but counting, pausing, and leaving at the sight of a flag."""
    if statement.type == "compound_statement":
        return all(_idle(unit, child) for child in statement.named_children if child.type != "comment")
    if statement.type == "declaration" or statement.type in JUMPS:
        return True
    if statement.type in LOOPS:
        return only_passes_time(unit, statement)
    if statement.type in ("if_statement", "else_clause"):
        test = statement.child_by_field_name("condition")
        seen = unit.symbols.effects(test) if test is not None else None
        if seen is not None and (seen.calls or not (seen.volatile_reads or seen.writes)):
            return False
        return all(_idle(unit, c) for c in statement.named_children if c not in (test,) and c.type != "comment")
    if statement.type != "expression_statement":
        return False
    what = inner(statement)
    if what is None or what.type == "number_literal":
        return True
    if what.type == "update_expression" or (what.type == "assignment_expression" and operator(what) in (b"+=", b"-=")):
        target = what.child_by_field_name("argument") or what.child_by_field_name("left")
        return target is not None and target.type == "identifier" and not unit.symbols.effects(what).calls
    called = what.child_by_field_name("function") if what.type == "call_expression" else what
    return called is not None and is_pause(unit.text(called))
