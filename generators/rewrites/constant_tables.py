"""Constant tables: one that stands in a file as it can be read, and a new one as this file would write it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from tree_sitter import Node

from corpus.source.ctype import INT, INT8, LONG, UINT, UINT8, ULONG, CType
from corpus.source.edits import Edit
from corpus.source.headers import includes
from corpus.source.symbol import Symbol
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, lead
from generators.rewrites.contexts import is_conditional
from generators.rewrites.declared import beside, declarators, removal
from generators.rewrites.rule import Context
from generators.rewrites.spelling import cased, words_of
from generators.rewrites.style import Style

_LINE = 110  # columns of a table on one line
_SPELT = (
    (UINT8, b"uint8_t", b"unsigned char"),
    (INT8, b"int8_t", b"signed char"),
    (UINT, b"uint16_t", b"unsigned int"),
    (INT, b"int16_t", b"int"),
    (ULONG, b"uint32_t", b"unsigned long"),
    (LONG, b"int32_t", b"long"),
)


@dataclass(frozen=True, slots=True)
class Table:
    """`static const T name[n] = {...}` with every element given: its symbol, declaration and elements in order."""

    symbol: Symbol
    declaration: Node
    elements: tuple[Node, ...]

    @property
    def element(self) -> CType:
        """The type of an element."""
        t = self.symbol.type
        assert t is not None and t.of is not None
        return t.of


def tables(unit: Unit) -> Iterator[Table]:
    """The static const arrays of one dimension whose elements are all listed, at file scope or in a block.

    Each is declared alone and outside `#if`, only code names it, and nobody else can see it.
    """
    for symbol in unit.symbols.all("static"):
        t, name = symbol.type, symbol.declaration
        if t is None or not t.array or t.of is None or name is None or len(symbol.declarations) != 1:
            continue
        declaration = unit.enclosing(name, "declaration")
        if declaration is None or not t.of.const or t.of.volatile or t.of.array or is_conditional(declaration):
            continue
        holder = declarators(declaration)[0]
        given = holder.child_by_field_name("value")
        if len(declarators(declaration)) != 1 or given is None or given.type != "initializer_list":
            continue
        elements = tuple(n for n in given.named_children if n.type != "comment")
        at = any(span.kind in ("at", "asm") for span in unit.dialect(declaration.start_byte, unit.end(declaration)))
        plain = not at and all(n.type != "initializer_pair" for n in elements)
        if plain and t.length == len(elements) and only_code(unit, symbol):
            yield Table(symbol, declaration, elements)


def only_code(unit: Unit, symbol: Symbol) -> bool:
    """Whether code is all that names the symbol, and each place where the word stands is a use of it."""
    places = unit.symbols.occurrences(symbol.name)
    return all(o.where == "code" for o in places) and len(places) == len(symbol.uses) + len(symbol.declarations)


def subscripts(unit: Unit, symbol: Symbol) -> list[Node] | None:
    """The `name[i]` of an array, if that is all that anybody does with it; None where there is another use."""
    found = []
    for use in symbol.uses:
        parent = use.parent
        if parent is None or parent.type != "subscript_expression" or parent.child_by_field_name("argument") != use:
            return None
        around = parent.parent
        if around is not None and around.type in ("pointer_expression", "sizeof_expression"):
            return None
        if in_macro_call(unit, use):
            return None
        found.append(parent)
    return found


def in_macro_call(unit: Unit, node: Node) -> bool:
    """Whether this is in the arguments of a macro, or of a name that may be one."""
    call = unit.enclosing(node, "call_expression", "function_definition")
    while call is not None and call.type == "call_expression":
        called = call.child_by_field_name("function")
        if called is not None and not called.start_byte <= node.start_byte < called.end_byte:
            symbol = unit.symbols.resolve(called) if called.type == "identifier" else None
            if (symbol is None and called.type == "identifier") or (symbol is not None and symbol.kind == "macro"):
                return True
        call = unit.enclosing(call, "call_expression", "function_definition")
    return False


def is_told(unit: Unit, name: bytes) -> bool:
    """Whether a comment speaks of this name, which would go on to when the name is gone."""
    word = re.compile(rb"(?<!\w)" + re.escape(name) + rb"(?!\w)")
    return any(word.search(unit.src, c.start, c.end) for c in unit.comments())


def gone(unit: Unit, declaration: Node) -> Edit | None:
    """The edit that takes a declaration away with its lines; None where a comment or other code would be lost."""
    if unit.comments(declaration.start_byte, unit.end(declaration)) or beside(unit, declaration):
        return None
    if unit.in_opaque(declaration.start_byte, unit.end(declaration)):
        return None
    return removal(unit, declaration)


def is_visible(unit: Unit, node: Node, place: int) -> bool:
    """Whether every name in a constant means at `place`, at file scope, what it means here."""
    for name in unit.walk("identifier", "type_identifier", under=node):
        symbol = unit.symbols.resolve(name)
        if symbol is None or symbol.scope is not None:
            return False
        if symbol.declaration is not None and symbol.declaration.start_byte >= place:
            return False
    return True


def code_word(unit: Unit) -> bytes | None:
    """The memory space of a new constant table: `__code` in a source for sdcc on the 8051, else none.

    None for a source in Keil's dialect, where the word and its place are others.
    """
    if unit.masked.keil:
        return None
    words = {unit.src[t.start : t.end] for t in unit.tokens if t.kind == "identifier"}
    if b"__code" in words:
        return b"__code "
    small = any(name.startswith(("80", "at89", "stc", "mcs51", "c8051")) for name in map(str.lower, includes(unit.src)))
    return b"__code " if small or words & {b"__sfr", b"__sbit", b"__xdata", b"__idata"} else b""


def spelled(unit: Unit, t: CType) -> bytes | None:
    """An integer type as this file would write it: `uint8_t` where it has stdint.h, else `unsigned char`."""
    row = next((row for row in _SPELT if row[0] == t.plain()), None)
    if row is None:
        return None
    known = unit.symbols.lookup(row[1])
    stdint = known is not None and known.kind == "typedef" and known.type == t.plain()
    return row[1] if stdint else row[2]


def smallest(unit: Unit, values: Sequence[int], wanted: CType) -> bytes | None:
    """The type of the elements of a table of these values for a place of the `wanted` type, spelt."""
    held = wanted.range()
    fits = held is not None and all(held[0] <= v <= held[1] for v in values)
    return spelled(unit, wanted) if fits and wanted.kind == "int" else None


def above(unit: Unit, node: Node) -> int | None:
    """Where a table goes that the function around `node` needs: before it, with the comment above it."""
    function = unit.enclosing_function(node)
    if function is None or function.parent != unit.root or is_conditional(function):
        return None
    place = unit.line_start(lead(unit, function))
    return None if unit.in_opaque(place, place + 1) else place


def named(unit: Unit, context: Context, node: Node, *choices: Sequence[str]) -> bytes | None:
    """The first of some names, each given as words, that is free, in the case that the function around is in."""
    function = unit.enclosing_function(node)
    around = unit.function_name(function).decode("utf-8", "replace") if function is not None else ""
    for words in choices:
        if not words:
            continue
        name = "_".join(words) if around.islower() else cased(list(words), context.style)
        if unit.symbols.is_free(name.encode()) and name not in context.held:
            return name.encode()
    return None


def worded(name: bytes) -> list[str]:
    """The words of a name; none for one of another kind."""
    return words_of(name.decode("utf-8", "replace"))


def table_text(unit: Unit, style: Style, head: bytes, items: Sequence[bytes], remarks: Sequence[bytes] = ()) -> bytes:
    """`head = {items};`, on one line where it fits and no item has a remark, else a line an item or a full line."""
    line = head + b" = {" + b", ".join(items) + b"};"
    notes = list(remarks) or [b""] * len(items)
    if len(line) <= _LINE and not any(notes):
        return line
    step = Layout.of(unit, style).step
    if any(notes):
        ended = [item + (b"," if i + 1 < len(items) else b"") for i, item in enumerate(items)]
        wide = max(map(len, ended))
        rows = [item.ljust(wide) + b" " + note if note else item for item, note in zip(ended, notes, strict=True)]
    else:
        rows = _filled(items, _LINE - len(step.expandtabs(4)))
    return unit.newline.join([head + b" = {", *(step + row for row in rows), b"};"])


def _filled(items: Sequence[bytes], width: int) -> list[bytes]:
    """The items in lines of eight, or as many as fit."""
    rows: list[bytes] = []
    for index, item in enumerate(items):
        text = item + (b"," if index + 1 < len(items) else b"")
        if rows and index % 8 and len(rows[-1]) + len(text) < width:
            rows[-1] += b" " + text
        else:
            rows.append(text)
    return rows
