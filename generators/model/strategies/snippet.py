"""Strategy: a task that a fragment of code makes one think of, and a program that answers it.

As OSS-Instruct (Wei et al. 2023, arXiv:2312.02120): the variety of tasks comes from code that people wrote, rather than
from the model's own habits. `generators.model.snippets` takes fragments out of a source.
"""

from __future__ import annotations

from generators.model.drafts import Messages, ProgramDraft, Subject
from generators.model.reading import task_and_program
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes

NAME = "snippet"
MAKES: Makes = "program"


def prompt(subject: Subject) -> Messages:
    """The question. Raises ValueError where the subject has no snippet."""
    if not subject.snippet.strip():
        raise ValueError("no snippet to be inspired by")
    return asked(NAME, subject)


def parse(text: str, subject: Subject) -> ProgramDraft:
    """The new task and its program. Raises Unparsed."""
    return task_and_program(text, subject.language)
