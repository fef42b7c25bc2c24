"""What a mutation operator is: a function that yields single edits which a tired engineer could have typed."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from corpus.records import Step
from corpus.source.edits import Edit, apply_edits
from corpus.source.unit import Unit


@dataclass(frozen=True, slots=True)
class Mutation:
    """One faulty edit: what stood there, and what stands there now, in short."""

    edit: Edit
    was: str
    now: str


@dataclass(frozen=True, slots=True)
class Operator:
    """A kind of fault. `effect` is what it does when it does something: `compile` or `behaviour`.

    `en` and `zh` say in one clause what is wrong with such code, for the diagnosis of a `fix` row.
    """

    name: str
    effect: str
    en: str
    zh: str
    find: Callable[[Unit, random.Random], Iterator[Mutation]]

    @property
    def doc(self) -> str:
        """The docstring of the finder."""
        return (self.find.__doc__ or "").strip()


@dataclass(frozen=True, slots=True)
class Faulty:
    """A mutated unit, before anybody has seen its fault."""

    source: bytes
    step: Step
    line: int


def operator(
    name: str, effect: str, en: str, zh: str
) -> Callable[[Callable[[Unit, random.Random], Iterator[Mutation]]], Operator]:
    """Turns a finder into an `Operator`."""

    def named(find: Callable[[Unit, random.Random], Iterator[Mutation]]) -> Operator:
        return Operator(name, effect, en, zh, find)

    return named


def mutate(made: Operator, unit: Unit, rng: random.Random) -> Faulty | None:
    """The unit with one fault of this kind at a place drawn by `rng`; None where there is none to make."""
    mutations = list(made.find(unit, rng))
    if not mutations:
        return None
    mutation = rng.choice(mutations)
    edit = mutation.edit
    step = Step(
        kind="mutant",
        name=made.name,
        family=made.effect,
        params=(("was", mutation.was), ("now", mutation.now)),
        edits=((edit.start, edit.end, edit.text.decode("utf-8", "replace")),),
    )
    return Faulty(apply_edits(unit.src, [edit]), step, unit.line(edit.start))
