"""What is known of one chip: registers, bits, interrupt vectors, memory and clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any, Literal

Family = Literal["mcs51", "stm8", "avr", "cortex-m"]


@dataclass(frozen=True, slots=True)
class Register:
    """One register: its address (in bytes; on the AVR in data memory) and width in bits; `bits` are (name, position),
    position 0 the lowest."""

    name: str
    address: int
    width: int = 8
    bits: tuple[tuple[str, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Vector:
    """One interrupt.

    `number` as the target's compiler counts it. `ends` names the registers and bits of which a handler must touch one,
    or the same interrupt comes again at once; empty where the hardware takes its request back.
    """

    number: int
    name: str
    ends: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Memory:
    """What a part has of each memory, in bytes: `code` (flash), `ram` that the CPU reaches directly, `xram` that an
    8051 reaches by MOVX and that is on the chip, `eeprom` for data. `bus` says that it can drive external memory."""

    code: int
    ram: int
    xram: int = 0
    eeprom: int = 0
    bus: bool = False


@dataclass(frozen=True)
class Chip:
    """One chip.

    `atomic_bits` is the widest datum that one instruction moves.
    `complete` says that every register in the address range `space` (first, last) is listed, but for the ranges
    `unlisted`; only then does an address without a register mean anything. `clock` is the lowest and the highest
    frequency of the CPU in Hz. `timed` are the flags, or the registers of
    flags, that the chip sets by itself after a fixed time: a timer's, a conversion's, an EEPROM write's, an SPI
    master's byte. `parts` are further part names with the same facts, each with what it has otherwise.
    """

    name: str
    target: Family
    sources: tuple[str, ...]
    atomic_bits: int
    complete: bool
    space: tuple[int, int]
    unlisted: tuple[tuple[int, int], ...]
    registers: tuple[Register, ...]
    vectors: tuple[Vector, ...]
    memory: Memory
    clock: tuple[int, int]
    timed: frozenset[str] = frozenset()
    parts: tuple[tuple[str, tuple[tuple[str, int], ...]], ...] = ()

    @property
    def also(self) -> tuple[str, ...]:
        """Further part names with the same facts."""
        return tuple(name for name, _ in self.parts)

    def part(self, name: str) -> Chip:
        """The facts of a further part name, which may have other sizes and another highest clock."""
        own: dict[str, Any] = dict(dict(self.parts).get(name, ()))
        clock = (self.clock[0], own.pop("most_hz", self.clock[1]))
        return replace(self, name=name, memory=replace(self.memory, **own), clock=clock)

    @cached_property
    def by_name(self) -> Mapping[str, Register]:
        """The registers by name."""
        return {register.name: register for register in self.registers}

    @cached_property
    def bit_names(self) -> Mapping[str, tuple[Register, int]]:
        """Register and position by a bit's name; the first register that has one of this name."""
        found: dict[str, tuple[Register, int]] = {}
        for register in self.registers:
            for name, position in register.bits:
                found.setdefault(name, (register, position))
        return found

    @cached_property
    def addresses(self) -> frozenset[int]:
        """Every address at which a byte of a register lies."""
        return frozenset(r.address + byte for r in self.registers for byte in range(r.width // 8))

    def at(self, address: int) -> tuple[Register, ...]:
        """The registers that begin at an address."""
        return tuple(register for register in self.registers if register.address == address)

    def lacks(self, address: int) -> bool:
        """Whether the chip is known to have no register at this address."""
        first, last = self.space
        hidden = any(low <= address <= high for low, high in self.unlisted)
        return self.complete and first <= address <= last and not hidden and address not in self.addresses

    def lacks_bit(self, address: int) -> bool:
        """Whether a bit address of an 8051 is in a register that the chip has, at a place where it has no bit."""
        holders = self.at(address & ~7)
        named = {position for register in holders for _, position in register.bits}
        return self.complete and bool(named) and address & 7 not in named

    def vector(self, key: int | str) -> Vector | None:
        """The interrupt of this number or name."""
        return next((v for v in self.vectors if key in (v.number, v.name)), None)
