"""Constants of the device headers: sdcc's `T0_M1` and `IDL`, Keil's `T0_M1_` and `IDL_`."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.source.ctype import literal_value
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble
from generators.dialects.headers import device, sdcc_names
from generators.dialects.preamble import whole_line


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """Gives the file the constants that only sdcc's header has; a vector's number goes into its handler instead."""
    header = device(unit)
    names = sdcc_names(header)
    if header is None or names is None:
        return
    lines = []
    for name in sorted(names.declared & unit.symbols.names):
        symbol = names.lookup(name)
        if symbol is None or symbol.kind != "macro" or _own(unit, name) or _in_handlers_only(unit, name):
            continue
        value = literal_value(symbol.body or b"")
        if name in (b"NOP", b"SDCC"):
            continue
        if value is None or symbol.function_like:
            words = f"`{name.decode()}` is a macro of sdcc's header that Keil's has not"
            yield Trouble(unit.symbols.occurrences(name)[0].start, "header-macro", words)
        elif header.macros.get(name) != value:
            lines.append(b"#define " + name + b" " + (symbol.body or b""))
    if lines:
        yield Change("constant", after=lines[0].decode(), lines=tuple(lines))


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """Gives the file the constants that only Keil's header has, and takes away those that sdcc's header gives too."""
    header = device(unit)
    names = sdcc_names(header)
    if header is None or names is None:
        return
    lines = []
    for name, number in header.macros.items():
        known = names.lookup(name)
        if name in unit.symbols.names and not _own(unit, name) and (known is None or known.kind != "macro"):
            text = b"%d" if name.endswith(b"_VECTOR") else b"0x%02X"
            lines.append(b"#define " + name + b" " + text % number)
    if lines:
        yield Change("constant", after=lines[0].decode(), lines=tuple(lines))
    for macro in unit.symbols.all("macro"):
        known = names.lookup(macro.name)
        value = literal_value(macro.body or b"")
        line = macro.declarations[0].parent
        if value is None or known is None or known.kind != "macro" or line is None:
            continue
        if literal_value(known.body or b"") == value and not unit.comments(
            line.start_byte, unit.line_end(line.start_byte)
        ):
            before = f"#define {macro.name.decode()} {(macro.body or b'').decode()}"
            yield Change("in-header", (whole_line(unit, line),), before)


def _own(unit: Unit, name: bytes) -> bool:
    symbol: Symbol | None = unit.symbols.lookup(name)
    return symbol is not None and not symbol.from_header


def _in_handlers_only(unit: Unit, name: bytes) -> bool:
    """Whether a name stands only where a handler's number does."""
    spans = [span for span in unit.spans if span.kind == "fattr"]
    places = unit.symbols.occurrences(name)
    return all(any(s.start <= place.start < s.end for s in spans) for place in places)
