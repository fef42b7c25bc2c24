"""What an operator says of a place in English and Chinese: YAML beside the operators, one file a module."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from corpus.yamlfile import read_yaml

_SLOT = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Words:
    """The ways of saying in one language what is wrong (`cause`) and why that matters (`why`), with slots in braces."""

    cause: tuple[str, ...]
    why: tuple[str, ...]

    def causes(self, facts: Mapping[str, str]) -> tuple[str, ...]:
        """The causes of which every slot can be filled, with the facts of a place put in."""
        return _filled(self.cause, facts)

    def whys(self, facts: Mapping[str, str]) -> tuple[str, ...]:
        """The mechanisms of which every slot can be filled, with the facts of a place put in."""
        return _filled(self.why, facts)


def _filled(texts: Sequence[str], facts: Mapping[str, str]) -> tuple[str, ...]:
    """A fact with a backtick would end the code that its slot stands in, so that no text with it fits."""
    fit = [text for text in texts if all(facts.get(slot) and "`" not in facts[slot] for slot in slots(text))]
    return tuple(_SLOT.sub(lambda match: facts[match[1]], text) for text in fit)


def slots(text: str) -> list[str]:
    """The names in braces that must be filled."""
    return _SLOT.findall(text)


def words(operator: str, case: str, language: str) -> Words | None:
    """The words of a case of an operator, or else those of the operator; None for an unknown one."""
    entries = table()
    entry = entries.get(f"{operator}/{case}", entries.get(operator))
    return Words(tuple(entry[language]), tuple(entry["why"][language])) if entry is not None else None


@cache
def table() -> Mapping[str, Any]:
    """All entries, by `operator` or `operator/case`."""
    folder = files("generators.mutants").joinpath("words")
    entries: dict[str, Any] = {}
    for file in sorted(folder.iterdir(), key=lambda one: one.name):
        if file.name.endswith(".yaml"):
            entries |= read_yaml(file.read_text(encoding="utf-8"))
    return entries
