"""Which values an integer expression can take on the target: interval arithmetic within its type."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from tree_sitter import Node

from corpus.source.ctype import CType, char_value, common, literal_value, promoted
from corpus.source.expressions import bottom_up, inner, operator

if TYPE_CHECKING:
    from corpus.source.symbols import Symbols

Interval = tuple[int, int]


class Ranges:
    """`range_of` for one unit. An overflow widens to the whole type, so the answer holds however sdcc wraps."""

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.unit = symbols.unit
        self._known: dict[int, Interval | None] = {}

    def range_of(self, node: Node) -> Interval | None:
        """(least, greatest), or None where the type is unknown or no integer."""
        self.symbols.type_of(node)
        return bottom_up(node, self._known, self._compute)

    def _compute(self, node: Node) -> Interval | None:
        t = self.symbols.type_of(node)
        if t is None or not t.integer:
            return None
        handler = _BY_KIND.get(node.type)
        found = handler(self, node) if handler is not None else None
        return fitted(found, t)

    def _of(self, node: Node | None) -> Interval | None:
        return self._known.get(node.id) if node is not None else None

    def _number(self, node: Node) -> Interval | None:
        value = literal_value(self.unit.text(node))
        return None if value is None else (value, value)

    def _character(self, node: Node) -> Interval | None:
        value = char_value(self.unit.text(node))
        return None if value is None else (value, value)

    def _identifier(self, node: Node) -> Interval | None:
        symbol = self.symbols.resolve(node)
        if symbol is None:
            return None
        if symbol.kind == "enumerator":
            return None if symbol.value is None else (symbol.value, symbol.value)
        expanded = self.symbols.expansion(symbol, node) if symbol.kind == "macro" else None
        if expanded is None:
            return None
        with self.symbols.expanding(symbol.name):
            return expanded[0].range_of(expanded[1])

    def _unary(self, node: Node) -> Interval | None:
        argument = node.child_by_field_name("argument")
        value, t = self._of(argument), self.symbols.type_of(node)
        op = operator(node)
        if op == b"!":
            return (0, 1)
        if value is None or t is None:
            return None
        value = fitted(value, t)
        return {b"-": (-value[1], -value[0]), b"~": (~value[1], ~value[0]), b"+": value}.get(op)

    def _conditional(self, node: Node) -> Interval | None:
        a, b = self._of(node.child_by_field_name("consequence")), self._of(node.child_by_field_name("alternative"))
        return None if a is None or b is None else (min(a[0], b[0]), max(a[1], b[1]))

    def _cast(self, node: Node) -> Interval | None:
        value, t = self._of(node.child_by_field_name("value")), self.symbols.type_of(node)
        return (0, 1) if t is not None and t.kind == "bool" else value

    def _call(self, node: Node) -> Interval | None:
        arguments = node.child_by_field_name("arguments")
        if arguments is None or self.symbols.cast_type(node) is None:
            return None
        return self._of(inner(arguments))

    def _binary(self, node: Node) -> Interval | None:
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        op = operator(node)
        if op in (b"==", b"!=", b"<", b">", b"<=", b">=", b"&&", b"||"):
            return (0, 1)
        if left is None or right is None:
            return None
        a, b = self._of(left), self._of(right)
        shift = op in (b"<<", b">>")
        ta, tb = self.symbols.type_of(left), self.symbols.type_of(right)
        t = promoted(ta) if shift else common(ta, tb)
        if a is None or b is None or t is None:
            return None
        return combined(op, fitted(a, t), b if shift else fitted(b, t), t)


_BY_KIND: dict[str, Callable[[Ranges, Node], Interval | None]] = {
    "number_literal": Ranges._number,
    "char_literal": Ranges._character,
    "true": lambda self, n: (1, 1),
    "false": lambda self, n: (0, 0),
    "identifier": Ranges._identifier,
    "parenthesized_expression": lambda self, n: self._of(inner(n)),
    "unary_expression": Ranges._unary,
    "binary_expression": Ranges._binary,
    "conditional_expression": Ranges._conditional,
    "comma_expression": lambda self, n: self._of(n.child_by_field_name("right")),
    "cast_expression": Ranges._cast,
    "call_expression": Ranges._call,
}


def fitted(value: Interval | None, t: CType) -> Interval:
    """The interval converted to the type: itself where it fits, else all that the type holds.

    One value becomes one value in an unsigned type (modulo 2**width, C99 6.3.1.3).
    """
    low, high = t.range() or (0, 0)
    if value is not None and value[0] == value[1] and not t.signed and t.kind == "int":
        return value[0] & high, value[0] & high
    return value if value is not None and low <= value[0] and value[1] <= high else (low, high)


def combined(op: bytes, a: Interval, b: Interval, t: CType) -> Interval | None:
    """The interval of `a op b`, both already of type `t` (a shift's right side apart); None for no better than `t`."""
    if op == b"+":
        return a[0] + b[0], a[1] + b[1]
    if op == b"-":
        return a[0] - b[1], a[1] - b[0]
    if op == b"*":
        corners = [x * y for x in a for y in b]
        return min(corners), max(corners)
    if op == b"&" and (a[0] >= 0 or b[0] >= 0):
        if a[0] == a[1] and b[0] == b[1]:
            return a[0] & b[0], a[0] & b[0]
        return 0, min(x[1] for x in (a, b) if x[0] >= 0)
    if a[0] < 0 or b[0] < 0:
        return None
    if op in (b"|", b"^"):
        if a[0] == a[1] and b[0] == b[1]:
            value = a[0] | b[0] if op == b"|" else a[0] ^ b[0]
            return value, value
        return 0, (1 << max(a[1], b[1]).bit_length()) - 1
    if op == b"<<" and b[1] < t.width:
        return a[0] << b[0], a[1] << b[1]
    if op == b">>" and b[1] < t.width:
        return a[0] >> b[1], a[1] >> b[0]
    if op == b"/" and b[0] > 0:
        return a[0] // b[1], a[1] // b[0]
    if op == b"%" and b[0] > 0:
        return (a[0] % b[0], a[0] % b[0]) if a[0] == a[1] and b[0] == b[1] else (0, min(a[1], b[1] - 1))
    return None
