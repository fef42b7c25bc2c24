"""Types of expressions on a 16-bit-int target: integer promotion and the usual arithmetic conversions, or None."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from tree_sitter import Node

from corpus.source.ctype import (
    BOOL,
    CHAR,
    INT,
    LONG,
    VOID,
    CType,
    char_value,
    common,
    literal_type,
    pointer_to,
    promoted,
)

if TYPE_CHECKING:
    from corpus.source.symbols import Symbols
    from corpus.source.unit import Unit

Value = TypeVar("Value")


def bottom_up(top: Node, known: dict[int, Value | None], compute: Callable[[Node], Value | None]) -> Value | None:
    """Computes a value for every named node under `top`, children first, without recursion; `known` remembers."""
    order: list[Node] = []
    stack = [top]
    while stack:
        node = stack.pop()
        if node.id not in known:
            order.append(node)
            stack.extend(node.named_children)
    for node in reversed(order):
        known[node.id] = compute(node)
    return known[top.id]


def inner(node: Node) -> Node | None:
    """What stands in parentheses (comments aside)."""
    return next((n for n in node.named_children if n.type != "comment"), None)


def stripped(node: Node) -> Node:
    """The expression without the parentheses around it."""
    while node.type == "parenthesized_expression" and (within := inner(node)) is not None:
        node = within
    return node


def operator(node: Node) -> bytes:
    """The operator of a unary, update, pointer, binary or assignment expression, as in b"+="."""
    child = node.child_by_field_name("operator")
    return child.type.encode() if child is not None else b""


class ExpressionTypes:
    """`type_of` for one unit; asks `symbols` for names and remembers each node.

    sizeof has no type here: sdcc 4.2 takes its value for a small signed constant (`d < sizeof(x)` compares as signed),
    other compilers for a size_t.
    """

    def __init__(self, symbols: Symbols) -> None:
        self.symbols = symbols
        self.unit: Unit = symbols.unit
        self._known: dict[int, CType | None] = {}

    def type_of(self, node: Node) -> CType | None:
        """The type of an expression, an lvalue's with its qualifiers; None where it is not certain."""
        return bottom_up(node, self._known, self._compute)

    def _compute(self, node: Node) -> CType | None:
        kind = node.type
        handler = _BY_KIND.get(kind)
        if handler is None or (kind == "number_literal" and self.unit.end(node) != node.end_byte):
            return None  # asm reads `0` in the mask
        return handler(self, node)

    def _of(self, node: Node | None) -> CType | None:
        return self._known.get(node.id) if node is not None else None

    def _field(self, node: Node, name: str) -> CType | None:
        return self._of(node.child_by_field_name(name))

    @staticmethod
    def _plain(t: CType | None) -> CType | None:
        return t.decayed() if t is not None else None

    def _identifier(self, node: Node) -> CType | None:
        symbol = self.symbols.resolve(node)
        if symbol is None or symbol.kind in ("typedef", "label"):
            return None
        if symbol.kind == "macro":
            expanded = self.symbols.expansion(symbol, node)
            if expanded is None:
                return None
            with self.symbols.expanding(symbol.name):
                return expanded[0].type_of(expanded[1])
        return symbol.type

    def _unary(self, node: Node) -> CType | None:
        t = promoted(self._field(node, "argument"))
        if operator(node) == b"!":
            return INT if t is not None and t.scalar else None
        return t if t is not None and (t.integer or t.floating) else None

    def _binary(self, node: Node) -> CType | None:
        op = operator(node)
        a, b = self._plain(self._field(node, "left")), self._plain(self._field(node, "right"))
        if a is None or b is None or not a.scalar or not b.scalar:
            return None
        if op in (b"==", b"!=", b"<", b">", b"<=", b">=", b"&&", b"||"):
            return INT
        if op in (b"<<", b">>"):
            return promoted(a) if a.integer and b.integer else None
        if a.pointer and b.integer and op in (b"+", b"-"):
            return a
        if a.integer and b.pointer and op == b"+":
            return b
        if a.pointer and b.pointer:
            return LONG if op == b"-" else None  # sdcc 4.2, whatever the memory space
        t = common(a, b)
        return None if t is not None and t.floating and op in (b"%", b"&", b"|", b"^") else t

    def _conditional(self, node: Node) -> CType | None:
        a, b = self._plain(self._field(node, "consequence")), self._plain(self._field(node, "alternative"))
        if a is not None and a == b and not a.integer:
            return a
        return common(a, b)

    def _cast(self, node: Node) -> CType | None:
        descriptor = node.child_by_field_name("type")
        t = self.symbols.described(descriptor) if descriptor is not None else None
        return t if node.type != "cast_expression" or t is None else t.plain()

    def _call(self, node: Node) -> CType | None:
        called = node.child_by_field_name("function")
        if called is None:
            return None
        cast = self.symbols.cast_type(node)
        if cast is not None:
            return cast.plain()
        t = self._of(called)
        if t is not None and t.pointer:
            t = t.of
        return t.of if t is not None and t.kind == "function" else None

    def _subscript(self, node: Node) -> CType | None:
        t, index = self._field(node, "argument"), self._field(node, "index")
        if index is not None and not index.integer:
            return None
        return t.of if t is not None and t.kind in ("array", "pointer") else None

    def _pointer(self, node: Node) -> CType | None:
        t = self._field(node, "argument")
        if t is None:
            return None
        if operator(node) == b"&":
            return pointer_to(t)
        if t.kind == "function":
            return t
        return t.of if t.kind in ("array", "pointer") else None

    def _member(self, node: Node) -> CType | None:
        symbol = self.symbols.member(node, self._field(node, "argument"))
        if symbol is None or symbol.type is None:
            return None
        holder = self.symbols.holder(node, self._field(node, "argument"))
        return self.symbols.within(symbol.type, holder)


_BY_KIND: dict[str, Callable[[ExpressionTypes, Node], CType | None]] = {
    "number_literal": lambda self, n: literal_type(self.unit.text(n)),
    "char_literal": lambda self, n: INT if char_value(self.unit.text(n)) is not None else None,
    "string_literal": lambda self, n: CType("array", of=CHAR),
    "concatenated_string": lambda self, n: CType("array", of=CHAR),
    "true": lambda self, n: BOOL,
    "false": lambda self, n: BOOL,
    "null": lambda self, n: pointer_to(VOID),
    "identifier": ExpressionTypes._identifier,
    "parenthesized_expression": lambda self, n: self._of(inner(n)),
    "unary_expression": ExpressionTypes._unary,
    "update_expression": lambda self, n: self._plain(self._field(n, "argument")),
    "assignment_expression": lambda self, n: self._plain(self._field(n, "left")),
    "binary_expression": ExpressionTypes._binary,
    "conditional_expression": ExpressionTypes._conditional,
    "comma_expression": lambda self, n: self._plain(self._field(n, "right")),
    "cast_expression": ExpressionTypes._cast,
    "compound_literal_expression": ExpressionTypes._cast,
    "call_expression": ExpressionTypes._call,
    "subscript_expression": ExpressionTypes._subscript,
    "pointer_expression": ExpressionTypes._pointer,
    "field_expression": ExpressionTypes._member,
}
