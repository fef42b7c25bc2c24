"""What the page of gates says of one: what it looks at, its reason words and what they mean, its thresholds."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

Reasons = tuple[tuple[str, str], ...]


@dataclass(frozen=True, slots=True)
class Gate:
    """One gate, or several that share their reasons.

    `shape` is `gate` (one record at a time) or `selection` (all of them). `passes` are the reason words of a passed
    verdict, `reasons` those of one that did not pass. `modules` are the files that give them. `settings` are the
    dataclasses with the thresholds, `constants` (module, name) single ones, `recipe` maps a threshold to the key that
    sets it.
    """

    names: tuple[str, ...]
    shape: str
    looks_at: str
    words: str
    reasons: Reasons
    modules: tuple[str, ...]
    passes: Reasons = ()
    settings: tuple[type[Any], ...] = ()
    constants: tuple[tuple[str, str], ...] = ()
    recipe: tuple[tuple[str, str], ...] = ()
