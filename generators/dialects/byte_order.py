"""Byte order: C51 keeps the high byte of an integer first, sdcc the low one. What looks at single bytes is refused."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import CType
from corpus.source.expressions import operator, stripped
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble

_BYTE = 8
_COPIES = (b"memcpy", b"memcmp", b"memmove")
_WORDS = "C51 keeps the high byte of an integer first and sdcc the low one: take bytes with shifts instead"


def checked(unit: Unit) -> Iterator[Change | Trouble]:
    """Unions of members of several sizes, and pointers to bytes made of pointers to wider integers or back."""
    for node in unit.walk("union_specifier"):
        body = node.child_by_field_name("body")
        members = [m for m in (body.named_children if body is not None else ()) if m.type == "field_declaration"]
        if body is not None and any(_wide(unit, member) for member in members) and len(members) > 1:
            yield Trouble(node.start_byte, "byte-order", _WORDS)
    for node in unit.walk("cast_expression"):
        kind, value = node.child_by_field_name("type"), node.child_by_field_name("value")
        there = unit.symbols.described(kind) if kind is not None else None
        here = _pointed(unit, value) if value is not None else None
        if (
            there is not None
            and there.pointer
            and here is not None
            and there.of is not None
            and _differ(unit, there.of, here)
        ):
            yield Trouble(node.start_byte, "byte-order", _WORDS)
    for node in unit.walk("call_expression"):
        called, given = node.child_by_field_name("function"), node.child_by_field_name("arguments")
        if called is not None and given is not None and unit.text(called) in _COPIES:
            kinds = [_pointed(unit, value) for value in given.named_children[:2]]
            if any(t is None for t in kinds) or (
                kinds[0] is not None and kinds[1] is not None and _differ(unit, kinds[0], kinds[1])
            ):
                yield Trouble(node.start_byte, "byte-order", _WORDS)


def _wide(unit: Unit, member: Node) -> bool:
    """Whether a member of a union is not made of bytes alone, as far as can be told."""
    for name in unit.walk("field_identifier", under=member):
        symbol = unit.symbols.resolve(name)
        t = symbol.type if symbol is not None else None
        while t is not None and t.array:
            t = t.of
        return t is None or t.kind == "struct" or t.width > _BYTE
    return True


def _pointed(unit: Unit, value: Node) -> CType | None:
    """What a value points to: that of `&word`, of an array, of a pointer."""
    node = stripped(value)
    if node.type == "pointer_expression" and operator(node) == b"&":
        argument = node.child_by_field_name("argument")
        return unit.symbols.type_of(argument) if argument is not None else None
    t = unit.symbols.type_of(node)
    if t is not None and (t.array or t.pointer):
        t = t.of
        while t is not None and t.array:
            t = t.of
        return t
    return None


def _differ(unit: Unit, one: CType, other: CType) -> bool:
    """Whether the same memory is seen as integers of two widths, or as bytes and as a struct that has others."""
    one, other = _element(one), _element(other)
    if one.kind == "void" or other.kind == "void" or (_of_bytes(unit, one) and _of_bytes(unit, other)):
        return False
    return (one.kind, one.width, one.tag) != (other.kind, other.width, other.tag)


def _element(t: CType) -> CType:
    while t.array and t.of is not None:
        t = t.of
    return t


def _of_bytes(unit: Unit, t: CType) -> bool:
    """Whether a type is a byte, or a struct all of whose members are bytes or arrays of them."""
    if t.kind != "struct":
        return t.integer and t.width == _BYTE
    struct = unit.symbols.struct(t.tag)
    body = struct.child_by_field_name("body") if struct is not None else None
    return body is not None and not any(_wide(unit, m) for m in body.named_children if m.type == "field_declaration")
