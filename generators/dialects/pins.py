"""Pins and bits by name: what Keil writes `P1^0`, sdcc's header calls `P1_0`, and a program `LED`."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from corpus.source.lexer import lexed
from corpus.source.symbols import Symbol
from corpus.source.unit import Unit
from generators.dialects.headers import device, sdcc_names
from generators.rewrites.remembered import per_unit

_PORT_PIN = re.compile(rb"P[0-7]_[0-7]")


def at_bit(unit: Unit, address: int) -> bytes:
    """Keil's way to say where a bit is: `P1^0`, or its address where no register of that name is declared."""
    header = device(unit)
    base = header.register_at(address & ~7) if header is not None else None
    if base is None:
        own = (s for s in unit.symbols.all("sfr") if s.value == address & ~7)
        base = next((symbol.name for symbol in own), None)
    return base + b"^%d" % (address & 7) if base is not None else b"0x%02X" % address


def pin_name(unit: Unit, address: int) -> bytes | None:
    """The name that sdcc's header gives to a port's pin, `P1_0`; None for other bits."""
    names = sdcc_names(device(unit))
    if names is None:
        return None
    found = (names.lookup(name) for name in sorted(names.declared) if _PORT_PIN.fullmatch(name))
    return next((s.name for s in found if s is not None and s.kind == "sbit" and s.value == address), None)


class Pin(NamedTuple):
    """`#define LED P1_0`: the macro, its address, and where `#define`, and the pin's name, stand."""

    macro: Symbol
    address: int
    word_at: tuple[int, int]
    value_at: tuple[int, int]


@per_unit
def pins(unit: Unit) -> tuple[Pin, ...]:
    """The macros of an sdcc source that are nothing but another name of a port's pin, and may be an `sbit` instead."""
    return tuple(_pins(unit))


def _pins(unit: Unit) -> Iterator[Pin]:
    for macro in unit.symbols.all("macro"):
        body = macro.body or b""
        register = unit.symbols.lookup(body) if _PORT_PIN.fullmatch(body) else None
        if register is None or register.kind != "sbit" or not register.from_header or register.value is None:
            continue
        if len(macro.declarations) == 1 and not macro.function_like and not taken(unit, macro.name):
            own = macro.declarations[0]
            cut = lexed(unit.src)
            at = cut.starts.index(own.start_byte)
            ends = [cut.starts[i] + len(cut.words[i][1]) for i in (at - 1, at + 1)]
            if unit.enclosing_function(own) is None:
                yield Pin(macro, register.value, (cut.starts[at - 2], ends[0]), (cut.starts[at + 1], ends[1]))


def taken(unit: Unit, name: bytes) -> bool:
    """Whether a name means several things here, or stands in a condition or a macro that pastes."""
    if sum(symbol.name == name for symbol in unit.symbols.all()) > 1:
        return True
    for place in unit.symbols.occurrences(name):
        line = next((unit.src[a:b] for a, b in unit.directives if a <= place.start < b), b"")
        words = line[1:].split(None, 2)
        if place.where == "directive" and words[:1] != [b"define"]:
            return True
        if place.where in ("asm", "error") or (place.where == "directive" and b"#" in words[-1]):
            return True
    return False
