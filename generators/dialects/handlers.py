"""Function attributes: handlers and their register bank, reentrant functions, functions with interrupts off."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import literal_value
from corpus.source.edits import Edit
from corpus.source.lexer import lexed
from corpus.source.mask import Span
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble
from generators.dialects.preamble import whole_line
from generators.rewrites.declared import beside, removal

_ATTRIBUTE = re.compile(rb"(__interrupt|__using|interrupt|using)[ \t]*(?:\([ \t]*(.+?)[ \t]*\)|(\w+))?", re.DOTALL)
_HIGHEST = {b"interrupt": 31, b"using": 3}
_PRAGMA = re.compile(rb"#[ \t]*pragma[ \t]+(\w+)", re.IGNORECASE)


def _spans(unit: Unit) -> Iterator[tuple[Span, Node | None]]:
    """The attributes, each with the definition or the declaration that it belongs to."""
    for span in unit.spans:
        if span.kind == "fattr":
            yield span, unit.around(span.start, "function_definition", "declaration")


def _blank_before(unit: Unit, span: Span) -> Edit:
    """The edit that takes an attribute away with the blanks before it."""
    start = span.start
    while unit.src[start - 1 : start] in (b" ", b"\t"):
        start -= 1
    return Edit(start, span.end, b"")


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """`__interrupt(1) __using(1)` as `interrupt 1 using 1`, `__reentrant` as `reentrant`, `__critical` as
    `#pragma disable` above the function.

    A prototype of a handler goes away where the file defines it: C51 takes no `interrupt` there.
    """
    dropped: set[int] = set()
    for span, node in _spans(unit):
        text = unit.src[span.start : span.end]
        match = _ATTRIBUTE.fullmatch(text)
        prototype = node is not None and node.type == "declaration"
        if prototype and node is not None and (match is not None or text == b"__critical"):
            if node.start_byte not in dropped:
                dropped.add(node.start_byte)
                yield from _prototype(unit, node)
        elif match is not None:
            word = match[1].removeprefix(b"__")
            number = _number(unit, match[2] or match[3] or b"")
            if number is None:
                words = f"C51 wants a number from 0 to {_HIGHEST[word]} behind `{word.decode()}`"
                yield Trouble(span.start, "interrupt-number", words)
            else:
                after = word + b" " + number
                named = number not in (match[2], match[3])
                edit = Edit(span.start, span.end, after)
                kept = number == match[2]
                yield Change("vector" if named else "interrupt", (edit,), text.decode(), after.decode(), kept=kept)
        elif text == b"__reentrant":
            yield Change("reentrant", (Edit(span.start, span.end, b"reentrant"),), "__reentrant", "reentrant")
        elif text == b"__critical" and node is not None:
            at = unit.line_start(node.start_byte)
            pragma = Edit(at, at, b"#pragma disable" + unit.newline)
            yield Change("critical-function", (_blank_before(unit, span), pragma), "__critical", "#pragma disable")
        else:
            yield Trouble(
                span.start, "attribute", f"C51 has nothing like `{text.decode()}`: leave it out, or keep this for sdcc"
            )


def _prototype(unit: Unit, node: Node) -> Iterator[Change]:
    spans = [s for s in unit.dialect(node.start_byte, node.end_byte) if s.kind == "fattr"]
    kept = [s for s in spans if unit.src[s.start : s.end] == b"__reentrant"]
    handler = any(unit.src[s.start : s.end].startswith(b"__interrupt") for s in spans)
    names = {unit.function_name(function) for function in unit.functions()}
    gone = removal(unit, node) if handler and not kept and not beside(unit, node) else None
    text = unit.text(node).decode()
    if gone is not None and any(unit.text(n) in names for n in unit.walk("identifier", under=node)):
        yield Change("prototype", (gone,), text, kept=False)
    else:
        yield Change("prototype", tuple(_blank_before(unit, s) for s in spans if s not in kept), text, kept=False)


def _number(unit: Unit, text: bytes) -> bytes | None:
    """A number as C51 takes it: written out, or by a macro of this file that is one."""
    own = unit.symbols.lookup(text)
    if own is not None and own.kind == "macro" and not own.from_header and literal_value(own.body or b"") is not None:
        return text
    value = literal_value(text)
    if value is not None:
        return text
    value = unit.symbols.value_of(text)
    return None if value is None else b"%d" % value


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """The other way round; `void f()` becomes `void f(void)`, and `#pragma disable` its function's `__critical`."""
    for span, _ in _spans(unit):
        text = unit.src[span.start : span.end]
        match = _ATTRIBUTE.fullmatch(text)
        if match is not None and (match[2] or match[3]):
            after = b"__" + match[1] + b"(" + (match[2] or match[3]) + b")"
            yield Change("interrupt", (Edit(span.start, span.end, after),), text.decode(), after.decode())
        elif text == b"reentrant":
            yield Change("reentrant", (Edit(span.start, span.end, b"__reentrant"),), "reentrant", "__reentrant")
        elif text in (b"small", b"compact", b"large"):
            words = (
                f"sdcc has one memory model for a whole file: give the variables their space and drop `{text.decode()}`"
            )
            yield Trouble(span.start, "attribute", words)
        else:
            yield Trouble(span.start, "attribute", f"sdcc has nothing like `{text.decode()}` (RTX-51 is not there)")
    yield from _disabled(unit)
    for node in unit.walk("function_declarator"):
        holder = node.parent
        if holder is not None and holder.type in ("function_definition", "declaration", "pointer_declarator"):
            given = node.child_by_field_name("parameters")
            if given is not None and not given.named_children and unit.text(given).strip(b"()").strip() == b"":
                inside = Edit(given.start_byte + 1, given.end_byte - 1, b"void")
                name = unit.text(node).split(b"(")[0].decode()
                yield Change("empty-parameters", (inside,), f"{name}()", f"{name}(void)")


def typed_main(source: bytes) -> tuple[list[Change], bytes]:
    """`main()` without a type, as C51 takes it, with `void` before it."""
    cut = lexed(source)
    for first, last in cut.code:
        for index in range(first, last):
            if cut.words[index][1] != b"main" or (index > first and cut.words[index - 1][1] not in (b";", b"}")):
                continue
            behind = [text for _, text in cut.words[index + 1 : index + 5] if text != b"void"]
            if behind[:3] == [b"(", b")", b"{"]:
                at = cut.starts[index]
                return [Change("main-type", before="main()", after="void main(void)")], source[:at] + b"void " + source[
                    at:
                ]
    return [], source


def _disabled(unit: Unit) -> Iterator[Change | Trouble]:
    for node in unit.walk("preproc_call"):
        match = _PRAGMA.match(unit.src, node.start_byte, node.end_byte)
        if match is None:
            continue
        behind = node.next_named_sibling
        while behind is not None and behind.type == "comment":
            behind = behind.next_named_sibling
        if match[1].lower() != b"disable" or behind is None or behind.type != "function_definition":
            words = f"`#pragma {match[1].decode()}` has no counterpart; see the compiler's options and drop it"
            yield Trouble(node.start_byte, "pragma", words)
            continue
        declarator = behind.child_by_field_name("declarator")
        while declarator is not None and declarator.type != "function_declarator":
            declarator = declarator.child_by_field_name("declarator")
        given = declarator.child_by_field_name("parameters") if declarator is not None else None
        if given is not None:
            edits = (whole_line(unit, node), Edit(given.end_byte, given.end_byte, b" __critical"))
            yield Change("critical-function", edits, "#pragma disable", "__critical")


def pragmas(unit: Unit) -> Iterator[Trouble]:
    """The pragmas of an sdcc source, which mean nothing to C51 or something else."""
    for node in unit.walk("preproc_call"):
        match = _PRAGMA.match(unit.src, node.start_byte, node.end_byte)
        if match is not None:
            words = f"`#pragma {match[1].decode()}` has no counterpart in C51; drop it"
            yield Trouble(node.start_byte, "pragma", words)
