"""What a mixture could not meet, named in words and numbers, with what to make more of."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from filters.plan import Cell, Plan

_CELLS_NAMED = 3
_COARSE = 0.02


@dataclass(frozen=True, slots=True)
class Margin:
    """One line of the table: a value's share of the tokens as asked and as it is (fractions 0..1), and its amounts.

    `repeated` counts rows beyond their first time; `available` the tokens of its rows, each once.
    """

    axis: str
    value: str
    target: float
    achieved: float
    tokens: int
    rows: int
    repeated: int
    available: int


@dataclass(frozen=True, slots=True)
class Shortfall:
    """What could not be met, in words and numbers: `tokens` are missing. Axis `budget` is the budget itself.

    `make` is the work order: cells and about how many more rows of each, at the mean length of the rows chosen.
    """

    axis: str
    value: str
    tokens: int
    words: str
    make: tuple[tuple[str, int], ...] = ()


def name_shortfalls(
    margins: Sequence[Margin],
    cells: Sequence[Cell],
    plan: Plan,
    unit: Literal["tokens", "rows"],
    tolerance: float,
    tokens: int,
    rows: int,
) -> tuple[Shortfall, ...]:
    """The budget first, then each value whose planned share misses its target by more than `tolerance` of all tokens.

    Where the budget itself is short, a value that has its share of what there is is not named again; one that misses it
    lacks what it would have in the full budget. Where the plan meets a share,
    but whole rows miss it by more than 2 points, the rows are too long for the budget, and that is said.
    """
    starved = plan.filled < plan.budget
    mean = tokens / max(1, rows)
    goal = float(plan.budget) if unit == "tokens" else mean * plan.budget
    found: list[Shortfall] = []
    if starved:
        have = tokens if unit == "tokens" else rows
        words = (
            f"the budget is short of {plan.budget - have:,} {unit}: every admitted row is used as often as allowed; "
            f"make more, allow more repeats, or lower the budget to {have:,}"
        )
        found.append(Shortfall("budget", unit, max(0, round(goal) - tokens), words))
    for margin in margins:
        lacking = round(margin.target * goal) - margin.tokens
        misses = plan.shares[margin.axis][margin.value] < margin.target - tolerance
        short = f"{margin.axis}={margin.value} is short of {lacking:,} tokens (target {_percent(margin.target)}, "
        short += f"achieved {_percent(margin.achieved)})"
        if lacking > 0 and misses:
            make = _work_order(margin, cells, plan, max(1, math.ceil(lacking / max(1.0, mean))))
            more = "; ".join(f"{name} (about {number:,} rows)" for name, number in make)
            found.append(Shortfall(margin.axis, margin.value, lacking, f"{short}: make more of {more}", make))
        elif lacking > 0 and margin.target - margin.achieved > max(_COARSE, tolerance):
            words = f"{short}: there are enough rows, but they are too long to divide this budget; raise it"
            found.append(Shortfall(margin.axis, margin.value, lacking, words))
    return tuple(found)


def _work_order(margin: Margin, cells: Sequence[Cell], plan: Plan, rows: int) -> tuple[tuple[str, int], ...]:
    """The used-up cells of the value that the shares would most enlarge, and rows for each; else the value itself."""
    gaps = [
        (wanted - amount, cell.name)
        for cell, wanted, amount, full in zip(cells, plan.wanted, plan.amounts, plan.full, strict=True)
        if full and (margin.axis, margin.value) in cell.values and wanted > amount
    ]
    first = sorted(gaps, key=lambda gap: (-round(gap[0], 3), gap[1]))[:_CELLS_NAMED]
    whole = sum(gap for gap, _ in first)
    if not first:
        return ((f"{margin.axis}={margin.value}", rows),)
    return tuple((name, max(1, math.ceil(rows * gap / whole - 1e-9))) for gap, name in first)


def _percent(share: float) -> str:
    return f"{share * 100:.1f} %"
