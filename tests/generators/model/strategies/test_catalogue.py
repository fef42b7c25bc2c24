"""The strategies by name."""

from __future__ import annotations

from generators.model.strategies.catalogue import STRATEGIES


def test_every_strategy_says_what_it_is_about() -> None:
    """By the name under which a recipe asks for it; the sentence has no word of the code."""
    assert next(iter(STRATEGIES)) == "spirit"
    for name, strategy in STRATEGIES.items():
        assert strategy.name == name
        assert strategy.about.endswith(".") and "Strategy:" not in strategy.about
        assert strategy.makes in ("program", "texts", "harness")
