"""The words of the rules: ways of asking for a rewrite, reasons to want it, and how to tell that it was done."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from corpus.records import Language
from corpus.yamlfile import YamlError, read_file

FOLDER = Path(__file__).with_name("words")
SLOTS = frozenset(("function", "name", "last", "new", "other", "value"))

_SLOT = re.compile(r"\{([a-z_]+)\}")


class WordsError(ValueError):
    """A file of words that is not as it should be; the message names the file and what is wrong."""


@dataclass(frozen=True, slots=True)
class Words:
    """What can be said of one rule in one direction, in one language.

    `asks` are imperatives, `whys` reasons, `dones` what was done; none has a full stop. Slots are names in braces.
    """

    asks: tuple[str, ...]
    whys: tuple[str, ...]
    dones: tuple[str, ...] = ()


def slots(text: str) -> frozenset[str]:
    """The slots of a phrase."""
    return frozenset(_SLOT.findall(text))


def fitting(phrases: tuple[str, ...], values: Mapping[str, str]) -> tuple[str, ...]:
    """The phrases of which all slots are known, in order, unfilled."""
    return tuple(phrase for phrase in phrases if slots(phrase) <= values.keys())


def fill(phrase: str, values: Mapping[str, str]) -> str:
    """The phrase with its slots filled, each once. Raises KeyError on a missing one."""
    return _SLOT.sub(lambda match: values[match.group(1)], phrase)


def key(rule: str, way: str = "") -> str:
    """How the files call a rule in one direction."""
    return f"{rule}/{way}" if way else rule


def words(rule: str, way: str, language: Language) -> Words | None:
    """The words of a rule in one direction; those of the rule as a whole where the direction has none; None if none."""
    known = shipped()
    entry = known.get(key(rule, way)) or known.get(rule)
    return entry[language] if entry else None


@cache
def shipped() -> Mapping[str, Mapping[Language, Words]]:
    """The words of every rule, by `rule` or `rule/way`. Raises WordsError."""
    return read_words(FOLDER)


def read_words(folder: Path) -> dict[str, Mapping[Language, Words]]:
    """The words in all YAML files of a folder. Raises WordsError for the first thing that is wrong."""
    found: dict[str, Mapping[Language, Words]] = {}
    places: dict[str, Path] = {}
    for path in sorted(folder.glob("*.yaml")):
        try:
            _, data = read_file(path, "words")
        except YamlError as error:
            raise WordsError(f"{path.name}: {error}") from None
        for name, entry in data.items():
            if name in found:
                raise WordsError(f"{path.name}: {name}: is in {places[name].name} too")
            places[name] = path
            found[name] = _entry(f"{path.name}: {name}", entry)
    return found


def _entry(place: str, entry: Any) -> Mapping[Language, Words]:
    if not isinstance(entry, dict):
        raise WordsError(f"{place}: is not a mapping with en, zh and why")
    if wrong := sorted(entry.keys() - {"en", "zh", "why", "done"}):
        raise WordsError(f"{place}: {wrong[0]}: is not one of en, zh, why, done")
    made: dict[Language, Words] = {}
    languages: tuple[Language, ...] = ("en", "zh")
    for language in languages:
        whys, dones = (_inner(place, entry, part, language) for part in ("why", "done"))
        made[language] = Words(_phrases(f"{place}: {language}", entry.get(language)), whys, dones)
    return made


def _inner(place: str, entry: dict[str, Any], part: str, language: Language) -> tuple[str, ...]:
    inner = entry.get(part)
    if inner is None and part == "done":
        return ()
    if not isinstance(inner, dict) or inner.keys() != {"en", "zh"}:
        raise WordsError(f"{place}: {part}: is not a mapping with en and zh")
    return _phrases(f"{place}: {part}: {language}", inner[language])


def _phrases(place: str, phrases: Any) -> tuple[str, ...]:
    if not isinstance(phrases, list) or not phrases:
        raise WordsError(f"{place}: is not a list of phrases")
    for phrase in phrases:
        if not isinstance(phrase, str):
            raise WordsError(f"{place}: {phrase!r} is not text; put it in quotation marks")
        if unknown := sorted(slots(phrase) - SLOTS):
            raise WordsError(f"{place}: {phrase!r}: no slot {unknown[0]!r}; known: {', '.join(sorted(SLOTS))}")
    return tuple(phrases)
