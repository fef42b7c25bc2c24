"""Instructions that C has no word for: `nop`, rotations, and memory by its address."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import literal_value
from corpus.source.edits import Edit
from corpus.source.lexer import lexed
from corpus.source.stream import token_stream
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble
from generators.dialects.headers import device, sdcc_names
from generators.dialects.preamble import included_name, whole_line

_BLOCK = re.compile(rb"_?_asm\s+(nop)\s*;?\s*_?_endasm", re.IGNORECASE)
_NOP = re.compile(rb'"\s*nop\s*"', re.IGNORECASE)
_SPELLING = (b"__asm__", b"(", b'"nop"', b")")
_CALLS = (b"__asm__", b"__asm", b"asm")
# C51's rotations: width in bits, and the direction.
_ROTATIONS = {
    b"_crol_": (8, b"<<", b">>"), b"_cror_": (8, b">>", b"<<"),
    b"_irol_": (16, b"<<", b">>"), b"_iror_": (16, b">>", b"<<"),
    b"_lrol_": (32, b"<<", b">>"), b"_lror_": (32, b">>", b"<<"),
}  # fmt: skip
_UNSIGNED = {8: b"unsigned char", 16: b"unsigned int", 32: b"unsigned long"}
_OTHERS = (b"_testbit_", b"_push_", b"_pop_", b"_chkfloat_", b"_getkey")
_MEMORY = {b"XBYTE": b"__xdata", b"PBYTE": b"__pdata", b"DBYTE": b"__data", b"CBYTE": b"__code"}
_WIDE = (b"XWORD", b"PWORD", b"DWORD", b"CWORD")


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """`__asm__("nop")` and `__asm nop __endasm` as `_nop_()`; of other assembly nothing can be said."""
    cut = lexed(unit.src)
    edits = []
    before = ""
    words = "C51 takes assembly only through SRC and an assembler's pass: put this into a file of its own"
    for index, (kind, text) in enumerate(cut.words):
        start = cut.starts[index]
        if kind == "asm":
            if _BLOCK.fullmatch(text) is None:
                yield Trouble(start, "assembly", words)
                continue
            ends = index + 1 < len(cut.words) and cut.words[index + 1][1] == b";"
            edits.append(Edit(start, start + len(text), b"_nop_()" + (b"" if ends else b";")))
        elif kind == "identifier" and text in _CALLS:
            after = [t for _, t in cut.words[index + 1 : index + 4]]
            if len(after) < 3 or after[0] != b"(" or after[2] != b")" or _NOP.fullmatch(after[1]) is None:
                yield Trouble(start, "assembly", words)
                continue
            edits.append(Edit(start, cut.starts[index + 3] + 1, b"_nop_()"))
        else:
            continue
        before = before or unit.src[edits[-1].start : edits[-1].end].decode()
    if _used(unit, b"NOP") and unit.symbols.lookup(b"NOP") is not None and not _own(unit, b"NOP"):
        yield Change("nop", (), "NOP()", "#define NOP() _nop_()", (b"intrins.h",), (b"#define NOP() _nop_()",))
    if edits:
        kept = all(token_stream(unit.src[e.start : e.end]) == _SPELLING for e in edits)
        yield Change("nop", tuple(edits), before, "_nop_()", (b"intrins.h",), kept=kept)


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """`_nop_()` as `__asm__("nop")`, `_crol_` as a shift to both sides, `XBYTE` as a pointer of this file."""
    for node in unit.walk("preproc_include"):
        if included_name(unit, node).lower() in ("intrins.h", "absacc.h"):
            yield Change("intrinsic-header", (whole_line(unit, node),), unit.text(node).decode().strip())
    cut = lexed(unit.src)
    edits = []
    for index, (kind, text) in enumerate(cut.words):
        start = cut.starts[index]
        if kind == "asm":
            yield Trouble(start, "assembly", "the assembler of C51 is another than sdcc's")
        elif (
            kind == "identifier"
            and text == b"_nop_"
            and [t for _, t in cut.words[index + 1 : index + 3]] == [b"(", b")"]
        ):
            edits.append(Edit(start, cut.starts[index + 2] + 1, b'__asm__("nop")'))
        elif kind == "identifier" and text in _OTHERS:
            words = f"sdcc has no `{text.decode()}`; for a bit write `if (b) {{ b = 0; ... }}`, which becomes JBC"
            yield Trouble(start, "intrinsic", words)
        elif kind == "identifier" and text in _WIDE and not _own(unit, text):
            words = f"C51 keeps the high byte of a word first, so that `{text.decode()}` must go byte by byte in sdcc"
            yield Trouble(start, "byte-order", words)
    if edits:
        yield Change("nop", tuple(edits), "_nop_()", '__asm__("nop")')
    names = sdcc_names(device(unit))
    for macro in unit.symbols.all("macro"):
        line = macro.declarations[0].parent
        same = macro.name == b"NOP" and token_stream(macro.body or b"") == (b"_nop_", b"(", b")")
        if same and line is not None and names is not None and names.lookup(b"NOP") is not None:
            yield Change("in-header", (whole_line(unit, line),), "#define NOP() _nop_()")
    yield from _rotations(unit)
    lines = tuple(
        b"#define " + name + b" ((volatile " + space + b" unsigned char *)0)"
        for name, space in _MEMORY.items()
        if _used(unit, name) and not _own(unit, name)
    )
    if lines:
        yield Change("absolute-access", after=lines[0].decode(), lines=lines)


def _rotations(unit: Unit) -> Iterator[Change | Trouble]:
    """Each call in place where its value may be named twice, else a call of a function of this file."""
    helpers: set[bytes] = set()
    for word in _ROTATIONS:
        for place in unit.symbols.occurrences(word):
            if place.where != "code":
                yield Trouble(place.start, "intrinsic", f"`{word.decode()}` stands in a macro; write it out")
    for call in unit.walk("call_expression"):
        called, given = call.child_by_field_name("function"), call.child_by_field_name("arguments")
        if called is None or given is None or unit.text(called) not in _ROTATIONS or len(given.named_children) != 2:
            continue
        word = unit.text(called)
        width, there, back = _ROTATIONS[word]
        value, count = given.named_children
        before = unit.text(call).decode()
        steps = literal_value(unit.text(count))
        if steps is not None and 0 < steps < width and _may_be_named_twice(unit, value, width):
            name, kind = unit.text(value), _UNSIGNED[width]
            text = b"(%s)((%s %s %d) | (%s %s %d))" % (kind, name, there, steps, name, back, width - steps)
            yield Change("rotation", (Edit(call.start_byte, call.end_byte, text),), before, text.decode())
            continue
        name = word.strip(b"_")
        if not unit.symbols.is_free(name):
            yield Trouble(
                call.start_byte, "intrinsic", f"a function `{name.decode()}` is needed, and the name is taken"
            )
            continue
        lines = _helper(name, width, there, back) if name not in helpers else ()
        helpers.add(name)
        after = name.decode() + unit.text(given).decode()
        yield Change("rotation", (Edit(called.start_byte, called.end_byte, name),), before, after, lines=lines)


def _may_be_named_twice(unit: Unit, value: Node, width: int) -> bool:
    t = unit.symbols.type_of(value)
    plain = value.type == "identifier" and t is not None and not t.volatile
    return plain and t is not None and t.integer and not t.signed and t.width == width


def _helper(name: bytes, width: int, there: bytes, back: bytes) -> tuple[bytes, ...]:
    kind = _UNSIGNED[width]
    mask = b"%d" % (width - 1)
    return (
        b"static %s %s(%s value, unsigned char count)" % (kind, name, kind),
        b"{",
        b"    return (%s)((value %s (count & %s)) | (value %s (-count & %s)));" % (kind, there, mask, back, mask),
        b"}",
    )


def _used(unit: Unit, name: bytes) -> bool:
    return name in unit.symbols.names


def _own(unit: Unit, name: bytes) -> bool:
    symbol = unit.symbols.lookup(name)
    return symbol is not None and not symbol.from_header
