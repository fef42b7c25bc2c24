"""What of a program its harness ran, read off the object code: the listing of its code, and the traces of its runs.

    reached = coverage_of_listing([rst], [trace.coverage for trace in traces], "program.c", MCS51_JUMPS)
    reached.coverage, reached.unreached, reached.one_way

A listing is the relocated one of sdcc's assemblers (`.rst`, made by the linker), in which sdcc names the source line
before the instructions of each; the option --no-c-code-in-asm leaves those out.

A jump by which the 8051 carries an increment or decrement into the next byte is not counted as conditional: it is no
decision of the program, and a harness that crosses a 256-byte boundary with each pointer is not a better one.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from itertools import zip_longest

from corpus.records import Coverage

MCS51_JUMPS = frozenset({"jb", "jnb", "jbc", "jc", "jnc", "jz", "jnz", "cjne", "djnz"})
"""The conditional jumps of the 8051."""

STM8_JUMPS = frozenset({
    "btjt", "btjf", "jrc", "jreq", "jrh", "jrih", "jril", "jrm", "jrmi", "jrnc", "jrne", "jrnh", "jrnm", "jrnv", "jrpl",
    "jrsge", "jrsgt", "jrsle", "jrslt", "jruge", "jrugt", "jrule", "jrult", "jrv",
})  # fmt: skip
"""Those of the STM8; jra, jrt and jrf have one outcome."""

_PLACE = re.compile(r"\s*\d+ ;\t(?P<file>[^\s:]+):\s*(?P<line>\d+): ")
_AREA = re.compile(r"\s*(?:[0-9A-F]{4,8}\s+)?\d+\s+\.area\s")
_CODE = re.compile(
    r"\s+(?P<address>[0-9A-F]{4,8}) (?:[0-9A-F]{2} )+\s*(?:\[\s*\d+\])?\s+\d+ (?:\S+:)?\s+"
    r"(?P<mnemonic>[a-z]+)\b\s*(?P<operands>.*)"
)
# Two bytes of one number: cjne r5,#0x00,L / inc r6, or cjne a,_x,L / inc (_x + 1), and dec with 0xff.
_CARRY_REGISTER = re.compile(r"r(\d),#0x(?:00|ff),")
_CARRY_MEMORY = re.compile(r"a,(?:(_\w+)|\((_\w+) \+ (\d+)\)),")


@dataclass(frozen=True, slots=True)
class Instruction:
    """One instruction of an image, the source line that it was compiled from, and whether it jumps on a condition."""

    address: int
    file: str
    line: int
    conditional: bool


@dataclass(frozen=True, slots=True)
class Reached:
    """What ran of one source file, over several runs.

    `unreached` are lines that have code of which nothing ran; `one_way` are lines that ran and have a conditional jump
    that always or never jumped. Both are sorted.
    """

    coverage: Coverage
    unreached: tuple[int, ...]
    one_way: tuple[int, ...]


def coverage_of_listing(listings: Iterable[str], runs: Iterable[str], source: str, jumps: Collection[str]) -> Reached:
    """What the runs reached of `source`; `runs` are the coverage texts of traces, `jumps` the conditional mnemonics."""
    code = [instruction for listing in listings for instruction in instructions(listing, jumps)]
    return reached(code, runs, source)


def reached(code: Iterable[Instruction], runs: Iterable[str], source: str) -> Reached:
    """The same of instructions that were read off any kind of object code."""
    ran = _outcomes(runs)
    own = [instruction for instruction in code if instruction.file == source]
    lines = {instruction.line for instruction in own}
    lines_ran = {instruction.line for instruction in own if instruction.address in ran}
    jumps = {i.address: i.line for i in own if i.conditional}
    ways = {address: ran.get(address, 0).bit_count() for address in jumps}
    one_way = {line for address, line in jumps.items() if address in ran and ways[address] < 2}
    coverage = Coverage(len(lines_ran), len(lines), sum(ways.values()), 2 * len(jumps))
    return Reached(coverage, tuple(sorted(lines - lines_ran)), tuple(sorted(one_way)))


def instructions(listing: str, jumps: Collection[str]) -> Iterator[Instruction]:
    """The instructions of a relocated listing (.rst) of sdas that come from a source line."""
    place = None
    rows: list[tuple[re.Match[str], str, int]] = []
    for row in listing.splitlines():
        if found := _PLACE.match(row):
            place = found["file"], int(found["line"])
        elif _AREA.match(row):
            place = None
        elif place and (found := _CODE.match(row)):
            rows.append((found, *place))
    following = [row[0] for row in rows[1:]]
    for (code, file, line), after in zip_longest(rows, following):
        conditional = code["mnemonic"] in jumps and not (after and _carries(code, after))
        yield Instruction(int(code["address"], 16), file, line, conditional)


def _carries(code: re.Match[str], after: re.Match[str]) -> bool:
    if code["mnemonic"] != "cjne" or after["mnemonic"] not in ("inc", "dec"):
        return False
    if found := _CARRY_REGISTER.match(code["operands"]):
        return after["operands"].strip() == f"r{int(found[1]) + 1}"
    if found := _CARRY_MEMORY.match(code["operands"]):
        return after["operands"].strip() == f"({found[1] or found[2]} + {int(found[3] or 0) + 1})"
    return False


_WAYS = {"+": 1, "-": 2, "*": 3}


def _outcomes(runs: Iterable[str]) -> dict[int, int]:
    """The addresses that ran, with the ways that their jumps went: 1 jumped, 2 did not, 3 both."""
    ran: dict[int, int] = {}
    for run in runs:
        for entry in run.split(",") if run else ():
            way = _WAYS.get(entry[-1], 0)
            address = int(entry[:-1] if way else entry, 16)
            ran[address] = ran.get(address, 0) | way
    return ran
