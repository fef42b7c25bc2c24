"""Copies and near copies: which Programs and Examples are left out because a better one says the same.

Every selection here sorts its input by (rank, id), best evidence first, and goes through it once: a record
stays unless an earlier one *that stayed* already says it. So the order of the input changes nothing, every reject is as
similar to its own winner as the threshold asks, and no chain of small changes carries further than that.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from corpus.records import Rejected, Selection, Verdict
from filters.keys import SMALL, ExampleKey, ProgramKey
from filters.minhash import Hashes, band_keys, jaccard, signatures

GATE = "duplicates"


def select_distinct_programs(keys: Sequence[ProgramKey]) -> Selection:
    """Keeps one Program of each token stream, however named and laid out (reason `copy`), in (rank, id) order."""
    first: dict[bytes, str] = {}
    kept: list[str] = []
    rejected: list[Rejected] = []
    for key in sorted(keys, key=lambda k: k.order):
        winner = first.setdefault(key.copy, key.id)
        if winner == key.id:
            kept.append(key.id)
        else:
            evidence = f"same tokens as {winner} up to a renaming"
            rejected.append(Rejected(key.id, Verdict(GATE, "failed", "copy", evidence), winner, 1.0))
    return Selection(tuple(kept), tuple(rejected))


@dataclass(frozen=True, slots=True)
class DistinctExamples:
    """Keeps one Example of each instruction and answer (reason `copy`), white space aside.

    `max_same_instruction` is how many Examples may share an instruction (reason `instruction-cap`). 4 is the number of
    repeats that cost next to nothing in pre-training (Muennighoff et al. 2023, arXiv:2305.16264): a default, not a law.
    """

    max_same_instruction: int = 4

    def __call__(self, keys: Sequence[ExampleKey]) -> Selection:
        """The selection, kept in (rank, id) order."""
        first: dict[bytes, str] = {}
        asked: dict[bytes, int] = {}
        kept: list[str] = []
        rejected: list[Rejected] = []
        for key in sorted(keys, key=lambda k: k.order):
            winner = first.get(key.row)
            if winner is not None:
                verdict = Verdict(GATE, "failed", "copy", f"same instruction and answer as {winner}")
                rejected.append(Rejected(key.id, verdict, winner, 1.0))
            elif asked.get(key.instruction, 0) >= self.max_same_instruction:
                evidence = f"{self.max_same_instruction} better Examples have this instruction"
                rejected.append(Rejected(key.id, Verdict(GATE, "failed", "instruction-cap", evidence)))
            else:
                first[key.row] = key.id
                asked[key.instruction] = asked.get(key.instruction, 0) + 1
                kept.append(key.id)
        return Selection(tuple(kept), tuple(rejected))


@dataclass(frozen=True, slots=True)
class NearDuplicates:
    """Leaves out Programs that share most of their shingles with a better one (reason `near-duplicate`).

    `threshold` is the least Jaccard similarity that counts as a duplicate: 0.8 of normalised 8-token shingles catches
    all renamed and 90 % of renamed, reformatted and lightly edited copies of C, and 26 % of the false pairs that
    plain normalised shingles give (measured on 12,000 functions of Debian sources).

    `min_shingles`: tables of register writes look alike when literals count by class only; below 40 shingles on
    either side the raw 5-token shingles decide, which removes 40 of 53 such false pairs.

    `across_lineages_only`: variants of one seed are alike by design and are capped instead (filters/lineage.py).

    `bands` x `rows`: candidates share all `rows` minima of one of `bands` bands; 25 x 5 finds 1.0000 of the pairs at
    0.8. `max_verified`: of more candidates than this, those of the highest estimate are compared exactly.
    """

    threshold: float = 0.8
    min_shingles: int = SMALL
    across_lineages_only: bool = True
    bands: int = 25
    rows: int = 5
    max_verified: int = 64

    def __post_init__(self) -> None:
        if not 0 < self.threshold <= 1:
            raise ValueError(f"threshold is a Jaccard similarity above 0 and up to 1, not {self.threshold}")
        if not 0 <= self.min_shingles <= SMALL:
            raise ValueError(
                f"min_shingles is 0 to {SMALL}: longer Programs keep no raw tokens; got {self.min_shingles}"
            )

    def __call__(self, keys: Sequence[ProgramKey]) -> Selection:
        """The selection, kept in (rank, id) order; each reject names the most similar kept Program that beats it."""
        ordered = sorted(keys, key=lambda k: k.order)
        seeds = {seed: code for code, seed in enumerate(sorted({key.seed for key in ordered}))}
        lineage = np.array([seeds[key.seed] for key in ordered], dtype=np.int64)
        if not self.across_lineages_only:
            lineage = np.arange(len(ordered))
        views = (
            _View.of([key.shingles for key in ordered], lineage, self.bands, self.rows),
            _View.of([key.raw for key in ordered], lineage, self.bands, self.rows),
        )
        kept: list[str] = []
        rejected: list[Rejected] = []
        for index, key in enumerate(ordered):
            winner, similarity = self._winner(index, ordered, views)
            if winner < 0:
                kept.append(key.id)
                for view in views:
                    view.add(index)
            else:
                evidence = f"Jaccard {similarity:.3f} with {ordered[winner].id} (threshold {self.threshold:g})"
                verdict = Verdict(GATE, "failed", "near-duplicate", evidence)
                rejected.append(Rejected(key.id, verdict, ordered[winner].id, similarity))
        return Selection(tuple(kept), tuple(rejected))

    def _winner(self, index: int, ordered: Sequence[ProgramKey], views: tuple[_View, _View]) -> tuple[int, float]:
        """The most similar earlier kept Program at or above the threshold, or -1."""
        best, similarity = -1, 0.0
        for view, raw in zip(views, (False, True), strict=True):
            for other in view.candidates(index, self.max_verified):
                small = min(ordered[index].shingles.size, ordered[other].shingles.size) < self.min_shingles
                if small is not raw:
                    continue
                found = jaccard(view.sets[index], view.sets[other])
                if found >= self.threshold and (found, -other) > (similarity, -best):
                    best, similarity = other, found
        return best, similarity


@dataclass(frozen=True, slots=True)
class _View:
    """One way of cutting Programs into shingles, and the buckets of those kept so far."""

    sets: Sequence[Hashes]
    lineage: NDArray[np.int64]
    sketch: NDArray[np.uint32]
    bucket: NDArray[np.int64]
    members: dict[int, list[int]]

    @classmethod
    def of(cls, sets: Sequence[Hashes], lineage: NDArray[np.int64], bands: int, rows: int) -> _View:
        sketch = signatures(sets)
        keys = band_keys(sketch, bands, rows)
        bucket = np.full(keys.shape, -1, dtype=np.int64)
        filled = np.flatnonzero([one.size > 0 for one in sets])
        for band in range(bands):
            # A bucket is worth a look only if it holds more than one lineage.
            ranked = filled[np.argsort(keys[filled, band], kind="stable")]
            if not ranked.size:
                continue
            starts = np.flatnonzero(np.concatenate(([True], keys[ranked[1:], band] != keys[ranked[:-1], band])))
            mixed = np.minimum.reduceat(lineage[ranked], starts) != np.maximum.reduceat(lineage[ranked], starts)
            sizes = np.diff(np.concatenate((starts, [ranked.size])))
            names = np.where(mixed, starts * bands + band, -1)
            bucket[ranked, band] = np.repeat(names, sizes)
        return cls(sets, lineage, sketch, bucket, {})

    def add(self, index: int) -> None:
        for name in self.bucket[index].tolist():
            if name >= 0:
                self.members.setdefault(name, []).append(index)

    def candidates(self, index: int, most: int) -> list[int]:
        """Kept Programs of other lineages that share a bucket, at most `most`, those of the highest estimate."""
        names = [name for name in self.bucket[index].tolist() if name >= 0]
        found = sorted({other for name in names for other in self.members.get(name, ())})
        others = np.array(found, dtype=np.int64)
        others = others[self.lineage[others] != self.lineage[index]]
        if others.size > most:
            estimate = np.count_nonzero(self.sketch[others] == self.sketch[index], axis=1)
            others = np.sort(others[np.argsort(-estimate, kind="stable")[:most]])
        return [int(other) for other in others]
