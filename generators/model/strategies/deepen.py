"""Strategy: a harder task made of a seed's, and a program that answers it.

As WizardLM's in-depth evolving (Xu et al. 2023, arXiv:2304.12244), with the ways in which firmware becomes hard:
interrupts, faults, limits, several units at once, protocols, power loss.
"""

from __future__ import annotations

from generators.model.drafts import Messages, ProgramDraft, Subject
from generators.model.reading import task_and_program
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes
from generators.model.wishes import level_of

NAME = "deepen"
MAKES: Makes = "program"


def prompt(subject: Subject) -> Messages:
    """The question: the subject's difficulty is the new task's, its variation the direction in which the task grows.

    Raises:
        ValueError: the taxonomy has no such difficulty.
    """
    return asked(NAME, subject, level=level_of(subject.difficulty))


def parse(text: str, subject: Subject) -> ProgramDraft:
    """The new task and its program. Raises Unparsed."""
    return task_and_program(text, subject.language)
