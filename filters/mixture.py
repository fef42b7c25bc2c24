"""The mixture: which rows, and how often, so that the set has its budget and its shares.

    rows + targets + budget -> Mixture(chosen, margins, shortfalls, ...)

A *cell* is one combination of the targets' axes. The plan (filters/plan.py) gives each cell its amount by linear
programming; this module fills the cells with rows; filters/shortfalls.py says in words what could not be met.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from corpus.records import Rejected, Selection, Verdict
from filters.plan import Cell, Plan, Shares, make_plan
from filters.row import Row
from filters.shortfalls import Margin, Shortfall, name_shortfalls
from filters.targets import KNOWN, MixtureError, Targets, check_rows, check_shares, spelt_out

GATE = "mixture"


@dataclass(frozen=True, slots=True)
class Mixture:
    """The set as chosen.

    `chosen` are (id, times), taken-first order, `left` the ids that are not in it with the reason. `tokens` and
    `rows` count repeats. `effective_rows` is Kish's effective sample size (sum of times)^2 / sum of times^2: equal to
    the number of different rows when none repeats. `binding` names the cells whose rows are all used as often as
    allowed while something is short. `reach` is the largest budget, in the budget's unit, at which every share could
    be met.
    """

    chosen: tuple[tuple[str, int], ...]
    left: tuple[tuple[str, str], ...]
    tokens: int
    rows: int
    margins: tuple[Margin, ...]
    shortfalls: tuple[Shortfall, ...]
    effective_rows: float
    binding: tuple[str, ...]
    reach: int

    @property
    def selection(self) -> Selection:
        """As kept and rejected ids: reason `no-share` for a value that the targets leave out, else `not-needed`."""
        rejected = tuple(Rejected(name, Verdict(GATE, "failed", reason)) for name, reason in self.left)
        return Selection(tuple(name for name, _ in self.chosen), rejected)


@dataclass(frozen=True, slots=True)
class Mix:
    """Chooses rows for a budget and for shares over several axes at once.

    `targets`: axis -> value -> share of the tokens, each axis summing to 1. The key `*` is the share of all values
    not named, divided in proportion to the tokens there are; without it, rows of a value not named are left out. An
    axis that is not named is free. `budget` counts tokens or rows (`unit`), repeats included.

    The budget comes first: it is filled whenever rows and repeats suffice. Then the shares: the sum over axes of
    |tokens - share x all tokens| is least, each axis times its weight (`weights`, 1 unless named). Then as few
    repeats as can be, and the cells as close as can be to what raking of the available tokens gives, so that no cell
    is emptied without need. With `prefer="shares"` the budget is lowered to `reach` where the shares ask for it.

    `max_repeats` is how often a row may be in the set. The default 1 repeats nothing, since a trainer's epochs
    already repeat every row and a generator can make more. Up to 4 times is as good as new data in pre-training
    (Muennighoff et al. 2023, arXiv:2305.16264; the same cap in Olmix, arXiv:2602.12237): a default of others, not a
    law for fine-tuning. `tolerance` is the miss of a share, as a fraction of all tokens, from which it is called
    short.
    """

    targets: Targets
    budget: int
    unit: Literal["tokens", "rows"] = "tokens"
    max_repeats: int = 1
    prefer: Literal["budget", "shares"] = "budget"
    weights: Mapping[str, float] = field(default_factory=dict)
    tolerance: float = 0.005
    known: Mapping[str, Sequence[str]] = field(default_factory=lambda: KNOWN)

    def __post_init__(self) -> None:
        if self.budget < 1:
            raise MixtureError(f"the budget is {self.budget} {self.unit}: give at least 1")
        if self.max_repeats < 1:
            raise MixtureError(f"max_repeats is {self.max_repeats}: 1 takes each row once at most, 4 up to four times")
        check_shares(self.targets)
        if strange := sorted(set(self.weights) - set(self.targets)):
            raise MixtureError(f"weight for {', '.join(strange)}, which has no target: give one or drop the weight")

    def __call__(self, rows: Sequence[Row]) -> Mixture:
        """The mixture of these rows, whatever their order.

        Raises MixtureError for an axis that rows lack, a value that neither rows nor `known` have, ids that occur
        twice, rows without tokens, and targets that admit no row.
        """
        ordered = sorted(rows, key=lambda r: (r.order, r.id))
        check_rows(ordered, self.targets, self.known)
        shares = spelt_out(self.targets, ordered)
        admitted = [row for row in ordered if all(row.value(axis) in shares[axis] for axis in shares)]
        if not admitted:
            raise MixtureError("the targets admit none of the rows: give a share to values that rows have, or to '*'")
        members: dict[tuple[tuple[str, str], ...], list[Row]] = {}
        for row in admitted:
            members.setdefault(tuple((axis, row.value(axis)) for axis in shares), []).append(row)
        cells = [Cell(cell, len(members[cell]), sum(row.tokens for row in members[cell])) for cell in sorted(members)]
        weights = {axis: self.weights.get(axis, 1.0) for axis in shares}
        plan = make_plan(cells, shares, self.budget, self.unit, self.max_repeats, self.prefer, weights, self.tolerance)
        if not plan.filled:
            raise MixtureError(
                "no budget meets the shares with these rows: make more, or use prefer='budget' to see what is short"
            )
        times = _fill([members[cell.values] for cell in cells], plan, self.unit, self.max_repeats)
        tokens = sum(row.tokens * times.get(row.id, 0) for row in ordered)
        margins = _margins(ordered, shares, times, tokens)
        shortfalls = name_shortfalls(margins, cells, plan, self.unit, self.tolerance, tokens, sum(times.values()))
        short = {(one.axis, one.value) for one in shortfalls}
        starved = plan.filled < plan.budget
        allowed = {row.id for row in admitted}
        count = sum(times.values())
        return Mixture(
            chosen=tuple((row.id, times[row.id]) for row in ordered if row.id in times),
            left=tuple(
                (row.id, "not-needed" if row.id in allowed else "no-share") for row in ordered if row.id not in times
            ),
            tokens=tokens,
            rows=count,
            margins=margins,
            shortfalls=shortfalls,
            effective_rows=count * count / sum(n * n for n in times.values()) if times else 0.0,
            binding=tuple(
                cell.name
                for cell, full in zip(cells, plan.full, strict=True)
                if full and (starved or short & set(cell.values))
            ),
            reach=plan.reach,
        )


def _fill(
    members: Sequence[Sequence[Row]], plan: Plan, unit: Literal["tokens", "rows"], max_repeats: int
) -> dict[str, int]:
    """How often each row is taken: a cell's rows in order, and round again, until its amount is reached.

    What a cell leaves over, less than its next row, goes to the next cell; what is left in the end goes to rows that
    fit, in the cell that is farthest below its amount. So the budget is never exceeded, and misses less than the
    smallest free row.
    """
    times: dict[str, int] = {}
    taken: list[int] = []
    carry = 0
    for rows, amount in zip(members, plan.amounts, strict=True):
        goal = amount + carry if amount else 0
        got = 0
        for row in (row for _ in range(max_repeats) for row in rows):
            size = row.tokens if unit == "tokens" else 1
            if got + size > goal:
                break
            got += size
            times[row.id] = times.get(row.id, 0) + 1
        carry += amount - got
        taken.append(got)
    for place in sorted(range(len(members)), key=lambda i: (taken[i] - plan.amounts[i], i)):
        for often in range(max_repeats):
            for row in members[place]:
                size = row.tokens if unit == "tokens" else 1
                if size <= carry and times.get(row.id, 0) <= often:
                    times[row.id] = times.get(row.id, 0) + 1
                    carry -= size
    return times


def _margins(rows: Sequence[Row], shares: Shares, times: Mapping[str, int], tokens: int) -> tuple[Margin, ...]:
    """The table, axis by axis: one line for each value that has a share."""
    table: list[Margin] = []
    for axis in shares:
        groups: dict[str, list[Row]] = {value: [] for value in shares[axis]}
        for row in rows:
            groups.get(row.value(axis), []).append(row)
        for value, group in groups.items():
            counts = [times.get(row.id, 0) for row in group]
            mine = sum(row.tokens * n for row, n in zip(group, counts, strict=True))
            table.append(
                Margin(
                    axis=axis,
                    value=value,
                    target=shares[axis][value],
                    achieved=mine / max(1, tokens),
                    tokens=mine,
                    rows=sum(counts),
                    repeated=sum(n - 1 for n in counts if n > 1),
                    available=sum(row.tokens for row in group),
                )
            )
    return tuple(table)
