"""The gate `chip`: a program for a chip that has its registers, its memory and its clock.

A compiler believes every address, and an object file fits every chip: what was written for another part shows nowhere
else. Of a part that is not on file nothing is said.
"""

from __future__ import annotations

from corpus.chips import Chip
from corpus.records import Sizes, Verdict
from corpus.source.unit import Unit
from validators.findings.unknown_register import unknown_register

GATE = "chip"

OUTSIDE = 1 << 16
"""What an 8051 with a bus can have outside, in bytes: MOVX @DPTR reaches 64 KB."""


def registers(source: str, chip: Chip) -> Verdict:
    """Passed, or failed as `unknown-register`: a register or bit that the chip does not have, or a known one at another
    address. The diagnostics are those of the check `unknown-register`."""
    found = unknown_register(Unit.parse(source.encode("utf-8", "replace")), chip)
    if not found:
        return Verdict(GATE, "passed")
    first = found[0]
    return Verdict(GATE, "failed", "unknown-register", f"line {first.line}: {first.message}", found)


def clock(hertz: int, chip: Chip) -> Verdict:
    """Passed, or failed as `clock-out-of-range`: a frequency in Hz that the chip is not made for."""
    least, most = chip.clock
    if not chip.complete or least <= hertz <= most:
        return Verdict(GATE, "passed")
    return Verdict(
        GATE, "failed", "clock-out-of-range", f"{hertz:,} Hz; the {chip.name} runs at {least:,} to {most:,} Hz"
    )


def sizes(measured: Sizes, chip: Chip) -> Verdict:
    """Passed, or failed as `too-much-code`, `too-much-ram` or `too-much-xram`: the program alone, without start-up
    code, library and stack, is larger than the chip's memory."""
    memory = chip.memory
    limits = (
        ("too-much-code", measured.code, memory.code, "of program memory"),
        ("too-much-ram", measured.iram, memory.ram, "of RAM"),
        ("too-much-xram", measured.xram, memory.xram + OUTSIDE * memory.bus, "of external RAM"),
    )
    for reason, used, there, what in limits if chip.complete else ():
        if used > there:
            words = f"{used:,} bytes {what}; the {chip.name} has {there:,}"
            return Verdict(GATE, "failed", reason, words)
    return Verdict(GATE, "passed")
