"""The changes of a port in words: each construct once, with a place that shows it and where else it was so."""

from __future__ import annotations

import random
import re
from collections.abc import Collection, Sequence

from corpus.records import Language
from generators.dialects.conversion import Change
from generators.tasks.bank import Bank
from generators.tasks.row import listing

# The order of an answer: what stands at the top of the file, declarations, functions, then what is here and there.
ORDER = (
    "header", "intrinsic-header", "in-header", "stdint", "limit", "stdbool", "inline", "pin", "sbit", "sfr",
    "not-in-header", "constant", "main-type", "interrupt", "vector", "prototype", "reentrant", "critical-function",
    "critical", "space", "space-macro", "space-of-pointer", "function-pointer", "constant-object", "absolute",
    "absolute-access", "bit", "bit-complement", "nop", "rotation", "empty-parameters", "reserved-name",
    "for-declaration", "mixed-declaration", "binary-number", "last-comma", "plain-char",
)  # fmt: skip
_NAMED = re.compile(r"(?:#define|sbit|sfr16|sfr|typedef .*?) (\w+)|__\w+ __at ?\(?[^)]*\)? (\w+);")
_BY_NAME = frozenset(
    ("pin", "sbit", "sfr", "in-header", "not-in-header", "constant", "limit", "for-declaration", "mixed-declaration")
)
_MOST_NAMES = 4


def told(
    changes: Sequence[Change], phrases: Bank, rng: random.Random, to: str, language: Language, facts: Collection[str]
) -> list[str]:
    """A sentence for each kind of change. Raises LookupError where the bank has none for a kind."""
    by_kind: dict[str, list[Change]] = {}
    for change in changes:
        by_kind.setdefault(change.kind, []).append(change)
    found = []
    for kind in sorted(by_kind, key=ORDER.index):
        alike = by_kind[kind]
        phrase = phrases.one(rng, f"{to}-{kind}", facts)
        slots = {"before": alike[0].before, "after": alike[0].after}
        if kind == "header":
            slots = {name: text.removeprefix("#include ") for name, text in slots.items()}
        slots["likewise"] = _likewise(kind, alike, phrases, rng, language) if "likewise" in phrase.slots else ""
        found.append(phrase.fill(**slots))
    return found


def _likewise(kind: str, alike: Sequence[Change], phrases: Bank, rng: random.Random, language: Language) -> str:
    """The other places of a construct, by name where they have one and are few, else by their number."""
    if kind == "reserved-name":
        names = [f"{change.before}` → `{change.after}" for change in alike[1:]]
    elif kind in _BY_NAME:
        texts = [text for change in alike for text in (_lines(change) or [change.after or change.before])]
        names = list(dict.fromkeys(name for text in texts[1:] if (name := _name(text))))
    else:
        names = []
    if names and len(names) <= _MOST_NAMES:
        return phrases.one(rng, "likewise", (), "names").fill(names=listing(names, language))
    count = max(len(alike), sum(len(_lines(change)) for change in alike), len(names) + 1)
    if count < 2:
        return ""
    return phrases.one(rng, "likewise", (), "count").fill(count=str(count))


def _lines(change: Change) -> list[str]:
    return [line.decode() for line in change.lines]


def _name(text: str) -> str:
    """The name that a declaration declares, or the text itself where it is one."""
    match = _NAMED.match(text)
    if match is not None:
        return match[1] or match[2]
    return text if re.fullmatch(r"\w+", text) else ""
