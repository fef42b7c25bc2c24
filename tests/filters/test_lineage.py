"""Tests of the cap on a seed's lineage."""

from __future__ import annotations

import random

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from filters.keys import ProgramKey
from filters.lineage import LineageCap

EMPTY = np.empty(0, dtype=np.uint32)


def key(name: str, seed: str, first: int, root: bool = False, rank: int = 3) -> ProgramKey:
    """A key with 200 shingles from `first` of an endless row: keys are as different as their firsts are apart."""
    values = np.sort(np.arange(first, first + 200, dtype=np.uint32) * np.uint32(2654435761))
    return ProgramKey(name, seed, 0 if root else rank, name.encode(), values, EMPTY, root)


def test_the_seed_comes_first_and_then_the_farthest_from_all_kept() -> None:
    """On a line with the seed at its left end: the right end, then the middle."""
    keys = [key(f"p{place:03}", "s", place, root=place == 0) for place in range(0, 220, 20)]
    selection = LineageCap(most=3)(keys)
    assert selection.kept[:2] == ("p000", "p200")
    assert selection.kept[2] in ("p080", "p100", "p120")
    assert {one.verdict.reason for one in selection.rejected} == {"lineage-cap"}


def test_each_lineage_has_its_own_cap() -> None:
    """A small lineage loses nothing to a large one."""
    keys = [key(f"a{i}", "a", 10 * i) for i in range(6)] + [key("b0", "b", 0)]
    selection = LineageCap(most=4)(keys)
    assert len(selection.rejected) == 2
    assert selection.kept[-1] == "b0"


def test_ties_go_to_the_better_evidence_and_then_to_the_smaller_id() -> None:
    """Equal Programs are at equal distance."""
    keys = [key("c", "s", 0, root=True), key("b", "s", 100), key("a", "s", 100, rank=5), key("d", "s", 100)]
    assert LineageCap(most=2)(keys).kept == ("c", "b")


def test_a_cap_below_one_is_refused() -> None:
    """A lineage keeps its seed at least."""
    with pytest.raises(ValueError, match="at least 1, not 0"):
        LineageCap(most=0)


@settings(max_examples=40, deadline=None)
@given(st.lists(st.tuples(st.sampled_from("ab"), st.integers(0, 300)), max_size=15), st.integers(1, 8), st.randoms())
def test_nothing_vanishes_the_cap_holds_and_order_changes_nothing(
    drawn: list[tuple[str, int]], most: int, shuffle: random.Random
) -> None:
    """And a larger cap keeps, in each lineage, what a smaller one keeps and then more."""
    keys = [key(f"{seed}{i:02}", seed, first) for i, (seed, first) in enumerate(drawn)]
    selection = LineageCap(most)(keys)
    assert sorted([*selection.kept, *(one.id for one in selection.rejected)]) == sorted(one.id for one in keys)
    for seed in "ab":
        kept = [name for name in selection.kept if name[0] == seed]
        assert len(kept) == min(most, sum(one.seed == seed for one in keys))
        assert [name for name in LineageCap(most + 3)(keys).kept if name[0] == seed][: len(kept)] == kept
    other = list(keys)
    shuffle.shuffle(other)
    assert LineageCap(most)(other) == selection
