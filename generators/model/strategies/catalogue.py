"""All strategies by name, in the order in which they are asked."""

from __future__ import annotations

from generators.model.strategies import broaden, cell, deepen, port, reasoning, repair, snippet, spirit
from generators.model.strategies.strategy import Strategy, strategy_of

STRATEGIES: dict[str, Strategy] = {
    made.name: made
    for made in map(
        strategy_of,
        (spirit, cell, deepen, broaden, snippet, reasoning, port, repair),
    )
}
"""A recipe names these under `generate.model.strategies`."""
