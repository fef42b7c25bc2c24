"""Integer types: `<stdint.h>` and `<stdbool.h>`, which C51 has not, and the typedefs that stand for them there."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import BUILTIN, literal_value
from corpus.source.edits import Edit
from corpus.source.stream import token_stream
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble
from generators.dialects.preamble import included_name, whole_line
from generators.dialects.truth import unproved
from generators.rewrites.declared import removal

_WORDS = {
    b"uint8_t": b"unsigned char", b"int8_t": b"signed char", b"uint16_t": b"unsigned int", b"int16_t": b"int",
    b"uint32_t": b"unsigned long", b"int32_t": b"long",
}  # fmt: skip
_LIMITS = {
    b"UINT8_MAX": b"0xFF", b"INT8_MAX": b"127", b"INT8_MIN": b"(-128)",
    b"UINT16_MAX": b"0xFFFFU", b"INT16_MAX": b"32767", b"INT16_MIN": b"(-32767 - 1)",
    b"UINT32_MAX": b"0xFFFFFFFFUL", b"INT32_MAX": b"2147483647L", b"INT32_MIN": b"(-2147483647L - 1)",
}  # fmt: skip
_TRUTH = (b"#define true 1", b"#define false 0")


def _line_of(unit: Unit, header: str) -> Node | None:
    return next((n for n in unit.walk("preproc_include") if included_name(unit, n).lower() == header), None)


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """`#include <stdint.h>` as a typedef for each type of it that is used."""
    node = _line_of(unit, "stdint.h")
    if node is not None:
        used = [name for name in _WORDS if name in unit.symbols.names]
        limits = [name for name in _LIMITS if name in unit.symbols.names]
        for name in sorted(unit.symbols.names):
            if name in BUILTIN and name.endswith(b"_t") and name not in (*_WORDS, b"size_t", b"ptrdiff_t", b"wchar_t"):
                words = f"there is no counterpart on file of `{name.decode()}`; C51 has types of 8, 16 and 32 bits"
                yield Trouble(unit.symbols.occurrences(name)[0].start, "integer-type", words)
        lines = tuple(b"typedef " + _WORDS[name] + b" " + name + b";" for name in used)
        yield Change(
            "stdint",
            (whole_line(unit, node),),
            "#include <stdint.h>",
            _first(lines),
            lines=lines,
            kept=_is_last(unit, node) and bool(lines),
        )
        if limits:
            made = tuple(b"#define " + name + b" " + _LIMITS[name] for name in limits)
            yield Change("limit", after=_first(made), lines=made)
    node = _line_of(unit, "stdbool.h")
    if node is not None:
        if (place := unproved(unit)) is not None:
            words = "C51 has no bool, and a byte in its place keeps more than 0 and 1: write the comparison out"
            yield Trouble(place, "bool-conversion", words)
        lines = (b"typedef unsigned char bool;", *_TRUTH)
        yield Change(
            "stdbool",
            (whole_line(unit, node),),
            "#include <stdbool.h>",
            _first(lines),
            lines=lines,
            kept=_is_last(unit, node),
        )


def _is_last(unit: Unit, node: Node) -> bool:
    """Whether only others of these headers are included behind it: the way back puts it there."""
    behind = [n for n in unit.walk("preproc_include") if n.start_byte > node.start_byte]
    return all(included_name(unit, n) == "stdbool.h" for n in behind)


def _first(lines: tuple[bytes, ...]) -> str:
    return lines[0].decode() if lines else ""


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """Typedefs under the names of `<stdint.h>` that mean the same as there: the header instead."""
    gone: list[Edit] = []
    shown = ""
    for symbol in unit.symbols.all("typedef"):
        node = unit.enclosing(symbol.declarations[0], "type_definition")
        if node is None or symbol.name not in _WORDS or symbol.type != BUILTIN[symbol.name]:
            continue
        edit = removal(unit, node) if len(node.children_by_field_name("declarator")) == 1 else None
        if edit is not None and node.parent == unit.root:
            gone.append(edit)
            shown = shown or unit.text(node).decode()
    if gone:
        for macro in unit.symbols.all("macro"):
            line = macro.declarations[0].parent
            if line is not None and token_stream(macro.body or b"") == token_stream(_LIMITS.get(macro.name, b"?")):
                gone.append(whole_line(unit, line))
        includes = (b"stdint.h",) if _line_of(unit, "stdint.h") is None else ()
        yield Change("stdint", tuple(gone), shown, "#include <stdint.h>", includes)
    yield from _truth(unit)


def _truth(unit: Unit) -> Iterator[Change]:
    """`typedef unsigned char bool;` with `true` and `false` as `<stdbool.h>`, where only 0 and 1 are kept in it."""
    names = {symbol.name: symbol for symbol in unit.symbols.all("typedef", "macro")}
    kind, true, false = (names.get(name) for name in (b"bool", b"true", b"false"))
    if kind is None or kind.kind != "typedef" or kind.type != BUILTIN[b"uint8_t"] or unproved(unit) is not None:
        return
    macros = [symbol for symbol in (true, false) if symbol is not None]
    if any(literal_value(symbol.body or b"") != (symbol is true) for symbol in macros):
        return
    node = unit.enclosing(kind.declarations[0], "type_definition")
    edit = removal(unit, node) if node is not None and node.parent == unit.root else None
    lines = [line for symbol in macros if (line := symbol.declarations[0].parent) is not None]
    if edit is not None and node is not None:
        gone = [edit, *(whole_line(unit, line) for line in lines)]
        yield Change("stdbool", tuple(gone), unit.text(node).decode(), "#include <stdbool.h>", (b"stdbool.h",))
