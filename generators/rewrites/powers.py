"""Powers of two: products and quotients by shifts, remainders by masks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import literal_value, promoted
from corpus.source.edits import Edit
from corpus.source.expressions import operator
from corpus.source.unit import Unit
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time

_MOST = 14  # the highest bit that an int constant of the target can have
_TIGHT = frozenset({"identifier", "number_literal", "char_literal", "parenthesized_expression", "call_expression",
                    "subscript_expression", "field_expression"})  # fmt: skip
_OPEN = frozenset({"parenthesized_expression", "argument_list", "expression_statement", "return_statement",
                   "init_declarator", "assignment_expression"})  # fmt: skip


def _power(unit: Unit, node: Node) -> int | None:
    """The exponent of a literal power of two above one, of up to 2**14."""
    value = literal_value(unit.text(node)) if node.type == "number_literal" else None
    if value is None or value < 2 or value & (value - 1) or value.bit_length() - 1 > _MOST:
        return None
    return value.bit_length() - 1


def _suffix(unit: Unit, node: Node) -> bytes:
    return re.sub(rb"^(0[xXbB])?[0-9a-fA-F]*", b"", unit.text(node))


def _open(unit: Unit, node: Node, text: bytes) -> bytes:
    """The text in parentheses unless nothing around it could bind into it."""
    parent = node.parent
    if parent is not None and parent.type == "assignment_expression" and parent.child_by_field_name("left") == node:
        return b"(" + text + b")"
    if parent is not None and parent.child_by_field_name("index") == node:
        return text
    return text if parent is not None and parent.type in _OPEN else b"(" + text + b")"


@rewrite(
    family="bits",
    en="Replace the multiplication or division by a power of two with a shift",
    zh="乘除 2 的幂改成移位",
    changes=[
        (
            "unsigned f(unsigned n)\n{\n    return n / 8 + 1;\n}\n",
            "unsigned f(unsigned n)\n{\n    return (n >> 3) + 1;\n}\n",
        ),
        (
            "unsigned f(unsigned char n)\n{\n    unsigned m = (n + 1) * 4;\n    return m;\n}\n",
            "unsigned f(unsigned char n)\n{\n    unsigned m = (n + 1) << 2;\n    return m;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    return n / 8;\n}\n",
        "int f(int n)\n{\n    return n * 8;\n}\n",
        "int f(unsigned char n)\n{\n    return n * 256;\n}\n",
        "unsigned f(unsigned char n)\n{\n    return n * 8u;\n}\n",
        "unsigned f(unsigned n)\n{\n    return n / 6;\n}\n",
        "float f(float n)\n{\n    return n * 2;\n}\n",
        "unsigned a[64 / 8];\n",
    ],
)
def power_as_shift(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`x * 8` as `x << 3`, `x / 8` as `x >> 3`.

    Sound: for a value that is never negative both are the same, and the range shows that the product fits its type.
    Refuses what could be negative or overflow (`u8 * 256` on a 16-bit `int`), a constant whose suffix widens the
    result, constant expressions, and functions that keep time."""
    for node in unit.walk("binary_expression"):
        sign = operator(node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if sign not in (b"*", b"/") or left is None or right is None or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        exponent = _power(unit, right)
        if exponent is None or unit.comments(node.start_byte, node.end_byte):
            continue
        t, whole, span = unit.symbols.type_of(left), unit.symbols.type_of(node), unit.symbols.range_of(left)
        if t is None or whole is None or span is None or not t.integer or span[0] == span[1]:
            yield Refusal(node.start_byte, "type-unknown-or-constant")
            continue
        kept = promoted(t)
        top = (kept.range() or (0, 0))[1] if kept is not None else 0
        if kept != whole or span[0] < 0 or (sign == b"*" and kept.signed and span[1] << exponent > top):
            yield Refusal(node.start_byte, "signed-or-overflow")
            continue
        if keeps_time(unit, node):
            yield Refusal(node.start_byte, "keeps-time")
            continue
        first = unit.text(left) if left.type in _TIGHT else b"(" + unit.text(left) + b")"
        text = first + (b" << " if sign == b"*" else b" >> ") + b"%d" % exponent
        way, ask = ("multiply", _MULTIPLY) if sign == b"*" else ("divide", _DIVIDE)
        yield Site((Edit(node.start_byte, unit.end(node), _open(unit, node, text)),), ask=ask, way=way)


_MULTIPLY = ("Replace the multiplication by a power of two with a shift", "把乘以 2 的幂改成左移")
_DIVIDE = ("Replace the division by a power of two with a shift", "把除以 2 的幂改成右移")


@rewrite(
    family="bits",
    en="Replace the remainder of a division by a power of two with a mask",
    zh="对 2 的幂取余改成按位与",
    changes=[
        (
            "unsigned char f(unsigned char n)\n{\n    return (n + 1u) % 16;\n}\n",
            "unsigned char f(unsigned char n)\n{\n    return (n + 1u) & 15;\n}\n",
        ),
        (
            "int f(unsigned n)\n{\n    return n % 0x10u == 0;\n}\n",
            "int f(unsigned n)\n{\n    return (n & 0x0Fu) == 0;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    return n % 8;\n}\n",
        "unsigned f(unsigned n)\n{\n    return n % 10;\n}\n",
        "unsigned f(unsigned n)\n{\n    return n % SIZE;\n}\n",
    ],
)
def remainder_as_mask(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`x % 16` as `x & 15`.

    Sound: for a value that is never negative the remainder is its low bits; the constant keeps its suffix, and so the
    result its type. Refuses what could be negative, and functions that keep time.
    """
    for node in unit.walk("binary_expression"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator(node) != b"%" or left is None or right is None or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        exponent = _power(unit, right)
        if exponent is None or unit.comments(node.start_byte, node.end_byte):
            continue
        span = unit.symbols.range_of(left)
        if span is None or span[0] < 0 or span[0] == span[1]:
            yield Refusal(node.start_byte, "may-be-negative")
            continue
        if keeps_time(unit, node):
            yield Refusal(node.start_byte, "keeps-time")
            continue
        digits = unit.text(right)[: len(unit.text(right)) - len(_suffix(unit, right))]
        value = (1 << exponent) - 1
        mask = b"%d" % value if digits.isdigit() else b"0x%02X" % value
        first = unit.text(left) if left.type in _TIGHT else b"(" + unit.text(left) + b")"
        text = first + b" & " + mask + _suffix(unit, right)
        yield Site((Edit(node.start_byte, unit.end(node), _open(unit, node, text)),))


@rewrite(
    family="bits",
    en="Replace the mask with the remainder that it stands for",
    zh="把取低位的按位与改写成取余",
    changes=[
        (
            "unsigned char t[16];\nunsigned char f(unsigned char n)\n{\n    return t[(n + 1) & 15];\n}\n",
            "unsigned char t[16];\nunsigned char f(unsigned char n)\n{\n    return t[(n + 1) % 16];\n}\n",
        ),
    ],
    keeps=[
        "unsigned char t[16];\nint f(int n)\n{\n    return t[n & 15];\n}\n",
        "int f(unsigned n)\n{\n    return n & 15;\n}\n",
        "unsigned char t[16];\nint f(unsigned n)\n{\n    return t[n & 12];\n}\n",
    ],
)
def mask_as_remainder(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`t[n & 15]` as `t[n % 16]`: the mask of an index, which wraps it.

    Sound and refusing as the mask of a remainder, read backwards; also refuses masks elsewhere, where they pick bits.
    """
    for node in unit.walk("binary_expression"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        holder = node.parent
        index = holder.child_by_field_name("index") if holder is not None else None
        if operator(node) != b"&" or left is None or right is None or index != node:
            continue
        value = literal_value(unit.text(right)) if right.type == "number_literal" else None
        if value is None or value < 1 or value & (value + 1) or value.bit_length() > _MOST:
            continue
        span = unit.symbols.range_of(left)
        if unit.in_opaque(node.start_byte, node.end_byte) or unit.comments(node.start_byte, node.end_byte):
            continue
        if span is None or span[0] < 0:
            yield Refusal(node.start_byte, "may-be-negative")
        elif keeps_time(unit, node):
            yield Refusal(node.start_byte, "keeps-time")
        else:
            first = unit.text(left) if left.type in _TIGHT else b"(" + unit.text(left) + b")"
            text = first + b" % " + b"%d" % (value + 1) + _suffix(unit, right)
            yield Site((Edit(node.start_byte, unit.end(node), text),))


RULES = (power_as_shift, remainder_as_mask, mask_as_remainder)
