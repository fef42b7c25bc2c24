"""What an answer says of a refactoring: what was done, why one would want it, which names are new."""

from __future__ import annotations

import random
from collections.abc import Iterable

from corpus.records import Language
from corpus.source.unit import Unit
from generators.tasks.bank import Bank
from generators.tasks.difference import renames
from generators.tasks.material import StepWords
from generators.tasks.row import ended, joined
from generators.tasks.wishes import Wish, low, words_of

# Above this many renamed names an answer does not list them.
_MOST_NAMES = 8

# From this many steps on, what was done is told as a list.
_FEW = 3


def did(asked: tuple[Wish, ...], because: str, phrases: Bank, rng: random.Random, language: Language) -> str:
    """What was done, step by step, and why one would want it; `because` is a reason that the question gave."""
    told = [(_done(wish, phrases, rng), [why for why in wish.whys if why != because]) for wish in asked]
    if len(told) == 1:
        done, whys = told[0]
        few = whys[: rng.choice((0, 1, 1, 1, 2))]
        return joined([done, *(_reason(why, phrases, rng) for why in few[:1]), *map(ended, few[1:])], language)
    if len(told) < _FEW and rng.random() < 0.5:
        return joined(
            [joined([done, *map(ended, whys[: rng.randint(0, 1)])], language) for done, whys in told], language
        )
    many = rng.random() < 0.6
    return "\n".join(f"- {joined([done, *map(ended, whys[: int(many)])], language)}" for done, whys in told)


def _done(wish: Wish, phrases: Bank, rng: random.Random) -> str:
    if wish.done:
        return ended(wish.done)
    return phrases.one(rng, "did").fill(do=wish.again, do_low=low(wish.again))


def _reason(why: str, phrases: Bank, rng: random.Random) -> str:
    return phrases.one(rng, "reason").fill(why=why, why_low=low(why))


def new_names(
    steps: Iterable[StepWords], old: Unit, new: Unit, phrases: Bank, rng: random.Random, language: Language
) -> str:
    """The names before and after, and whether other files must follow; empty where there are none, or many."""
    steps = tuple(steps)
    before, after = words_of(old), words_of(new)
    pairs = {was: now for step in steps for was, now in step.renamed if was in before and now in after - before}
    if not 0 < len(pairs) <= _MOST_NAMES:
        return ""
    told = ("、" if language == "zh" else ", ").join(f"`{was}` → `{now}`" for was, now in pairs.items())
    only = all(step.renamed for step in steps) and renames(old, new) is not None
    parts = [phrases.one(rng, "renamed", (), "only" if only else "among").fill(renames=told)]
    tone = "public" if any(_is_public(old, name) for name in pairs) else "private"
    if tone == "public" or rng.random() < 0.4:
        parts.append(phrases.one(rng, "renamed", (), tone).text)
    return joined(parts, language)


def _is_public(unit: Unit, name: str) -> bool:
    symbol = unit.symbols.lookup(name.encode())
    return symbol is not None and symbol.kind in ("function", "global") and symbol.storage != b"static"
