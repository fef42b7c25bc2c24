"""Strategy: several other ways to ask for a given program, each as another person would.

Each must name all that the instruction names and state all its numbers (`generators.model.agreement`), since the same
program answers it.
"""

from __future__ import annotations

from generators.model.drafts import Messages, Subject, TextDraft
from generators.model.prose import several_texts
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes

NAME = "phrasings"
MAKES: Makes = "texts"

WANTED = 3
"""Phrasings asked for at once: half of the people whom the prompt knows, so that two samples have all of them."""


def prompt(subject: Subject) -> Messages:
    """The question; the variation picks the people who ask."""
    return asked(NAME, subject, wanted=WANTED)


def parse(text: str, subject: Subject) -> TextDraft:
    """The phrasings that have the form, at least one. Raises Unparsed."""
    return several_texts(text, subject.language, "phrasing", 1)
