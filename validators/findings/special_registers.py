"""The 8051's special function registers and bits as a program names them, held against those that its chip has."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.chips import Chip, shipped
from corpus.source.symbol import Symbol
from validators.findings.check import Finding
from validators.findings.firmware import Firmware, said


def of_8051(firmware: Firmware) -> Iterator[Finding]:
    """Registers and bits that the chip lacks, has elsewhere, or has under the name of another chip's; none for other
    targets."""
    chip = firmware.chip
    for symbol, start in _used(firmware):
        if symbol.value is None or symbol.value > 0xFF:
            continue
        name, address = said(symbol.name), symbol.value
        home, bit = (address, "") if symbol.kind == "sfr" else (address & ~7, f".{address & 7}")
        register = chip.by_name.get(name) if symbol.kind == "sfr" else None
        if register is not None and chip.complete and register.address != address:
            yield Finding(start, elsewhere(firmware, name, register.address, address))
        elif chip.lacks(home):
            yield Finding(start, missing(firmware, name, address))
        elif symbol.kind == "sbit" and chip.lacks_bit(address):
            place = f"`{name}` ({chip.at(home)[0].name}{bit})"
            yield Finding(start, f"the {chip.name} has no bit {place}: look up what this chip has instead")
        elif symbol.from_header and chip.complete and _of_another(chip, name):
            there = min((r.name for r in chip.at(home)), default=f"0x{address:02X}") + bit
            yield Finding(start, f"the {chip.name} has no `{name}`: at its address is `{there}`, another thing")


def _of_another(chip: Chip, name: str) -> bool:
    """Whether a name is a register or bit of other chips of the family, and none of this one."""
    if name in chip.by_name or name in chip.bit_names:
        return False
    return any(name in other.by_name or name in other.bit_names for other in shipped(chip.target))


def _used(firmware: Firmware) -> Iterator[tuple[Symbol, int]]:
    """The registers and bits of an 8051 that are used, each with its first place; those behind macros too."""
    if firmware.chip.target != "mcs51":
        return
    for symbol in firmware.symbols.registers():
        if symbol.uses:
            yield symbol, symbol.uses[0].start_byte
    for macro in firmware.symbols.all("macro"):
        for word in sorted(firmware.macro_words(macro.name)) if macro.uses else ():
            symbol_behind = firmware.symbols.lookup(word)
            if symbol_behind is not None and symbol_behind.is_register:
                yield symbol_behind, macro.uses[0].start_byte


def elsewhere(firmware: Firmware, name: str, right: int, wrong: int) -> str:
    """That a register lies at another address."""
    return f"`{name}` of the {firmware.chip.name} lies at 0x{right:02X}, not at 0x{wrong:02X}"


def missing(firmware: Firmware, name: str, address: int) -> str:
    """That there is no register at an address."""
    return f"the {firmware.chip.name} has no register at 0x{address:02X} (`{name}`): look up what this chip has instead"
