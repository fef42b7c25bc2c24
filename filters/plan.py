"""The mixture's linear programmes: how much of each cell, given what there is, the budget and the shares.

    maximise   the amount chosen, up to the budget                                    (first)
    minimise   sum over axes of weight x |tokens of a value - share x all tokens|     (second)
    minimise   10 x repeats + |amount - raked amount|                                 (third)
    subject to 0 <= amount of a cell <= what it has x repeats allowed

Each stage holds what the one before reached. Solved by HiGHS; a thousand cells take a fraction of a second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import linprog
from scipy.sparse import block_array, csr_array, eye_array, hstack, vstack

Shares = Mapping[str, Mapping[str, float]]
Floats = NDArray[np.float64]

_RAKING_ROUNDS = 200
_REPEAT_COST = 10.0
_SLACK = 1e-7  # HiGHS's own feasibility tolerance


@dataclass(frozen=True, slots=True)
class Cell:
    """One combination of values, one an axis, and what there is of it: rows, and their tokens."""

    values: tuple[tuple[str, str], ...]
    rows: int
    tokens: int

    @property
    def name(self) -> str:
        """`task=fix, language=zh`."""
        return ", ".join(f"{axis}={value}" for axis, value in self.values) or "all rows"


@dataclass(frozen=True, slots=True)
class Plan:
    """The amounts, in the budget's unit, whole numbers that sum to `filled`.

    `budget` is the one planned for, `filled` how much of it can be had, `reach` the largest at which every share is
    met within the tolerance, repeats included. `shares` are the planned fractions of the tokens; `full` marks cells
    of which all is used as often as allowed; `wanted` is what a cell would have if rows were no limit.
    """

    amounts: tuple[int, ...]
    wanted: tuple[float, ...]
    full: tuple[bool, ...]
    shares: dict[str, dict[str, float]]
    budget: int
    filled: int
    reach: int


def make_plan(
    cells: Sequence[Cell],
    shares: Shares,
    budget: int,
    unit: Literal["tokens", "rows"],
    max_repeats: int,
    prefer: Literal["budget", "shares"],
    weights: Mapping[str, float],
    tolerance: float,
) -> Plan:
    """The plan for these cells, whose values all have a share; shares of an axis sum to 1. See Plan for the result."""
    there = np.array([cell.rows if unit == "rows" else cell.tokens for cell in cells], dtype=np.float64)
    dense = np.array([cell.tokens for cell in cells], dtype=np.float64) / there  # tokens a unit
    margin = _margins(cells, shares, dense)
    limit = there * max_repeats
    reach = _reach(margin, dense, limit, tolerance)
    if prefer == "shares":
        budget = min(budget, reach)
    filled = int(min(budget, limit.sum()))
    raked = _rake(cells, shares, there * dense) / dense
    raked *= filled / raked.sum()
    cost = np.array([weights[axis] for axis, values in shares.items() for _ in values], dtype=np.float64)
    exact = _solve(margin / dense.mean(), limit, there, raked, cost, filled) if filled else np.zeros(len(cells))
    whole = _whole(exact, limit)
    tokens = exact * dense / max(float((exact * dense).sum()), 1.0)
    planned = {
        axis: {value: float(tokens[_inside(cells, axis, value)].sum()) for value in values}
        for axis, values in shares.items()
    }
    full = tuple(bool(a >= b - 0.5) for a, b in zip(whole, limit, strict=True))
    return Plan(tuple(whole), tuple(raked.tolist()), full, planned, budget, filled, reach)


def _inside(cells: Sequence[Cell], axis: str, value: str) -> NDArray[np.bool_]:
    return np.array([(axis, value) in cell.values for cell in cells], dtype=np.bool_)


def _margins(cells: Sequence[Cell], shares: Shares, dense: Floats) -> Floats:
    """A line for each value: what a unit of each cell adds to (tokens of the value - share x all tokens)."""
    lines = [
        (_inside(cells, axis, value) - share) * dense
        for axis, values in shares.items()
        for value, share in values.items()
    ]
    return np.array(lines, dtype=np.float64).reshape(len(lines), len(cells))


def _reach(margin: Floats, dense: Floats, limit: Floats, tolerance: float) -> int:
    """The largest amount at which every margin is within tolerance x all tokens."""
    scale = float(limit.sum())
    bound = np.vstack((margin - tolerance * dense, -margin - tolerance * dense)) / dense.mean()
    free = [(0.0, float(high)) for high in limit / scale]
    found = _minimise(-np.ones(len(limit)), csr_array(bound), np.zeros(len(bound)), free)
    return int(found.sum() * scale + 1e-6)


def _solve(margin: Floats, limit: Floats, there: Floats, raked: Floats, cost: Floats, filled: int) -> Floats:
    """The amounts of the second and third stage, in units; one deviation variable bounds |margin| of each value."""
    n, m = len(limit), len(margin)
    # In fractions of what is filled, so that HiGHS's absolute tolerances mean the same for any budget.
    high, own, aim = limit / filled, there / filled, raked / filled
    miss, one = eye_array(m, format="csr"), eye_array(n, format="csr")
    deviation = block_array([[csr_array(margin), -miss], [csr_array(-margin), -miss]]) if m else csr_array((0, n))
    free: list[tuple[float, float | None]] = [*((0.0, float(top)) for top in high), *[(0.0, None)] * m]
    total = np.concatenate((np.ones(n), np.zeros(m)))
    price = np.concatenate((np.zeros(n), cost))
    least = float(price @ _minimise(price, deviation, np.zeros(2 * m), free, total))

    # Columns: amounts, deviations, repeats, distances from the aim.
    lines = [
        [deviation, csr_array((2 * m, 2 * n))],
        [csr_array(price[None, :]), csr_array((1, 2 * n))],
        [hstack([one, csr_array((n, m))]), hstack([-one, csr_array((n, n))])],
        [hstack([one, csr_array((n, m))]), hstack([csr_array((n, n)), -one])],
        [hstack([-one, csr_array((n, m))]), hstack([csr_array((n, n)), -one])],
    ]
    found = _minimise(
        np.concatenate((np.zeros(n + m), np.full(n, _REPEAT_COST), np.ones(n))),
        vstack([hstack(line) for line in lines]),
        np.concatenate((np.zeros(2 * m), [least + _SLACK], own, aim, -aim)),
        [*free, *[(0.0, None)] * (2 * n)],
        np.concatenate((total, np.zeros(2 * n))),
    )
    return np.clip(found[:n], 0.0, high) * filled


def _minimise(
    price: Floats,
    below: Any,  # a scipy.sparse array, which scipy's stubs do not know here
    limits: Floats,
    free: Sequence[tuple[float, float | None]],
    total: Floats | None = None,
) -> Floats:
    """The x with least price @ x, below @ x <= limits, each x within `free`, and total @ x = 1 where total is given."""
    equal: Any = None if total is None else csr_array(total[None, :])
    found = linprog(
        price,
        A_ub=below if below.shape[0] else None,
        b_ub=limits if below.shape[0] else None,
        A_eq=equal,
        b_eq=None if total is None else [1.0],
        bounds=list(free),
        method="highs",
    )
    if not found.success:
        raise RuntimeError(f"HiGHS found no mixture: {found.message}")
    return np.asarray(found.x, dtype=np.float64)


def _rake(cells: Sequence[Cell], shares: Shares, tokens: Floats) -> Floats:
    """Iterative proportional fitting (Deming & Stephan 1940) of the available tokens, limits left aside."""
    inside = [
        (share, _inside(cells, axis, value)) for axis, values in shares.items() for value, share in values.items()
    ]
    raked = tokens / tokens.sum()
    for _ in range(_RAKING_ROUNDS):
        before = raked.copy()
        for share, mask in inside:
            now = raked[mask].sum()
            if now > 0:
                raked[mask] *= share / now
        if np.abs(raked - before).max(initial=0.0) < 1e-12:
            break
    return np.asarray(raked, dtype=np.float64)


def _whole(exact: Floats, limit: Floats) -> list[int]:
    """Whole amounts with the same sum: each is its exact one rounded down or up, by rounding the running sum."""
    running = np.floor(np.round(np.cumsum(np.round(exact, 7)), 6) + 0.5)
    parts = np.diff(np.concatenate(([0.0], running)))
    return [int(min(part, high)) for part, high in zip(parts, limit, strict=True)]
