"""Plain `char`, which has a sign in C51 and none in sdcc: where a program could notice."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import CType
from corpus.source.expressions import operator, stripped
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.rewrites.remembered import per_unit

HOLDERS = (
    "declaration", "parameter_declaration", "field_declaration", "function_definition", "type_definition",
    "type_descriptor",
)  # fmt: skip
_READ = (
    "identifier",
    "subscript_expression",
    "pointer_expression",
    "call_expression",
    "field_expression",
    "update_expression",
)
_KEEPS = frozenset((b"=", b"+=", b"-=", b"*=", b"&=", b"|=", b"^=", b"<<="))  # the low byte does not hang on the sign
_LOW = frozenset((b"+", b"-", b"*", b"&", b"|", b"^", b"<<"))
_ORDER = frozenset((b"<", b">", b"<=", b">="))
_BYTE = 8
_ASCII = 127


@per_unit
def declared(unit: Unit) -> dict[int, tuple[Symbol, int, Node]]:
    """What is declared with plain `char`, by the symbol's identity: its pointer and array levels, and the word."""
    found: dict[int, tuple[Symbol, int, Node]] = {}
    for word in unit.walk("primitive_type"):
        holder = word.parent
        if unit.text(word) != b"char" or holder is None or holder.type not in HOLDERS:
            continue
        for declarator in holder.children_by_field_name("declarator"):
            level, name = 0, declarator
            while name.type not in ("identifier", "field_identifier", "type_identifier"):
                level += name.type in ("pointer_declarator", "array_declarator")
                inner = name.child_by_field_name("declarator") or next(
                    (c for c in name.named_children if "declarator" in c.type or c.type == "identifier"), None
                )
                if inner is None:
                    break
                name = inner
            symbol = unit.symbols.resolve(name)
            if symbol is not None:
                found[id(symbol)] = (symbol, level, word)
    return found


def _level(unit: Unit, node: Node) -> int | None:
    """How many levels above a plain `char` an expression is, 0 for one; None for what is none."""
    node = stripped(node)
    if node.type in ("identifier", "field_expression"):
        name = node if node.type == "identifier" else node.child_by_field_name("field")
        symbol = unit.symbols.resolve(name) if name is not None else None
        entry = declared(unit).get(id(symbol))
        return entry[1] if entry is not None else None
    if node.type == "call_expression":
        called = node.child_by_field_name("function")
        return _level(unit, called) if called is not None else None
    argument = node.child_by_field_name("argument")
    if argument is not None and node.type in ("subscript_expression", "pointer_expression"):
        below = _level(unit, argument)
        step = 1 if node.type == "pointer_expression" and operator(node) == b"&" else -1
        return None if below is None or below + step < 0 else below + step
    if argument is not None and node.type == "update_expression":
        return _level(unit, argument)
    if node.type == "binary_expression":
        levels = [
            _level(unit, child)
            for child in (node.child_by_field_name("left"), node.child_by_field_name("right"))
            if child is not None
        ]
        return next((level for level in levels if level), None)
    return None


def sensitive(unit: Unit) -> Iterator[Node]:
    """The expressions of type plain `char` whose sign could be noticed, in order."""
    for node in unit.walk(*_READ):
        if _level(unit, node) != 0 or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        symbol = unit.symbols.resolve(node) if node.type == "identifier" else None
        if symbol is not None and (node in symbol.declarations or symbol.kind == "typedef"):
            continue
        if node.parent is not None and node.parent.type == "call_expression" and node.type == "identifier":
            continue  # the function's name; the call is asked for itself
        if _matters(unit, node):
            yield node
    for symbol, _, word in declared(unit).values():
        if any(place.where == "directive" for place in unit.symbols.occurrences(symbol.name)):
            yield word


def _width(t: CType | None) -> int:
    return t.width if t is not None and t.integer else 99


def _matters(unit: Unit, node: Node) -> bool:
    """Whether the bits above the lowest eight of a promoted char reach anything."""
    parent = node.parent
    while parent is not None and parent.type == "parenthesized_expression":
        node, parent = parent, parent.parent
    if parent is None:
        return True
    handler = _BY_PARENT.get(parent.type)
    return True if handler is None else handler(unit, node, parent)


def _never(unit: Unit, node: Node, parent: Node) -> bool:
    return False


def _above(unit: Unit, node: Node, parent: Node) -> bool:
    return _matters(unit, parent)


def _assignment(unit: Unit, node: Node, parent: Node) -> bool:
    left = parent.child_by_field_name("left")
    if left is None or operator(parent) not in _KEEPS:
        return True
    return left != node and _width(unit.symbols.type_of(left)) > _BYTE


def _initial(unit: Unit, node: Node, parent: Node) -> bool:
    name = parent.child_by_field_name("declarator")
    symbol = unit.symbols.resolve(name) if name is not None and name.type == "identifier" else None
    return symbol is None or _width(symbol.type) > _BYTE


def _returned(unit: Unit, node: Node, parent: Node) -> bool:
    function = unit.enclosing_function(parent)
    symbol = unit.symbols.lookup(unit.function_name(function)) if function is not None else None
    return symbol is None or symbol.type is None or _width(symbol.type.of) > _BYTE


def _argument(unit: Unit, node: Node, parent: Node) -> bool:
    call = parent.parent
    called = call.child_by_field_name("function") if call is not None else None
    symbol = unit.symbols.resolve(called) if called is not None and called.type == "identifier" else None
    if symbol is None or symbol.kind != "function" or symbol.declaration is None:
        return True
    declarator = unit.enclosing(symbol.declaration, "function_declarator")
    given = declarator.child_by_field_name("parameters") if declarator is not None else None
    at = [n.id for n in parent.named_children if n.type != "comment"].index(node.id)
    parameters = given.named_children if given is not None else []
    return at >= len(parameters) or _width(unit.symbols.described(parameters[at])) > _BYTE


def _cast(unit: Unit, node: Node, parent: Node) -> bool:
    kind = parent.child_by_field_name("type")
    return kind is None or _width(unit.symbols.described(kind)) > _BYTE


def _binary(unit: Unit, node: Node, parent: Node) -> bool:
    sign = operator(parent)
    left, right = parent.child_by_field_name("left"), parent.child_by_field_name("right")
    other = right if left == node else left
    if other is None or sign in (b"&&", b"||"):
        return other is None
    value = unit.symbols.constant(other)
    if sign in (b"==", b"!="):
        both = _level(unit, other) == 0
        return not both and (value is None or not 0 <= value <= _ASCII)
    if sign == b"&" and value is not None and 0 <= value <= 0xFF:
        return False
    if sign in _LOW:
        return (sign == b"<<" and node != left) or _matters(unit, parent)
    return sign not in _ORDER or not _in_a_range(unit, node, parent, value)


def _in_a_range(unit: Unit, node: Node, test: Node, value: int | None) -> bool:
    """Whether this is one half of `c >= 'a' && c <= 'z'`, which no value above 127 passes with either sign."""
    if value is None or not 0 <= value <= _ASCII:
        return False
    both = test.parent
    while both is not None and both.type == "parenthesized_expression":
        test, both = both, both.parent
    if both is None or both.type != "binary_expression" or operator(both) != b"&&":
        return False
    sides = [
        stripped(side)
        for side in (both.child_by_field_name("left"), both.child_by_field_name("right"))
        if side is not None
    ]
    bounds = [_bound(unit, side, unit.text(node)) for side in sides]
    return sorted(bound for bound in bounds if bound) == ["high", "low"]


def _bound(unit: Unit, test: Node, name: bytes) -> str:
    """Whether a comparison bounds `name` from below ("low") or from above ("high") by a value from 0 to 127."""
    left, right = test.child_by_field_name("left"), test.child_by_field_name("right")
    if test.type != "binary_expression" or operator(test) not in _ORDER or left is None or right is None:
        return ""
    swapped = unit.text(right) == name
    value = unit.symbols.constant(left if swapped else right)
    if value is None or not 0 <= value <= _ASCII or unit.text(right if swapped else left) != name:
        return ""
    return "high" if (operator(test) in (b"<", b"<=")) != swapped else "low"


def _condition(unit: Unit, node: Node, parent: Node) -> bool:
    if parent.type != "switch_statement":
        return False
    cases = (
        unit.symbols.constant(value)
        for case in unit.walk("case_statement", under=parent)
        if (value := case.child_by_field_name("value")) is not None
    )
    return any(value is None or not 0 <= value <= _ASCII for value in cases)


def _choice(unit: Unit, node: Node, parent: Node) -> bool:
    return parent.child_by_field_name("condition") != node and _matters(unit, parent)


def _unary(unit: Unit, node: Node, parent: Node) -> bool:
    return operator(parent) != b"!" and _matters(unit, parent)


# An update is an expression of the same type itself, and is asked for.
_BY_PARENT = {
    "expression_statement": _never, "sizeof_expression": _never, "if_statement": _condition,
    "while_statement": _condition, "do_statement": _condition, "for_statement": _condition,
    "switch_statement": _condition, "assignment_expression": _assignment, "update_expression": _never,
    "init_declarator": _initial, "return_statement": _returned, "argument_list": _argument, "cast_expression": _cast,
    "binary_expression": _binary, "conditional_expression": _choice, "unary_expression": _unary,
    "pointer_expression": _never, "comma_expression": _above,
}  # fmt: skip
