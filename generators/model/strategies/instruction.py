"""Strategy: the task that a given program answers, told back from its code.

Neither the seed's instruction nor its idea is shown, so that the words are new; what they name is held against the
program (`generators.model.agreement`).
"""

from __future__ import annotations

from generators.model.drafts import Messages, Subject, TextDraft
from generators.model.prose import one_text
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes

NAME = "instruction"
MAKES: Makes = "texts"


def prompt(subject: Subject) -> Messages:
    """The question; the variation picks the manner of asking."""
    return asked(NAME, subject)


def parse(text: str, subject: Subject) -> TextDraft:
    """The one text. Raises Unparsed."""
    return one_text(text, subject.language, NAME)
