"""Strategy: a given program explained, for a reader with a purpose."""

from __future__ import annotations

from generators.model.drafts import Messages, Subject, TextDraft
from generators.model.prose import one_text
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes

NAME = "explanation"
MAKES: Makes = "texts"


def prompt(subject: Subject) -> Messages:
    """The question; the variation picks the reader."""
    return asked(NAME, subject)


def parse(text: str, subject: Subject) -> TextDraft:
    """The one text, of several paragraphs. Raises Unparsed."""
    return one_text(text, subject.language, NAME)
