"""Tests of the mixture."""

from __future__ import annotations

import random
from collections.abc import Mapping
from dataclasses import replace
from typing import Any, Literal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import Example
from filters.mixture import Mix, Mixture
from filters.row import Row, mixture_row
from filters.targets import MixtureError
from tests.filters.rows import example

TASKS = ("write", "fix", "explain")
HALVES = {"language": {"en": 0.5, "zh": 0.5}}


def row(name: str, tokens: int = 100, task: str = "write", language: str = "en", peripheral: str = "uart") -> Row:
    labels = (("task", task), ("language", language), ("peripheral", peripheral))
    return Row(name, tokens, labels, float(name[1:]) if name[1:].isdigit() else 0.0)


def many(counts: Mapping[tuple[str, str], int], tokens: int = 100) -> list[Row]:
    """So many rows of each (task, language)."""
    wanted = [cell for cell, count in counts.items() for _ in range(count)]
    return [row(f"r{i:04}", tokens, task, language) for i, (task, language) in enumerate(wanted)]


def share(mixture: Mixture, axis: str, value: str) -> float:
    return next(one.achieved for one in mixture.margins if (one.axis, one.value) == (axis, value))


def test_shares_of_several_axes_are_met_at_once() -> None:
    """Skewed rows, two axes: every share is within a row of its target, and the budget is exact."""
    rows = many({("write", "en"): 400, ("fix", "en"): 60, ("write", "zh"): 60, ("fix", "zh"): 60})
    mixture = Mix({"task": {"write": 0.6, "fix": 0.4}, "language": {"en": 0.5, "zh": 0.5}}, budget=10_000)(rows)
    assert (mixture.tokens, mixture.rows, mixture.shortfalls, mixture.binding) == (10_000, 100, (), ())
    assert share(mixture, "task", "fix") == pytest.approx(0.4, abs=0.0101)
    assert share(mixture, "language", "zh") == pytest.approx(0.5, abs=0.0101)
    assert mixture.effective_rows == 100


def test_no_cell_is_emptied_without_need() -> None:
    """Equal cells and equal shares: each cell gives about a quarter, though two could fill all margins."""
    rows = many({(task, language): 100 for task in ("write", "fix") for language in ("en", "zh")})
    mixture = Mix({"task": {"write": 0.5, "fix": 0.5}, **HALVES}, budget=4_000)(rows)
    labels = {one.id: one.labels[:2] for one in rows}
    counts = [sum(labels[name] == cell for name, _ in mixture.chosen) for cell in set(labels.values())]
    assert counts == [10, 10, 10, 10]


def test_rows_are_taken_in_their_order() -> None:
    """The best of a cell come first."""
    mixture = Mix({}, budget=3, unit="rows")([row("r3"), row("r1"), row("r4"), row("r2"), row("r5")])
    assert mixture.chosen == (("r1", 1), ("r2", 1), ("r3", 1))


def test_what_cannot_be_met_is_named_with_numbers_and_what_to_make() -> None:
    """The budget is filled all the same."""
    rows = many({("write", "en"): 100, ("write", "zh"): 20, ("fix", "zh"): 10})
    mixture = Mix(HALVES, budget=10_000)(rows)
    assert mixture.tokens == 10_000
    (shortfall,) = mixture.shortfalls
    assert shortfall.words == (
        "language=zh is short of 2,000 tokens (target 50.0 %, achieved 30.0 %): "
        "make more of language=zh (about 20 rows)"
    )
    assert (shortfall.tokens, shortfall.make) == (2_000, (("language=zh", 20),))
    assert mixture.binding == ("language=zh",)
    assert mixture.reach == pytest.approx(3_000 / 0.495, rel=0.001)


def test_the_work_order_names_the_cells_that_are_used_up() -> None:
    """fix in zh is what both shares lack."""
    rows = many({("write", "en"): 200, ("write", "zh"): 60, ("fix", "en"): 60, ("fix", "zh"): 2})
    mixture = Mix({"task": {"write": 0.5, "fix": 0.5}, **HALVES}, budget=20_000)(rows)
    assert {one.axis for one in mixture.shortfalls} == {"task", "language"}
    assert {cell for one in mixture.shortfalls for cell, _ in one.make} <= set(mixture.binding)
    assert "language=zh, task=fix" in mixture.binding


def test_a_value_that_no_row_has_is_short_if_it_is_known() -> None:
    """`fix` is a task that may not have been made yet."""
    mixture = Mix({"task": {"write": 0.8, "fix": 0.2}}, budget=1_000)(many({("write", "en"): 50}))
    assert [one.words for one in mixture.shortfalls] == [
        "task=fix is short of 200 tokens (target 20.0 %, achieved 0.0 %): make more of task=fix (about 2 rows)"
    ]


def test_rows_too_long_for_the_budget_are_said_to_be() -> None:
    """One row of 300 tokens cannot be a tenth of 1,000."""
    rows = [row("r0", 300, language="zh"), *(row(f"r{i}", 100) for i in range(1, 20))]
    mixture = Mix({"language": {"en": 0.9, "zh": 0.1}}, budget=1_000)(rows)
    assert [one.words for one in mixture.shortfalls] == [
        "language=zh is short of 100 tokens (target 10.0 %, achieved 0.0 %): "
        "there are enough rows, but they are too long to divide this budget; raise it"
    ]


def test_a_budget_beyond_all_rows_takes_them_all_and_says_so() -> None:
    """Nothing is left, and the budget itself is the first thing short."""
    mixture = Mix(HALVES, budget=10_000)(many({("write", "en"): 40, ("write", "zh"): 40}))
    assert mixture.tokens == 8_000
    assert mixture.left == ()
    assert mixture.shortfalls[0].words == (
        "the budget is short of 2,000 tokens: every admitted row is used as often as allowed; "
        "make more, allow more repeats, or lower the budget to 8,000"
    )
    assert [one.tokens for one in mixture.shortfalls] == [2_000], "both languages have their half of what there is"


def test_repeats_fill_a_share_up_to_the_cap_and_no_more_than_needed() -> None:
    """Ten zh rows for half of 60: each three times; the en rows once."""
    rows = many({("write", "en"): 100, ("write", "zh"): 10})
    mixture = Mix(HALVES, budget=6_000, max_repeats=4)(rows)
    times = dict(mixture.chosen)
    zh = [times[one.id] for one in rows if ("language", "zh") in one.labels]
    assert zh == [3] * 10
    assert all(times.get(one.id, 0) <= 1 for one in rows if ("language", "en") in one.labels)
    assert mixture.effective_rows == pytest.approx(60 * 60 / (30 + 10 * 9))
    assert next(one.repeated for one in mixture.margins if one.value == "zh") == 20


def test_what_can_be_had_without_repeats_is() -> None:
    """Proportions would have nine of five rows; the margins can do with five."""
    rows = many({("fix", "en"): 5, ("fix", "zh"): 100, ("write", "en"): 100, ("write", "zh"): 100})
    mixture = Mix({"task": {"write": 0.5, "fix": 0.5}, **HALVES}, budget=10_000, max_repeats=4)(rows)
    assert {times for _, times in mixture.chosen} == {1}
    assert mixture.shortfalls == ()


def test_repeats_are_even_and_the_first_rows_get_the_odd_one() -> None:
    """25 from 10 rows: five are there three times, five twice."""
    mixture = Mix({}, budget=25, unit="rows", max_repeats=4)(many({("write", "en"): 10}))
    assert [times for _, times in mixture.chosen] == [3] * 5 + [2] * 5


def test_the_rest_is_shared_in_proportion_to_what_there_is() -> None:
    """`*` covers all values that are not named."""
    rows = [row(f"r{i}", 100, peripheral=["uart", "adc", "adc", "adc", "spi"][i % 5]) for i in range(500)]
    mixture = Mix({"peripheral": {"uart": 0.6, "*": 0.4}}, budget=10_000)(rows)
    assert [one.value for one in mixture.margins] == ["adc", "spi", "uart"]
    assert [one.target for one in mixture.margins] == pytest.approx([0.3, 0.1, 0.6])
    assert share(mixture, "peripheral", "adc") == pytest.approx(0.3, abs=0.01)


def test_without_a_rest_values_not_named_are_left_out() -> None:
    """Reason `no-share`, as for a share of 0; what the budget does not need is `not-needed`."""
    rows = [row("r0", task="write"), row("r1", task="fix"), row("r2", task="explain"), row("r3", task="write")]
    mixture = Mix({"task": {"write": 1.0, "fix": 0.0}}, budget=1, unit="rows")(rows)
    assert {one.id: one.verdict.reason for one in mixture.selection.rejected} == {
        "r1": "no-share",
        "r2": "no-share",
        "r3": "not-needed",
    }
    assert mixture.selection.kept == ("r0",)


def test_preferring_shares_lowers_the_budget_to_what_meets_them() -> None:
    """30 zh rows of 100 tokens make at most 6,000 tokens of two halves, and 0.5 % more within the tolerance."""
    rows = many({("write", "en"): 100, ("write", "zh"): 30})
    mixture = Mix(HALVES, budget=12_000, prefer="shares")(rows)
    assert 6_000 <= mixture.tokens <= 6_100
    assert mixture.shortfalls == ()
    with pytest.raises(MixtureError, match="no budget meets the shares"):
        Mix({"task": {"write": 0.8, "fix": 0.2}}, budget=1_000, prefer="shares")(rows)


def test_a_weight_says_which_axis_gives_way() -> None:
    """All zh rows are write rows, so half zh and half fix cannot both be."""
    rows = many({("fix", "en"): 100, ("write", "zh"): 30, ("write", "en"): 30})
    targets = {"task": {"fix": 0.8, "write": 0.2}, **HALVES}
    heavy = [Mix(targets, 4_000, weights={axis: 10.0})(rows) for axis in ("task", "language")]
    assert share(heavy[0], "task", "fix") == pytest.approx(0.8)
    assert share(heavy[1], "language", "zh") == pytest.approx(0.5)


@pytest.mark.parametrize(
    ("settings_", "message"),
    [
        ({"targets": {"langauge": {"en": 1.0}}}, "unknown axis langauge: row r0000 has language, peripheral, task"),
        ({"targets": {"language": {"en": 0.5, "cn": 0.5}}}, "unknown value language=cn: rows have en, zh"),
        (
            {"targets": {"language": {"en": 0.5, "zh": 0.4}}},
            r"shares of language sum to 0.9, not 1: change them, or give '\*'",
        ),
        ({"targets": {"language": {"en": 50, "zh": 50}}}, "fractions 0..1, not en=50, zh=50: write 0.25 for 25 %"),
        ({"targets": HALVES, "weights": {"task": 2.0}}, "weight for task, which has no target"),
        ({"targets": {"task": {"explain": 1.0}}}, "the targets admit none of the rows"),
        ({"targets": {}, "budget": 0}, "the budget is 0 tokens: give at least 1"),
        ({"targets": {}, "max_repeats": 0}, "max_repeats is 0: 1 takes each row once at most"),
    ],
)
def test_a_wrong_setting_is_named_with_what_to_do(settings_: dict[str, Any], message: str) -> None:
    """Before any row is chosen."""
    with pytest.raises(MixtureError, match=message):
        Mix(**{"budget": 1_000, **settings_})(many({("write", "en"): 5, ("write", "zh"): 5}))


@pytest.mark.parametrize(
    ("rows", "message"),
    [
        ([], "there are no rows to mix"),
        ([row("r1"), row("r1")], "1 rows have an id that occurs before"),
        ([row("r1", tokens=0)], "row r1 has 0 tokens"),
    ],
)
def test_rows_that_cannot_be_mixed_are_named(rows: list[Row], message: str) -> None:
    """No rows, copies of an id, and rows without tokens."""
    with pytest.raises(MixtureError, match=message):
        Mix({}, budget=10)(rows)


def test_an_example_gives_a_row_on_every_axis() -> None:
    """Tokens of the whole row, or of the answer only."""
    one: Example = replace(example(), tokens=70, answer_tokens=50)
    assert mixture_row(one, order=2.5) == Row(
        "row",
        70,
        (
            ("task", "write"),
            ("language", "en"),
            ("peripheral", "gpio"),
            ("difficulty", "1"),
            ("target", "mcs51"),
            ("dialect", "sdcc"),
            ("needs", "none"),
            ("origin", "rewrite"),
            ("grade", "simulated"),
        ),
        2.5,
    )
    assert mixture_row(one, trained_only=True).tokens == 50


ROWS = st.lists(
    st.tuples(
        st.integers(20, 200), st.sampled_from(TASKS), st.sampled_from(("en", "zh")), st.sampled_from(("uart", "adc"))
    ),
    min_size=1,
    max_size=120,
).map(lambda drawn: [row(f"r{i:03}", *one) for i, one in enumerate(drawn)])
TARGETS: list[dict[str, dict[str, float]]] = [
    {},
    HALVES,
    {"task": {"write": 0.2, "fix": 0.5, "explain": 0.3}, **HALVES},
    {"task": {"fix": 0.4, "*": 0.6}, "language": {"en": 0.9, "zh": 0.1}, "peripheral": {"uart": 0.5, "adc": 0.5}},
]


@settings(max_examples=80, deadline=None)
@given(
    ROWS,
    st.sampled_from(TARGETS),
    st.sampled_from(["tokens", "rows"]),
    st.floats(0.05, 1.5),
    st.integers(1, 4),
    st.randoms(),
)
def test_the_laws_of_a_mixture(
    rows: list[Row],
    targets: dict[str, dict[str, float]],
    unit: Literal["tokens", "rows"],
    part: float,
    max_repeats: int,
    shuffle: random.Random,
) -> None:
    """Kept + rejected = input, caps and budget hold and are used, the table adds up, order changes nothing."""
    sizes = {one.id: one.tokens if unit == "tokens" else 1 for one in rows}
    known = {"peripheral": ("uart", "adc"), "task": TASKS, "language": ("en", "zh")}
    budget = max(1, int(part * sum(sizes.values())))
    mix = Mix(targets, budget, unit, max_repeats, known=known)
    mixture = mix(rows)
    times = dict(mixture.chosen)

    selection = mixture.selection
    assert sorted([*selection.kept, *(one.id for one in selection.rejected)]) == sorted(sizes)
    assert set(times.values()) <= set(range(1, max_repeats + 1))
    filled = sum(sizes[name] * count for name, count in times.items())
    assert filled <= budget
    free = [sizes[name] for name in sizes if times.get(name, 0) < max_repeats]
    assert filled == budget or not free or budget - filled < min(free)
    assert sum(one.tokens * times.get(one.id, 0) for one in rows) == mixture.tokens
    assert sum(times.values()) == mixture.rows
    for axis in targets:
        table = [one for one in mixture.margins if one.axis == axis]
        assert sum(one.tokens for one in table) == mixture.tokens
        assert sum(one.rows for one in table) == mixture.rows
        assert sum(one.target for one in table) == pytest.approx(1)
    ordered = {(cell, one.axis, one.value) for one in mixture.shortfalls for cell, _ in one.make}
    assert all(cell in mixture.binding or cell == f"{axis}={value}" for cell, axis, value in ordered)
    assert 0 < mixture.effective_rows <= len(times) + 1e-9 or not times

    other = list(rows)
    shuffle.shuffle(other)
    assert mix(other) == mixture


@settings(max_examples=20, deadline=None)
@given(st.integers(0, 10**6), st.sampled_from(TARGETS[1:]))
def test_a_feasible_mixture_is_within_one_percent_of_its_budget_and_shares(
    seed: int, targets: dict[str, dict[str, float]]
) -> None:
    """2,000 rows and a budget below `reach`: tokens to 1 %, each share to 2 points, and nothing is short."""
    rng = random.Random(f"feasible/{seed}")
    rows = [
        row(
            f"r{i:04}",
            rng.randint(20, 400),
            rng.choice(TASKS),
            rng.choice(["en", "en", "zh"]),
            rng.choice(["uart", "adc"]),
        )
        for i in range(2000)
    ]
    reach = Mix(targets, budget=1)(rows).reach
    mixture = Mix(targets, budget=int(0.6 * reach))(rows)
    assert 0.99 * 0.6 * reach <= mixture.tokens <= 0.6 * reach
    assert mixture.shortfalls == ()
    assert all(abs(one.achieved - one.target) < 0.02 for one in mixture.margins)
