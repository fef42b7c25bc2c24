"""Drawing names."""

from __future__ import annotations

from reports.draw import Draw


def drawn(names: list[str], size: int, seed: int = 1) -> tuple[str, ...]:
    draw = Draw(seed, "test", size)
    for name in names:
        draw.offer(name)
    return draw.names


def test_the_order_of_the_names_changes_nothing() -> None:
    """The digests decide."""
    names = [f"n{i}" for i in range(200)]
    assert drawn(names, 20) == drawn(names[::-1], 20)


def test_a_name_offered_twice_counts_once() -> None:
    """Repeats of a row do not make it likelier, nor fill the sample."""
    assert sorted(drawn(["a", "a", "b", "a", "b"], 5)) == ["a", "b"]


def test_another_seed_draws_others_and_a_larger_size_keeps_the_smaller_one() -> None:
    """A sample, not a favourite; and growing it adds only."""
    names = [f"n{i}" for i in range(200)]
    assert set(drawn(names, 20)) != set(drawn(names, 20, seed=2))
    assert drawn(names, 40)[:20] == drawn(names, 20)


def test_every_name_is_about_equally_likely() -> None:
    """10 of 100 names by 400 seeds: each is expected 40 times; 5 standard deviations are 30."""
    names = [f"n{i}" for i in range(100)]
    times = dict.fromkeys(names, 0)
    for seed in range(400):
        for name in drawn(names, 10, seed):
            times[name] += 1
    assert all(10 <= count <= 70 for count in times.values())


def test_nothing_asked_gives_nothing() -> None:
    """Size 0 is not an error."""
    assert drawn(["a", "b"], 0) == ()
