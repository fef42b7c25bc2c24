"""Which register of the chip a piece of code means: by its name, by its address, or as a member of its peripheral."""

from __future__ import annotations

import re
from functools import cached_property

from tree_sitter import Node

from corpus.chips import REFERENCE, Chip, chip
from corpus.source.expressions import operator, stripped
from corpus.source.symbols import Symbols
from corpus.source.unit import Unit
from generators.tasks.registers import PIN, Registers

_NAME = re.compile(r"[A-Za-z_]\w*")
_FIXED = re.compile(r"volatile|\*\s*\)\s*\(?\s*0[xX]")


class Hardware:
    """The registers that one unit uses. What cannot be told is ""."""

    def __init__(self, unit: Unit, registers: Registers) -> None:
        self.unit = unit
        self.registers = registers

    @cached_property
    def macros(self) -> dict[str, str]:
        """Object-like macros and their bodies, those defined once."""
        found: dict[str, list[str]] = {}
        for node in self.unit.walk("preproc_def"):
            name, value = node.child_by_field_name("name"), node.child_by_field_name("value")
            if name is not None:
                body = self.unit.text(value).decode() if value is not None else ""
                found.setdefault(self.unit.text(name).decode(), []).append(re.sub(r"/\*.*?\*/|//.*", "", body).strip())
        return {name: bodies[0] for name, bodies in found.items() if len(bodies) == 1}

    def register(self, node: Node) -> str:
        """The chip's name of the register (on the 8051: also bit or port pin) that an expression is, or ""."""
        if node.type == "identifier":
            return self.named(self.unit.text(node).decode())
        if node.type == "subscript_expression":
            return self._element(node)
        return self._member(node, "") if node.type == "field_expression" else ""

    def named(self, word: str) -> str:
        """The same for a word."""
        name = self._alias(word)
        if self.registers.target == "mcs51":
            known = name in self.registers.registers or name in self.registers.bits or PIN.fullmatch(name)
            return name if known else ""
        if self.registers.target == "avr" and name in self._facts.by_name:
            return name
        address = self._address(name)
        return self._at(address) if address is not None else ""

    def touches(self, words: set[str]) -> bool:
        """Whether one of these words leads to a register, or a macro to some fixed address."""
        return any(self.named(word) or _FIXED.search(self.macros.get(word, "")) for word in words)

    @cached_property
    def _facts(self) -> Chip:
        return chip(REFERENCE[self.registers.target])

    def _alias(self, word: str) -> str:
        """What a macro of one word stands for (`#define LED_PORT PORTB`)."""
        for _ in range(4):
            body = self.macros.get(word, "")
            if not _NAME.fullmatch(body):
                break
            word = body
        return word

    def _at(self, address: int) -> str:
        return next((register.name for register in self._facts.at(address)), "")

    def _address(self, word: str) -> int | None:
        """The address of a macro that is a register, `(*(volatile uint8_t *)0x5005)`."""
        found = self._expanded(word)
        if found is None:
            return None
        symbols, node = found
        argument = node.child_by_field_name("argument")
        if node.type != "pointer_expression" or operator(node) != b"*" or argument is None:
            return None
        return _number(symbols, stripped(argument))

    def _base(self, word: str) -> int | None:
        """The address of a macro that is a peripheral, `((GPIO_TypeDef *)0x40011000)`."""
        found = self._expanded(word)
        return _number(*found) if found is not None else None

    def _expanded(self, word: str) -> tuple[Symbols, Node] | None:
        symbol = self.unit.symbols.lookup(word.encode())
        if symbol is None or symbol.kind != "macro" or symbol.function_like or not symbol.body:
            return None
        found = self.unit.symbols.body(symbol)
        return (found[0], stripped(found[1])) if found is not None else None

    def _element(self, node: Node) -> str:
        """`NVIC->ISER[1]`, and `AFIO->EXTICR[0]`, which counts from 1."""
        argument, index = node.child_by_field_name("argument"), node.child_by_field_name("index")
        place = self.unit.symbols.constant(index) if index is not None else None
        if argument is None or argument.type != "field_expression" or place is None:
            return ""
        first = int(not self._member(argument, "0"))
        return self._member(argument, str(place + first))

    def _member(self, node: Node, index: str) -> str:
        """`GPIOC->CRH`: by the peripheral that lies at the address, else by the names where the chip has them."""
        argument, field = node.child_by_field_name("argument"), node.child_by_field_name("field")
        if argument is None or field is None or argument.type != "identifier" or operator(node) != b"->":
            return ""
        word = self._alias(self.unit.text(argument).decode())
        member, base = self.unit.text(field).decode() + index, self._base(word)
        if base is None:
            return ""
        peripheral = self._at(base).rpartition("_")[0]
        return next((n for n in (f"{peripheral}_{member}", f"{word}_{member}") if n in self._facts.by_name), "")


def _number(symbols: Symbols, cast: Node) -> int | None:
    """The number that is made a pointer."""
    value = cast.child_by_field_name("value") if cast.type == "cast_expression" else None
    return symbols.constant(value) if value is not None else None
