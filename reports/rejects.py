"""What was left out, to look at: a few of each kind, and copies beside what they are copies of."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from corpus.records import Program
from reports.batches import read_dicts
from reports.draw import Draw
from reports.report import Pair, Reject

COPIES = ("near-duplicate", "copy")

_LONGEST_TEXT = 1500
_LIGHT = ["id", "kind", "seed", "stage", "gate", "reason", "winner", "similarity"]


class Rejections:
    """Light counts over rejects.parquet, and a draw of each kind (stage, gate, reason).

    Raises:
        UnreadableShard: the file is missing, cut short or no Parquet.
    """

    def __init__(self, path: Path, seed: int, each: int) -> None:
        self._path = path
        self.count = 0
        self.gates: Counter[str] = Counter()
        self.kinds: Counter[tuple[str, str, str]] = Counter()
        self.copies: Counter[str] = Counter()
        self.capped: Counter[str] = Counter()
        self.drawn: dict[tuple[str, str, str], Draw] = {}
        self._pairs: dict[str, Draw] = defaultdict(lambda: Draw(seed, "pairs", each))
        self._pair_of: dict[str, tuple[str, float, str]] = {}
        for row in read_dicts(path, _LIGHT):
            self._count(row, seed)

    def _count(self, row: Mapping[str, Any], seed: int) -> None:
        self.count += 1
        self.gates[f"{row['gate']}: {row['reason']}" if row["reason"] else row["gate"]] += 1
        if row["reason"] == "lineage-cap":
            self.capped[row["seed"]] += 1
        kind = (row["stage"], row["gate"], row["reason"])
        self.kinds[kind] += 1
        self.drawn.setdefault(kind, Draw(seed, "rejects", 1)).offer(row["id"])
        if row["reason"] in COPIES:
            self.copies[f"{row['kind']}: {row['reason']}"] += 1
            if row["kind"] == "program" and row["winner"] and row["winner"] != row["id"]:
                draw = self._pairs[row["reason"]]
                draw.offer(row["id"])
                self._pair_of[row["id"]] = (row["winner"], row["similarity"], row["reason"])
                drawn = {name for draw in self._pairs.values() for name in draw.names}
                self._pair_of = {name: pair for name, pair in self._pair_of.items() if name in drawn}

    @property
    def pair_ids(self) -> frozenset[str]:
        """Ids of the Programs on either side of the pairs drawn."""
        return frozenset(self._pair_of) | {winner for winner, _, _ in self._pair_of.values()}

    def pairs(self, programs: Mapping[str, Program]) -> tuple[Pair, ...]:
        """The pairs drawn whose texts are there, near duplicates first, the most similar first."""
        found = []
        for name, (winner, similarity, reason) in self._pair_of.items():
            if name in programs and winner in programs:
                lost, won = programs[name], programs[winner]
                found.append(Pair(reason, similarity, name, lost.seed, lost.source, winner, won.seed, won.source))
        return tuple(sorted(found, key=lambda pair: (COPIES.index(pair.reason), -pair.similarity, pair.loser)))

    def shown(self, most: int) -> tuple[Reject, ...]:
        """Up to `most` rejects, one of each kind; the commonest kinds first, all stages before a second of one."""
        by_stage: dict[str, list[tuple[str, str, str]]] = defaultdict(list)
        for kind in sorted(self.drawn, key=lambda kind: (-self.kinds[kind], kind)):
            by_stage[kind[0]].append(kind)
        depth = max(map(len, by_stage.values()), default=0)
        kinds = [kinds[i] for i in range(depth) for kinds in by_stage.values() if i < len(kinds)][:most]
        wanted = {(kind, self.drawn[kind].names[0]) for kind in kinds}
        found: dict[tuple[str, str, str], Reject] = {}
        for row in read_dicts(self._path):
            kind = (row["stage"], row["gate"], row["reason"])
            if (kind, row["id"]) in wanted and kind not in found:
                found[kind] = _reject(row)
        return tuple(found[kind] for kind in kinds)


def _reject(row: Mapping[str, Any]) -> Reject:
    text = row["text"]
    cut = text if len(text) <= _LONGEST_TEXT else text[:_LONGEST_TEXT] + "\n…"
    return Reject(**{**row, "text": cut})
