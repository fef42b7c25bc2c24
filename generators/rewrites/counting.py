"""Loops that count: their variable, where it starts, how it steps, and who else asks for it."""

from __future__ import annotations

from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.expressions import operator, stripped
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.truth import exposed, sides


@dataclass(frozen=True, slots=True)
class Counter:
    """`for (name = first; name sign limit; name step)` in its parts."""

    symbol: Symbol
    name: bytes
    first: Node
    sign: bytes
    limit: Node
    up: bool


def counter_of(unit: Unit, loop: Node) -> Counter | None:
    """The counter of a for statement that steps by one, None where the statement is anything else."""
    start, test, step = (loop.child_by_field_name(part) for part in ("initializer", "condition", "update"))
    found = sides(test) if test is not None else None
    if start is None or found is None or step is None:
        return None
    assigned = assigned_in(start)
    name = stepped(unit, step)
    if assigned is None or name is None or found[0].type != "identifier" or unit.text(found[0]) != name:
        return None
    target, first = assigned
    symbol = unit.symbols.resolve(found[0])
    if symbol is None or unit.text(target) != name or symbol.kind not in ("local", "param"):
        return None
    up = unit.text(step) in (name + b"++", b"++" + name, name + b" += 1")
    return Counter(symbol, name, first, found[1], found[2], up)


def assigned_in(start: Node) -> tuple[Node, Node] | None:
    """(variable, value) of `i = 0` or of a declaration of one variable; None for any other start."""
    if start.type == "declaration":
        declarators = start.children_by_field_name("declarator")
        start = declarators[0]
        if len(declarators) != 1 or start.type != "init_declarator":
            return None
        target, value = start.child_by_field_name("declarator"), start.child_by_field_name("value")
    else:
        if start.type != "assignment_expression" or operator(start) != b"=":
            return None
        target, value = start.child_by_field_name("left"), start.child_by_field_name("right")
    if target is None or value is None or target.type != "identifier":
        return None
    return target, value


def stepped(unit: Unit, step: Node) -> bytes | None:
    """The variable that `i++`, `--i` or `i += 2` steps."""
    step = stripped(step)
    if step.type == "update_expression":
        target = step.child_by_field_name("argument")
    elif step.type == "assignment_expression" and operator(step) != b"=":
        target = step.child_by_field_name("left")
    else:
        return None
    return unit.text(target) if target is not None and target.type == "identifier" else None


def runs_at_least_once(unit: Unit, counter: Counter) -> bool:
    """Whether the first test holds: both bounds are constants that the type of the variable holds."""
    if counter.symbol.type is None or counter.symbol.type.volatile:
        return False  # the test that is left out was a volatile read
    first, limit = unit.symbols.constant(counter.first), unit.symbols.constant(counter.limit)
    held = counter.symbol.type.range()
    if first is None or limit is None or held is None or not held[0] <= first <= held[1]:
        return False
    if limit < 0 <= held[0]:
        return False  # the comparison could be unsigned
    return {
        b"<": first < limit,
        b"<=": first <= limit,
        b">": first > limit,
        b">=": first >= limit,
        b"!=": first != limit,
    }.get(counter.sign, False)


def is_steady(unit: Unit, node: Node, loop: Node) -> bool:
    """Whether an expression is the same each time round: constants and private locals that the loop does not write."""
    if not unit.symbols.pure(node):
        return False
    writes = unit.symbols.effects(loop).writes
    for name in unit.walk("identifier", under=node):
        symbol = unit.symbols.resolve(name)
        if symbol is None:
            return False
        if symbol.kind in ("local", "param"):
            if symbol.name in writes or exposed(symbol) or symbol.type is None or not symbol.type.integer:
                return False
        elif unit.symbols.constant(name) is None:
            return False
    return not any(unit.walk("call_expression", "subscript_expression", "pointer_expression", under=node))


def is_dead_outside(unit: Unit, symbol: Symbol, loop: Node) -> bool:
    """Whether nobody asks for the variable after this loop: elsewhere it only counts other loops that start it anew."""
    if exposed(symbol) or (symbol.type is not None and symbol.type.volatile):
        return False
    if any(spot.where != "code" for spot in unit.symbols.occurrences(symbol.name)):
        return False
    for use in symbol.uses:
        if loop.start_byte <= use.start_byte < loop.end_byte:
            continue
        other = use.parent
        while other is not None and not (other.type == "for_statement" and _starts(unit, other, symbol.name)):
            other = other.parent
        if other is None or other.start_byte <= loop.start_byte < other.end_byte:
            return False
    return True


def _starts(unit: Unit, loop: Node, name: bytes) -> bool:
    start = loop.child_by_field_name("initializer")
    assigned = assigned_in(start) if start is not None else None
    return assigned is not None and unit.text(assigned[0]) == name
