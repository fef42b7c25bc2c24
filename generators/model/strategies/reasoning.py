"""Strategy: a given task thought through, in steps, and solved.

The task stays the subject's own, so that the seed's harness can judge the program; its program is not shown.
"""

from __future__ import annotations

from generators.model.drafts import Messages, ProgramDraft, Subject
from generators.model.reading import reasoned_program
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes

NAME = "reasoning"
MAKES: Makes = "program"
OWN_TASK = True


def prompt(subject: Subject) -> Messages:
    """The question; the variation picks from where the thinking sets out."""
    return asked(NAME, subject)


def parse(text: str, subject: Subject) -> ProgramDraft:
    """The reasoning with its steps, and the program; the instruction is the subject's. Raises Unparsed."""
    return reasoned_program(text, subject.language, subject.instruction)
