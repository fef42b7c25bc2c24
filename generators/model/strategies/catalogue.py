"""All strategies by name, in the order in which they are asked."""

from __future__ import annotations

from generators.model.strategies import (
    broaden,
    cell,
    deepen,
    explanation,
    harness,
    instruction,
    phrasings,
    port,
    reasoning,
    repair,
    review,
    snippet,
    spirit,
)
from generators.model.strategies.strategy import Strategy, strategy_of

STRATEGIES: dict[str, Strategy] = {
    made.name: made
    for made in map(
        strategy_of,
        (
            *(spirit, cell, deepen, broaden, snippet, reasoning, port, repair),
            *(instruction, phrasings, explanation, review, harness),
        ),
    )
}
"""A recipe names these under `generate.model.strategies`."""
