"""sdcc's dialect to Keil C51's."""

from __future__ import annotations

from corpus.source.edits import apply_edits
from corpus.source.unit import Unit
from generators.dialects import (
    absent,
    byte_order,
    c89,
    constants,
    critical,
    flags,
    handlers,
    headers,
    integers,
    intrinsics,
    limits,
    macros,
    places,
    registers,
    reserved,
    signs,
    spaces,
)
from generators.dialects.conversion import Change, Converted, Refused, Trouble, converted, together
from generators.rewrites.apply import edits_of, sites_of
from generators.rewrites.spaces import space_in_place


def to_keil(source: bytes) -> Converted | Refused:
    """An 8051 program of sdcc's dialect in the spelling of Keil C51, or why it has none.

    The program means the same: `generators.dialects.sdcc.to_sdcc` makes of the result a program that sdcc compiles to
    the same machine code, which is how the conversion is proved.
    """
    return converted(
        source,
        (
            _spaces_in_place,
            c89.hoisted,
            together(reserved.to_keil),
            together(
                limits.checked,
                byte_order.checked,
                c89.declared_late,
                c89.to_keil,
                handlers.pragmas,
                headers.to_keil,
                integers.to_keil,
                macros.to_keil,
                absent.to_keil,
                registers.to_keil,
                handlers.to_keil,
                spaces.to_keil,
                flags.to_keil,
                places.to_keil,
                constants.to_keil,
                signs.to_keil,
                intrinsics.to_keil,
                critical.to_keil,
            ),
        ),
    )


def _spaces_in_place(unit: Unit) -> tuple[list[Change], bytes] | Trouble:
    """Memory spaces behind macros as the words themselves, since their place counts in C51: `space-in-place`."""
    sites, _ = sites_of(space_in_place, unit, c89.CONTEXT)
    return [Change("space-macro", kept=False) for _ in sites], apply_edits(unit.src, edits_of(sites))
