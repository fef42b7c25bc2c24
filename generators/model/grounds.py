"""What a text about a program may name: the names, registers, pins and numbers of the program and of what is known.

    grounds = grounds_of(subject)
    grounds.names_it("TMOD")         whether the program, its verified words or the facts speak of it
    grounds.has_number(9600, "bps")

A text that names anything else tells of another program.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import cast

from corpus.chips import Chip, Family, chip_for
from corpus.source.ctype import char_value
from corpus.source.unit import Unit
from generators.model.drafts import Subject
from generators.tasks.registers import registers_of

_NAME = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z_][A-Za-z0-9_]*")
_LIMITS = tuple(limit for bits in (7, 8, 15, 16, 31, 32) for limit in ((1 << bits) - 1, 1 << bits))
_PLAIN = frozenset((0, 1, 2, 8, 16, 32, 100, 8051, 8052, *_LIMITS))
"""Numbers that every text may have: a level, a pair, the widths and limits of types, a percentage's whole, a family."""

_FORM = r"0[xX][0-9A-Fa-f]+|0[bB][01]+|\d+(?:,\d{3})+(?![\d,])|\d+(?:\.\d+)?"
# Not within a word ("STM32", "24C02"), behind a sign of a name ("RS-485"), nor the end of a version or a list's number.
NUMBER = re.compile(
    rf"(?<![A-Za-z0-9_.])(?<![A-Za-z]-)({_FORM})(?![0-9_]|\.\d|[A-Za-z]+-?\d)[ \t]?([A-Za-z%µΩ毫微千兆秒赫倍]*)"
)
"""A number in prose: its digits, and the letters behind it, which may be a unit."""

_LISTED = re.compile(r"^[ \t]*(?:\d+[.)、]|[(（]\d+[)）])", re.MULTILINE)
PIN = re.compile(r"(?<![A-Za-z0-9_])P([0-9A-I])[._^]?(\d{1,2})(?![0-9A-Za-z_])")
"""A pin in prose: P1.0 and P1_0 of an 8051, PB5 of the others."""

_SPELT = re.compile(r"(?<![A-Za-z0-9_])(?:PORT|PIN|DD|P)([0-9A-I])[._^]?(\d{1,2})(?![0-9A-Za-z_])")
_RANGE = re.compile(r"[ \t`]*(?:to|through|up to|\.\.+|-|–|~|～|到|至)[ \t`]*")

_SCALES = {
    "k": (3,), "K": (3,), "M": (6,), "m": (-3, 3), "u": (-6, -3, 3), "µ": (-6, -3, 3), "s": (3, 6),
    "H": (-3, -6), "毫": (-3, 3), "微": (-6, 3), "千": (3,), "兆": (6,), "秒": (3, 6),
    "赫": (-3, -6), "V": (3,), "A": (3,),
}  # fmt: skip
"""By the first letter of a unit, the powers of ten by which a program may hold the value in another unit."""


@dataclass(frozen=True)
class Grounds:
    """What the program and the facts about it hold.

    `program` are the identifiers of the source, `told` those of its title, instruction, idea and of the facts.
    `numbers` are the values of the constants of all these, `literals` those of the source, and `pins` are the port and
    the position of each pin that they name.
    """

    chip: Chip
    program: frozenset[str]
    told: frozenset[str]
    numbers: frozenset[float]
    literals: frozenset[int]
    pins: frozenset[tuple[str, int]]
    functions: tuple[str, ...]
    lines: int

    @cached_property
    def names(self) -> frozenset[str]:
        """All identifiers."""
        return self.program | self.told

    @cached_property
    def known(self) -> frozenset[str]:
        """The chip's own words: what prose may take for granted, used by the program or not."""
        named = {*self.chip.by_name, *self.chip.bit_names, *(vector.name for vector in self.chip.vectors)}
        return registers_of(self.chip.target).known | named

    @cached_property
    def touched(self) -> frozenset[str]:
        """The registers of the chip that the program uses, with their bits; the registers of the bits that it uses."""
        found: set[str] = set()
        for register in self.chip.registers:
            bits = {name for name, _ in register.bits}
            if self._uses(register.name) or register.address in self.literals or bits & self.names:
                found |= {register.name, *bits, *register.name.split("_")}
        return frozenset(found)

    def _uses(self, register: str) -> bool:
        """Whether a register is used by its name, or as a member: `RCC->APB2ENR` for RCC_APB2ENR."""
        if register in self.names:
            return True
        peripheral, _, member = register.partition("_")
        return bool(member) and member in self.program and peripheral in self.program

    def is_register(self, word: str) -> bool:
        """Whether a word can only be a register of the chip, or a bit with a number in its name.

        Short bits without one (EN, ON, PS) are words of their own as often.
        """
        if len(word) < 3 or not word.isupper():
            return False
        return word in self.chip.by_name or (word in self.chip.bit_names and bool(re.search(r"\d", word)))

    def uses_register(self, word: str) -> bool:
        """Whether the program has to do with a register, a bit or its interrupt, or the verified words speak of it."""
        return word in self.names or word in self.touched or any(name.startswith(f"{word}_") for name in self.program)

    def has_pin(self, port: str, position: int) -> bool:
        """Whether the program can mean this pin: it or the words about it name it; or they name none of this port, and
        the program uses the port and a number that has the pin's bit."""
        if (port, position) in self.pins:
            return True
        if any(named == port for named, _ in self.pins):
            return False
        if self.chip.target == "mcs51":
            known = self.chip.by_name.get(f"P{port}")
            at = known.address if known is not None else -1
            if at + position in self.literals:
                return True
            whole = f"P{port}" in self.names or at in self.literals
        else:
            ports = (f"PORT{port}", f"PIN{port}", f"DDR{port}", f"GPIO{port}")
            whole = any(name.startswith((*ports, f"P{port}_")) for name in self.names)
            whole = whole or any(name.startswith((*ports, f"P{port}_")) for name in self.touched)
        bits = (position, 1 << position)
        return whole and any(number in bits or number >> position & 1 for number in self.literals)

    def has_number(self, value: float, unit: str = "") -> bool:
        """Whether a value is known, as it is, in a smaller or larger unit, or as the last below a limit (`< 10`: 9)."""
        scales = _SCALES.get(unit[:1], ()) if unit else ()
        if any(_round(value * 10.0**power) in self.numbers for power in (0, *scales)):
            return True
        if unit[:2] in ("KB", "kB", "KI", "Ki") and value * 1024 in self.numbers:
            return True
        return value + 1 in self.literals


@lru_cache(maxsize=16)  # the gate asks for the grounds of the same subject for each text
def grounds_of(subject: Subject) -> Grounds:
    """What is known of a subject. Raises ChipError."""
    unit = Unit.parse(subject.program.encode("utf-8", "replace"))
    words = "\n".join((subject.chip, subject.title, subject.instruction, subject.idea, subject.facts, subject.other))
    literals = frozenset(_constants(unit))
    told = {value for value, _ in numbers_in(words)} | {float(n) for n in re.findall(r"\d+", subject.chip)}
    # Comments of a verified program are the expert's words, too.
    prose = "\n".join(unit.src[one.start : one.end].decode("utf-8", "replace") for one in unit.comments())
    told |= {value for value, _ in numbers_in(prose)}
    sizes = {float(count) for count in _counts(unit)}
    numbers = {float(value) for value in (*literals, *_PLAIN)} | told | sizes
    return Grounds(
        chip=chip_for(cast(Family, subject.target), subject.chip),
        program=frozenset(_NAME.findall(unit.src.decode("utf-8", "replace"))),
        told=frozenset(_NAME.findall(words)),
        numbers=frozenset(map(_round, numbers)),
        literals=literals,
        pins=frozenset(_pins(f"{words}\n{subject.program}")),
        functions=tuple(public_functions(unit)),
        lines=unit.src.count(b"\n") + 1,
    )


def numbers_in(text: str) -> Iterator[tuple[float, str]]:
    """The numbers of a text with the letters behind each, the numbers of pins, lists and versions left out."""
    for match in NUMBER.finditer(PIN.sub(" ", _LISTED.sub(" ", text))):
        yield _value(match[1]), match[2]


def public_functions(unit: Unit) -> Iterator[str]:
    """The functions that others call: neither static nor an interrupt's, nor `main`."""
    for function in unit.functions():
        body = function.child_by_field_name("body")
        head = unit.src[function.start_byte : body.start_byte if body is not None else unit.end(function)]
        name = unit.function_name(function).decode("utf-8", "replace")
        handler = re.search(rb"\b(?:__interrupt|interrupt|ISR|SIGNAL)\b|_(?:IRQ)?Handler\b", head)
        if re.search(rb"\bstatic\b", head) is None and handler is None and name not in ("", "main"):
            yield name


def _pins(text: str) -> Iterator[tuple[str, int]]:
    """The pins that words or code name, those within a range (`P1.0 to P1.3`) too; avr-libc's PORTB5 is PB5."""
    last: re.Match[str] | None = None
    for match in _SPELT.finditer(text):
        first = int(match[2])
        if last is not None and last[1] == match[1] and _RANGE.fullmatch(text, last.end(), match.start()):
            first = min(first, int(last[2]) + 1)
        yield from ((match[1], position) for position in range(first, int(match[2]) + 1))
        last = match


def _constants(unit: Unit) -> Iterator[int]:
    """The values of literals, macros, enumerators and constant expressions."""
    symbols = unit.symbols
    for node in unit.walk("number_literal", "char_literal", "binary_expression", "unary_expression"):
        value = char_value(unit.text(node)) if node.type == "char_literal" else symbols.constant(node)
        if value is not None:
            yield value
    for macro in symbols.all("macro"):
        if macro.body and (value := symbols.value_of(macro.body)) is not None:
            yield value
        # Numbers of what is no constant: a register's address, a cast, a call.
        yield from map(int, (_value(one) for one in _literals(macro.body or b"")))
    for start, end in unit.directives:
        yield from map(int, (_value(one) for one in _literals(unit.src[start:end])))
    for vector in re.findall(rb"__interrupt\s*\(?\s*(\d+)", unit.src):
        yield int(vector)


def _literals(text: bytes) -> Iterable[str]:
    return re.findall(r"(?<![A-Za-z0-9_.])(?:0[xX][0-9A-Fa-f]+|0[bB][01]+|\d+)", text.decode("utf-8", "replace"))


def _counts(unit: Unit) -> Iterator[int]:
    """How many elements initialisers and enumerations have, how many parameters and cases."""
    for node in unit.walk("initializer_list", "enumerator_list"):
        yield sum(child.type != "comment" for child in node.named_children)
    yield sum(1 for _ in unit.functions())


@lru_cache(maxsize=1024)
def _value(digits: str) -> float:
    plain = digits.replace(",", "")
    if plain[:2].lower() in ("0x", "0b"):
        return float(int(plain, 0))
    return float(plain)


def _round(value: float) -> float:
    """Equal for values that differ by the arithmetic of floats only."""
    return float(f"{value:.9g}")
