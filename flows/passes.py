"""pass@k: how likely one of k answers to a task is right."""

from __future__ import annotations

from collections.abc import Iterable
from math import comb

KS = (1, 2, 5, 10)


def pass_at(k: int, answers: int, right: int) -> float:
    """The unbiased estimate from `answers` answers to one task, `right` of them right (Chen 2021, arXiv 2107.03374)."""
    return 1.0 - comb(answers - right, k) / comb(answers, k)


def passes(tasks: Iterable[tuple[int, int]]) -> dict[str, float]:
    """pass@k over tasks, each (answers, right), for the k that at least one task has answers for; k as text."""
    found = {}
    kept = list(tasks)
    for k in KS:
        fit = [pass_at(k, answers, right) for answers, right in kept if answers >= k]
        if fit:
            found[str(k)] = round(sum(fit) / len(fit), 4)
    return found
