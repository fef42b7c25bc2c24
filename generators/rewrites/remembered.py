"""Answers about a unit, kept as long as it lives: rules ask the same questions, and authors differ in few of them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from corpus.source.unit import Unit
from generators.rewrites.rule import Context, Finder, Refusal, Site

P = ParamSpec("P")
R = TypeVar("R")

_UNKNOWN = object()


def per_unit(ask: Callable[Concatenate[Unit, P], R]) -> Callable[Concatenate[Unit, P], R]:
    """A question of which each answer is remembered; asked with positional arguments only.

    Its answer must follow from the source and the arguments alone, and nobody may change it.
    """

    @wraps(ask)
    def known(unit: Unit, /, *args: P.args, **kwargs: P.kwargs) -> R:
        answers, key = unit.answers, (ask, *args)
        found = answers.get(key, _UNKNOWN)
        if found is _UNKNOWN:
            found = answers[key] = ask(unit, *args, **kwargs)
        return cast(R, found)

    return known


class _Watched:
    """Stands in for a Context or a Style, and notes what is asked of it."""

    __slots__ = ("_asked", "_thing")

    def __init__(self, thing: object) -> None:
        self._thing = thing
        self._asked: dict[str, Any] = {}

    def __getattr__(self, name: str) -> Any:
        found = getattr(self._thing, name)
        self._asked[name] = found
        return found


class _WatchedContext(_Watched):
    __slots__ = ("style",)

    def __init__(self, context: Context) -> None:
        super().__init__(context)
        self.style = _Watched(context.style)


Answer = tuple[tuple[Site, ...], tuple[Refusal, ...]]
"""What a rule found: sites and refusals."""


@dataclass(frozen=True, slots=True)
class _Told:
    """What a rule asked of the context and of its style, and what it found by what it was told."""

    asked: tuple[str, ...]
    asked_style: tuple[str, ...]
    answers: dict[tuple[Any, ...], Answer] = field(default_factory=dict)

    def answer(self, context: Context) -> Answer | None:
        """What the rule found when it was told the same."""
        told = [getattr(context, name) for name in self.asked] if self.asked else ()
        if not self.asked_style:
            return self.answers.get(tuple(told))
        style = context.style
        return self.answers.get((*told, *[getattr(style, name) for name in self.asked_style]))


def found_by(find: Finder, unit: Unit, context: Context) -> Answer:
    """Where a rule could act and where it will not.

    A rule that is told the same of the same source finds the same, so that it is asked again only where the context
    differs in something that it looked at, or where it drew.
    """
    known: list[_Told] | None = unit.answers.get(find)
    if known is None:
        known = unit.answers[find] = []
    for one in known:
        if (answer := one.answer(context)) is not None:
            return answer
    watched = _WatchedContext(context)
    sites: list[Site] = []
    refusals: list[Refusal] = []
    for found in find(unit, cast(Context, watched)):
        if isinstance(found, Refusal):
            refusals.append(found)
        elif found.edits:
            sites.append(found)
    answer = tuple(sites), tuple(refusals)
    told, told_style = watched._asked, watched.style._asked
    if "rng" not in told:
        asked = tuple(told), tuple(told_style)
        group = next((one for one in known if (one.asked, one.asked_style) == asked), None)
        if group is None:
            group = _Told(*asked)
            known.append(group)
        group.answers[*told.values(), *told_style.values()] = answer
    return answer
