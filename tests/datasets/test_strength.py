"""The harnesses of the shipped seeds are strong: a few are measured a day, all of them by `make strength`."""

from __future__ import annotations

from datetime import UTC, datetime

from corpus.seeds import Seed, load_seeds
from flows.settings import ROOT
from flows.stages.strength import COUNTED, ENOUGH, digest_of, joined, measured
from validators.sandbox.runner import Sandbox

A_DAY = 4


def of_the_day(seeds: list[Seed], day: int) -> list[Seed]:
    """A few seeds: other ones each day until all had their turn."""
    turns = -(-len(seeds) // A_DAY)
    return seeds[day % turns :: turns] if seeds else []


def test_every_seed_has_its_day() -> None:
    """Within as many days as it takes, four a day at most."""
    seeds = list(load_seeds(ROOT / "datasets" / "seeds"))
    turns = -(-len(seeds) // A_DAY)
    days = [of_the_day(seeds, day) for day in range(700_000, 700_000 + turns)]
    assert all(1 <= len(some) <= A_DAY for some in days)
    assert sorted(seed.id for some in days for seed in some) == [seed.id for seed in seeds]
    assert not of_the_day([], 700_000)


def test_the_harnesses_of_the_day_catch_what_they_are_said_to_catch() -> None:
    """Of the seeds that have a figure; which ones is printed."""
    known = [seed for seed in load_seeds(ROOT / "datasets" / "seeds") if seed.sheet.strength is not None]
    taken = of_the_day(known, datetime.now(UTC).date().toordinal())
    print("strength measured of:", ", ".join(seed.id for seed in taken) or "none, since no seed has a figure")
    for seed in taken:
        figure = seed.sheet.strength
        assert figure is not None and figure.digest == digest_of(seed), f"{seed.id}: the figure is of an older text"
        with Sandbox() as sandbox:
            found = joined(seed, [measured(seed, sandbox, 2_000_000)])
        assert not found.wrong, f"{seed.id}: {found.wrong}"
        missed = [f"{one.line}: {one.operator}: {one.text}" for one in found.tried if one.outcome in COUNTED[1:]]
        assert (found.count(*COUNTED), found.count("caught")) == (figure.mutants, figure.caught), (seed.id, missed)
        assert found.share >= ENOUGH, (seed.id, missed)
