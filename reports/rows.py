"""What the emitted Parquet files hold, counted in one pass over their light columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from corpus.records import Language
from reports.batches import read_dicts
from reports.draw import Draw
from reports.fences import prose
from reports.report import Group

LABELS = ("grade", "task", "language", "origin", "peripheral", "difficulty", "target", "dialect")

_COLUMNS = {
    "grade": "prov_grade",
    "task": "meta_task",
    "language": "meta_language",
    "origin": "prov_origin",
    "peripheral": "meta_peripheral",
    "difficulty": "meta_difficulty",
    "target": "meta_target",
    "dialect": "meta_dialect",
}
_LIGHT = (*_COLUMNS.values(), "id", "prov_seed", "prov_programs", "meta_phrasing", "meta_tokens", "meta_answer_tokens")


@dataclass
class RowCounts:
    """Counts over all rows, repeats included; what grows with the set is only one name a row drawn."""

    samples: Mapping[tuple[str, str], Draw]
    programs: Draw
    splits: Counter[str] = field(default_factory=Counter)
    rows: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    tokens: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    lengths: Counter[int] = field(default_factory=Counter)
    answer_tokens: int = 0
    seed_rows: Counter[str] = field(default_factory=Counter)
    seed_tokens: Counter[str] = field(default_factory=Counter)
    seed_split: dict[str, str] = field(default_factory=dict)
    cells: Counter[tuple[str, int]] = field(default_factory=Counter)
    phrasings: dict[tuple[str, str], Counter[str]] = field(default_factory=lambda: defaultdict(Counter))

    @property
    def by_model(self) -> int:
        """Rows of which a model wrote the program or the words, which their phrasings say (`write/en/model/...`)."""
        names = (counts for counts in self.phrasings.values())
        return sum(rows for counts in names for name, rows in counts.items() if name.split("/")[2:3] == ["model"])

    def groups(self, label: str) -> tuple[Group, ...]:
        """The groups of one label, largest first."""
        total = sum(self.splits.values())
        return tuple(
            Group(name, rows, self.tokens[label][name], rows / total)
            for name, rows in sorted(self.rows[label].items(), key=lambda pair: (-pair[1], pair[0]))
        )


def count_rows(files: Mapping[str, Sequence[Path]], seed: int, each: int, programs: int) -> RowCounts:
    """Counts the rows of each split's files and draws up to `each` ids a task and language, and Program ids.

    A drawn Program is one that an answer was made from.

    Raises:
        UnreadableShard: a file is missing, cut short or no Parquet.
    """
    draws: dict[tuple[str, str], Draw] = {}
    counts = RowCounts(draws, Draw(seed, "programs", programs))
    for split, paths in files.items():
        for path in paths:
            for row in read_dicts(path, _LIGHT):
                _count(counts, split, row)
                key = (row["meta_task"], row["meta_language"])
                draws.setdefault(key, Draw(seed, "samples", each)).offer(row["id"])
                for name in row["prov_programs"][:1]:
                    counts.programs.offer(name)
    return counts


def instructions(files: Mapping[str, Sequence[Path]]) -> Iterator[tuple[Language, str]]:
    """The language of every row and what its last user turn says, code left out."""
    for paths in files.values():
        for path in paths:
            for row in read_dicts(path, ("meta_language", "prompt")):
                said = [turn["content"] for turn in row["prompt"] if turn["role"] == "user"]
                yield row["meta_language"], prose(said[-1]) if said else ""


def _count(counts: RowCounts, split: str, row: Mapping[str, Any]) -> None:
    tokens: int = row["meta_tokens"]
    counts.splits[split] += 1
    for label, column in _COLUMNS.items():
        name = str(row[column])
        counts.rows[label][name] += 1
        counts.tokens[label][name] += tokens
    counts.lengths[tokens] += 1
    counts.answer_tokens += row["meta_answer_tokens"]
    seed = row["prov_seed"]
    counts.seed_rows[seed] += 1
    counts.seed_tokens[seed] += tokens
    counts.seed_split[seed] = split
    counts.cells[row["meta_peripheral"], row["meta_difficulty"]] += 1
    counts.phrasings[row["meta_task"], row["meta_language"]][row["meta_phrasing"]] += 1
