"""The instructions of an ELF image that was compiled with -g, read off what `objdump -dl` of its family prints.

reached(elf_instructions(listing, AVR_JUMPS), [trace.coverage for trace in traces], "program.c")
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator

from validators.simulators.coverage import Instruction

AVR_JUMPS = frozenset({
    "brbc", "brbs", "brcc", "brcs", "breq", "brge", "brhc", "brhs", "brid", "brie", "brlo", "brlt", "brmi", "brne",
    "brpl", "brsh", "brtc", "brts", "brvc", "brvs", "cpse", "sbic", "sbis", "sbrc", "sbrs",
})  # fmt: skip
"""The conditional branches of the AVR, and its skips."""

ARM_JUMPS = frozenset({
    "bcc", "bcs", "beq", "bge", "bgt", "bhi", "bhs", "ble", "blo", "bls", "blt", "bmi", "bne", "bpl", "bvc", "bvs",
    "cbnz", "cbz",
})  # fmt: skip
"""The conditional branches of Thumb; what an IT makes conditional does not branch."""

_PLACE = re.compile(r"(?:.*/)?(?P<file>[^/]+):(?P<line>\d+)(?: \(discriminator \d+\))?")
_SYMBOL = re.compile(r"[0-9a-f]+ <.*>:")
_CODE = re.compile(r" *(?P<address>[0-9a-f]+):\t[0-9a-f ]+\t(?P<mnemonic>[a-z][a-z0-9]*)")


def elf_instructions(listing: str, jumps: Collection[str]) -> Iterator[Instruction]:
    """The instructions that come from a source line; files go by their last part.

    What has no line is left out: start-up code, libraries, tables between functions, literal pools.
    """
    place = None
    for row in listing.splitlines():
        if found := _CODE.match(row):
            if place:
                yield Instruction(int(found["address"], 16), *place, found["mnemonic"] in jumps)
        elif found := _PLACE.fullmatch(row):
            place = found["file"], int(found["line"])
        elif _SYMBOL.fullmatch(row):
            place = None
