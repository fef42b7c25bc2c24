"""Keil C51's dialect to sdcc's."""

from __future__ import annotations

from dataclasses import replace

from generators.dialects import (
    absent,
    byte_order,
    c89,
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
    signs,
    spaces,
)
from generators.dialects.conversion import Converted, Refused, converted, together


def to_sdcc(source: bytes) -> Converted | Refused:
    """An 8051 program of Keil C51 in sdcc's spelling, or why it has none."""
    changes, text = handlers.typed_main(source)
    done = converted(
        text,
        (
            together(
                limits.checked,
                byte_order.checked,
                c89.to_sdcc,
                headers.to_sdcc,
                integers.to_sdcc,
                macros.to_sdcc,
                absent.to_sdcc,
                registers.to_sdcc,
                handlers.to_sdcc,
                spaces.to_sdcc,
                flags.to_sdcc,
                places.to_sdcc,
                signs.to_sdcc,
                intrinsics.to_sdcc,
                critical.to_sdcc,
            ),
        ),
    )
    return replace(done, changes=(*changes, *done.changes)) if isinstance(done, Converted) else done
