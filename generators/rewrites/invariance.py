"""Values in a loop: whether they may be computed at another time, who writes a variable, where one is declared."""

from __future__ import annotations

from tree_sitter import Node

from corpus.source.expressions import operator
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.declared import automatic
from generators.rewrites.truth import exposed, sides

_ARITHMETIC = (b"+", b"-", b"*")
_SAFE = (b"&", b"|", b"^", b"==", b"!=", b"<", b">", b"<=", b">=", b"&&", b"||")


def any_time(unit: Unit, node: Node) -> bool:
    """Whether an expression can be evaluated at another time without a trap, an overflow or a shift that is undefined.

    Sums and products must stay within an int of 16 bits, so that they do on every target.
    """
    for one in unit.walk(under=node):
        if one.type in ("identifier", "number_literal", "char_literal", "parenthesized_expression", "comment"):
            continue
        if one.type == "unary_expression" and operator(one) in (b"~", b"!"):
            continue
        if one.type == "cast_expression" or (one.type in ("type_descriptor", "primitive_type", "type_identifier")):
            continue
        found = sides(one)
        if found is None:
            return False
        if found[1] in _SAFE:
            continue
        left, right = unit.symbols.range_of(found[0]), unit.symbols.range_of(found[2])
        if left is None or right is None:
            return False
        if found[1] in (b"<<", b">>"):
            if not (0 <= right[0] <= right[1] < 15 and left[0] >= 0 and (left[1] << right[1]) < 32768):
                return False
        elif found[1] in (b"/", b"%"):
            if right[0] <= 0:
                return False
        elif found[1] in _ARITHMETIC:
            ends = [_value(found[1], a, b) for a in left for b in right]
            if min(ends) < -32768 or max(ends) > 32767:
                return False
    return True


def _value(sign: bytes, left: int, right: int) -> int:
    return {b"+": left + right, b"-": left - right, b"*": left * right}[sign]


def writes_to(unit: Unit, within: Node, name: bytes) -> list[Node]:
    """The assignments, steps and declarations inside that set this variable."""
    found = []
    for node in unit.walk("assignment_expression", "update_expression", "init_declarator", under=within):
        target = (
            node.child_by_field_name("left")
            or node.child_by_field_name("argument")
            or node.child_by_field_name("declarator")
        )
        if target is not None and unit.symbols.root(target) == name:
            found.append(node)
    return found


def private(unit: Unit, target: Node) -> Symbol | None:
    """The variable, if it is a plain local that nobody reaches in another way."""
    symbol = automatic(unit, target)
    if symbol is None or symbol.type is None or symbol.type.volatile or exposed(symbol) or not symbol.type.integer:
        return None
    spots = unit.symbols.occurrences(symbol.name)
    others = [one for one in unit.symbols.all() if one.name == symbol.name and one.kind != "field"]
    return symbol if len(others) == 1 and all(spot.where == "code" for spot in spots) else None


def mixes_declarations(unit: Unit) -> bool:
    """Whether the file declares variables amid statements (C99)."""
    for node in unit.walk("declaration"):
        before = node.prev_named_sibling
        while before is not None and before.type == "comment":
            before = before.prev_named_sibling
        if node.parent is None or node.parent.type in ("for_statement", "translation_unit"):
            if node.parent is not None and node.parent.type == "for_statement":
                return True
        elif before is not None and before.type != "declaration" and node.parent.type == "compound_statement":
            return True
    return False


def behind_declarations(node: Node) -> bool:
    """Whether only declarations stand above this statement in its block."""
    before = node.prev_named_sibling
    while before is not None:
        if before.type not in ("comment", "declaration"):
            return False
        before = before.prev_named_sibling
    return True


def is_int(unit: Unit, node: Node) -> bool:
    """Whether the expression has type int where that has 16 bits; then it has so where it has 32."""
    t = unit.symbols.type_of(node)
    return t is not None and t.kind == "int" and t.width == 16 and t.signed
