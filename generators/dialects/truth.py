"""Whether a byte may stand in for `bool`: whether only 0 and 1 are ever put into it."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import operator, stripped
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit

_LOGICAL = frozenset((b"==", b"!=", b"<", b">", b"<=", b">=", b"&&", b"||"))


def unproved(unit: Unit) -> int | None:
    """The first place where a value that may be other than 0 and 1 becomes a `bool`; None where there is none.

    Also the first where a bool is changed by arithmetic, has its address taken, or is an argument of what is not seen.
    """
    return min(_unproved(unit), default=None)


def _unproved(unit: Unit) -> Iterator[int]:
    for node in unit.walk(
        "init_declarator",
        "assignment_expression",
        "return_statement",
        "call_expression",
        "cast_expression",
        "update_expression",
        "pointer_expression",
    ):
        if unit.in_opaque(node.start_byte, node.end_byte):
            continue
        for place, value in _given(unit, node):
            if value is None or not _is_truth(unit, value):
                yield place


def _given(unit: Unit, node: Node) -> Iterator[tuple[int, Node | None]]:
    """What this node puts into a bool: the place and the value, None for one that cannot be told."""
    start = node.start_byte
    if node.type == "init_declarator":
        name, value = node.child_by_field_name("declarator"), node.child_by_field_name("value")
        symbol = _symbol(unit, name)
        if _is_bool(unit, symbol) and value is not None:
            for one in value.named_children if value.type == "initializer_list" else [value]:
                yield one.start_byte, one
    elif node.type == "assignment_expression":
        left, value = node.child_by_field_name("left"), node.child_by_field_name("right")
        if left is not None and _bool_lvalue(unit, left):
            yield start, value if operator(node) in (b"=", b"&=", b"|=", b"^=") else None
    elif node.type == "update_expression":
        argument = node.child_by_field_name("argument")
        if argument is not None and _bool_lvalue(unit, argument):
            yield start, None
    elif node.type == "pointer_expression":
        argument = node.child_by_field_name("argument")
        if operator(node) == b"&" and argument is not None and _bool_lvalue(unit, argument):
            yield start, None
    elif node.type == "return_statement":
        function = unit.enclosing_function(node)
        kind = function.child_by_field_name("type") if function is not None else None
        if kind is not None and unit.text(kind) == b"bool" and node.named_children:
            yield start, node.named_children[0]
    elif node.type == "cast_expression":
        kind = node.child_by_field_name("type")
        if kind is not None and unit.text(kind) == b"bool":
            yield start, node.child_by_field_name("value")
    else:
        yield from _arguments(unit, node)


def _arguments(unit: Unit, call: Node) -> Iterator[tuple[int, Node | None]]:
    called, given = call.child_by_field_name("function"), call.child_by_field_name("arguments")
    symbol = _symbol(unit, called)
    if symbol is None or symbol.declaration is None or given is None:
        return
    declarator = unit.enclosing(symbol.declaration, "function_declarator")
    parameters = declarator.child_by_field_name("parameters") if declarator is not None else None
    for parameter, value in zip(
        parameters.named_children if parameters is not None else (), given.named_children, strict=False
    ):
        kind = parameter.child_by_field_name("type")
        if kind is not None and unit.text(kind) == b"bool":
            yield value.start_byte, value


def _symbol(unit: Unit, node: Node | None) -> Symbol | None:
    while node is not None and node.type != "identifier":
        node = node.child_by_field_name("declarator")
    return unit.symbols.resolve(node) if node is not None else None


def _is_bool(unit: Unit, symbol: Symbol | None) -> bool:
    """Whether a variable, an element, a parameter or a member is declared as `bool`."""
    if symbol is None or symbol.declaration is None:
        return False
    holder = unit.enclosing(
        symbol.declaration, "declaration", "parameter_declaration", "field_declaration", "function_definition"
    )
    kind = holder.child_by_field_name("type") if holder is not None else None
    return kind is not None and unit.text(kind) == b"bool"


def _bool_lvalue(unit: Unit, node: Node) -> bool:
    node = stripped(node)
    while node.type in ("subscript_expression", "pointer_expression", "parenthesized_expression"):
        argument = node.child_by_field_name("argument")
        if argument is None:
            return False
        node = stripped(argument)
    if node.type == "field_expression":
        field = node.child_by_field_name("field")
        return field is not None and _is_bool(unit, unit.symbols.resolve(field))
    return node.type == "identifier" and _is_bool(unit, unit.symbols.resolve(node))


def _is_truth(unit: Unit, value: Node) -> bool:
    """Whether an expression is 0 or 1 whatever its variables hold, bools taken to hold no more."""
    node = stripped(value)
    if node.type in ("true", "false") or unit.text(node) in (b"true", b"false"):
        return True
    if node.type == "binary_expression":
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        both = left is not None and right is not None and _is_truth(unit, left) and _is_truth(unit, right)
        return operator(node) in _LOGICAL or (operator(node) in (b"&", b"|", b"^") and both)
    if node.type == "unary_expression" and operator(node) == b"!":
        return True
    if node.type == "conditional_expression":
        arms = [node.child_by_field_name(name) for name in ("consequence", "alternative")]
        return all(arm is not None and _is_truth(unit, arm) for arm in arms)
    if node.type == "call_expression":
        symbol = _symbol(unit, node.child_by_field_name("function"))
        return _is_bool(unit, symbol)
    if _bool_lvalue(unit, node):
        return True
    found = unit.symbols.range_of(node)
    return found is not None and found[0] >= 0 and found[1] <= 1
