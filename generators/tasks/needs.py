"""A program's safety needs in a row: stated with the request or met unasked, and what an answer says of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from corpus.records import Language, Needs
from generators.tasks.bank import Bank
from generators.tasks.material import Single
from generators.tasks.naming import missing, renamed
from generators.tasks.registers import registers_of
from generators.tasks.requests import Need
from generators.tasks.row import ended, folded, joined

_MOST_STATED = 3


def applicable(material: Single, names: frozenset[str]) -> list[Need]:
    """The needs of a program in its own names; those that speak of a name which it does not have are left out."""
    known, aliases = registers_of(material.brief.target).known, material.program.aliases
    found = []
    for need in material.brief.needs:
        en, zh = (ended(renamed(folded(text), aliases)) for text in (need.en, need.zh))
        if not missing(en, names, known) and not missing(zh, names, known):
            found.append(Need(need.kind, need.names, en, zh))
    return found


def chosen(needs: Iterable[Need], request: str, rng: random.Random) -> list[Need]:
    """The needs that are stated with a request: of every second one none, of the others one to three that it does not
    speak of itself."""
    unsaid = [need for need in needs if not need.said_in(request)]
    if not unsaid or rng.random() < 0.5:
        return []
    count = rng.randint(1, min(_MOST_STATED, len(unsaid)))
    places = sorted(rng.sample(range(len(unsaid)), count))
    return [unsaid[place] for place in places]


def stated(needs: Sequence[Need], phrases: Bank, rng: random.Random, language: Language) -> str:
    """The sentences that make needs explicit, as a person would add them; "" for none."""
    return _told("needs", needs, phrases, rng, language)


def minded(needs: Sequence[Need], phrases: Bank, rng: random.Random, language: Language) -> str:
    """What somebody who changes the program must keep to; "" where nothing is known."""
    return _told("minded", needs, phrases, rng, language)


def kind_of(needs: Iterable[Need], added: Sequence[Need], request: str) -> Needs:
    """Whether a request states at least one of the program's needs, by a sentence for it or in its own words."""
    all_of = tuple(needs)
    if not all_of:
        return "none"
    return "explicit" if added or any(need.said_in(request) for need in all_of) else "implicit"


def _told(group: str, needs: Sequence[Need], phrases: Bank, rng: random.Random, language: Language) -> str:
    if not needs:
        return ""
    sentences = [need.of(language) for need in needs]
    facts = ("several",) if len(needs) > 1 else ("one",)
    phrase = phrases.one(rng, group, facts)
    return phrase.fill(needs=joined(sentences, language), list="\n".join(f"- {text}" for text in sentences))
