"""Expressions as text: how tightly each binds, its negation, and which of two may be evaluated first."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.expressions import inner, operator, stripped
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.remembered import per_unit

COMMA, ASSIGNMENT, CONDITIONAL, OR, AND, EQUALITY, RELATION, UNARY, PRIMARY = 0, 1, 2, 3, 4, 8, 9, 13, 14

# C99 6.5, from the loosest to the tightest.
BINARY = {
    b"||": OR, b"&&": AND, b"|": 5, b"^": 6, b"&": 7, b"==": EQUALITY, b"!=": EQUALITY,
    b"<": RELATION, b">": RELATION, b"<=": RELATION, b">=": RELATION,
    b"<<": 10, b">>": 10, b"+": 11, b"-": 11, b"*": 12, b"/": 12, b"%": 12,
}  # fmt: skip
_OTHERS = {
    "comma_expression": COMMA, "assignment_expression": ASSIGNMENT, "conditional_expression": CONDITIONAL,
    "unary_expression": UNARY, "cast_expression": UNARY, "pointer_expression": UNARY, "sizeof_expression": UNARY,
    "update_expression": UNARY,
}  # fmt: skip
OPPOSITE = {b"==": b"!=", b"!=": b"==", b"<": b">=", b">=": b"<", b">": b"<=", b"<=": b">"}
MIRRORED = {b"==": b"==", b"!=": b"!=", b"<": b">", b">": b"<", b"<=": b">=", b">=": b"<="}
_LITERALS = frozenset({"number_literal", "char_literal", "true", "false", "null"})


@dataclass(frozen=True, slots=True)
class Spelt:
    """An expression's text and how tightly its outermost operator binds."""

    text: bytes
    binds: int

    def within(self, level: int) -> bytes:
        """The text for a place that takes what binds at least as tightly as `level`, in parentheses if it must."""
        return self.text if self.binds >= level else b"(" + self.text + b")"


def sides(node: Node) -> tuple[Node, bytes, Node] | None:
    """(left, operator, right) of a binary expression, None for any other."""
    left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
    if node.type != "binary_expression" or left is None or right is None:
        return None
    return left, operator(node), right


def spelt(unit: Unit, node: Node) -> Spelt:
    """The expression as it stands. A macro whose body is not closed in itself binds as a comma does."""
    if node.type == "binary_expression":
        return Spelt(unit.text(node), BINARY[operator(node)])
    if node.type == "identifier" or node.type == "call_expression":
        name = node if node.type == "identifier" else node.child_by_field_name("function")
        symbol = unit.symbols.resolve(name) if name is not None and name.type == "identifier" else None
        if symbol is not None and symbol.kind == "macro" and not _closed(symbol):
            return Spelt(unit.text(node), COMMA)
    return Spelt(unit.text(node), _OTHERS.get(node.type, PRIMARY))


def _closed(macro: Symbol) -> bool:
    body = macro.body or b""
    return bool(re.fullmatch(rb"\s*([-~]?[\w.]+|'[^']*'|\w*\s*\([^()]*\))\s*", body)) or _in_parentheses(body.strip())


def _in_parentheses(body: bytes) -> bool:
    depth = 0
    for position, byte in enumerate(body):
        depth += (byte == ord("(")) - (byte == ord(")"))
        if depth == 0:
            return position == len(body) - 1 and body[:1] == b"("
    return False


@per_unit
def is_torn(unit: Unit, node: Node) -> bool:
    """Whether a macro in this expression may be more than the one operand that it looks like.

    `#define READY a || b` makes `!READY` mean `!a || b`: nothing can be said of such an expression. A name in capitals
    that is not declared may be one.
    """
    for name in unit.walk("identifier", under=node):
        symbol = unit.symbols.resolve(name)
        if symbol is None:
            if unit.text(name).isupper():
                return True
        elif symbol.kind == "macro" and not _closed(symbol):
            return True
    return False


def is_constant(unit: Unit, node: Node) -> bool:
    """A literal, a negated one, or a name in capitals for one: what a person calls a constant, without effects."""
    node = stripped(node)
    if node.type == "unary_expression" and operator(node) in (b"-", b"+", b"~"):
        argument = node.child_by_field_name("argument")
        return argument is not None and is_constant(unit, argument)
    if node.type in _LITERALS:
        return True
    return node.type == "identifier" and unit.text(node).isupper() and unit.symbols.constant(node) is not None


def is_truth(unit: Unit, node: Node) -> bool:
    """Whether the value is the int 0 or 1 of a comparison, a logical operator or `!`."""
    node = stripped(node)
    if node.type == "unary_expression":
        return operator(node) == b"!"
    found = sides(node)
    return found is not None and BINARY[found[1]] in (OR, AND, EQUALITY, RELATION)


def operand(unit: Unit, node: Node, beside: bytes = b"") -> bytes:
    """The text of a condition as a side of `&&` or `||`: in parentheses where people want them.

    C asks for less, but nobody reads `a && b & 4` without stopping. `beside` is the operator of which a left side may
    be another link.
    """
    node = stripped(node)
    found = sides(node)
    return spelt(unit, node).within(BINARY[beside] if found is not None and found[1] == beside else EQUALITY)


def is_tested(node: Node) -> bool:
    """Whether only zero or not zero counts: a condition, or an operand of `&&`, `||` or `!`."""
    parent = node.parent
    while parent is not None and parent.type == "parenthesized_expression":
        node, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("if_statement", "while_statement", "do_statement"):
        return parent.child_by_field_name("condition") == node
    if parent.type in ("for_statement", "conditional_expression"):
        return parent.child_by_field_name("condition") == node
    return operator(parent) in (b"&&", b"||") or (parent.type == "unary_expression" and operator(parent) == b"!")


def negated(unit: Unit, node: Node) -> Spelt:
    """The opposite of a condition, as a person writes it: `!x`, `a >= b` for `a < b`, `!a || b` for `a && !b`.

    Sound for every condition: relations are turned only where both sides are known to be no floats, since a NaN makes
    `a < b` and `a >= b` both false. What is never negative is 0 where it is not above 0.
    """
    node = stripped(node)
    if node.type == "unary_expression" and operator(node) == b"!":
        argument = node.child_by_field_name("argument")
        if argument is not None:
            return spelt(unit, stripped(argument))
    found = sides(node)
    if found is not None:
        left, sign, right = found
        between = unit.src[unit.end(left) : right.start_byte]
        if sign in (b"==", b"!=") or (sign in OPPOSITE and _ordered(unit, left) and _ordered(unit, right)):
            other = OPPOSITE[sign]
            if sign == b">" and unit.symbols.constant(right) == 0 and unit.symbols.non_negative(left):
                other = b"=="
            text = unit.text(left) + between.replace(sign, other) + unit.text(right)
            return Spelt(text, BINARY[other])
        if sign in (b"&&", b"||") and _turns(unit, left) and _turns(unit, right):
            other = b"||" if sign == b"&&" else b"&&"
            text = negated(unit, left).within(EQUALITY) + between.replace(sign, other)
            return Spelt(text + negated(unit, right).within(EQUALITY), BINARY[other])
    return Spelt(b"!" + spelt(unit, node).within(UNARY), UNARY)


def _turns(unit: Unit, node: Node) -> bool:
    """Whether a negation of this reads well without `!(...)` around an operator."""
    node = stripped(node)
    found = sides(node)
    if found is None:
        return spelt(unit, node).binds >= UNARY
    return found[1] in (b"==", b"!=") or (
        found[1] in OPPOSITE and _ordered(unit, found[0]) and _ordered(unit, found[2])
    )


def _ordered(unit: Unit, node: Node) -> bool:
    t = unit.symbols.type_of(node)
    return t is not None and (t.integer or t.decayed().pointer)


def either_first(unit: Unit, one: Node, other: Node) -> bool:
    """Whether the two may be evaluated in either order.

    At most one of them has an effect, and that one writes nothing that the other reads; what a call or a pointer
    writes is not known, so that beside these only constants and locals whose address nobody takes may stand.
    """
    first, second = unit.symbols.effects(one), unit.symbols.effects(other)
    if first.pure and second.pure:
        return True
    if not first.pure and not second.pure:
        return False
    busy, still, node = (first, second, other) if second.pure else (second, first, one)
    if busy.writes & still.reads:
        return False
    if busy.calls or busy.unknown or b"*" in busy.writes or (busy.writes and b"*" in still.reads):
        return b"*" not in still.reads and all(is_private(unit, name) for name in unit.walk("identifier", under=node))
    return True


def is_private(unit: Unit, name: Node) -> bool:
    """Whether nobody else can change what this name holds: a constant, or a local whose address is never taken."""
    symbol = unit.symbols.resolve(name)
    if symbol is None:
        return False
    if symbol.kind == "enumerator" or (symbol.kind == "macro" and unit.symbols.constant(name) is not None):
        return True
    return symbol.kind in ("local", "param") and symbol.type is not None and symbol.type.scalar and not exposed(symbol)


def exposed(symbol: Symbol) -> bool:
    """Whether the address of a variable is taken anywhere."""
    for use in symbol.uses:
        node: Node | None = use.parent
        while node is not None and node.type == "parenthesized_expression":
            node = node.parent
        if node is not None and node.type == "pointer_expression" and operator(node) == b"&":
            return True
    return False


def condition_of(statement: Node) -> Node | None:
    """The expression that an if, while or do tests, without its parentheses."""
    condition = statement.child_by_field_name("condition")
    if condition is not None and condition.type == "parenthesized_expression":
        return inner(condition)
    return condition


def plain_pairs(unit: Unit, *signs: bytes) -> Iterator[tuple[Node, Node, bytes, Node]]:
    """(whole, left, operator, right) of the binary expressions that a rule may touch."""
    for node in unit.walk("binary_expression"):
        found = sides(node)
        if found is None or found[1] not in signs or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        if not unit.comments(node.start_byte, node.end_byte) and not is_torn(unit, node):
            yield node, *found


def between(unit: Unit, left: Node, right: Node, old: bytes, new: bytes) -> bytes:
    """What stands between two operands, with another operator: the author's blanks and line breaks stay."""
    return unit.src[unit.end(left) : right.start_byte].replace(old, new)
