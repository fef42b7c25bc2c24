"""Indexes: which values an expression can have where it stands, as its loop, its guards and its writers tell."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from tree_sitter import Node

from corpus.source.ctype import common, promoted
from corpus.source.expressions import operator, stripped
from corpus.source.interface import access_mode
from corpus.source.ranges import Interval, combined, fitted
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.constant_tables import in_macro_call
from generators.rewrites.contexts import interrupt_side
from generators.rewrites.flow import ends_in_jump
from generators.rewrites.truth import MIRRORED, exposed, sides

_ROUNDS = 4  # of widening a variable by what its writers give before it counts as unbounded
_STEPS = (b"+", b"-", b"*", b"<<", b"~")  # after which a value may have more bits than 16
_OPPOSITE = {b"<": b">=", b"<=": b">", b">": b"<=", b">=": b"<", b"==": b"!=", b"!=": b"=="}

Assumed = Mapping[bytes, Interval]


def bounds(unit: Unit, node: Node, assumed: Assumed | None = None) -> Interval | None:
    """The least and greatest value of an integer expression at this place; None where its type is unknown.

    Sharper than `Symbols.range_of`: the loop that counts a variable, the `if` around, the `if (x >= n) return` above,
    and all the writers of a variable that nobody else can write are asked too. `assumed` holds for variables whose
    writers are being asked.
    """
    known = assumed or {}
    node = stripped(node)
    if not is_steady(unit, node):
        return None
    t, found = unit.symbols.type_of(node), unit.symbols.range_of(node)
    if t is None or found is None or not t.integer:
        return None
    if node.type == "identifier":
        return _meet(found, _variable(unit, node, known))
    if node.type == "subscript_expression":
        return _meet(found, _element(unit, node))
    if node.type == "cast_expression":
        value = node.child_by_field_name("value")
        inside = bounds(unit, value, known) if value is not None else None
        return found if inside is None or t.kind == "bool" else _meet(found, fitted(inside, t))
    parts = sides(node)
    if parts is None or parts[1] in (b"==", b"!=", b"<", b">", b"<=", b">=", b"&&", b"||"):
        return found
    left, sign, right = parts
    a, b = bounds(unit, left, known), bounds(unit, right, known)
    ta, tb = unit.symbols.type_of(left), unit.symbols.type_of(right)
    kind = promoted(ta) if sign in (b"<<", b">>") else common(ta, tb)
    if a is None or b is None or kind is None or not kind.integer:
        return found
    b = b if sign in (b"<<", b">>") else fitted(b, kind)
    reached = combined(sign, fitted(a, kind), b, kind)
    return found if reached is None else _meet(found, fitted(reached, kind))


def is_steady(unit: Unit, node: Node) -> bool:
    """Whether an expression means the same where int has 32 bits: no step of it may leave the target's 16.

    A step that may is no matter where its low bits are all that is taken, by a mask or a cast to at most 16 bits.
    """
    for step in unit.walk("binary_expression", "unary_expression", under=node):
        t = unit.symbols.type_of(step)
        if operator(step) not in _STEPS or t is None or t.kind != "int" or t.width != 16:
            continue
        if unit.symbols.range_of(step) == t.range() and not _is_cut(unit, step, node):
            return False
    return True


def _is_cut(unit: Unit, step: Node, top: Node) -> bool:
    parent = step.parent
    while parent is not None and parent.type == "parenthesized_expression":
        parent = parent.parent
    if step == top or parent is None:
        return False
    if parent.type == "cast_expression":
        t = unit.symbols.type_of(parent)
        return t is not None and t.kind == "int" and t.width <= 16
    found = sides(parent)
    return found is not None and found[1] == b"&" and any(_is_mask(unit, side) for side in (found[0], found[2]))


def _is_mask(unit: Unit, node: Node) -> bool:
    value = unit.symbols.constant(node)
    return value is not None and 0 <= value < 0x8000


def within(unit: Unit, node: Node, length: int) -> bool:
    """Whether the expression is surely an index of an array of so many elements."""
    found = bounds(unit, node)
    return found is not None and found[0] >= 0 and found[1] < length


def _meet(a: Interval, b: Interval | None) -> Interval:
    if b is None or max(a[0], b[0]) > min(a[1], b[1]):
        return a
    return max(a[0], b[0]), min(a[1], b[1])


def _element(unit: Unit, node: Node) -> Interval | None:
    """The least and greatest element of a constant table with all its values in sight."""
    name = node.child_by_field_name("argument")
    symbol = unit.symbols.resolve(name) if name is not None and name.type == "identifier" else None
    t = symbol.type if symbol is not None else None
    if symbol is None or symbol.kind != "static" or t is None or t.of is None or not t.of.const or not t.of.integer:
        return None
    holder = unit.enclosing(symbol.declaration, "init_declarator") if symbol.declaration is not None else None
    given = holder.child_by_field_name("value") if holder is not None else None
    if given is None or given.type != "initializer_list" or t.length is None:
        return None
    values = [unit.symbols.constant(n) for n in given.named_children if n.type != "comment"]
    if len(values) > t.length or any(v is None for v in values):
        return None
    numbers = [v for v in values if v is not None] + ([0] if len(values) < t.length else [])
    return (min(numbers), max(numbers)) if numbers else None


def _variable(unit: Unit, use: Node, assumed: Assumed) -> Interval | None:
    symbol = unit.symbols.resolve(use)
    if symbol is None or symbol.type is None or not symbol.type.integer or symbol.type.kind == "bool":
        return None
    if symbol.kind not in ("local", "param", "static") or symbol.type.space in (b"__sfr", b"__sbit"):
        return None
    if exposed(symbol) or any(o.where != "code" for o in unit.symbols.occurrences(symbol.name)):
        return None
    found: Interval | None = None
    if symbol.kind in ("local", "param") and not symbol.type.volatile:
        for fact in _facts(unit, use, symbol):
            found = fact if found is None else _meet(found, fact)
    if symbol.name in assumed:
        written: Interval | None = assumed[symbol.name]
    else:
        written = _closed(unit, symbol, assumed)
    if written is None or found is None:
        return written if found is None else found
    return _meet(found, written)


# What holds at a place in a function


def _facts(unit: Unit, use: Node, symbol: Symbol) -> Iterator[Interval]:
    """What loops, conditions and guards around the use say of a local that no other function can change."""
    function = unit.enclosing_function(use)
    if function is None or any(unit.walk("goto_statement", under=function)):
        return
    child, parent = use, use.parent
    while parent is not None and child != function:
        if child.type == "case_statement" and (parent.parent is None or parent.parent.type != "switch_statement"):
            return  # a case inside an arm: the switch jumps past what stands before it
        if parent.type == "for_statement" and child == parent.child_by_field_name("body"):
            yield from _counted(unit, parent, child, symbol)
        elif (parent.type == "if_statement" and child == parent.child_by_field_name("consequence")) or (
            parent.type == "conditional_expression" and child == parent.child_by_field_name("consequence")
        ):
            yield from _tested(unit, parent, child, symbol)
        elif (parts := sides(parent)) is not None and parts[1] == b"&&" and child == parts[2]:
            if not _writes(unit, parent, symbol):
                yield from _truths(unit, parts[0], symbol, b"&&", False)
        elif parent.type in ("compound_statement", "case_statement"):
            yield from _guarded(unit, child, symbol)
        child, parent = parent, parent.parent


def _writes(unit: Unit, node: Node, symbol: Symbol) -> bool:
    """Whether the variable may be written here; what a macro does that is no expression is not known."""
    effects = unit.symbols.effects(node)
    return symbol.name in effects.writes or bool(effects.unknown)


def _tested(unit: Unit, test: Node, body: Node, symbol: Symbol) -> Iterator[Interval]:
    condition = test.child_by_field_name("condition")
    if condition is not None and not _writes(unit, condition, symbol) and not _writes(unit, body, symbol):
        yield from _truths(unit, condition, symbol, b"&&", False)


def _counted(unit: Unit, loop: Node, body: Node, symbol: Symbol) -> Iterator[Interval]:
    """`for (i = 0; i < n; i++)` whose body leaves i alone."""
    start, test, step = (loop.child_by_field_name(part) for part in ("initializer", "condition", "update"))
    if test is None or _writes(unit, body, symbol) or _writes(unit, test, symbol):
        return
    yield from _truths(unit, test, symbol, b"&&", False)
    found = sides(stripped(test))
    first = _first(unit, start, symbol)
    if found is None or first is None or step is None or step.type != "update_expression" or operator(step) != b"++":
        return
    argument, limit = step.child_by_field_name("argument"), unit.symbols.constant(found[2])
    if (
        argument is None
        or unit.symbols.resolve(argument) != symbol
        or unit.symbols.resolve(stripped(found[0])) != symbol
    ):
        return
    if limit is not None and found[1] in (b"<", b"!=") and first < limit and _reaches(symbol, limit):
        yield first, limit - 1


def _reaches(symbol: Symbol, limit: int) -> bool:
    held = symbol.type.range() if symbol.type is not None else None
    return held is not None and limit <= held[1]


def _first(unit: Unit, start: Node | None, symbol: Symbol) -> int | None:
    """What a loop's head sets the variable to."""
    if start is None:
        return None
    if start.type == "declaration":
        declared = start.child_by_field_name("declarator")
        name = declared.child_by_field_name("declarator") if declared is not None else None
        value = declared.child_by_field_name("value") if declared is not None else None
    elif start.type == "assignment_expression" and operator(start) == b"=":
        name, value = start.child_by_field_name("left"), start.child_by_field_name("right")
    else:
        return None
    if name is None or value is None or unit.symbols.resolve(name) != symbol:
        return None
    return unit.symbols.constant(value)


def _guarded(unit: Unit, statement: Node, symbol: Symbol) -> Iterator[Interval]:
    """The `if (x >= n) return;` before a statement of the same block, with no write of x from there on."""
    if statement.type == "case_statement" or _writes(unit, statement, symbol):
        return
    before = statement.prev_named_sibling
    while before is not None and before.type not in ("case_statement", "labeled_statement"):
        then = before.child_by_field_name("consequence")
        condition = before.child_by_field_name("condition")
        alone = before.type == "if_statement" and before.child_by_field_name("alternative") is None
        if alone and condition is not None and then is not None and ends_in_jump(then):
            yield from _truths(unit, condition, symbol, b"||", True)
        if before.type != "comment" and _writes(unit, before, symbol):
            return
        before = before.prev_named_sibling


def _truths(unit: Unit, condition: Node, symbol: Symbol, joint: bytes, turned: bool) -> Iterator[Interval]:
    """What a condition that is true (`turned`: false) says of the variable."""
    condition = stripped(condition)
    found = sides(condition)
    if found is None or _writes(unit, condition, symbol):
        return
    left, sign, right = found
    if sign == joint:
        yield from _truths(unit, left, symbol, joint, turned)
        yield from _truths(unit, right, symbol, joint, turned)
        return
    if sign not in _OPPOSITE:
        return
    if unit.symbols.resolve(stripped(left)) != symbol:
        left, right, sign = right, left, MIRRORED[sign]
    name = stripped(left)
    limit, t = unit.symbols.constant(right), symbol.type
    kind = common(t, unit.symbols.type_of(right))
    if name.type != "identifier" or unit.symbols.resolve(name) != symbol or limit is None or t is None or kind is None:
        return
    low, high = t.range() or (0, 0)
    held = kind.range()
    # A negative value that the comparison makes a great unsigned one would pass for what it is not.
    if held is None or low < held[0] or not held[0] <= limit <= held[1]:
        return
    sign = _OPPOSITE[sign] if turned else sign
    known = {
        b"<": (low, limit - 1),
        b"<=": (low, limit),
        b">": (limit + 1, high),
        b">=": (limit, high),
        b"==": (limit, limit),
    }.get(sign)
    if known is not None and known[0] <= known[1]:
        yield known


# What all the writers of a variable make of it


def _closed(unit: Unit, symbol: Symbol, assumed: Assumed) -> Interval | None:
    """The values that a variable can ever have: its first one, and what each write gives while that holds.

    Only for a variable of this file, or a local, of which every writer is in sight. A local that has no value yet
    may hold anything, but to read it then is undefined.
    """
    if symbol.kind == "param" or len(symbol.declarations) != 1 or symbol.type is None:
        return None
    if any(in_macro_call(unit, use) for use in symbol.uses):
        return None  # a macro may write its argument
    held = symbol.type.range()
    declared = unit.enclosing(symbol.declarations[0], "init_declarator", "declaration")
    value = declared.child_by_field_name("value") if declared is not None else None
    if held is None or declared is None or declared.type not in ("init_declarator", "declaration"):
        return None
    if value is not None and declared.child_by_field_name("declarator") != symbol.declarations[0]:
        return None
    writers = [use for use in symbol.uses if access_mode(use) != "r"]
    current: Interval | None = (0, 0) if symbol.kind == "static" and value is None else None
    sources: list[Node] = [value] if value is not None else []
    tops: list[int] = []
    for use in writers:
        source, top = _written(unit, symbol, use)
        if source is None and top is None:
            return None
        sources += [source] if source is not None else []
        tops += [top] if top is not None else []
    if symbol.kind == "static" and tops and not _undivided(unit, symbol):
        return None
    for _ in range(_ROUNDS):
        widened = current
        for source in sources:
            given = bounds(unit, source, {**assumed, symbol.name: current or (0, 0)})
            if given is None or not held[0] <= given[0] <= given[1] <= held[1]:
                return None
            widened = given if widened is None else (min(widened[0], given[0]), max(widened[1], given[1]))
        for top in tops:
            if widened is None or widened[1] > top:
                return None
            widened = widened[0], top
        if widened == current:
            return current
        current = widened
    return None


def _undivided(unit: Unit, symbol: Symbol) -> bool:
    """Whether nobody can read a static between its step past the end and its reset: all users run on one side."""
    shared = interrupt_side(unit)
    users = {unit.function_name(f) for use in symbol.uses if (f := unit.enclosing_function(use)) is not None}
    return not users & shared


def _written(unit: Unit, symbol: Symbol, use: Node) -> tuple[Node | None, int | None]:
    """What a write gives: the expression of `x = e`, or the greatest value of `if (++x == n) x = 0`; else nothing."""
    parent = use.parent
    if parent is None:
        return None, None
    if parent.type == "assignment_expression" and operator(parent) == b"=":
        return parent.child_by_field_name("right"), None
    if parent.type != "update_expression" or operator(parent) != b"++":
        return None, None
    holder = parent.parent
    if holder is not None and holder.type == "expression_statement":  # x++; if (x == n) x = 0;
        check = holder.next_named_sibling
        condition = check.child_by_field_name("condition") if check is not None else None
        subject: Node | None = None
    else:
        check = unit.enclosing(parent, "if_statement", "expression_statement", "return_statement")
        condition = check.child_by_field_name("condition") if check is not None else None
        subject = parent
    if check is None or check.type != "if_statement" or condition is None:
        return None, None
    found = sides(stripped(condition))
    if found is None or found[1] not in (b"==", b">="):
        return None, None
    left, limit = stripped(found[0]), unit.symbols.constant(found[2])
    steps = left == subject and unit.src[parent.start_byte : parent.start_byte + 2] == b"++"
    named = subject is None and left.type == "identifier" and unit.symbols.resolve(left) == symbol
    then = check.child_by_field_name("consequence")
    inside = [n for n in then.named_children if n.type != "comment"] if then is not None else []
    first = inside[0] if then is not None and then.type == "compound_statement" and inside else then
    reset = next(iter(first.named_children), None) if first is not None else None
    target = reset.child_by_field_name("left") if reset is not None else None
    if limit is None or limit < 1 or not (steps or named) or reset is None or target is None:
        return None, None
    value = reset.child_by_field_name("right")
    plain = reset.type == "assignment_expression" and operator(reset) == b"=" and value is not None
    if not plain or value is None or unit.symbols.resolve(target) != symbol or not _reaches(symbol, limit):
        return None, None
    return (None, limit - 1) if unit.symbols.constant(value) is not None else (None, None)
