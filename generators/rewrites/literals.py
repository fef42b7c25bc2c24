"""Literals: the same integer constant of the same C type, written another way."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.remembered import per_unit
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_HEX = re.compile(rb"(0[xX])([0-9a-fA-F]+)([uUlL]*)")
_BINARY = re.compile(rb"0[bB]([01]+)([uUlL]*)")
# Registers that hold a number, not a pattern: timer counts and reloads, data.
_QUANTITIES = re.compile(rb"T[HL][0-9]|RCAP2[HL]|RC[HL][0-9]?|SBUF|DP[HL]|PCA?C[HL]\w*|CC?AP\w*")
_BITWISE = frozenset({b"&", b"|", b"^", b"&=", b"|=", b"^="})
# Up to here a decimal and a hexadecimal constant have the same type on a 16-bit target: 32768 is long, 0x8000 unsigned.
INT_MAX = 0x7FFF


@per_unit
def _is_mask(unit: Unit, node: Node) -> bool:
    """Whether the literal is an operand of a bit operator, or assigned to something in capitals (a register)."""
    parent = node.parent
    while parent is not None and parent.type in ("parenthesized_expression", "unary_expression", "cast_expression"):
        parent = parent.parent
    if parent is None:
        return False
    sign = parent.child_by_field_name("operator")
    if parent.type in ("binary_expression", "assignment_expression") and sign is not None:
        if unit.text(sign) in _BITWISE:
            return True
        left = parent.child_by_field_name("left")
        if parent.type != "assignment_expression" or left is None:
            return False
        register = unit.text(left)
        return register.isupper() and not _QUANTITIES.fullmatch(register)
    return False


@per_unit
def _literals(unit: Unit) -> tuple[Node, ...]:
    found = unit.walk("number_literal")
    return tuple(node for node in found if not unit.in_opaque(node.start_byte, node.end_byte))


@rewrite(
    family="literals",
    scope="file",
    en="Write all bit masks in the same radix",
    zh="统一位掩码的进制写法",
    changes=[
        ("void f(void)\n{\n    P1 = P2 & 0x0F;\n}\n", "void f(void)\n{\n    P1 = P2 & 0b00001111;\n}\n"),
        ("void f(void)\n{\n    P1 |= 0b10000000;\n}\n", "void f(void)\n{\n    P1 |= 0x80;\n}\n"),
    ],
    keeps=[
        "int f(int n)\n{\n    return n + 0x0F;\n}\n",
        "unsigned f(unsigned n)\n{\n    return n & 0xFF00;\n}\n",
        "#define MASK 0x0F\n",
        "void f(void)\n{\n    TH0 = 0x3C;\n    SBUF = 0x41;\n}\n",
    ],
)
def mask_radix(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Writes 8-bit masks in the style's radix: `0x0F` as `0b00001111` and back.

    Sound: C gives a hexadecimal and a binary constant of the same value and suffix the same type, and sdcc, avr-gcc
    and gcc all take `0b`. Refuses what is not an operand of a bit operator (there a number is a quantity, not a
    pattern) and values above eight bits, which nobody can count in binary.
    """
    binary = context.style.radix == "binary" or (context.style.radix != "decimal" and context.rng.random() < 0.1)
    for node in _literals(unit):
        text = unit.text(node)
        if not _is_mask(unit, node):
            continue
        hexadecimal, bits = _HEX.fullmatch(text), _BINARY.fullmatch(text)
        if hexadecimal and (binary or bits is None):
            value = int(hexadecimal[2], 16)
            if value > 0xFF:
                yield Refusal(node.start_byte, "wider-than-a-byte")
            else:
                edit = Edit(node.start_byte, node.end_byte, f"0b{value:08b}".encode() + hexadecimal[3])
                yield Site((edit,), ask=("Write the bit masks in binary", "把位掩码写成二进制"), way="binary")
        elif bits:
            value = int(bits[1], 2)
            width = max(2, (len(bits[1]) + 3) // 4)
            edit = Edit(node.start_byte, node.end_byte, f"0x{value:0{width}X}".encode() + bits[2])
            yield Site((edit,), ask=("Write the bit masks in hexadecimal", "把位掩码写成十六进制"), way="hexadecimal")


@rewrite(
    family="literals",
    scope="file",
    en="Use one letter case for hexadecimal constants throughout",
    zh="统一十六进制常量的大小写",
    changes=[
        (
            "unsigned f(unsigned n)\n{\n    return n ^ 0xA001;\n}\n",
            "unsigned f(unsigned n)\n{\n    return n ^ 0xa001;\n}\n",
        ),
    ],
    keeps=["unsigned f(unsigned n)\n{\n    return n ^ 0x1021;\n}\n"],
)
def hex_case(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`0xA001` as `0xa001` and back, in the style's case; where all are in that case already, in the other.

    Sound: the value and the type of a constant do not depend on the case of its digits. Suffixes keep theirs. Refuses
    constants inside macros.
    """
    found = [(node, match) for node in _literals(unit) if (match := _HEX.fullmatch(unit.text(node)))]
    lettered = [(node, match) for node, match in found if not match[2].isdigit()]
    if not lettered:
        return
    to_lower = any(match[2] != match[2].lower() for _, match in lettered)
    case = ("lower", "小写") if to_lower else ("upper", "大写")
    ask = (f"Write the digits of hexadecimal constants in {case[0]} case", f"十六进制常量里的字母统一用{case[1]}")
    for node, match in lettered:
        digits = match[2].lower() if to_lower else match[2].upper()
        if digits != match[2]:
            yield Site((Edit(node.start_byte, node.end_byte, b"0x" + digits + match[3]),), ask=ask, way=case[0])


@rewrite(
    family="literals",
    en="Write register values in hexadecimal and counts in decimal",
    zh="寄存器值写成十六进制，计数值写成十进制",
    changes=[
        ("void f(void)\n{\n    TMOD = 33;\n}\n", "void f(void)\n{\n    TMOD = 0x21;\n}\n"),
        ("int f(int n)\n{\n    return n < 0x0A;\n}\n", "int f(int n)\n{\n    return n < 10;\n}\n"),
    ],
    keeps=[
        "int f(long n)\n{\n    return n < 40000;\n}\n",
        "int f(unsigned n)\n{\n    return n < 0x9C40;\n}\n",
        "int f(int n)\n{\n    return n + 1;\n}\n",
        "int f(int n)\n{\n    return n - 010;\n}\n",
    ],
)
def constant_radix(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A mask in decimal becomes hexadecimal; a quantity in hexadecimal becomes decimal.

    Sound: up to 32767 both spellings are `int` on a 16-bit target. Refuses above that (decimal 40000 is `long`, 0x9C40
    is `unsigned int`: comparisons and shifts change), octal, and single digits, which read alike.
    """
    for node in _literals(unit):
        text = unit.text(node)
        decimal = re.fullmatch(rb"([1-9][0-9]+)([uUlL]*)", text)
        hexadecimal = _HEX.fullmatch(text)
        if decimal and _is_mask(unit, node):
            value = int(decimal[1])
            if value > INT_MAX:
                yield Refusal(node.start_byte, "type-depends-on-radix")
            else:
                digits = 2 if value <= 0xFF else 4
                edit = Edit(node.start_byte, node.end_byte, f"0x{value:0{digits}X}".encode() + decimal[2])
                ask = ("Write the bit pattern in hexadecimal", "把这个位模式写成十六进制")
                yield Site((edit,), ask=ask, way="hexadecimal")
        elif hexadecimal and not _is_mask(unit, node) and _is_quantity(unit, node):
            value = int(hexadecimal[2], 16)
            if value > INT_MAX:
                yield Refusal(node.start_byte, "type-depends-on-radix")
            else:
                edit = Edit(node.start_byte, node.end_byte, str(value).encode() + hexadecimal[3])
                yield Site((edit,), ask=("Write the quantity in decimal", "把这个数量值写成十进制"), way="decimal")


def _is_quantity(unit: Unit, node: Node) -> bool:
    parent = node.parent
    if parent is None or parent.type != "binary_expression":
        return False
    sign = parent.child_by_field_name("operator")
    return sign is not None and unit.text(sign) in (b"<", b"<=", b">", b">=", b"+", b"-", b"*", b"/", b"%")


@rewrite(
    family="literals",
    en="Write single-bit masks one way, as shifts or as plain masks",
    zh="统一单个位掩码的写法",
    changes=[
        ("void f(void)\n{\n    P1 |= 0x08;\n}\n", "void f(void)\n{\n    P1 |= (1 << 3);\n}\n"),
        ("void f(void)\n{\n    P1 &= ~(1 << 6);\n}\n", "void f(void)\n{\n    P1 &= ~(0x40);\n}\n"),
        ("void f(void)\n{\n    P1 = ~0x40;\n}\n", "void f(void)\n{\n    P1 = ~(1 << 6);\n}\n"),
    ],
    keeps=[
        "void f(unsigned n)\n{\n    P1 = n & 0x0C;\n}\n",
        "unsigned f(unsigned n)\n{\n    return n & (1 << 15);\n}\n",
        "unsigned f(unsigned n)\n{\n    return n & 0x8000;\n}\n",
        "void f(void)\n{\n    TMOD = 0x20;\n    SCON = (0x40);\n}\n",
        "void f(void)\n{\n    TMOD = (TMOD & 0x0F) | 0x20;\n}\n",
        "void f(void)\n{\n    TMOD |= 0x20;\n}\n",
        "int f(void)\n{\n    return 1 << 10;\n}\n",
        "void f(unsigned n)\n{\n    P1 = n == 0x10;\n}\n",
    ],
)
def bit_as_shift(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`0x08` as `(1 << 3)` under a bit operator, and a constant `1 << n` there as its mask.

    Sound: both are `int` with the same value, the compiler folds the shift. Refuses bit 15 (`1 << 15` overflows a
    16-bit `int`, and 0x8000 is `unsigned`), masks with a suffix, shifts by what is no literal, and what is no operand
    of a bit operator or fills a field of several bits: `TMOD = 0x20`, `(x & 0x0F) | 0x20`.
    """
    for node in unit.walk("number_literal", "binary_expression"):
        if unit.in_opaque(node.start_byte, node.end_byte):
            continue
        if node.type == "number_literal":
            match = _HEX.fullmatch(unit.text(node))
            if match is None or match[3] or not _is_bit(unit, node):
                continue
            value = int(match[2], 16)
            if value & (value - 1) or value < 2:
                continue
            if value > INT_MAX:
                yield Refusal(node.start_byte, "bit-15-overflows-int")
            else:
                edit = Edit(node.start_byte, node.end_byte, f"(1 << {value.bit_length() - 1})".encode())
                ask = (
                    "Write the single-bit mask as a shift so that the bit number shows",
                    "把单个位的掩码写成移位，让位号一目了然",
                )
                yield Site((edit,), ask=ask, way="shift")
        else:
            match = re.fullmatch(rb"1\s*<<\s*([0-9]+)", unit.text(node))
            if match is None or not _is_bit(unit, node):
                continue
            if int(match[1]) > 14:
                yield Refusal(node.start_byte, "bit-15-overflows-int")
            else:
                edit = Edit(node.start_byte, node.end_byte, f"0x{1 << int(match[1]):02X}".encode())
                yield Site(
                    (edit,), ask=("Replace the constant shift by its mask", "把常量移位直接写成掩码"), way="mask"
                )


def _is_bit(unit: Unit, node: Node) -> bool:
    """Whether the number is an operand of `|`, `&`, `^`, of their assignments or of `~`."""
    parent = node.parent
    while parent is not None and parent.type in ("parenthesized_expression", "unary_expression", "cast_expression"):
        sign = parent.child_by_field_name("operator")
        if sign is not None:
            return unit.text(sign) == b"~"
        parent = parent.parent
    sign = parent.child_by_field_name("operator") if parent is not None else None
    if parent is None or sign is None or unit.text(sign) not in _BITWISE:
        return False
    others = [child for child in parent.named_children if not child.start_byte <= node.start_byte < child.end_byte]
    field = any(unit.text(sign) == b"|" and _keeps_some_bits(unit, other) for other in others)
    return not field and not any(unit.text(other) == b"TMOD" for other in others)


def _keeps_some_bits(unit: Unit, node: Node) -> bool:
    """Whether this is `(x & 0x0F)`, which makes room for a field that the number then fills."""
    node = stripped(node)
    right = node.child_by_field_name("right") if operator(node) == b"&" else None
    return right is not None and right.type == "number_literal"


RULES = (mask_radix, hex_case, constant_radix, bit_as_shift)
