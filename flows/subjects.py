"""What the model is asked about: a seed with its default values, in words of one language, and where to go from it."""

from __future__ import annotations

import random
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache
from typing import TypeVar

from corpus.chips import Family, chip_for
from corpus.records import Language
from corpus.seeds import Seed
from corpus.taxonomy import taxonomy
from generators.model.drafts import Subject
from generators.model.facts import facts_for, told
from generators.model.home import KEIL, home_of
from generators.model.snippets import snippet_of
from generators.tasks.comments import localise
from generators.tasks.row import folded
from generators.templates import default_filling, fill_program

_T = TypeVar("_T")


def subject_of(seed: Seed, language: Language, sample: int, strategy: str = "spirit", *, facts: bool = True) -> Subject:
    """The seed as it is shown to the model by a strategy; `sample` numbers the questions about it.

    What differs between the samples of a strategy is the same in each language and run: the cell of the taxonomy, the
    place to port to, the snippet. `repair` has no diagnostics yet, and its program is the seed's. With `facts` the
    subject has those of the chip on which the answer is to run.
    """
    subject = _placed(seed, language, sample, strategy)
    if not facts:
        return subject
    home = home_of(subject)
    return replace(subject, facts=_told(_words(subject, strategy), home.target, home.chip, language))


def _words(subject: Subject, strategy: str) -> str:
    """What the answer will be about, as far as it is known: the seed's task, or what is asked for in its place."""
    match strategy:
        case "cell":
            family = taxonomy().families[subject.family]
            return " ".join((family.zh if subject.language == "zh" else family.en, *family.peripherals))
        case "broaden":
            return subject.other
        case "snippet":
            return subject.snippet
        case _:
            return f"{subject.title}\n{subject.instruction}"


@lru_cache(maxsize=256)  # the samples of a strategy mostly have the same words
def _told(words: str, target: Family, chip: str, language: Language) -> str:
    return told(facts_for(words, chip_for(target, chip)), language)


def _placed(seed: Seed, language: Language, sample: int, strategy: str) -> Subject:
    """The seed with what a strategy's sample asks for."""
    sheet, filling = seed.sheet, default_filling(seed)
    texts = (
        (sheet.title.zh, sheet.instruction.of("zh")[0], sheet.idea.zh)
        if language == "zh"
        else (sheet.title.en, sheet.instruction.of("en")[0], sheet.idea.en)
    )
    title, instruction, idea = (folded(filling.words(text)) for text in texts)
    program = localise(fill_program(seed, filling), sheet.comments.items(), language)
    subject = Subject(language, sheet.target, sheet.chip, title, instruction, idea, program, sample)
    rng = random.Random(f"{seed.id}/{strategy}")
    match strategy:
        case "cell":
            family, difficulty, chip = _in_turn(_cells(sheet.target), sample, rng)
            return replace(subject, family=family, difficulty=difficulty, other=chip)
        case "deepen":
            return replace(subject, difficulty=min(max(taxonomy().difficulty), sheet.difficulty + 1))
        case "broaden":
            own = taxonomy().family_of.get(sheet.peripherals[0])
            others = [word for word, family in taxonomy().family_of.items() if family != own]
            return replace(subject, difficulty=sheet.difficulty, other=_in_turn(others, sample, rng))
        case "port":
            return replace(subject, other=_in_turn(_places(sheet.target, sheet.chip), sample, rng))
        case "snippet":
            drawn = random.Random(f"{seed.id}/{strategy}/{sample}")
            return replace(subject, snippet=snippet_of(program, drawn))
        case _:
            return subject


def _cells(target: str) -> list[tuple[str, int, str]]:
    """Each family, difficulty and chip of a target."""
    known = taxonomy()
    chips = next(chips for name, chips in known.chips.items() if name == target)
    return [(family, int(level), chip) for family in known.families for level in known.difficulty for chip in chips]


def _places(target: str, chip: str) -> list[str]:
    """Where a program of this chip can be ported to: every other chip, and Keil's dialect from the 8051."""
    chips = [name for family in taxonomy().chips.values() for name in family if name != chip]
    return [*chips, KEIL] if target == "mcs51" else chips


def _in_turn(choices: Sequence[_T], sample: int, rng: random.Random) -> _T:
    """The choice for a sample, each once before any comes again, in an order of the generator's."""
    return rng.sample(choices, len(choices))[sample % len(choices)]
