"""What a source tells of the chip that it is for."""

from __future__ import annotations

import re

from corpus.source.headers import header_symbols
from corpus.source.mask import Span
from corpus.source.unit import Unit
from generators.rewrites.contexts import is_conditional
from generators.rewrites.remembered import per_unit

# What only sdcc's C and Keil's have, by the kind of span; every chip that these compile for has an int of 16 bits.
_WORDS = {
    "space": re.compile(rb"__(?:xdata|idata|pdata|code|data|sram|xstack)\b"),
    "register": re.compile(rb"(?:(?:volatile|static|extern|const)\s+)*__s(?:fr(?:16|32)?|bit)\b"),
    "at": re.compile(rb"__at\b"),
    "fattr": re.compile(rb"__(?:using|sdcccall|z88dk_\w+|preserves_regs|shadowregs)\b"),
    "asm": re.compile(rb"__?asm\b.*\b__?endasm\Z", re.DOTALL),
}
_INCLUDE = re.compile(rb'#[ \t]*include[ \t]*[<"]([^>"\n]+)[>"]')
# Boards with a chip of 32 bits have these too, for programs that were written for an AVR.
_EMULATED = frozenset(("avr/pgmspace.h", "avr/dtostrf.h", "avr/interrupt.h"))


@per_unit
def is_int_of_16_bits(unit: Unit) -> bool:
    """Whether the source is surely for a chip whose int has 16 bits: an 8051 or STM8 by its compiler's words or its
    registers, an AVR by its headers. What stands under `#if` tells nothing."""
    if unit.masked.keil or any(_tells(unit, span) for span in unit.spans):
        return True
    for line in unit.walk("preproc_include"):
        found = _INCLUDE.match(unit.src, line.start_byte)
        name = found[1].decode("utf-8", "replace").strip() if found is not None else ""
        if is_conditional(line) or not name:
            continue
        header = header_symbols(name)
        chip = header is not None and header.all("sfr", "sbit")
        if chip or (name.startswith("avr/") and name not in _EMULATED):
            return True
    return False


def _tells(unit: Unit, span: Span) -> bool:
    words = _WORDS.get(span.kind)
    if words is None or words.match(unit.src, span.start, span.end) is None:
        return False
    node = unit.at(span.start, span.end)
    return node is None or not is_conditional(node)
