"""Banks of phrases: YAML data, one file a task and language, read once."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from corpus.records import Language
from corpus.yamlfile import read_yaml

_SLOT = re.compile(r"\{([a-z_]+)\}")


@dataclass(frozen=True, slots=True)
class Phrase:
    """One template. `when` are the facts that must hold for it to be true; `tone` is its id up to the last hyphen."""

    id: str
    text: str
    when: frozenset[str] = frozenset()

    @property
    def tone(self) -> str:
        """The register it is written in: "any" goes with every other."""
        return self.id.rsplit("-", 1)[0]

    @property
    def slots(self) -> frozenset[str]:
        """The names in braces that must be filled."""
        return frozenset(_SLOT.findall(self.text))

    def fill(self, **values: str) -> str:
        """The text with its slots filled; values are put in as they are, once. Raises KeyError on a missing one."""
        return _SLOT.sub(lambda match: values[match.group(1)], self.text)


@dataclass(frozen=True, slots=True)
class Bank:
    """The phrases of one task in one language, by group."""

    groups: Mapping[str, tuple[Phrase, ...]]

    def fitting(self, group: str, facts: Collection[str] = (), tone: str = "any") -> tuple[Phrase, ...]:
        """The group's phrases whose facts all hold and whose tone goes with `tone`."""
        return tuple(
            phrase
            for phrase in self.groups[group]
            if phrase.when <= frozenset(facts) and (tone == "any" or phrase.tone in ("any", tone))
        )

    def pick(self, rng: random.Random, group: str, facts: Collection[str] = (), tone: str = "any") -> Phrase | None:
        """One of the fitting phrases, or None when there is none."""
        phrases = self.fitting(group, facts, tone)
        return rng.choice(phrases) if phrases else None

    def one(self, rng: random.Random, group: str, facts: Collection[str] = (), tone: str = "any") -> Phrase:
        """One of the fitting phrases. Raises LookupError when the bank has none: a hole in the data files."""
        phrase = self.pick(rng, group, facts, tone)
        if phrase is None:
            raise LookupError(f"no phrase fits: group {group!r}, facts {sorted(facts)}, tone {tone!r}")
        return phrase


@cache
def bank(language: Language, name: str) -> Bank:
    """The bank in `phrases/<language>/<name>.yaml`."""
    data = table(f"phrases/{language}/{name}.yaml")
    return Bank(
        {group: tuple(_phrase(key, entry) for key, entry in entries.items()) for group, entries in data.items()}
    )


def _phrase(key: str, entry: Any) -> Phrase:
    if isinstance(entry, str):
        return Phrase(key, entry)
    return Phrase(key, entry["text"], frozenset(entry["when"]))


@cache
def table(path: str) -> Any:
    """A YAML file beside this module, as plain data."""
    return read_yaml(files("generators.tasks").joinpath(path).read_text(encoding="utf-8"))
