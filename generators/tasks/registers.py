"""The registers of each target in words: what one is, what a value written to it means, what causes an interrupt.

The words lie in `registers_of/`: the 8051's by name, the others' by patterns that are matched with the facts of their
chip.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, cast

from corpus.chips import REFERENCE, Chip, Family, chip
from corpus.records import Language
from generators.tasks.bank import table

PIN = re.compile(r"P([0-3])_([0-7])")
"""An 8051's port pin as sdcc's header names it."""

VECTORS = {"IE0_VECTOR": 0, "TF0_VECTOR": 1, "IE1_VECTOR": 2, "TF1_VECTOR": 3, "SI0_VECTOR": 4, "TF2_VECTOR": 5}
"""Interrupt numbers as sdcc's `8051.h` and `8052.h` name them."""

_WORDS_OF_THE_8051 = (
    *("SMOD", "GATE", "DPTR", "A", "C", "INT0", "INT1", "T0", "T1", "T2", "T2EX", "TXD", "RXD", "PD", "IDL"),
    *(f"R{number}" for number in range(8)),
    *(f"P{port}_{bit}" for port in range(4) for bit in range(8)),
)
_WORDS_OF = {
    "stm8": ("rim", "sim", "wfi", "halt", "HSI", "LSI", "HSE", "__critical"),
    "avr": (
        *("sei", "cli", "_BV", "ISR", "PROGMEM", "ATOMIC_BLOCK", "sleep_cpu", "wdt_reset", "loop_until_bit_is_set"),
        *("AVCC", "AREF", "SDA", "SCL", "MOSI", "MISO", "SCK", "SS", "TXD", "RXD", "ICP1", "INT0", "INT1", "I"),
        *("F_CPU", "BAUD", "T0", "T1", "AIN0", "AIN1"),
        *(f"OC{timer}{channel}" for timer in range(3) for channel in "AB"),
    ),
    "cortex-m": ("HSI", "HSE", "LSI", "PLL", "WFI", "PRIMASK", "HAL", "CMSIS", "NVIC", "SysTick", "RCC", "AFIO", "SCB"),
}
_PORTS_OF = {"stm8": ("ABCDEFGHI", 8), "avr": ("BCD", 8), "cortex-m": ("ABCDE", 16)}
_SLOT = re.compile(r"\{(b?\d)\}")


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


@dataclass(frozen=True, eq=False)
class Registers:
    """The registers of one target.

    `registers` and `bits` are by name. A bit that has a name of its own in C, as on the 8051, goes by that (`TR0`);
    elsewhere it goes by its register's and its own (`TCCR0B.CS01`).
    """

    target: Family
    registers: Mapping[str, Any]
    bits: Mapping[str, Any]
    sources: Mapping[int | str, Any]
    known: frozenset[str]

    def meaning(self, name: str, language: Language) -> str:
        """What a register or a one-bit name is, in a few words, or "" when it is not in the table."""
        entry = self.registers.get(name)
        if entry is not None:
            return str(entry[language])
        if self.target != "mcs51":
            return ""
        if pin := PIN.fullmatch(name):
            return f"{'引脚 ' if language == 'zh' else 'pin '}P{pin[1]}.{pin[2]}"
        bit = self.bits.get(name)
        if bit is None:
            return ""
        register = self.registers[bit["in"]]
        place = 7 - (register.get("flags") or register["names"]).index(name)
        return f"{bit['in']} 的第 {place} 位" if language == "zh" else f"bit {place} of {bit['in']}"

    def width(self, register: str) -> int:
        """Bits of a register."""
        return int(self.registers.get(register, {}).get("width", 8))

    def effect(self, bit: str, value: int, language: Language) -> str:
        """What giving a bit the value 0 or 1 does, or "" when the table does not know it."""
        entry = self.bits.get(bit, {})
        return str(entry[language][value]) if language in entry else ""

    def awaited(self, bit: str, until: int, language: Language) -> str:
        """What a loop waits for that polls this bit until it has this value, or ""."""
        wait = self.bits.get(bit, {}).get("wait", {})
        return str(wait[language]) if wait and wait.get("until", 1) == until else ""

    def bit_at(self, register: str, position: int) -> str:
        """The key of the bit at a position of a register, or ""."""
        flags = self.registers.get(register, {}).get("polled", ())
        return str(flags[position]) if position < len(flags) else ""

    def interrupt(self, vector: int | str, language: Language) -> str:
        """The source of an interrupt, or "" for one that the chip has not."""
        entry = self.sources.get(vector)
        return str(entry[language]) if entry is not None else ""

    def decode(self, register: str, value: int, touched: int, language: Language) -> list[Field]:
        """The fields of a register that lie wholly within the bits `touched`, with what `value` makes of them.

        Of a register wider than a byte that is written as a whole, only those that are not 0. Empty for a register
        without fields in the table (a counter, a port of the 8051) and for one it does not know.
        """
        entry = self.registers.get(register, {})
        width = self.width(register)
        whole = width > 8 and touched == (1 << width) - 1
        return [field for field in self._fields(entry, value, touched, language) if field.value or not whole]

    def _fields(self, entry: Mapping[str, Any], value: int, touched: int, language: Language) -> Iterator[Field]:
        for field in entry.get("fields", ()):
            high, low = field["bits"]
            mask = ((2 << high) - 1) & ~((1 << low) - 1)
            if touched & mask == mask:
                part = (value & mask) >> low
                name = field["name"]
                if language == "zh":
                    name = name.replace(" of timer ", "，定时器 ").replace(" and ", "、").replace(" to ", "～")
                yield Field(high, low, name, part, str(field[language][part]))
        flags = entry.get("flags", ())
        for place, flag in enumerate(flags):
            bit = len(flags) - 1 - place
            if flag and touched >> bit & 1:
                part = value >> bit & 1
                yield Field(bit, bit, flag.rpartition(".")[2], part, self.effect(flag, part, language))


@cache
def registers_of(target: str) -> Registers:
    """The registers of a target, read once."""
    family = cast(Family, target)
    data = table(f"registers_of/{target}.yaml")
    if target == "mcs51":
        known = frozenset((*data["registers"], *data["bits"], *_WORDS_OF_THE_8051))
        return Registers(family, data["registers"], data["bits"], dict(enumerate(data["interrupts"])), known)
    facts = chip(REFERENCE[family])
    bits: dict[str, Any] = {}
    registers = {name: _register(facts, name, data, bits) for name in facts.by_name}
    sources: dict[int | str, Any] = {}
    for vector in facts.vectors:
        found = _matching(data["vectors"], vector.name)
        if found is not None:
            words = {language: _filled(found[0][language], found[1]) for language in ("en", "zh")}
            sources |= {vector.number: words, vector.name: words}
    told = {name: entry for name, entry in registers.items() if entry}
    return Registers(family, told, bits, sources, _known(facts))


def _register(facts: Chip, name: str, data: Mapping[str, Any], bits: dict[str, Any]) -> dict[str, Any]:
    """A register's entry, with what the patterns say of its bits added to `bits`; empty where none fits."""
    found = _matching(data["registers"], name)
    if found is None:
        return {}
    pattern, groups = found
    known = facts.by_name[name]
    entry: dict[str, Any] = {"address": known.address, "width": known.width}
    entry |= {language: _filled(pattern[language], groups) for language in ("en", "zh")}
    fields = [_field(one, groups) for one in pattern.get("fields", ())] + list(_pins(pattern, groups))
    covered = {bit for field in fields for bit in range(field["bits"][1], field["bits"][0] + 1)}
    named = {position: bit for bit, position in reversed(known.bits)}
    fitting = [(one, of) for one in data["bits"] if (of := re.fullmatch(one["of"], name)) is not None]
    keys = []
    for position in range(known.width):
        key = f"{name}.{named.get(position, position)}"
        words = _bit(fitting, str(named.get(position, position)))
        if words:
            bits[key] = words | {"in": name}
        keys.append(key if words else "")
    flags = ["" if n in covered or "en" not in bits.get(key, {}) else key for n, key in enumerate(keys)]
    return entry | {"fields": fields, "flags": flags[::-1], "polled": keys}


def _field(field: Mapping[str, Any], groups: Mapping[str, str]) -> dict[str, Any]:
    words = {language: [_filled(text, groups) for text in field[language]] for language in ("en", "zh")}
    return {"bits": field["bits"], "name": _filled(field["name"], groups), **words}


def _pins(pattern: Mapping[str, Any], groups: Mapping[str, str]) -> Iterator[dict[str, Any]]:
    """The fields of a register that has some bits for each pin, the highest pin first."""
    pins = pattern.get("pins")
    if pins is None:
        return
    for place in reversed(range(8)):
        low = place * pins["bits"]
        name = f"P{groups['1']}{pins['first'] + place}"
        yield {"bits": [low + pins["bits"] - 1, low], "name": name, "en": pins["en"], "zh": pins["zh"]}


def _bit(patterns: list[tuple[dict[str, Any], re.Match[str]]], bit: str) -> dict[str, Any]:
    """The words of a bit by the patterns of its register, each with how it matched the register's name."""
    for one, of in patterns:
        which = re.fullmatch(str(one["bit"]), bit)
        if which is None:
            continue
        groups = {str(n): text for n, text in enumerate(of.groups(), 1)}
        groups |= {f"b{n}": text for n, text in enumerate(which.groups(), 1)}
        words: dict[str, Any] = {
            language: [_filled(text, groups) for text in one[language]] for language in ("en", "zh") if language in one
        }
        if "wait" in one:
            told = {language: _filled(one["wait"][language], groups) for language in ("en", "zh")}
            words["wait"] = told | {"until": one["wait"]["until"]}
        return words
    return {}


def _matching(patterns: list[dict[str, Any]], name: str) -> tuple[dict[str, Any], dict[str, str]] | None:
    for one in patterns:
        if (match := re.fullmatch(one["names"], name)) is not None:
            return one, {str(n): text for n, text in enumerate(match.groups(), 1)}
    return None


def _filled(text: str, groups: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda slot: groups.get(slot[1], ""), text)


def _known(facts: Chip) -> frozenset[str]:
    """Names that prose may speak of though the code does not mention them."""
    ports, pins = _PORTS_OF[facts.target]
    names = {*facts.by_name, *facts.bit_names, *_WORDS_OF[facts.target]}
    names |= {f"P{port}{pin}" for port in ports for pin in range(pins)}
    names |= {name.partition("_")[0] for name in facts.by_name if "_" in name}  # peripherals: TIM4, USART1
    names |= {name.partition("_")[2] for name in facts.by_name if "_" in name}  # their members: CR1, DR
    names |= {re.sub(r"\d+_", "_", name, count=1) for name in facts.by_name}  # ADC_CR1 for that of ADC1
    names |= {f"TIM{timer}_CH{channel}" for timer in range(1, 5) for channel in range(1, 5)}
    names |= {v.name for v in facts.vectors}
    names |= {f"{v.name}_vect" if facts.target == "avr" else f"{v.name}_IRQHandler" for v in facts.vectors}
    return frozenset(names | {f"{v.name}_Handler" for v in facts.vectors if v.number < 0})
