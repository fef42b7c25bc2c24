"""Lengths, and what limits cost."""

from __future__ import annotations

from reports.lengths import LIMITS, TRAINERS, measure_lengths


def test_a_limit_costs_what_stands_beyond_it_or_the_whole_row() -> None:
    """Rows of 500 and 1,500 tokens at 1,024: one is longer; cutting loses 476 of 2,000 tokens, dropping 1,500."""
    limit = {one.tokens: one for one in measure_lengths({500: 1, 1500: 1}).limits}[1024]
    assert (limit.longer_rows, limit.longer) == (1, 0.5)
    assert (limit.cut, limit.dropped) == (476 / 2000, 1500 / 2000)


def test_a_row_of_just_the_limit_is_not_longer() -> None:
    """The limit is inclusive, as trainers have it."""
    limit = {one.tokens: one for one in measure_lengths({512: 3}).limits}[512]
    assert limit.longer_rows == 0


def test_the_histogram_has_every_row_once() -> None:
    """Whatever the lengths, and edges fit counts."""
    for lengths in ({1: 2}, {25: 1, 24: 1}, {999: 5, 1000: 7, 1001: 1}, {40_000: 1, 3: 1}):
        found = measure_lengths(lengths)
        assert sum(found.counts) == sum(lengths.values())
        assert len(found.edges) == len(found.counts) + 1
        assert found.edges[-1] > max(lengths)
        assert len(found.counts) <= 41


def test_quantiles_are_lengths_that_occur() -> None:
    """The 95 % quantile is the shortest length that 95 rows of 100 do not exceed."""
    found = dict(measure_lengths({10: 94, 20: 1, 30: 5}).quantiles)
    assert (found["shortest"], found["median"], found["95 %"], found["99 %"], found["longest"]) == (10, 10, 20, 30, 30)


def test_an_empty_set_has_zeros() -> None:
    """No division by nothing."""
    found = measure_lengths({})
    assert found.mean == 0 and sum(found.counts) == 0 and all(one.longer == 0 for one in found.limits)


def test_every_trainer_default_has_a_line() -> None:
    """The table is where the reader looks it up."""
    assert {limit for _, _, limit, _ in TRAINERS} <= set(LIMITS)
