"""Every fault of a unit: all places of all operators, in an order of which any beginning is spread."""

from __future__ import annotations

import random
from collections import Counter

from corpus.source.unit import Unit
from flows.docs.mutants import SAMPLE
from generators.mutants.catalogue import OPERATORS
from generators.mutants.sites import all_faults

UNIT = Unit.parse(SAMPLE.encode())


def test_every_operator_is_there_and_no_text_twice() -> None:
    """The sample has a place for each; of faults that look alike (a pin not released, a statement dropped) one stands
    for all."""
    found = all_faults(UNIT, random.Random(1))
    assert {one.name for one in OPERATORS} - {one.step.name for one in found} <= {"pin-not-released"}
    assert len({one.source for one in found}) == len(found) > 200
    assert UNIT.src not in {one.source for one in found}


def test_any_beginning_is_spread_over_the_operators() -> None:
    """A cap cuts the operators with most places first."""
    found = all_faults(UNIT, random.Random(1))
    first = Counter(one.step.name for one in found[: len(OPERATORS)])
    assert len(first) >= len(OPERATORS) - 15 and max(first.values()) <= 2


def test_places_are_drawn_and_the_same_ones_each_time() -> None:
    """By the generator that is passed in."""
    orders = [[one.source for one in all_faults(UNIT, random.Random(seed))] for seed in (1, 1, 2)]
    assert orders[0] == orders[1] != orders[2]
