"""A seed's words in the names of one of its programs."""

from __future__ import annotations

import re
from collections.abc import Container, Iterable, Iterator
from dataclasses import replace

from corpus.records import Language
from corpus.source.unit import Unit
from generators.tasks.material import Single
from generators.tasks.naming import missing, renamed
from generators.tasks.registers import registers_of
from generators.tasks.requests import Need, Request
from generators.tasks.row import ended, folded


def names_of(unit: Unit) -> frozenset[str]:
    """Every identifier of the unit, those inside macros included, and the words of its `#include` lines."""
    return frozenset(re.findall(r"[A-Za-z_]\w*", unit.src.decode(errors="replace")))


def own_words(text: str, material: Single, names: frozenset[str], *, counted: Container[str] | None = None) -> str:
    """A text in this program's names, or "" where it speaks of a name that the program does not have.

    With `counted` only these may be missed: a text that tells of another chip's program, too, names what is there.
    """
    told = ended(renamed(folded(text), material.program.aliases))
    absent = missing(told, names, registers_of(material.brief.target).known)
    return "" if any(counted is None or name in counted for name in absent) else told


def spoken(request: Request, material: Single, names: frozenset[str]) -> str:
    """A request in this program's names, or "" when it speaks of a name that the program does not have.

    A port tells of another chip, too, so that there only names of the seed's own program count.
    """
    counted = material.brief.names if request.manner == "port" else None
    return own_words(request.text, material, names, counted=counted)


def fitting(requests: Iterable[Request], material: Single, names: frozenset[str]) -> Iterator[tuple[int, Request]]:
    """The requests that are true of this program, in its names, each with its place among all."""
    for index, request in enumerate(requests):
        if text := spoken(request, material, names):
            yield index, replace(request, text=text)


def applicable(material: Single, names: frozenset[str]) -> list[Need]:
    """The needs of a program in its own names; those that speak of a name which it does not have are left out."""
    told = (
        Need(need.kind, need.names, *(own_words(text, material, names) for text in (need.en, need.zh)))
        for need in material.brief.needs
    )
    return [need for need in told if need.en and need.zh]


def idea_for(material: Single, unit: Unit, language: Language) -> str:
    """The seed's idea with this program's names, or "" when it speaks of a name that the program does not have."""
    return own_words(material.brief.idea.of(language), material, names_of(unit))
