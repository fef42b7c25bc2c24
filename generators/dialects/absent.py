"""Registers and bits that only one compiler's header declares, declared in the file for the other."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.source.ctype import literal_value
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble
from generators.dialects.headers import DeviceHeader, device, sdcc_names
from generators.dialects.pins import at_bit, pin_name, pins


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """What sdcc's header declares and Keil's does not, declared in the file: `sbit P1_0 = P1^0;`."""
    header = device(unit)
    names = sdcc_names(header)
    if header is None or names is None:
        return
    yield from _clashes(unit, header)
    consumed = {pin.value_at[0] for pin in pins(unit)}
    registers, bits = [], []
    for name in sorted(names.declared & unit.symbols.names):
        symbol = names.lookup(name)
        own = unit.symbols.lookup(name)
        if (
            symbol is None
            or not symbol.is_register
            or symbol.value is None
            or (own is not None and not own.from_header)
        ):
            continue
        if all(place.start in consumed for place in unit.symbols.occurrences(name)):
            continue
        there = (header.registers if symbol.kind == "sfr" else header.bits).get(name)
        if there == symbol.value:
            continue
        if there is not None:
            words = f"Keil's header has `{name.decode()}` at another address than sdcc's"
            yield Trouble(unit.symbols.occurrences(name)[0].start, "name-taken", words)
        elif symbol.kind == "sfr":
            registers.append(b"sfr " + name + b" = 0x%02X;" % symbol.value)
        else:
            bits.append(b"sbit " + name + b" = " + at_bit(unit, symbol.value) + b";")
    for lines in (registers, bits):
        if lines:
            yield Change("not-in-header", after=lines[0].decode(), lines=tuple(lines))


def _clashes(unit: Unit, header: DeviceHeader) -> Iterator[Trouble]:
    """Names of this file's own that Keil's header gives to something."""
    known = {**header.registers, **header.bits, **header.macros}
    for symbol in unit.symbols.all("function", "global", "static", "macro", "enumerator", "typedef"):
        there = known.get(symbol.name)
        same = literal_value(symbol.body or b"?") == there
        if there is not None and symbol.scope is None and not same and symbol.declaration is not None:
            words = f"Keil's <{header.name}> declares `{symbol.name.decode()}` itself; give this one another name"
            yield Trouble(symbol.declaration.start_byte, "name-taken", words)


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """What Keil's header declares and sdcc's does not, declared in the file: `__sfr __at(0xE1) WDT_CONTR;`."""
    header = device(unit)
    names = sdcc_names(header)
    if header is None or names is None:
        return
    own = {symbol.name for symbol in unit.symbols.all()}
    lines: list[bytes] = []
    for kind, table in (("sfr", header.registers), ("sbit", {**header.bits, **header.sometimes})):
        for name, address in sorted(table.items(), key=lambda item: item[1]):
            symbol = names.lookup(name)
            if name in own or name not in unit.symbols.names:
                continue
            if symbol is not None and symbol.kind == kind and symbol.value == address:
                continue
            if symbol is not None:
                words = f"sdcc's header has another `{name.decode()}` than Keil's; give this one a name of its own"
                yield Trouble(unit.symbols.occurrences(name)[0].start, "name-taken", words)
            pin = pin_name(unit, address) if kind == "sbit" else None
            if pin is not None:
                lines.append(b"#define " + name + b" " + pin)
            else:
                lines.append(b"__%s __at(0x%02X) " % (kind.encode(), address) + name + b";")
    if lines:
        yield Change("not-in-header", after=lines[0].decode(), lines=tuple(lines))
