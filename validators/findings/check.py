"""What a check is: a function that finds places, with its docstring and its examples beside it.

A check looks at a `Firmware` (a parsed unit, the chip that it is for, and what both say about interrupts) and yields
findings. It speaks only when it is sure: a false alarm is the dear error, so whatever it cannot see makes it silent.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

from corpus.chips import Chip
from corpus.records import Diagnostic
from corpus.source.unit import Unit
from validators.findings.firmware import Firmware

MARK = "/* reported */"
"""In an example, stands on each line that must be reported."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One place, as a byte offset, and what is to be said of it."""

    start: int
    message: str


@dataclass(frozen=True, slots=True)
class Case:
    """One example: a whole unit, and the stem of the chip's file."""

    text: str
    chip: str = "at89s52"


Finder = Callable[[Firmware], Iterator[Finding]]


@dataclass(frozen=True, slots=True)
class Check:
    """One check. On `reported` it must report exactly the lines marked MARK, on `silent` nothing."""

    name: str
    find: Finder
    reported: tuple[Case, ...]
    silent: tuple[Case, ...]

    @property
    def doc(self) -> str:
        """The docstring: what the check finds, why it matters on these chips, when it stays silent."""
        return (self.find.__doc__ or "").strip()

    def __call__(self, unit: Unit, chip: Chip) -> tuple[Diagnostic, ...]:
        """The findings in one unit for one chip, in source order."""
        return self.of(Firmware.of(unit, chip))

    def of(self, firmware: Firmware) -> tuple[Diagnostic, ...]:
        """The same for what is known already."""
        unit = firmware.unit
        found = sorted({(f.start, f.message) for f in self.find(firmware)})
        return tuple(
            Diagnostic(firmware.file, unit.line(start), unit.column(start), "warning", self.name, message)
            for start, message in found
        )


def check(*, reported: Sequence[Case], silent: Sequence[Case]) -> Callable[[Finder], Check]:
    """Turns a finder into a `Check` named after it (underscores become hyphens)."""

    def named(find: Finder) -> Check:
        name = getattr(find, "__name__", "").replace("_", "-")
        return Check(name, find, tuple(reported), tuple(silent))

    return named
