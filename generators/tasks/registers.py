"""The 8051's special function registers as data: what a register is, and what a value written to it means."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from corpus.records import Language
from generators.tasks.bank import table

_DATA: dict[str, Any] = table("registers.yaml")
REGISTERS: dict[str, Any] = _DATA["registers"]
BITS: dict[str, Any] = _DATA["bits"]

PIN = re.compile(r"P([0-3])_([0-7])")
"""A port pin as sdcc's header names it."""

VECTORS = {"IE0_VECTOR": 0, "TF0_VECTOR": 1, "IE1_VECTOR": 2, "TF1_VECTOR": 3, "SI0_VECTOR": 4, "TF2_VECTOR": 5}
"""Interrupt numbers as sdcc's `8051.h` and `8052.h` name them."""

# Names that prose may speak of though the code does not mention them.
KNOWN = frozenset(
    (
        *REGISTERS,
        *BITS,
        *("SMOD", "GATE", "DPTR", "A", "C", "INT0", "INT1", "T0", "T1", "T2", "T2EX", "TXD", "RXD", "PD", "IDL"),
        *(f"R{number}" for number in range(8)),
        *(f"P{port}_{bit}" for port in range(4) for bit in range(8)),
    )
)


@dataclass(frozen=True, slots=True)
class Field:
    """Some bits of a register: their highest and lowest number, their name, and what their value means."""

    high: int
    low: int
    name: str
    value: int
    meaning: str

    @property
    def binary(self) -> str:
        """The value as that many binary digits."""
        return f"{self.value:0{self.high - self.low + 1}b}"


def meaning(name: str, language: Language) -> str:
    """What a register or a one-bit name is, in a few words, or "" when it is not in the table."""
    entry = REGISTERS.get(name)
    if entry is not None:
        return str(entry[language])
    if pin := PIN.fullmatch(name):
        return f"{'引脚 ' if language == 'zh' else 'pin '}P{pin[1]}.{pin[2]}"
    bit = BITS.get(name)
    if bit is None:
        return ""
    register = REGISTERS[bit["in"]]
    place = 7 - (register.get("flags") or register["names"]).index(name)
    return f"{bit['in']} 的第 {place} 位" if language == "zh" else f"bit {place} of {bit['in']}"


def effect(bit: str, value: int, language: Language) -> str:
    """What setting a one-bit name to 0 or 1 does, or "" when the table does not know it."""
    entry = BITS.get(bit)
    return str(entry[language][value]) if entry is not None else ""


def awaited(bit: str, language: Language) -> str:
    """What a loop that polls this bit waits for, or ""."""
    entry = BITS.get(bit, {})
    return str(entry["wait"][language]) if "wait" in entry else ""


def interrupt(number: int, language: Language) -> str:
    """The source of interrupt `number`, or "" beyond the 8052's six."""
    sources = _DATA["interrupts"]
    return str(sources[number][language]) if 0 <= number < len(sources) else ""


def decode(register: str, value: int, touched: int, language: Language) -> list[Field]:
    """The fields of a register that lie wholly within the bits `touched`, with what `value` makes of them.

    Empty for a register without fields in the table (a counter, a port) and for one it does not know.
    """
    entry = REGISTERS.get(register, {})
    fields = []
    for field in entry.get("fields", ()):
        high, low = field["bits"]
        mask = ((2 << high) - 1) & ~((1 << low) - 1)
        if touched & mask == mask:
            part = (value & mask) >> low
            name = field["name"]
            if language == "zh":
                name = name.replace(" of timer ", "，定时器 ").replace(" and ", "、")
            fields.append(Field(high, low, name, part, str(field[language][part])))
    for place, flag in enumerate(entry.get("flags", ())):
        bit = 7 - place
        if flag and touched >> bit & 1:
            part = value >> bit & 1
            fields.append(Field(bit, bit, flag, part, effect(flag, part, language)))
    return fields
