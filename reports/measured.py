"""What the compiler and the simulator measured of Programs: sizes, stack, cycles, and what the harnesses ran."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from reports.batches import read_dicts
from reports.report import Deltas, HarnessCoverage, Measured, Medians, Reached

LOW = 0.9
"""Programs below this share are counted: "exemplary" begins there for lines of code in "Code Coverage Best Practices"
(Google Testing Blog, 2020). Of a program with 20 lines, two may stay unreached."""

_WORST = 5
_ORIGINS = ("seed", "template", "rewrite", "mutant", "model")
_FIGURES = ("code", "ram", "stack", "cycles")
_DELTAS = (("code_delta_bytes", "code bytes"), ("cycles_delta", "machine cycles"))
_COVERED = ("cov_lines", "cov_lines_total", "cov_branches", "cov_branches_total")
_COLUMNS = (
    *("id", "seed", "origin", "code_bytes", "iram_bytes", "xram_bytes", "stack_bytes", "cycles"),
    *(column for column, _ in _DELTAS),
    *_COVERED,
)


def measure(paths: Iterable[Path], kept: Iterable[str]) -> Measured:
    """The measures of the Programs in these shards whose ids are among `kept`, each once.

    Raises:
        UnreadableShard: a file is missing, cut short or no Parquet.
    """
    left = set(kept)
    programs: Counter[str] = Counter()
    values: dict[tuple[str, str], Counter[int]] = defaultdict(Counter)
    harness = _Harness()
    for path in paths:
        for row in read_dicts(path, _COLUMNS):
            if row["id"] in left:
                left.discard(row["id"])
                programs[row["origin"]] += 1
                for name, value in _figures(row).items():
                    values[row["origin"], name][value] += 1
                harness.count(row)
    return Measured(
        medians=tuple(
            Medians(origin, programs[origin], *(_median(values[origin, name]) for name in _FIGURES))
            for origin in _ORIGINS
            if programs[origin]
        ),
        deltas=tuple(_deltas(name, values["rewrite", column]) for column, name in _DELTAS),
        harness=harness.done(),
    )


def _figures(row: Mapping[str, Any]) -> dict[str, int]:
    """What was measured of one Program; one that never ran has 0 cycles."""
    found = {column: row[column] for column, _ in _DELTAS if row[column] is not None}
    if row["code_bytes"] is not None:
        found |= {"code": row["code_bytes"], "ram": row["iram_bytes"] + row["xram_bytes"]}
    if row["cycles"]:
        found |= {"stack": row["stack_bytes"], "cycles": row["cycles"]}
    return found


def _median(values: Mapping[int, int]) -> int | None:
    """The lower median of values counted by how often they came; None of none."""
    middle, seen = (sum(values.values()) + 1) // 2, 0
    for value in sorted(values):
        seen += values[value]
        if seen >= middle:
            return value
    return None


def _deltas(name: str, values: Mapping[int, int]) -> Deltas:
    less, more = (sum(n for value, n in values.items() if value * sign > 0) for sign in (-1, 1))
    return Deltas(name, _median(values), less, values.get(0, 0), more)


class _Harness:
    """What of `HarnessCoverage` has been counted so far."""

    def __init__(self) -> None:
        self.totals: Counter[str] = Counter()
        self.programs = self.unmeasured = self.low_lines = self.low_branches = 0
        self.worst: dict[str, Reached] = {}

    def count(self, row: Mapping[str, Any]) -> None:
        if row["origin"] == "mutant" or not row["cycles"]:
            return
        if row["cov_lines"] is None:
            self.unmeasured += 1
            return
        self.programs += 1
        self.totals.update({name: row[name] for name in _COVERED})
        one = Reached(row["seed"], row["id"], *_shares(row))
        self.low_lines += one.lines < LOW
        self.low_branches += one.branches < LOW
        known = self.worst.get(one.seed)
        if known is None or _badness(one) < _badness(known):
            self.worst[one.seed] = one

    def done(self) -> HarnessCoverage:
        worst = tuple(sorted(self.worst.values(), key=_badness)[:_WORST])
        lines, branches = _shares(self.totals) if self.programs else (None, None)
        return HarnessCoverage(
            self.programs, self.unmeasured, lines, branches, LOW, self.low_lines, self.low_branches, worst
        )


def _shares(row: Mapping[str, int]) -> tuple[float, float]:
    """Of lines and of branch outcomes; all of nothing is 1."""
    lines, lines_total, branches, branches_total = (row[name] for name in _COVERED)
    return lines / lines_total if lines_total else 1.0, branches / branches_total if branches_total else 1.0


def _badness(one: Reached) -> tuple[float, float, str]:
    """What sorts the worst first: the lower of the two shares, then both, then the name."""
    return min(one.lines, one.branches), one.lines + one.branches, one.program
