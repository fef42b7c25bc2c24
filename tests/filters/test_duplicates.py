"""Tests of copies and near duplicates."""

from __future__ import annotations

import random
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import Example, Labels, Message, Origin, Selection
from filters.duplicates import DistinctExamples, NearDuplicates, select_distinct_programs
from filters.keys import ExampleKey, ProgramKey, example_key, folded, grade_rank, program_key, token_shingles
from filters.minhash import jaccard
from tests.filters.corpus_of_c import made_source, program, real_keys

BLINK = "void blink(unsigned char n) { while (n--) { P1 ^= 1; wait(); } }"


def ids_of(selection: Selection) -> list[str]:
    return sorted([*selection.kept, *(one.id for one in selection.rejected)])


def numbers(low: int, high: int) -> np.ndarray[tuple[int], np.dtype[np.uint32]]:
    return np.arange(low, high, dtype=np.uint32) * np.uint32(2654435761)


def key(name: str, seed: str, low: int, high: int, rank: int = 3) -> ProgramKey:
    """A key with the shingles low..high-1 of an endless row."""
    values = np.sort(numbers(low, high))
    return ProgramKey(name, seed, rank, name.encode(), values, values)


@pytest.mark.parametrize(
    ("other", "reason"),
    [
        (BLINK.replace("n--", "--n"), ""),
        (BLINK.replace("P1 ^= 1", "P1 ^= 2"), ""),
        (BLINK.replace("(n--)", "(m--)"), ""),
        (BLINK.replace(" ", "\n") + "/* blinks */", "copy"),
        ("void flash(unsigned char times) { while (times--) { P1 ^= 1; pause(); } }", "copy"),
    ],
)
def test_a_program_is_a_copy_if_only_names_layout_or_comments_differ(other: str, reason: str) -> None:
    """Another operator, literal or use of a name is another program."""
    first, second = program_key(program(BLINK, "a")), program_key(program(other, "a", "compiled"))
    selection = select_distinct_programs([second, first])
    assert [one.verdict.reason for one in selection.rejected] == ([reason] if reason else [])
    assert all((one.id, one.winner, one.similarity) == (second.id, first.id, 1.0) for one in selection.rejected)


def test_the_copy_with_the_best_evidence_wins_and_the_seed_before_all() -> None:
    """A seed's own Program ranks first, then grades by strength, then ids; no grade comes last."""
    ranked: list[tuple[str, str, Origin]] = [
        ("e", "", "model"),
        ("b", "same-tokens", "rewrite"),
        ("d", "compiled", "model"),
        ("c", "simulated", "rewrite"),
    ]
    copies = [replace(program(BLINK, "a", grade, origin), id=name) for name, grade, origin in ranked]
    root = replace(program(BLINK, "a", "harness", "seed"), id="z")
    keys = [program_key(one) for one in [*copies, root]]
    assert select_distinct_programs(keys).kept == ("z",)
    assert select_distinct_programs(keys[:4]).kept == ("b",)
    assert select_distinct_programs([keys[0], keys[2]]).kept == ("d",)
    assert grade_rank("same-tokens") < grade_rank("compiled") < grade_rank("")


@pytest.mark.parametrize(
    ("second", "settings_", "reason"),
    [
        (key("b", "t", 30, 130), NearDuplicates(), ""),
        (key("b", "s", 5, 105), NearDuplicates(), ""),
        (key("b", "t", 5, 105), NearDuplicates(threshold=0.95), ""),
        (key("b", "t", 5, 105), NearDuplicates(), "near-duplicate"),
        (key("b", "s", 5, 105), NearDuplicates(across_lineages_only=False), "near-duplicate"),
    ],
)
def test_programs_of_other_lineages_above_the_threshold_are_near_duplicates(
    second: ProgramKey, settings_: NearDuplicates, reason: str
) -> None:
    """Below the threshold, or within a lineage, they are not."""
    selection = settings_([key("a", "s", 0, 100), second])
    assert [one.verdict.reason for one in selection.rejected] == ([reason] if reason else [])
    if reason:
        assert selection.rejected[0].winner == "a"
        assert selection.rejected[0].similarity == pytest.approx(95 / 105)


def test_short_programs_are_judged_by_their_raw_tokens() -> None:
    """Two register tables are of one shape, and yet differ: below 40 shingles the literals count."""

    def table(values: range) -> str:
        return "void init(void)\n{\n" + "".join(f"    SFR{v % 7} = 0x{v:02X};\n" for v in values) + "}\n"

    keys = [program_key(program(table(values), seed)) for seed, values in [("a", range(8)), ("b", range(90, 98))]]
    assert jaccard(keys[0].shingles, keys[1].shingles) == 1.0
    assert len(keys[0].shingles) < 40
    assert NearDuplicates()(keys).rejected == ()
    assert [one.verdict.reason for one in NearDuplicates(min_shingles=0)(keys).rejected] == ["near-duplicate"]
    same = [replace(keys[0], id="c", seed="c"), keys[0]]
    assert [one.winner for one in NearDuplicates()(same).rejected] == [min(one.id for one in same)]


def test_similarity_does_not_chain() -> None:
    """Each step of a row of small changes is near the one before; every reject is near its own winner all the same."""
    keys = [key(f"k{i:02}", f"s{i}", 4 * i, 100 + 4 * i) for i in range(12)]
    by_id = {one.id: one for one in keys}
    selection = NearDuplicates()(keys)
    assert 1 < len(selection.kept) < len(keys)
    for one in selection.rejected:
        assert one.winner in selection.kept
        assert jaccard(by_id[one.id].shingles, by_id[one.winner].shingles) == one.similarity >= 0.8


def test_the_most_similar_winner_is_named_among_more_candidates_than_are_compared() -> None:
    """With 100 candidates and 8 comparisons, the estimate still leads to a winner within the threshold."""
    many = [key(f"k{i:03}", "s", i // 3, 200 + i // 3) for i in range(100)]
    selection = NearDuplicates(max_verified=8)([*many, key("z", "t", 30, 230, rank=4)])
    assert [(one.id, one.verdict.reason) for one in selection.rejected] == [("z", "near-duplicate")]
    assert selection.rejected[0].similarity > 0.95


@pytest.mark.parametrize("wrong", [{"threshold": 0.0}, {"threshold": 1.1}, {"min_shingles": 41}])
def test_settings_out_of_range_are_refused(wrong: dict[str, float]) -> None:
    """The message names the setting."""
    with pytest.raises(ValueError, match=next(iter(wrong))):
        NearDuplicates(**wrong)  # type: ignore[arg-type]


def test_on_real_c_every_pair_at_the_threshold_is_found_and_no_other() -> None:
    """sdcc's library with edited copies: no two kept Programs of two lineages reach 0.8, and every reject does."""
    keys = real_keys()
    by_id = {one.id: one for one in keys}
    selection = NearDuplicates()(keys)
    assert ids_of(selection) == sorted(by_id)
    assert len(selection.rejected) >= 30

    def similarity(left: ProgramKey, right: ProgramKey) -> float:
        if min(left.shingles.size, right.shingles.size) < 40:
            return jaccard(left.raw, right.raw)
        return jaccard(left.shingles, right.shingles)

    for one in selection.rejected:
        assert similarity(by_id[one.id], by_id[one.winner]) == one.similarity >= 0.8
        assert one.winner in selection.kept
    kept = [by_id[name] for name in selection.kept]
    left = [(a.id, b.id) for i, a in enumerate(kept) for b in kept[:i] if a.seed != b.seed and similarity(a, b) >= 0.8]
    assert left == []


@settings(max_examples=25, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 5), st.integers(0, 3), st.integers(0, 2)), max_size=25), st.randoms())
def test_nothing_vanishes_and_the_order_of_the_input_changes_nothing(
    drawn: list[tuple[int, int, int]], shuffle: random.Random
) -> None:
    """Kept and rejected together are the input, for copies and near duplicates."""
    keys = [
        program_key(replace(program(made_source(random.Random(str(text))), f"s{seed}"), id=f"p{i}", grade=grade))
        for i, (text, seed, place) in enumerate(drawn)
        for grade in [("simulated", "compiled", "")[place]]
    ]
    other = list(keys)
    shuffle.shuffle(other)
    for select in (select_distinct_programs, NearDuplicates(), NearDuplicates(across_lineages_only=False)):
        selection = select(keys)
        assert ids_of(selection) == sorted(one.id for one in keys)
        assert select(other) == selection


def example(name: str, question: str, answer: str, grade: str = "simulated") -> ExampleKey:
    messages = (Message("user", question), Message("assistant", answer))
    labels = Labels("mcs51", "sdcc", "uart", 1)
    return example_key(Example(name, "write", "en", messages, labels, "s", ("p",), "rewrite", grade, "w1"))


@pytest.mark.parametrize(
    ("rows", "reasons"),
    [
        ([("a", "Blink P1.", "x"), ("b", "Blink P1.", "y"), ("c", "Blink P2.", "x")], {}),
        ([("a", "Blink P1.", "x  y"), ("b", "Blink\n P1. ", "x\ny")], {"b": "copy"}),
        ([(name, "Blink P1.", name) for name in "abcd"], {"d": "instruction-cap"}),
        ([("a", "Q q", "x"), ("b", "Q q", "x"), ("c", "Q q", "y"), ("d", "Q q", "z")], {"b": "copy"}),
    ],
)
def test_examples_with_one_instruction_and_answer_are_copies(
    rows: list[tuple[str, str, str]], reasons: dict[str, str]
) -> None:
    """White space aside; and at most three Examples here have the same instruction, copies not counted."""
    selection = DistinctExamples(max_same_instruction=3)([example(*row) for row in reversed(rows)])
    assert {one.id: one.verdict.reason for one in selection.rejected} == reasons
    assert ids_of(selection) == sorted(row[0] for row in rows)
    assert all(one.winner == "a" for one in selection.rejected if one.verdict.reason == "copy")


def test_the_example_with_the_best_evidence_wins() -> None:
    """Grade before id."""
    rows = [example("a", "Q", "x", "compiled"), example("b", "Q", "x", "simulated")]
    assert DistinctExamples()(rows).kept == ("b",)


def test_folding_keeps_sets_sorted_and_without_repeats() -> None:
    """Hashes that fall together count once; an empty set stays empty."""
    pair = np.array([5, 7 << 32 | 2, 5 << 32], dtype=np.uint64)
    assert folded(pair).tolist() == [5]
    assert folded(np.empty(0, dtype=np.uint64)).tolist() == []


def test_repeated_token_shingles_count_as_often_as_they_occur() -> None:
    """Eight equal tokens have four 5-token shingles."""
    assert token_shingles([b"x"] * 8).size == 4
    assert token_shingles([b"x"] * 4).size == 0
