"""Faults inside an expression: the wrong operator, constant, bit or half."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator

_BOUNDARY = {b"<": b"<=", b"<=": b"<", b">": b">=", b">=": b">"}
_FLIPPED = {b"<": b">", b">": b"<", b"==": b"!=", b"!=": b"==", b"<=": b">=", b">=": b"<="}
_ARITHMETIC = {b"+": b"-", b"-": b"+", b"/": b"%", b"%": b"/", b"*": b"+"}
_BITWISE = {b"&": b"|", b"|": b"&", b"^": b"|", b"<<": b">>", b">>": b"<<"}
_COMPOUND = {b"|=": b"=", b"&=": b"=", b"^=": b"|=", b"+=": b"=", b"-=": b"+=", b"<<=": b">>=", b">>=": b"<<="}
_NUMBER = re.compile(rb"(0[xX])?([0-9a-fA-F]+)([uUlL]*)$")


def _swapped(unit: Unit, kinds: tuple[str, ...], table: dict[bytes, bytes]) -> Iterator[Mutation]:
    for node in unit.walk(*kinds):
        sign = node.child_by_field_name("operator")
        if sign is None or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        was = unit.text(sign)
        if was in table:
            yield _replaced(unit, sign, table[was])


def _replaced(unit: Unit, node: Node, text: bytes) -> Mutation:
    return Mutation(
        Edit(node.start_byte, node.end_byte, text), unit.text(node).decode("utf-8", "replace"), text.decode()
    )


def _numbers(unit: Unit) -> Iterator[tuple[Node, int, bool, bytes]]:
    """Integer literals as (node, value, is hexadecimal, suffix): those of code, and macros that are one literal; not
    those of array sizes or case labels."""
    for node in unit.walk("number_literal", "preproc_arg"):
        if node.type == "number_literal" and unit.in_opaque(node.start_byte, node.end_byte):
            continue
        parent = node.parent
        if parent is not None and parent.type in ("array_declarator", "case_statement", "enumerator"):
            continue
        match = _NUMBER.fullmatch(unit.text(node))
        if match is None or (not match[1] and match[2].startswith(b"0") and match[2] != b"0"):
            continue
        if not match[1] and not match[2].isdigit():
            continue
        yield node, int(match[2], 16 if match[1] else 10), bool(match[1]), match[3]


def _written(value: int, hexadecimal: bool, suffix: bytes, width: int) -> bytes:
    return (f"0x{value:0{width}X}" if hexadecimal else str(value)).encode() + suffix


@operator(
    "relational-boundary",
    "behaviour",
    "the comparison is off by one at its boundary",
    "比较条件在边界上差了一",
)
def relational_boundary(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`<` for `<=` and the like: right for every value but the boundary one."""
    yield from _swapped(unit, ("binary_expression",), _BOUNDARY)


@operator("relational-flip", "behaviour", "the comparison is the wrong way round", "比较方向写反了")
def relational_flip(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`==` for `!=`, `<` for `>`."""
    yield from _swapped(unit, ("binary_expression",), _FLIPPED)


@operator("arithmetic-swap", "behaviour", "the wrong arithmetic operator is used", "算术运算符用错了")
def arithmetic_swap(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`+` for `-`, `%` for `/`."""
    yield from _swapped(unit, ("binary_expression",), _ARITHMETIC)


@operator("bitwise-swap", "behaviour", "the wrong bit operator is used", "位运算符用错了")
def bitwise_swap(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`&` for `|`, a shift the wrong way."""
    yield from _swapped(unit, ("binary_expression",), _BITWISE)


@operator(
    "compound-swap",
    "behaviour",
    "the compound assignment is wrong, so other bits of the target are lost or not combined",
    "复合赋值写错，目标里的其他位被破坏或没有合并",
)
def compound_swap(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`=` for `|=`: the neighbours' bits of a port or of a mode register are overwritten."""
    yield from _swapped(unit, ("assignment_expression",), _COMPOUND)


@operator("constant-off-by-one", "behaviour", "a constant is off by one", "常数差了一")
def constant_off_by_one(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """A count, a limit or an index one too high or too low."""
    for node, value, hexadecimal, suffix in _numbers(unit):
        near = value + rng.choice((1, -1)) if value else 1
        yield _replaced(unit, node, _written(near, hexadecimal, suffix, max(1, len(unit.text(node)) - 2 - len(suffix))))


@operator("constant-bit", "behaviour", "a mask or register value has a wrong bit", "掩码或寄存器值错了一位")
def constant_bit(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """One bit of a hexadecimal constant, as when a data sheet's column is misread."""
    for node, value, hexadecimal, suffix in _numbers(unit):
        if hexadecimal:
            digits = len(unit.text(node)) - 2 - len(suffix)
            yield _replaced(unit, node, _written(value ^ (1 << rng.randrange(4 * digits)), True, suffix, digits))


@operator("wrong-bit", "behaviour", "the wrong pin or flag bit is used", "用错了引脚或标志位")
def wrong_bit(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`P1_3` for `P1_2`, `TR1` for `TR0`, `RI` for `TI`."""
    twins = {
        b"TR0": b"TR1",
        b"TR1": b"TR0",
        b"TF0": b"TF1",
        b"TF1": b"TF0",
        b"TI": b"RI",
        b"RI": b"TI",
        b"ET0": b"ET1",
        b"ET1": b"ET0",
        b"EX0": b"EX1",
        b"EX1": b"EX0",
        b"TH0": b"TH1",
        b"TH1": b"TH0",
    }
    for node in unit.walk("identifier"):
        if unit.in_opaque(node.start_byte, node.end_byte):
            continue
        name = unit.text(node)
        if name in twins:
            yield _replaced(unit, node, twins[name])
        elif (pin := re.fullmatch(rb"(P[0-3]_)([0-7])", name)) is not None:
            yield _replaced(unit, node, pin[1] + str((int(pin[2]) + rng.choice((1, 7))) % 8).encode())


@operator("swap-high-low", "behaviour", "the high and low byte are swapped", "高低字节弄反了")
def swap_high_low(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """The reload of TH goes to TL, or the wrong half of a word is taken."""
    twins = {b"TH0": b"TL0", b"TL0": b"TH0", b"TH1": b"TL1", b"TL1": b"TH1", b"RCAP2H": b"RCAP2L", b"RCAP2L": b"RCAP2H"}
    for node in unit.walk("identifier"):
        if not unit.in_opaque(node.start_byte, node.end_byte) and unit.text(node) in twins:
            yield _replaced(unit, node, twins[unit.text(node)])
    for node in unit.walk("binary_expression"):
        sign, right = node.child_by_field_name("operator"), node.child_by_field_name("right")
        if sign is not None and right is not None and unit.text(sign) == b">>" and unit.text(right) == b"8":
            yield _replaced(unit, right, b"0")
