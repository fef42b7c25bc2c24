"""Every check's examples, which are its documentation, hold; no check stumbles over odd input."""

from __future__ import annotations

import re

import pytest

from corpus.chips import chip
from corpus.source.unit import Unit
from validators.findings.catalogue import CHECKS
from validators.findings.check import MARK, Case, Check

SILENT = [pytest.param(c, case, id=f"{c.name}-{number}") for c in CHECKS for number, case in enumerate(c.silent)]
REPORTED = [pytest.param(c, case, id=f"{c.name}-{number}") for c in CHECKS for number, case in enumerate(c.reported)]


def marked(case: Case) -> list[int]:
    """The lines that must be reported; `missing-volatile` names the declaration."""
    return [number for number, line in enumerate(case.text.split("\n"), 1) if MARK in line]


@pytest.mark.parametrize(("check", "case"), SILENT)
def test_a_check_says_nothing_of_sound_code(check: Check, case: Case) -> None:
    """A false alarm is the dear error."""
    assert check(Unit.parse(case.text.encode()), chip(case.chip)) == ()


@pytest.mark.parametrize(("check", "case"), REPORTED)
def test_a_check_reports_the_marked_lines_and_no_other(check: Check, case: Case) -> None:
    """With its own name as the code and a column that lies in the line."""
    found = check(Unit.parse(case.text.encode()), chip(case.chip))
    assert [d.line for d in found] == marked(case), found
    lines = case.text.split("\n")
    for diagnostic in found:
        assert diagnostic.code == check.name and diagnostic.severity == "warning"
        assert 1 <= diagnostic.column <= len(lines[diagnostic.line - 1])
        assert re.search(r"`\w+", diagnostic.message) or "0x" in diagnostic.message


@pytest.mark.parametrize("check", CHECKS, ids=lambda check: check.name)
def test_a_check_explains_itself(check: Check) -> None:
    """What it finds, and when it is silent; examples of both kinds, each a program that parses."""
    assert "Silent" in check.doc
    assert check.reported and check.silent
    for case in (*check.reported, *check.silent):
        assert Unit.parse(case.text.encode()).error is None, case.text
