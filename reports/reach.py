"""How many different variants a seed can give: the sites of its program, the shapes that were drawn, an estimate."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from reports.batches import read_dicts


@dataclass(frozen=True, slots=True)
class Reach:
    """What one seed can give by rewriting.

    `asked` chains were to be made, `made` variants were kept, and `near` were left out as too near to their root.
    `sites` counts by family where a rule that changes the tree can act on the seed's own program; `combinations` is in
    how many ways a chain can choose among them. `draws` chains were drafted and came to `shapes` different trees;
    `reachable` estimates how many trees there are to be drawn, None where nothing was.
    """

    seed: str
    asked: int
    made: int
    near: int
    sites: tuple[tuple[str, int], ...]
    combinations: int
    draws: int
    shapes: int
    reachable: int | None

    @property
    def short(self) -> bool:
        """Whether more variants were asked for than the seed has trees: the rest can differ in spelling at most."""
        return self.reachable is not None and self.asked > self.reachable


def chao1(draws: Iterable[int]) -> float:
    """The number of kinds, from how often each one that was seen was drawn: seen + f1 (f1 - 1) / (2 (f2 + 1)).

    f1 and f2 are the kinds drawn once and twice. It is a lower bound in expectation, and close where few are drawn once
    (Chao: Nonparametric Estimation of the Number of Classes in a Population, Scandinavian Journal of Statistics 11,
    1984; this bias-corrected form, which needs no f2 > 0, in Chao: Species Estimation and Applications, Encyclopedia of
    Statistical Sciences, 2005).
    """
    seen = Counter(draws)
    return sum(seen.values()) + seen[1] * (seen[1] - 1) / (2 * (seen[2] + 1))


def combinations(sites: Iterable[int], most: int) -> int:
    """In how many ways 1 to `most` rules can act at one of their sites each.

    The sum of the elementary symmetric polynomials of the numbers of sites: an upper bound for what the sites of the
    root give, were they independent. Sites that a rewrite makes are not in it.
    """
    ways = [1] + [0] * most
    for count in sites:
        for taken in range(most, 0, -1):
            ways[taken] += ways[taken - 1] * count
    return sum(ways[1:])


def reaches(
    counts: Mapping[str, Mapping[str, Any]], draws: Iterable[Path], families: Mapping[str, str], steps: int
) -> tuple[Reach, ...]:
    """Each seed's reach, by name, from the expand stage's counts by shard and its tables of draws.

    `families` names the family of each rule; `steps` is the length of the longest chain.

    Raises:
        UnreadableShard: a table of draws is missing, cut short or no Parquet.
    """
    drawn: dict[str, Counter[str]] = {}
    for path in draws:
        for row in read_dicts(path, ["seed", "shape", "draws"]):
            drawn.setdefault(row["seed"], Counter())[row["shape"]] += row["draws"]
    shards: dict[str, list[Mapping[str, Any]]] = {}
    for shard, count in sorted(counts.items()):
        shards.setdefault(shard.rpartition("-")[0], []).append(count)
    return tuple(_reach(seed, parts, drawn.get(seed, Counter()), families, steps) for seed, parts in shards.items())


def _reach(
    seed: str, parts: Sequence[Mapping[str, Any]], drawn: Counter[str], families: Mapping[str, str], steps: int
) -> Reach:
    sites: Counter[str] = Counter()
    by_family: Counter[str] = Counter()
    for part in parts:
        sites.update(part.get("sites", {}))
    for rule, count in sites.items():
        by_family[families.get(rule, "")] += count
    return Reach(
        seed=seed,
        asked=sum(int(part.get("chains", 0)) for part in parts),
        made=sum(int(part.get("origins", {}).get("rewrite", 0)) for part in parts),
        near=sum(int(part.get("reasons", {}).get("expand:too-near", 0)) for part in parts),
        sites=tuple(sorted(by_family.items(), key=lambda pair: (-pair[1], pair[0]))),
        combinations=combinations(sites.values(), steps),
        draws=drawn.total(),
        shapes=len(drawn),
        reachable=round(chao1(drawn.values())) if drawn else None,
    )
