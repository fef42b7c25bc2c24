"""What a mutation operator is: a function that yields small faults which a tired engineer could have typed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Literal

from corpus.records import Step
from corpus.source.edits import Edit, apply_edits
from corpus.source.unit import Unit

Effect = Literal["compile", "behaviour", "finding"]

Kind = Literal[
    "arithmetic", "concurrency", "control-flow", "memory", "peripheral-setup", "preprocessor", "syntax", "types"
]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One fault: its edits, what stood there and what stands there now, in short.

    `case` tells apart faults of one operator that need other words. `facts` are the names and values of this very place
    that the words of the diagnosis name.
    """

    edits: tuple[Edit, ...]
    was: str
    now: str
    case: str = ""
    facts: tuple[tuple[str, str], ...] = ()


Finder = Callable[[Unit, random.Random], Iterator[Mutation]]


@dataclass(frozen=True, slots=True)
class Operator:
    """A way of going wrong. `effect` is what it does when it does something (`finding`: only a static check can
    tell), `kind` what it is a mistake in.

    `en` and `zh` say in one clause what is wrong with such code.
    """

    name: str
    effect: Effect
    kind: Kind
    en: str
    zh: str
    find: Finder

    @property
    def doc(self) -> str:
        """The docstring of the finder."""
        return (self.find.__doc__ or "").strip()


@dataclass(frozen=True, slots=True)
class Faulty:
    """A mutated unit, before anybody has seen its fault; `effect` is what its operator does."""

    source: bytes
    step: Step
    line: int
    effect: Effect = "behaviour"


def operator(name: str, effect: Effect, kind: Kind, en: str, zh: str) -> Callable[[Finder], Operator]:
    """Turns a finder into an `Operator`."""

    def named(find: Finder) -> Operator:
        return Operator(name, effect, kind, en, zh, find)

    return named


def mutate(made: Operator, unit: Unit, rng: random.Random) -> Faulty | None:
    """The unit with one fault of this kind at a place drawn by `rng`; None where there is none to make."""
    mutations = list(made.find(unit, rng))
    return faulty(made, unit, rng.choice(mutations)) if mutations else None


def faulty(made: Operator, unit: Unit, mutation: Mutation) -> Faulty:
    """The unit with this fault in it; the step tells its place, its words and its edits."""
    edits = sorted(mutation.edits)
    at = edits[0].start
    line = unit.line(at)
    params = [("was", mutation.was), ("now", mutation.now), ("line", str(line)), ("function", _function(unit, at))]
    if mutation.case:
        params.append(("case", mutation.case))
    step = Step(
        kind="mutant",
        name=made.name,
        family=made.kind,
        params=(*params, *mutation.facts),
        edits=tuple((edit.start, edit.end, edit.text.decode("utf-8", "replace")) for edit in edits),
    )
    return Faulty(apply_edits(unit.src, edits), step, line, made.effect)


def _function(unit: Unit, offset: int) -> str:
    for function in unit.functions():
        if function.start_byte <= offset < function.end_byte:
            return unit.function_name(function).decode("utf-8", "replace")
    return ""
