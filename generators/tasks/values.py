"""What constant expressions of the code come to: numbers, macros, operators, avr-libc's `_BV`."""

from __future__ import annotations

import re
from collections.abc import Mapping

from tree_sitter import Node

from corpus.source.unit import Unit

_MOST_BITS = 32


class Values:
    """The constants of one unit; `macros` are its macros that are not functions, with their bodies."""

    def __init__(self, unit: Unit, macros: Mapping[str, str]) -> None:
        self.unit = unit
        self.macros = macros

    def constant(self, node: Node) -> int | None:
        """The value of a constant expression of numbers, macros and operators, or None."""
        node = unwrapped(node)
        text = self.unit.text(node).decode()
        if node.type == "number_literal":
            return number(text)
        if node.type == "identifier":
            known = number(self.macros.get(text, ""))
            return known if known is not None else self.unit.symbols.constant(node)
        if node.type == "call_expression":
            return self._bit_value(node)
        if node.type == "cast_expression":
            value = node.child_by_field_name("value")
            return self.constant(value) if value is not None else None
        if node.type == "unary_expression":
            inner = self.constant(node.named_children[0])
            sign = text[0]
            return None if inner is None or sign not in "~-" else ~inner if sign == "~" else -inner
        if node.type == "binary_expression":
            left, right = (self.constant(child) for child in (node.named_children[0], node.named_children[-1]))
            operator = node.child_by_field_name("operator")
            if left is None or right is None or operator is None or not 0 <= right < 1 << 16:
                return None
            return _computed(operator.type, left, right)
        return None

    def _bit_value(self, call: Node) -> int | None:
        """avr-libc's `_BV(bit)`."""
        called, given = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if called is None or given is None or self.unit.text(called) != b"_BV" or len(given.named_children) != 1:
            return None
        position = self.constant(given.named_children[0])
        return 1 << position if position is not None and 0 <= position < _MOST_BITS else None


def unwrapped(node: Node) -> Node:
    """The expression without parentheses around it."""
    while node.type == "parenthesized_expression" and node.named_children:
        node = node.named_children[0]
    return node


def number(text: str) -> int | None:
    """The value of a number as written, or None."""
    match = re.fullmatch(r"\(?\s*(0[xX][0-9A-Fa-f]+|0[bB][01]+|\d+)[uUlL]*\s*\)?", text)
    if match is None:
        return None
    digits = match[1]
    if digits[:2].lower() in ("0x", "0b"):
        return int(digits, 0)
    return int(digits, 8) if len(digits) > 1 and digits[0] == "0" and set(digits) <= set("01234567") else int(digits)


def _computed(operator: str, left: int, right: int) -> int | None:
    if operator in ("<<", ">>") and right > 31:
        return None
    return {
        "|": left | right,
        "&": left & right,
        "^": left ^ right,
        "+": left + right,
        "-": left - right,
        "<<": left << min(right, 31),
        ">>": left >> min(right, 31),
    }.get(operator)
