"""The page of strategies names those that there are."""

from __future__ import annotations

import re

from flows.settings import ROOT
from generators.model.strategies import repair
from generators.model.strategies.catalogue import STRATEGIES

PAGE = (ROOT / "docs" / "strategies.md").read_text(encoding="utf-8")


def test_every_strategy_is_on_the_page() -> None:
    """In the catalogue's order; the page names no other."""
    named = re.findall(r"^\| `(\w+)` \|", PAGE, re.MULTILINE)
    assert named == list(STRATEGIES)


def test_the_page_s_figure_is_the_code_s() -> None:
    """How much of the findings is told."""
    assert f"first {repair.LONGEST_FINDINGS} characters" in PAGE
