"""How broad a set of seeds is: families of peripherals by target and by difficulty, and the goals of the taxonomy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import get_args

from corpus.chips import Family as Target
from corpus.seeds import Sheet
from corpus.taxonomy import HARD, Taxonomy

TARGETS: tuple[Target, ...] = get_args(Target)
LEVELS = (1, 2, 3, 4, 5)


@dataclass(frozen=True, slots=True)
class Goal:
    """One goal of the taxonomy and how far the seeds are."""

    name: str
    wanted: int
    found: int

    @property
    def met(self) -> bool:
        """Whether there are enough."""
        return self.found >= self.wanted


@dataclass(frozen=True)
class Breadth:
    """Seeds counted by family and target, and by family and difficulty; `outside` names the seeds of no family, which
    no cell counts. `families` are all of the taxonomy, in its order."""

    families: tuple[str, ...]
    by_target: Mapping[tuple[str, str], int]
    by_level: Mapping[tuple[str, int], int]
    goals: tuple[Goal, ...]
    outside: tuple[str, ...]

    @property
    def empty(self) -> tuple[tuple[str, str], ...]:
        """The (family, target) for which there is no seed."""
        return tuple((f, t) for f in self.families for t in TARGETS if not self.by_target.get((f, t)))


def breadth(sheets: Iterable[Sheet], taxonomy: Taxonomy, fillings: Mapping[str, int]) -> Breadth:
    """Counts seeds; a seed's first peripheral decides its family. `fillings` are how many each seed's holes give, by
    its id, counted as far as the taxonomy asks for."""
    sheets = list(sheets)
    family_of = taxonomy.family_of
    inside = [(family_of[s.peripherals[0]], s) for s in sheets if s.peripherals[0] in family_of]
    full = [n for n in Counter(family for family, _ in inside).values() if n >= taxonomy.wanted.family]
    wanted = taxonomy.wanted
    goals = (
        Goal("seeds", wanted.seeds, len(sheets)),
        *(Goal(target, wanted.of(target), sum(s.target == target for s in sheets)) for target in TARGETS),
        Goal(f"families of {wanted.family} or more", wanted.families, len(full)),
        Goal(f"of difficulty {HARD} or more", wanted.hard, sum(s.difficulty >= HARD for s in sheets)),
        Goal(
            f"templates of {wanted.fillings} fillings or more",
            wanted.templates,
            sum(fillings.get(s.id, 1) >= wanted.fillings for s in sheets),
        ),
    )
    return Breadth(
        tuple(taxonomy.families),
        Counter((family, s.target) for family, s in inside),
        Counter((family, s.difficulty) for family, s in inside),
        goals,
        tuple(s.id for s in sheets if s.peripherals[0] not in family_of),
    )
