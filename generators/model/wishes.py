"""Cells of the taxonomy in words: what families, peripherals and difficulties are called in a question."""

from __future__ import annotations

from corpus.records import Language
from corpus.taxonomy import Level, PeripheralFamily, taxonomy


def family_named(name: str) -> PeripheralFamily:
    """A family of the taxonomy. Raises ValueError where there is none of this name."""
    family = taxonomy().families.get(name)
    if family is None:
        raise ValueError(f"no family {name!r}")
    return family


def level_of(difficulty: int) -> Level:
    """What a difficulty of 1 to 5 means. Raises ValueError for another number."""
    level = {int(number): level for number, level in taxonomy().difficulty.items()}.get(difficulty)
    if level is None:
        raise ValueError(f"no difficulty {difficulty}")
    return level


def peripheral_words(peripheral: str, language: Language) -> str:
    """A peripheral with what its family is about (`capture (timers and counters)`); other words as they are."""
    name = taxonomy().family_of.get(peripheral)
    if name is None:
        return peripheral
    family = taxonomy().families[name]
    return f"{peripheral}（{family.zh}）" if language == "zh" else f"{peripheral} ({family.en})"
