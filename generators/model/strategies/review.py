"""Strategy: a given program reviewed.

A program that does what it should is looked at from one side, and no fault may be claimed; one with diagnostics is
reviewed by them.
"""

from __future__ import annotations

from generators.model.drafts import Messages, Subject, TextDraft
from generators.model.prose import one_text
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes

NAME = "review"
MAKES: Makes = "texts"


def prompt(subject: Subject) -> Messages:
    """The question; the variation picks the side from which a right program is looked at."""
    return asked(NAME, subject)


def parse(text: str, subject: Subject) -> TextDraft:
    """The one text, of several points. Raises Unparsed."""
    return one_text(text, subject.language, NAME)
