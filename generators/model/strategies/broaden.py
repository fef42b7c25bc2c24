"""Strategy: a task for the same skill on another peripheral, and a program that answers it.

As WizardLM's in-breadth evolving (Xu et al. 2023, arXiv:2304.12244): to what is rarer, within the same chips.
"""

from __future__ import annotations

from generators.model.drafts import Messages, ProgramDraft, Subject
from generators.model.reading import task_and_program
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes
from generators.model.wishes import level_of, peripheral_words

NAME = "broaden"
MAKES: Makes = "program"


def prompt(subject: Subject) -> Messages:
    """The question; `other` is the peripheral to go to: a word of the taxonomy, or any words.

    Raises:
        ValueError: `other` is empty, or the taxonomy has no such difficulty.
    """
    if not subject.other:
        raise ValueError("no peripheral to go to")
    level = level_of(subject.difficulty) if subject.difficulty else None
    return asked(NAME, subject, other=peripheral_words(subject.other, subject.language), level=level)


def parse(text: str, subject: Subject) -> ProgramDraft:
    """The new task and its program. Raises Unparsed."""
    return task_and_program(text, subject.language)
