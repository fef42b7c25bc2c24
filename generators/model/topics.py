"""What the words of a task speak of: a timer and which one, a pin and its port, an interrupt, and so on.

The words lie in `facts_of/words.yaml`, by topic, English and Chinese. Both are looked for in every text: Chinese
tasks are full of English words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from corpus.yamlfile import read_yaml

FOLDER = Path(__file__).parent / "facts_of"

# Python's \b takes Chinese characters for letters of a word. A name goes on behind an underscore: TIM2_ARR is of TIM2.
_BEFORE, _BEHIND = "(?<![A-Za-z0-9_])", "(?![A-Za-z0-9])"
_SLOTS = {"$": r"(\d{1,2})", "@": "((?-i:[A-I]))"}


# What a task says that it leaves alone is no topic of it.
_CLAUSE = re.compile(r"([,.;:()，。；：（）])")
_ASIDE = re.compile(
    r"\bleav(?:e|ing)\b.{0,80}\b(?:alone|as it|untouched)|\bleft as\b|\b(?:don't|not|never) (?:change|touch)"
    r"|\bbelongs to\b|\bused up\b|\btaken\b|\bkeeps? (?:timer|the other)"
    r"|别动|不动|不要动|不能动|保持原样|保持原来|不许改|不能改|不变|占了|被占|留给",
    re.IGNORECASE | re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class Topic:
    """One topic of a text: how often it is spoken of, and what stood for `$` and `@` each time that they did."""

    mentions: int
    which: tuple[tuple[str, ...], ...]


def topics_of(text: str) -> dict[str, Topic]:
    """The topics that a text speaks of, by name."""
    found: dict[str, Topic] = {}
    text = "".join(" " if _ASIDE.search(clause) else clause for clause in _CLAUSE.split(text))
    for name, pattern in _patterns().items():
        matches = list(pattern.finditer(text))
        if matches:
            which = (tuple(group.upper() for group in match.groups() if group) for match in matches)
            found[name] = Topic(len(matches), tuple(dict.fromkeys(one for one in which if one)))
    return found


@cache
def words_file(name: str) -> Any:
    """A YAML file of `facts_of/`, as plain data."""
    return read_yaml((FOLDER / f"{name}.yaml").read_text(encoding="utf-8"))


@cache
def _patterns() -> Mapping[str, re.Pattern[str]]:
    """One pattern a topic; the longer words first, so that `timer 2` is not read as `timer`."""
    patterns = {}
    for name, words in words_file("words").items():
        phrases = sorted({*words["en"], *words["zh"]}, key=lambda phrase: (-len(phrase), phrase))
        patterns[name] = re.compile("|".join(map(_phrase, phrases)), re.IGNORECASE)
    return patterns


def _phrase(phrase: str) -> str:
    """The expression for one phrase of the words."""
    if phrase.startswith("re:"):
        return _BEFORE + phrase[3:]
    body = "".join(_SLOTS.get(char) or (r"[\s-]*" if char == " " else re.escape(char)) for char in phrase)
    before = _BEFORE if phrase[0].isascii() else ""
    if phrase[-1] == "$":
        behind = r"(?!\d|_t)"
    elif phrase[-1] == "@" or phrase[-1].isdigit():
        behind = _BEHIND
    else:
        behind = f"s?{_BEHIND}" if phrase[-1].isascii() else ""
    return f"{before}{body}{behind}"
