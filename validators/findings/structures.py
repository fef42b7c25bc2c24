"""Registers by structures that a unit declares: where the member of `((GPIO_TypeDef *)0x40011000)->ODR` lies."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from tree_sitter import Node

from corpus.source.ctype import CType
from corpus.source.expressions import operator, stripped
from corpus.source.symbol import Symbol
from validators.findings.firmware import Firmware, said

_BYTE = 8


class Member(NamedTuple):
    """One access: where it stands in bytes, its name as the facts spell it (`GPIOC_ODR`), its address."""

    start: int
    name: str
    address: int


def members(firmware: Firmware) -> Iterator[Member]:
    """Every access through a macro that is a structure of this unit at a constant address, where its place is sure."""
    unit, symbols = firmware.unit, firmware.symbols
    for node in unit.walk("field_expression"):
        argument, field = node.child_by_field_name("argument"), node.child_by_field_name("field")
        if argument is None or field is None or argument.type != "identifier" or operator(node) != b"->":
            continue
        macro = symbols.resolve(argument)
        placed = _placed(firmware, macro, argument) if macro is not None and macro.kind == "macro" else None
        offset = _offset(firmware, placed[1], unit.text(field)) if placed is not None else None
        if placed is not None and offset is not None and macro is not None:
            yield Member(node.start_byte, f"{said(macro.name)}_{said(unit.text(field))}", placed[0] + offset)


def _placed(firmware: Firmware, macro: Symbol, use: Node) -> tuple[int, CType] | None:
    """Address and type in `((GPIO_TypeDef *)0x40011000)`."""
    expanded = firmware.symbols.expansion(macro, use)
    if expanded is None:
        return None
    node = stripped(expanded[1])
    kind, value = node.child_by_field_name("type"), node.child_by_field_name("value")
    if node.type != "cast_expression" or kind is None or value is None:
        return None
    t, address = expanded[0].described(kind), expanded[0].constant(value)
    return (address, t.of) if t is not None and t.pointer and t.of is not None and address is not None else None


def _offset(firmware: Firmware, t: CType, wanted: bytes) -> int | None:
    """Where a member begins in a struct of integers and arrays of them, each aligned to its size; None for others."""
    unit, at = firmware.unit, 0
    struct = firmware.symbols.struct(t.tag)
    body = struct.child_by_field_name("body") if struct is not None else None
    for member in body.named_children if body is not None else ():
        for name in unit.walk("field_identifier", under=member):
            symbol = unit.symbols.resolve(name)
            kind: CType | None = symbol.type if symbol is not None else None
            count = 1
            while kind is not None and kind.array and kind.length is not None:
                count *= kind.length
                kind = kind.of
            if kind is None or not kind.integer or kind.width % _BYTE:
                return None
            size = kind.width // _BYTE
            at = -(-at // size) * size
            if unit.text(name) == wanted:
                return at if count == 1 else None
            at += size * count
    return None
