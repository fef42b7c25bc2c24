"""How many Programs of one seed's lineage stay: the most different ones."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from corpus.records import Rejected, Selection, Verdict
from filters.keys import ProgramKey
from filters.minhash import signatures

GATE = "lineage"


@dataclass(frozen=True, slots=True)
class LineageCap:
    """Keeps at most `most` Programs of each lineage (reason `lineage-cap`).

    The choice is greedy max-min (Gonzalez 1985): it starts from the seed's own Program, or from the first by
    rank and id where that is not among the input, and takes next the one whose nearest kept relative is farthest.
    Distance is one minus the Jaccard similarity that 128 MinHash permutations estimate (standard error at most
    0.045). Ties go to the better rank, then to the smaller id. What a smaller cap keeps is a prefix of what a larger
    one keeps.

    The default of 100 is the house's own: with about 50 seeds it gives 5,000 Programs.
    """

    most: int = 100

    def __post_init__(self) -> None:
        if self.most < 1:
            raise ValueError(f"most is the number of Programs that a lineage keeps, at least 1, not {self.most}")

    def __call__(self, keys: Sequence[ProgramKey]) -> Selection:
        """The selection: kept by lineage (seed id), the most different first."""
        lineages: dict[str, list[ProgramKey]] = {}
        for key in keys:
            lineages.setdefault(key.seed, []).append(key)
        kept: list[str] = []
        rejected: list[Rejected] = []
        for seed in sorted(lineages):
            members = sorted(lineages[seed], key=lambda k: (not k.root, *k.order))
            chosen, distance = _most_different(members, self.most)
            kept += [members[i].id for i in chosen]
            for i in sorted(set(range(len(members))) - set(chosen)):
                evidence = (
                    f"{len(members)} Programs of {seed}, {self.most} stay; its nearest is at distance {distance[i]:.3f}"
                )
                rejected.append(Rejected(members[i].id, Verdict(GATE, "failed", "lineage-cap", evidence)))
        return Selection(tuple(kept), tuple(rejected))


def _most_different(members: Sequence[ProgramKey], most: int) -> tuple[list[int], list[float]]:
    """Places of the chosen, in the order chosen, and the distance of each member to its nearest chosen one."""
    sketch = signatures([key.shingles for key in members])
    # Differing minima with the nearest chosen member; -1 marks the chosen themselves.
    nearest = np.full(len(members), sketch.shape[1] + 1, dtype=np.int64)
    chosen: list[int] = []
    place = 0
    while len(chosen) < min(most, len(members)):
        chosen.append(place)
        nearest = np.minimum(nearest, np.count_nonzero(sketch != sketch[place], axis=1))
        nearest[chosen] = -1
        place = int(np.argmax(nearest))
    return chosen, (np.maximum(nearest, 0) / sketch.shape[1]).tolist()
