"""docs/findings.md says everything that the checks and the chip facts do."""

from __future__ import annotations

from corpus.chips import CHIPS, chip
from flows.docs.findings import page
from flows.docs.markdown import prose
from validators.findings.catalogue import CHECKS


def test_every_check_has_its_section() -> None:
    """With its docstring and all of its examples."""
    text = page()
    for check in CHECKS:
        section = text.partition(f"\n## {check.name}\n")[2].partition("\n## ")[0]
        assert prose(check.doc) in section
        for case in (*check.reported, *check.silent):
            assert case.text.strip("\n") in section and f"{chip(case.chip).name}:" in section, check.name


def test_every_chip_is_named_with_its_sources() -> None:
    """As many as there are files."""
    text = page().partition("\n## Chips\n")[2]
    for path in CHIPS.glob("*.yaml"):
        facts = chip(path.stem)
        assert f"| {facts.name} |" in text and all(source in text for source in facts.sources)
