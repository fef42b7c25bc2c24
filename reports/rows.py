"""What the emitted Parquet files hold, counted in one pass over their light columns."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from corpus.shards import read_table
from reports.draw import Draw
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
_BATCH = 2000


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
            for row in _rows(path, list(_LIGHT)):
                _count(counts, split, row)
                key = (str(row["meta_task"]), str(row["meta_language"]))
                draws.setdefault(key, Draw(seed, "samples", each)).offer(str(row["id"]))
                made_from = row["prov_programs"]
                if isinstance(made_from, list) and made_from:
                    counts.programs.offer(made_from[0])
    return counts


def instructions(files: Mapping[str, Sequence[Path]]) -> Iterator[tuple[str, str]]:
    """The language and the last user turn of every row, one file in memory at a time."""
    for paths in files.values():
        for path in paths:
            for row in _rows(path, ["meta_language", "prompt"]):
                turns = row["prompt"]
                assert isinstance(turns, list), "the prompt is a list of turns"
                said = [turn["content"] for turn in turns if turn["role"] == "user"]
                yield str(row["meta_language"]), said[-1] if said else ""


def _rows(path: Path, columns: list[str]) -> Iterator[dict[str, object]]:
    for batch in read_table(path, columns).to_batches(max_chunksize=_BATCH):
        yield from batch.to_pylist()


def _count(counts: RowCounts, split: str, row: Mapping[str, object]) -> None:
    tokens, answer = row["meta_tokens"], row["meta_answer_tokens"]
    difficulty = row["meta_difficulty"]
    assert isinstance(tokens, int) and isinstance(answer, int) and isinstance(difficulty, int)
    counts.splits[split] += 1
    for label, column in _COLUMNS.items():
        name = str(row[column])
        counts.rows[label][name] += 1
        counts.tokens[label][name] += tokens
    counts.lengths[tokens] += 1
    counts.answer_tokens += answer
    seed = str(row["prov_seed"])
    counts.seed_rows[seed] += 1
    counts.seed_tokens[seed] += tokens
    counts.seed_split[seed] = split
    counts.cells[str(row["meta_peripheral"]), difficulty] += 1
    counts.phrasings[str(row["meta_task"]), str(row["meta_language"])][str(row["meta_phrasing"])] += 1
