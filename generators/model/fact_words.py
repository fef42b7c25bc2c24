"""A chip's facts in words: registers with address, bits and fields, interrupts, memory, clock, in both languages.

Names, numbers and positions are those of the chip's file. What a register is for comes from the words that the
explanations use (`generators/tasks/registers_of`), or from `facts_of/` where these say nothing.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any

from corpus.chips import Chip, Register, Vector
from corpus.records import Language
from generators.model.topics import words_file
from generators.tasks.bank import table

VECTOR = "vector "
"""What stands before an interrupt's name, since many are called like a register."""

MOST_VALUES = 4
"""Fields with more values than these are told by their first and last one."""

# Bits that are numbered like the pins say nothing.
_PIN = re.compile(r"P\d_\d|(?:PORT|DDR?|PIN)[A-Z]\d|PCINT\d+|(?:ACC|B)_\d")
_SLOT = re.compile(r"\{(\d)\}")


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact of a chip in words. `name` is the register's, `vector` and the interrupt's, `memory` or `clock`;
    `source` names the documents that it is from."""

    name: str
    words_en: str
    words_zh: str
    source: str

    def words(self, language: Language) -> str:
        """The words in one language."""
        return self.words_zh if language == "zh" else self.words_en


@lru_cache(maxsize=64)
def told_facts(chip: Chip) -> Mapping[str, Fact]:
    """Every fact of a chip by name, in the file's order."""
    source = "; ".join(chip.sources)
    texts: dict[str, tuple[str, str]] = {}
    for register in chip.registers:
        texts[register.name] = (_register(chip, register, "en"), _register(chip, register, "zh"))
    for vector in chip.vectors:
        texts[VECTOR + vector.name] = (_vector(chip, vector, "en"), _vector(chip, vector, "zh"))
    texts["memory"] = (_memory(chip, "en"), _memory(chip, "zh"))
    texts["clock"] = (_clock(chip, "en"), _clock(chip, "zh"))
    return {name: Fact(name, *words, source) for name, words in texts.items()}


def _register(chip: Chip, register: Register, language: Language) -> str:
    """`TIM4_SR at 0x5342: status register of TIM4; bits: UIF 0`."""
    zh = language == "zh"
    digits = {"mcs51": 2, "avr": 2, "stm8": 4, "cortex-m": 8}[chip.target]
    entry, groups = _entry(chip, register.name)
    place = f"0x{register.address:0{digits}X}"
    said = f"{register.name}（地址 {place}" if zh else f"{register.name} (at {place}"
    if register.width > 8 and chip.target != "cortex-m":
        said += f"，{register.width} 位" if zh else f", {register.width} bits"
    said += "）" if zh else ")"
    if purpose := _filled(entry.get(language, ""), groups):
        said += ("：" if zh else ": ") + purpose
    bits = sorted((bit for bit in register.bits if not _PIN.fullmatch(bit[0])), key=lambda bit: -bit[1])
    if bits:
        listed = ("、" if zh else ", ").join(f"{name}={at}" for name, at in bits)
        said += f"；位：{listed}" if zh else f"; bits: {listed}"
    fields = [_field(field, groups, language) for field in entry.get("fields", ())]
    if "pins" in entry:
        values = (f"{number}: {value}" for number, value in enumerate(entry["pins"][language]))
        fields.append(("每脚 " if zh else "each pin ") + f"({'; '.join(values)})")
    if fields:
        said += ("；字段：" if zh else "; fields: ") + ("；" if zh else "; ").join(fields)
    return said


def _field(field: Mapping[str, Any], groups: Mapping[str, str], language: Language) -> str:
    """`bits 5..4 M1 and M0 of timer 1 (0: mode 0, 13 bits, ...)`."""
    high, low = field["bits"]
    place = f"{high}" if high == low else f"{high}..{low}"
    values = [_filled(value, groups) for value in field[language]]
    meant = [f"{number}: {value}" for number, value in enumerate(values)]
    if len(meant) > MOST_VALUES:
        meant = [meant[0], "...", meant[-1]]
    return f"{_filled(field['name'], groups)} {place} ({'; '.join(meant)})"


def _vector(chip: Chip, vector: Vector, language: Language) -> str:
    """`interrupt 23, __interrupt(23): update of TIM4; the handler must clear it by TIM4_SR or TIM4_IER`."""
    zh = language == "zh"
    if chip.target == "avr":
        form = f"ISR({vector.name}_vect)"
    elif chip.target == "cortex-m":
        form = f"{vector.name}_{'Handler' if vector.number < 0 else 'IRQHandler'}"
    else:
        form = f"__interrupt({vector.number})"
    said = (
        f"中断 {vector.number}（{vector.name}），{form}" if zh else f"interrupt {vector.number} ({vector.name}), {form}"
    )
    if cause := _cause(chip, vector, language):
        said += ("：" if zh else ": ") + cause
    if chip.target == "cortex-m" and vector.number >= 0:
        enable = f"NVIC_ISER{vector.number // 32}"
        said += (
            f"；由 {enable} 第 {vector.number % 32} 位使能"
            if zh
            else f"; enabled by bit {vector.number % 32} of {enable}"
        )
    if vector.ends:
        names = ("、" if zh else " or ").join(vector.ends)
        said += (
            f"；硬件不清请求，处理函数要操作 {names}" if zh else f"; the handler itself must end the request by {names}"
        )
    return said


def _cause(chip: Chip, vector: Vector, language: Language) -> str:
    if chip.target == "mcs51":
        causes = table("registers_of/mcs51.yaml")["interrupts"]
        own = words_file("mcs51")["words"].get(VECTOR + vector.name, {})
        if own or vector.number >= len(causes) or vector.name not in ("IE0", "TF0", "IE1", "TF1", "SI0", "TF2"):
            return str(own.get(language, ""))
        return str(causes[vector.number][language])
    entry, groups = _matching(table(f"registers_of/{chip.target}.yaml")["vectors"], vector.name)
    return _filled(entry.get(language, ""), groups)


def _memory(chip: Chip, language: Language) -> str:
    memory = chip.memory
    sizes = (
        ("program memory", "程序存储器", memory.code),
        ("RAM", "内部 RAM", memory.ram),
        ("on-chip external RAM (MOVX)", "片内扩展 RAM（MOVX）", memory.xram),
        ("data EEPROM", "数据 EEPROM", memory.eeprom),
    )
    if language == "zh":
        return f"{chip.name} 的存储器：" + "，".join(f"{zh} {size} 字节" for _, zh, size in sizes if size)
    return f"memory of the {chip.name}: " + ", ".join(f"{en} {size} bytes" for en, _, size in sizes if size)


def _clock(chip: Chip, language: Language) -> str:
    least, most = chip.clock
    if language == "zh":
        return f"{chip.name} 的 CPU 时钟：{least:,} 到 {most:,} Hz"
    return f"CPU clock of the {chip.name}: {least:,} to {most:,} Hz"


def _entry(chip: Chip, name: str) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    """What is known of a register's purpose and fields, and the groups of the pattern that it fits."""
    own = words_file(chip.target)["words"].get(name)
    if own is not None:
        return own, {}
    known = table(f"registers_of/{chip.target}.yaml")["registers"]
    if chip.target != "mcs51":
        return _matching(known, name)
    entry = known.get(name, {})
    return (entry, {}) if entry.get("address") in (None, chip.by_name[name].address) else ({}, {})


@cache
def _compiled(pattern: str) -> re.Pattern[str]:
    return re.compile(pattern)


def _matching(patterns: list[dict[str, Any]], name: str) -> tuple[Mapping[str, Any], Mapping[str, str]]:
    for one in patterns:
        if (match := _compiled(one["names"]).fullmatch(name)) is not None:
            return one, {str(n): text for n, text in enumerate(match.groups(), 1)}
    return {}, {}


def _filled(text: str, groups: Mapping[str, str]) -> str:
    return _SLOT.sub(lambda slot: groups.get(slot[1], ""), text)
