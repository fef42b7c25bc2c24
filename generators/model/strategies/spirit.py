"""Strategy: a new task in a seed's spirit, and a program that answers it.

The seed is shown whole (instruction, idea, code); the model writes another task of the same family and solves it.
What it writes is believed only as far as the gates can see.
"""

from __future__ import annotations

from generators.model.drafts import Messages, ProgramDraft, Subject
from generators.model.reading import task_and_program
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes

NAME = "spirit"
MAKES: Makes = "program"


def prompt(subject: Subject) -> Messages:
    """The question; the subject's variation picks what must differ from the seed."""
    return asked(NAME, subject)


def parse(text: str, subject: Subject) -> ProgramDraft:
    """The new task and its program. Raises Unparsed."""
    return task_and_program(text, subject.language)
