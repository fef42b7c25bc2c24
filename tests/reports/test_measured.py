"""What was measured of Programs."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from corpus.records import Coverage, Origin, Program, Sizes
from corpus.shards import write_table
from corpus.tables import program_table
from reports.measured import measure
from reports.report import Deltas, HarnessCoverage, Measured, Medians, Reached


def program(name: str, origin: Origin = "rewrite", seed: str = "led", code: int = 100, cycles: int = 500) -> Program:
    """One that ran unless its cycles are 0."""
    made = Program(name, seed, "", origin, sizes=Sizes(code, 8, 2))
    if not cycles:
        return made
    return replace(made, cycles=cycles, stack=7, code_delta=code - 100, cycles_delta=cycles - 500)


def covered(name: str, lines: int, branches: int, seed: str = "led", total: int = 10) -> Program:
    return replace(program(name, seed=seed), coverage=Coverage(lines, 10, branches, total))


def measured(folder: Path, *shards: list[Program], kept: str = "") -> Measured:
    """The measures of some shards; kept are those named, else all."""
    paths = []
    for number, programs in enumerate(shards):
        paths.append(folder / f"{number}.parquet")
        write_table(paths[-1], program_table(programs))
    return measure(paths, kept.split() or [one.id for programs in shards for one in programs])


def test_medians_are_by_origin_and_of_what_was_measured(tmp_path: Path) -> None:
    """RAM is of both kinds; a faulty program has sizes at most; a model's has none; of an even number the lower."""
    rewrites = [program(f"r{n}", code=100 + n, cycles=500 - n) for n in range(4)]
    faulty = [program("m1", "mutant", code=90, cycles=0), replace(program("m2", "mutant", cycles=0), sizes=None)]
    model = replace(program("x", "model", cycles=0), sizes=None)
    found = measured(tmp_path, [program("s", "seed"), *rewrites], [*faulty, model])
    assert found.medians == (
        Medians("seed", 1, 100, 10, 7, 500),
        Medians("rewrite", 4, 101, 10, 7, 498),
        Medians("mutant", 2, 90, 10, None, None),
        Medians("model", 1, None, None, None, None),
    )


def test_deltas_are_those_of_rewrites(tmp_path: Path) -> None:
    """A root's are 0 by definition and would hide them."""
    rewrites = [program("a", code=96), program("b", code=99), program("c", code=100, cycles=501)]
    found = measured(tmp_path, [program("s", "seed"), program("t", "template"), *rewrites])
    assert found.deltas == (Deltas("code bytes", -1, 2, 1, 0), Deltas("machine cycles", 0, 0, 2, 1))


def test_only_what_was_kept_counts_and_once(tmp_path: Path) -> None:
    """Two shards may have made the same Program."""
    found = measured(tmp_path, [program("a"), program("b")], [program("a"), program("c")], kept="a c")
    assert [one.programs for one in found.medians] == [2]


def test_coverage_is_over_all_and_the_worst_are_of_different_seeds(tmp_path: Path) -> None:
    """Each seed with its worst Program, by the lower of its two shares; a program without a branch has run them all."""
    led = [covered("a", 10, 9), covered("b", 9, 5), covered("c", 8, 6)]
    others = [covered(name, 10, n, seed=f"seed{n}") for n, name in enumerate("defgh", start=4)]
    bare = covered("z", 9, 0, seed="bare", total=0)
    found = measured(tmp_path, led, [*others, bare]).harness
    assert (found.programs, found.unmeasured, found.low) == (9, 0, 0.9)
    assert [found.lines, found.branches] == pytest.approx([86 / 90, 50 / 80])
    assert (found.low_lines, found.low_branches) == (1, 7)
    assert found.worst == (
        Reached("seed4", "d", 1.0, 0.4),
        Reached("led", "b", 0.9, 0.5),
        Reached("seed5", "e", 1.0, 0.5),
        Reached("seed6", "f", 1.0, 0.6),
        Reached("seed7", "g", 1.0, 0.7),
    )


def test_programs_that_ran_without_coverage_are_counted_apart(tmp_path: Path) -> None:
    """A faulty one and one that never ran are not missed."""
    found = measured(tmp_path, [program("a"), program("m", "mutant"), program("x", "model", cycles=0)])
    assert found.harness == HarnessCoverage(0, 1, None, None, 0.9, 0, 0, ())
