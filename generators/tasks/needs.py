"""A program's safety needs in a row: stated with the request or met unasked, and what an answer says of them."""

from __future__ import annotations

import random
from collections.abc import Iterable, Sequence

from corpus.records import Language, Needs
from generators.tasks.bank import Bank
from generators.tasks.requests import Need
from generators.tasks.row import joined

_MOST_STATED = 3


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
