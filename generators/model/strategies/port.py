"""Strategy: a seed's program on another chip or in another dialect, with its task told anew.

`generators.model.home.home_of` says where the program is to run: it is judged there, not where the seed is.
"""

from __future__ import annotations

from generators.model.drafts import Messages, ProgramDraft, Subject
from generators.model.home import home_of
from generators.model.reading import task_and_program
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes

NAME = "port"
MAKES: Makes = "program"


def prompt(subject: Subject) -> Messages:
    """The question; `other` is a chip of the taxonomy or `Keil C51`.

    Raises:
        ValueError: `other` is neither, or is where the program is already.
    """
    home = home_of(subject)
    if home.dialect != "keil" and (home.chip != subject.other or home.chip == subject.chip):
        raise ValueError(f"no place to port to: {subject.other!r}")
    return asked(NAME, subject)


def parse(text: str, subject: Subject) -> ProgramDraft:
    """The task told anew and its program. Raises Unparsed."""
    return task_and_program(text, subject.language)
