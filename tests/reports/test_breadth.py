"""Counting seeds by family, target and difficulty, against the goals."""

from __future__ import annotations

from pathlib import Path

from corpus.seeds import load_seed
from corpus.taxonomy import taxonomy
from reports.breadth import breadth

SHEET = load_seed(Path(__file__).parents[2] / "datasets" / "seeds" / "uart-rx-ring").sheet
PLAN = taxonomy()
WANTED = {"seeds": 3, "mcs51": 2, "stm8": 0, "avr": 1, "cortex_m": 0, "family": 2, "families": 2, "hard": 2}
WANTED |= {"templates": 1, "fillings": 3}


def test_seeds_are_counted_by_family_target_and_level() -> None:
    """The first peripheral decides; one of no family is named and in no cell."""
    other = SHEET.model_copy(update={"target": "avr", "difficulty": 5})
    strange = SHEET.model_copy(update={"id": "odd", "peripherals": ("oddity", "uart")})
    found = breadth([SHEET, SHEET, other, strange], PLAN, {})
    assert found.by_target[("uart", "mcs51")] == 2 and found.by_target[("uart", "avr")] == 1
    assert found.by_level[("uart", 5)] == 1 and sum(found.by_level.values()) == 3
    assert found.outside == ("odd",)
    assert ("uart", "stm8") in found.empty and ("uart", "mcs51") not in found.empty
    assert len(found.empty) == 20 * 4 - 2


def test_goals_are_met_or_not() -> None:
    """Each of them, from both sides of its limit."""
    plan = PLAN.model_copy(update={"wanted": PLAN.wanted.model_copy(update=WANTED)})
    hard = SHEET.model_copy(update={"difficulty": 4})
    clock = SHEET.model_copy(update={"target": "avr", "peripherals": ("rtc",), "difficulty": 5})
    short = {goal.name: goal.met for goal in breadth([SHEET, hard], plan, {SHEET.id: 2}).goals}
    assert short == {
        "seeds": False, "mcs51": True, "stm8": True, "avr": False, "cortex-m": True,
        "families of 2 or more": False, "of difficulty 4 or more": False,
        "templates of 3 fillings or more": False,
    }  # fmt: skip
    assert all(goal.met for goal in breadth([SHEET, hard, clock, clock], plan, {SHEET.id: 3}).goals)
