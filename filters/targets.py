"""The shares that a mixture is asked for: are they what was meant, and what do they come to for these rows?"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import get_args

from corpus.chips import Family
from corpus.records import Language, Needs, Task
from filters.row import Row

REST = "*"

Targets = Mapping[str, Mapping[str, float]]

# Values that a target may name although no row has them: they are then short, not misspelt.
KNOWN: Mapping[str, Sequence[str]] = {
    "task": get_args(Task),
    "language": get_args(Language),
    "difficulty": ("1", "2", "3", "4", "5"),
    "target": get_args(Family),
    "needs": get_args(Needs),
}


class MixtureError(ValueError):
    """The targets, the budget or the rows cannot be what was meant; the message says which and what to do."""


def check_shares(targets: Targets) -> None:
    """Raises MixtureError unless every share is a fraction and those of each axis sum to 1 (within 0.005)."""
    for axis, shares in targets.items():
        if wrong := [f"{value}={share:g}" for value, share in shares.items() if not 0 <= share <= 1]:
            raise MixtureError(f"shares of {axis} are fractions 0..1, not {', '.join(wrong)}: write 0.25 for 25 %")
        total = sum(shares.values())
        if abs(total - 1) > 0.005:
            raise MixtureError(
                f"shares of {axis} sum to {total:g}, not 1: change them, or give '{REST}' (all others) the rest"
            )


def check_rows(rows: Sequence[Row], targets: Targets, known: Mapping[str, Sequence[str]]) -> None:
    """Raises MixtureError for rows that cannot be mixed, and for axes and values that neither rows nor `known` have."""
    if not rows:
        raise MixtureError("there are no rows to mix: every row was rejected before, or none was made")
    names = {row.id for row in rows}
    if len(names) < len(rows):
        raise MixtureError(f"{len(rows) - len(names)} rows have an id that occurs before: leave out copies first")
    if bad := next((row for row in rows if row.tokens < 1), None):
        raise MixtureError(f"row {bad.id} has {bad.tokens} tokens: count or estimate them first")
    for axis, shares in targets.items():
        if lacking := next((row for row in rows if axis not in dict(row.labels)), None):
            axes = ", ".join(sorted(name for name, _ in lacking.labels))
            raise MixtureError(f"unknown axis {axis}: row {lacking.id} has {axes}; correct the name or label the rows")
        found = {row.value(axis) for row in rows}
        if strange := sorted(set(shares) - found - set(known.get(axis, ())) - {REST}):
            raise MixtureError(
                f"unknown value {axis}={', '.join(strange)}: rows have {', '.join(sorted(found))}; "
                "correct the name, or make rows of it"
            )


def spelt_out(targets: Targets, rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """The targets with sums of exactly 1, axes and values sorted, values of share 0 dropped.

    `*` becomes the values that are not named, in proportion to their tokens; it stays where there are none.
    """
    spelt: dict[str, dict[str, float]] = {}
    for axis in sorted(targets):
        full = {value: share for value, share in targets[axis].items() if value != REST}
        natural: dict[str, int] = {}
        for row in rows:
            value = row.value(axis)
            if value not in full:
                natural[value] = natural.get(value, 0) + row.tokens
        rest = targets[axis].get(REST, 0.0)
        whole = sum(natural.values())
        full |= {value: rest * tokens / whole for value, tokens in natural.items()} if natural else {REST: rest}
        total = sum(full.values())
        spelt[axis] = {value: full[value] / total for value in sorted(full) if full[value] > 0}
    return spelt
