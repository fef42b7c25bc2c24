"""Every check, in the order of the documentation, and what they all say of a program."""

from __future__ import annotations

from corpus.chips import Chip
from corpus.records import Diagnostic, Verdict
from corpus.source.unit import Unit
from validators.findings.arithmetic_in_isr import arithmetic_in_isr
from validators.findings.blocking_isr import blocking_isr
from validators.findings.check import Check
from validators.findings.delay_loop_removed import delay_loop_removed
from validators.findings.firmware import Firmware
from validators.findings.flag_not_cleared import flag_not_cleared
from validators.findings.lost_update import lost_update
from validators.findings.missing_volatile import missing_volatile
from validators.findings.non_atomic_access import non_atomic_access
from validators.findings.reentered_function import reentered_function
from validators.findings.unbounded_wait import unbounded_wait
from validators.findings.unknown_register import unknown_register
from validators.findings.unknown_vector import unknown_vector

GATE = "findings"

CHECKS: tuple[Check, ...] = (
    missing_volatile,
    non_atomic_access,
    lost_update,
    reentered_function,
    arithmetic_in_isr,
    blocking_isr,
    flag_not_cleared,
    unknown_vector,
    unknown_register,
    unbounded_wait,
    delay_loop_removed,
)


def findings(source: str, chip: Chip) -> tuple[Diagnostic, ...]:
    """What all checks have to say of a program for a chip, in source order; nothing where it does not parse at all."""
    firmware = Firmware.of(Unit.parse(source.encode("utf-8", "replace")), chip)
    found = [diagnostic for check in CHECKS for diagnostic in check.of(firmware)]
    return tuple(sorted(found, key=lambda d: (d.line, d.column, d.code)))


def findings_verdict(source: str, chip: Chip, more: tuple[Diagnostic, ...] = ()) -> Verdict:
    """A gate that never rejects: the findings with their count as evidence, `more` (cppcheck's, say) behind our own."""
    found = (*findings(source, chip), *more)
    count = f"{len(found)} finding{'' if len(found) == 1 else 's'}"
    return Verdict(GATE, "passed", evidence=count, diagnostics=found, tool=f"firmseed checks for the {chip.name}")
