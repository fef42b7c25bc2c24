"""Variables at an address: `__at(0x8000)` among the specifiers, `_at_ 0x8000` behind the declarator."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.mask import Span
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble

_ADDRESS = re.compile(rb"(?:__at|_at_)\s*(.*)", re.DOTALL)


def _spans(unit: Unit) -> Iterator[tuple[Span, Node, bytes]]:
    """The addresses of variables, each with the declaration and the address as written, without parentheses."""
    registers = [span for span in unit.spans if span.kind == "register"]
    for span in unit.spans:
        if span.kind != "at" or any(r.start <= span.start < r.end for r in registers):
            continue
        node = unit.around(span.start, "declaration")
        match = _ADDRESS.fullmatch(unit.src[span.start : span.end])
        if node is not None and match is not None:
            text = match[1].strip()
            yield span, node, text[1:-1].strip() if text.startswith(b"(") and text.endswith(b")") else text


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """`__xdata __at(0x8000) uint8_t buffer[4];` with ` _at_ 0x8000` before its semicolon."""
    for span, node, address in _spans(unit):
        names = node.children_by_field_name("declarator")
        kind = node.child_by_field_name("type")
        if len(names) != 1 or names[0].type == "init_declarator":
            yield Trouble(span.start, "absolute", "C51 places one variable at a time, and none with an initial value")
        elif kind is not None and unit.text(kind) in (b"__bit", b"bit"):
            yield Trouble(
                span.start, "absolute", "C51 places no bit variables: name a bit of a byte that has an address"
            )
        else:
            end = unit.end(names[0])
            after = b"_at_ " + address
            cut = _with_blank(unit, span)
            yield Change(
                "absolute",
                (cut, Edit(end, end, b" " + after)),
                unit.src[span.start : span.end].decode(),
                after.decode(),
            )


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """`unsigned char xdata buffer[4] _at_ 0x8000;` with `__at(0x8000)` before its type."""
    for span, node, address in _spans(unit):
        kind = node.child_by_field_name("type")
        if kind is None or len(node.children_by_field_name("declarator")) != 1:
            yield Trouble(span.start, "absolute", "place one variable at a time")
            continue
        after = b"__at(" + address + b")"
        start = span.start
        while unit.src[start - 1 : start] in (b" ", b"\t"):
            start -= 1
        edits = (Edit(start, span.end, b""), Edit(kind.start_byte, kind.start_byte, after + b" "))
        yield Change("absolute", edits, unit.src[span.start : span.end].decode(), after.decode())


def _with_blank(unit: Unit, span: Span) -> Edit:
    end = span.end
    while unit.src[end : end + 1] in (b" ", b"\t"):
        end += 1
    return Edit(span.start, end, b"")
