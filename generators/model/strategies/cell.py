"""Strategy: a task for a cell of the taxonomy, and a program that answers it.

A cell is a family of peripherals, a difficulty and a chip. The seed is only an example of how thorough an answer is, so
that a set can grow where it has no seeds.
"""

from __future__ import annotations

from generators.model.drafts import Messages, ProgramDraft, Subject
from generators.model.reading import task_and_program
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes
from generators.model.wishes import family_named, level_of

NAME = "cell"
MAKES: Makes = "program"


def prompt(subject: Subject) -> Messages:
    """The question: for the subject's family and difficulty, on the chip `other` where that names one.

    Raises:
        ValueError: the taxonomy has no such family or difficulty.
    """
    return asked(NAME, subject, family=family_named(subject.family), level=level_of(subject.difficulty))


def parse(text: str, subject: Subject) -> ProgramDraft:
    """The new task and its program. Raises Unparsed."""
    return task_and_program(text, subject.language)
