"""What a question to the model is about, and what its answer holds: the words that all strategies share."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.records import Language

Messages = tuple[tuple[str, str], ...]
"""A conversation: role (`user` or `assistant`) and text of each message."""


class Unparsed(ValueError):
    """An answer that does not have the asked form: `reason` is a word, the text tells the model what to mend."""

    def __init__(self, reason: str, advice: str, answer: str) -> None:
        super().__init__(advice)
        self.reason, self.answer = reason, answer


@dataclass(frozen=True, slots=True)
class Subject:
    """What the model is asked about: plain words in `language`, every hole of a template already filled.

    `title`, `instruction`, `idea` and `program` are of one verified program, and `target` and `chip` are its own.
    `variation` counts the questions about it, so that each asks for something else. `family` and `difficulty` are a
    cell of `datasets/taxonomy.yaml`; `other` is the chip, the dialect or the peripheral to go to; `snippet` is code to
    be inspired by, `diagnostics` is what the validators said of `program`, `facts` what is known of the chip. An empty
    text or 0 means that there is none.
    """

    language: Language
    target: str
    chip: str
    title: str
    instruction: str
    idea: str
    program: str
    variation: int = 0
    family: str = ""
    difficulty: int = 0
    other: str = ""
    snippet: str = ""
    diagnostics: str = ""
    facts: str = ""


@dataclass(frozen=True, slots=True)
class ProgramDraft:
    """A task, the C unit that the model answers it with, and its reasoning where that was asked for."""

    instruction: str
    source: str
    thinking: str = ""


@dataclass(frozen=True, slots=True)
class TextDraft:
    """Prose about a program: an instruction, several phrasings of one, an explanation, a review."""

    texts: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class HarnessDraft:
    """A C harness for a program."""

    source: str


Draft = ProgramDraft | TextDraft | HarnessDraft
"""What an answer holds."""
