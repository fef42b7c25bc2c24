"""Constant objects: sdcc puts them into code memory by itself, C51 only where `code` says so."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import CType
from corpus.source.edits import Edit
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """`static const uint8_t t[2] = {...};` as `static const uint8_t code t[2] = {...};`.

    Only what sdcc puts there: const objects of static storage without a space of their own.
    """
    for node in unit.walk("declaration"):
        names = node.children_by_field_name("declarator")
        kind = node.child_by_field_name("type")
        if kind is None or not names:
            continue
        symbols = [_declared(unit, name) for name in names]
        if not all(
            symbol is not None and _in_code(symbol.type) and symbol.kind in ("static", "global") for symbol in symbols
        ):
            continue
        pointers = [star for name in names for star in unit.walk("pointer_declarator", under=name)]
        if not pointers:
            at = kind.end_byte
            after = kind.next_named_sibling
            while after is not None and after.type == "type_qualifier":
                at, after = unit.end(after), after.next_named_sibling
        elif len(names) == 1:
            at = _behind_const(unit, pointers)
        else:
            continue
        end = unit.end(names[0].child_by_field_name("declarator") or names[0])
        before = unit.src[node.start_byte : end].decode()
        shown = unit.src[node.start_byte : at] + b" code" + unit.src[at:end]
        yield Change("constant-object", (Edit(at, at, b" code"),), before, shown.decode(), kept=False)


def _behind_const(unit: Unit, stars: list[Node]) -> int:
    """The place behind the qualifiers of the star that is the object's own, the innermost one."""
    own = stars[-1]
    qualifiers = [child for child in own.named_children if child.type == "type_qualifier"]
    return unit.end(qualifiers[-1]) if qualifiers else own.start_byte + 1


def _declared(unit: Unit, declarator: Node) -> Symbol | None:
    name = next((n for n in unit.walk("identifier", under=declarator)), None)
    return unit.symbols.resolve(name) if name is not None else None


def _in_code(t: CType | None) -> bool:
    while t is not None and t.kind == "array":
        t = t.of
    return t is not None and t.const and not t.volatile and not t.space and t.kind not in ("function",)
