"""Plain `char`: signed in C51, unsigned in sdcc. Where that could be noticed, the sign is written."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Finder, Trouble
from generators.dialects.plain_char import HOLDERS, declared, sensitive


def _spelt_out(unit: Unit, sign: bytes, pointers: bool) -> Iterator[Change | Trouble]:
    found = list(sensitive(unit))
    if not found:
        return
    words = "plain `char` is signed in C51 and unsigned in sdcc, and it matters here: write `signed` or `unsigned`"
    places: dict[int, Node] = {}
    for node in found:
        symbol = (
            unit.symbols.resolve(node.child_by_field_name("function") or node)
            if node.type != "primitive_type"
            else None
        )
        entry = declared(unit).get(id(symbol))
        if entry is not None and entry[1] == 0:
            places |= {at.start_byte: at for at in _words_of(unit, entry[0])}
        elif pointers:
            places |= {entry[2].start_byte: entry[2] for entry in declared(unit).values()}
            places |= {n.start_byte: n for n in unit.walk("primitive_type") if _is_plain(unit, n)}
        else:
            yield Trouble(node.start_byte, "plain-char", words)
            return
    for at in places.values():
        if at.parent is not None and len(at.parent.children_by_field_name("declarator")) > 1 and not pointers:
            yield Trouble(at.start_byte, "plain-char", words)
            return
    edits = tuple(Edit(start, start, sign + b" ") for start in sorted(places))
    yield Change("plain-char", edits, "char", f"{sign.decode()} char", kept=False)


def _is_plain(unit: Unit, word: Node) -> bool:
    return unit.text(word) == b"char" and word.parent is not None and word.parent.type in HOLDERS


def _words_of(unit: Unit, symbol: Symbol) -> Iterator[Node]:
    """The word `char` in each declaration of a symbol."""
    for name in symbol.declarations:
        holder = unit.enclosing(name, *HOLDERS)
        kind = holder.child_by_field_name("type") if holder is not None else None
        if kind is not None and _is_plain(unit, kind):
            yield kind


to_keil: Finder = partial(_spelt_out, sign=b"unsigned", pointers=True)
"""`char` as `unsigned char` where C51's sign would be noticed."""

to_sdcc: Finder = partial(_spelt_out, sign=b"signed", pointers=False)
"""`char` as `signed char` where sdcc's lack of it would be noticed; not behind a pointer, where literals lie."""
