"""Faults of types: too narrow, the wrong sign, a cast too many or too few."""

from __future__ import annotations

import random
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.mutants.operator import Mutation, operator
from generators.mutants.places import bare, field, nodes, replaced, shown, signs, within

_NARROWER = {b"uint16_t": b"uint8_t", b"uint32_t": b"uint16_t", b"int16_t": b"int8_t", b"int32_t": b"int16_t"}
_SIGNED = {b"uint8_t": b"int8_t", b"uint16_t": b"int16_t", b"uint32_t": b"int32_t"}
_UNSIGNED = {b"int8_t": b"uint8_t", b"int16_t": b"uint16_t", b"int32_t": b"uint32_t"}
_LIMITS = {
    b"uint8_t": "0..255", b"int8_t": "-128..127", b"uint16_t": "0..65535", b"int16_t": "-32768..32767",
    b"uint32_t": "0..4294967295", b"int32_t": "-2147483648..2147483647", b"char": "0..255",
}  # fmt: skip
_ASKING = ("binary_expression", "subscript_expression", "return_statement", "parenthesized_expression")
_SIGN_ASKED = (b">>", b">>=", b"/", b"/=", b"%", b"<", b">", b"<=", b">=", b"+=", b"-=", b"*")
_HOLDERS = ("declaration", "parameter_declaration", "field_declaration", "type_definition")


def _declared(unit: Unit, table: dict[bytes, bytes], *holders: str) -> Iterator[tuple[Node, bytes, bytes, str]]:
    """Type names in declarations as (node, its text, the other one, the name declared)."""
    for node in nodes(unit, "primitive_type", "type_identifier"):
        owner = node.parent
        if owner is None or owner.type not in holders or unit.text(node) not in table:
            continue
        name = owner.child_by_field_name("declarator")
        while name is not None and name.type not in ("identifier", "field_identifier", "type_identifier"):
            if name.type in ("pointer_declarator", "function_declarator"):
                name = None
                break
            inner = name.child_by_field_name("declarator")
            name = inner if inner is not None else None
        if name is not None:
            yield node, unit.text(node), table[unit.text(node)], shown(unit, name)


@operator(
    "narrow-type",
    "behaviour",
    "types",
    "the variable is too narrow for the values it has to hold",
    "变量位宽不够，装不下应有的值",
)
def narrow_type(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`uint8_t` where `uint16_t` is needed: the value wraps at 256."""
    for node, _, now, name in _declared(unit, _NARROWER, *_HOLDERS):
        yield replaced(unit, node, now, "", name=name, limits=_LIMITS[now])


@operator(
    "narrow-result",
    "behaviour",
    "types",
    "the function's type is too narrow for what it returns",
    "函数返回类型太窄，装不下返回值",
)
def narrow_result(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`uint8_t f()` that returns a `uint16_t`: the caller gets the low byte."""
    for function in unit.functions():
        made = function.child_by_field_name("type")
        if made is None or unit.text(made) not in _NARROWER or unit.in_opaque(made.start_byte, made.end_byte):
            continue
        if field(function, "declarator").type == "function_declarator":
            now = _NARROWER[unit.text(made)]
            name = unit.function_name(function).decode("utf-8", "replace")
            yield replaced(unit, made, now, "", callee=name, limits=_LIMITS[now])


@operator(
    "signed-for-unsigned",
    "behaviour",
    "types",
    "the variable is signed, so its top bit is a sign",
    "变量是有符号的，最高位成了符号位",
)
def signed_for_unsigned(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`int8_t` for `uint8_t`: from 128 on the value is negative, and shifts right drag the sign in."""
    asked = {
        unit.text(bare(field(node, side)))
        for node, _, sign in signs(unit, "binary_expression", "assignment_expression")
        if sign in _SIGN_ASKED
        for side in ("left", "right")
    }
    for node, _, now, name in _declared(unit, _SIGNED, *_HOLDERS):
        if name.encode() not in asked:
            continue
        yield replaced(unit, node, now, "", name=name, limits=_LIMITS[now])


@operator(
    "unsigned-for-signed",
    "behaviour",
    "types",
    "the variable is unsigned, but has to hold negative values",
    "变量是无符号的，却要存放负值",
)
def unsigned_for_signed(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`uint8_t` for `int8_t`, or plain `char`, which sdcc takes for unsigned."""
    for node, was, now, name in _declared(unit, _UNSIGNED, *_HOLDERS):
        if was == b"int8_t" and rng.random() < 0.5:
            yield replaced(unit, node, b"char", "char", name=name, limits=_LIMITS[b"char"])
        else:
            yield replaced(unit, node, now, "", name=name, limits=_LIMITS[now])


def _casts(unit: Unit) -> Iterator[tuple[Node, Node, int, int]]:
    """Casts of integers as (cast, operand, bits of the cast, bits of the operand)."""
    for node in nodes(unit, "cast_expression"):
        value = field(node, "value")
        to, known = unit.symbols.described(field(node, "type")), unit.symbols.type_of(value)
        if to is not None and known is not None and to.integer and known.integer:
            yield node, value, to.width, known.width


@operator(
    "missing-widening",
    "behaviour",
    "types",
    "the operands are not widened before the operation, so the result overflows",
    "运算之前没有把操作数转成更宽的类型，结果溢出",
)
def missing_widening(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`a * b` for `(uint32_t)a * b`: computed in 16 bits, whatever the result is stored in."""
    for node, value, to, _ in _casts(unit):
        parent = node.parent
        if to < 16 or parent is None or parent.type != "binary_expression":
            continue
        sign = unit.text(field(parent, "operator"))
        if sign in (b"*", b"<<", b"+") and field(parent, "left").id == node.id:
            facts = {"type": shown(unit, field(node, "type")), "sign": sign.decode()}
            yield within(unit, parent, (Edit(node.start_byte, value.start_byte, b""),), "", **facts)


@operator(
    "missing-truncation",
    "behaviour",
    "types",
    "the result of the promoted operation is not cut back to its byte",
    "运算按 int 进行，结果没有截回一个字节",
)
def missing_truncation(unit: Unit, rng: random.Random) -> Iterator[Mutation]:
    """`head - tail == SIZE` for `(uint8_t)(head - tail) == SIZE`: the difference is an `int` and may be negative."""
    for node, value, to, bits in _casts(unit):
        parent = node.parent
        wrapped = value.type == "parenthesized_expression" and parent is not None and parent.type in _ASKING
        if wrapped and to == 8 and bits > 8:
            facts = {"type": shown(unit, field(node, "type")), "value": shown(unit, value)[1:-1]}
            yield replaced(unit, node, unit.text(value), "", **facts)
