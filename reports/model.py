"""What the model's strategies gave, and what that cost."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class ModelYield:
    """What became of the questions of one strategy to one model.

    `right` passed every gate, `repaired` of them after they were sent back, `kept` are no copies. `answers` and tokens
    count every answer used; `cost` is by the recipe's prices. `passes` are (k, pass@k).
    """

    model: str
    strategy: str
    asked: int
    answered: int
    right: int
    repaired: int
    kept: int
    answers: int
    prompt_tokens: int
    completion_tokens: int
    cost: float
    passes: tuple[tuple[int, float], ...]

    @property
    def cost_each(self) -> float | None:
        """Money for one program kept; None where none was."""
        return self.cost / self.kept if self.kept else None


def model_yields(counts: Iterable[Mapping[str, Any]]) -> tuple[ModelYield, ...]:
    """What became of each strategy's questions, by the strategy's name."""
    found = []
    for one in counts:
        for strategy, tally in one.get("strategies", {}).items():
            numbers = {key: value for key, value in tally.items() if key != "pass"}
            passes = tuple(sorted((int(k), value) for k, value in tally["pass"].items()))
            found.append(ModelYield(model=one["model"], strategy=strategy, passes=passes, **numbers))
    return tuple(found)
