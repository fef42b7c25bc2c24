"""The sizes of C's types on each target, as cppcheck reads them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from corpus.chips import Family


@dataclass(frozen=True, slots=True)
class Sizes:
    """Bytes of int (`whole`) and of other types, and whether plain char is signed; on every target short has two bytes,
    long four, long long eight, float four."""

    whole: int
    double: int
    pointer: int
    size_t: int
    wchar_t: int
    signed_char: bool


# sdcc manual, "Data types" (a pointer of the 8051 is generic unless it says where it points); avr-gcc's ABI (a double
# has four bytes by default); AAPCS32, "Fundamental data types".
SIZES: Mapping[Family, Sizes] = {
    "mcs51": Sizes(whole=2, double=4, pointer=3, size_t=2, wchar_t=4, signed_char=False),
    "stm8": Sizes(whole=2, double=4, pointer=2, size_t=2, wchar_t=4, signed_char=False),
    "avr": Sizes(whole=2, double=4, pointer=2, size_t=2, wchar_t=2, signed_char=True),
    "cortex-m": Sizes(whole=4, double=8, pointer=4, size_t=4, wchar_t=4, signed_char=False),
}


def platform(target: Family) -> bytes:
    """cppcheck's platform file for a target."""
    sizes = SIZES[target]
    widths = {
        "bool": 1, "short": 2, "int": sizes.whole, "long": 4, "long-long": 8, "float": 4, "double": sizes.double,
        "long-double": sizes.double, "pointer": sizes.pointer, "size_t": sizes.size_t, "wchar_t": sizes.wchar_t,
    }  # fmt: skip
    lines = [f"    <{name}>{width}</{name}>" for name, width in widths.items()]
    sign = "signed" if sizes.signed_char else "unsigned"
    head = f'<?xml version="1.0"?>\n<platform>\n  <char_bit>8</char_bit>\n  <default-sign>{sign}</default-sign>\n'
    return "\n".join([f"{head}  <sizeof>", *lines, "  </sizeof>\n</platform>\n"]).encode()
