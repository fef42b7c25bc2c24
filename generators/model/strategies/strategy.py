"""What a way of asking is: a question made from a subject, and the reader of its answer."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal, Protocol

from generators.model.drafts import Draft, Messages, Subject

Makes = Literal["program", "texts", "harness"]
"""The kind of draft that an answer holds."""


class Unit(Protocol):
    """What the file of a strategy offers."""

    NAME: str
    MAKES: Makes
    __doc__: str | None

    def prompt(self, subject: Subject, /) -> Messages:
        """The question."""

    def parse(self, text: str, subject: Subject, /) -> Draft:
        """What the answer holds. Raises Unparsed."""


@dataclass(frozen=True, slots=True)
class Strategy:
    """One way of asking.

    `parse` raises Unparsed; `about` says in a sentence what is asked for; `own_task` says that the answer is to the
    subject's own instruction, so that what judged the subject's program can judge it, too.
    """

    name: str
    makes: Makes
    prompt: Callable[[Subject], Messages]
    parse: Callable[[str, Subject], Draft]
    about: str
    own_task: bool = False


def strategy_of(unit: Unit) -> Strategy:
    """The strategy of a file. Its docstring's first line, without `Strategy:`, is what it is about; it says
    `OWN_TASK = True` where the task stays the subject's."""
    about = (unit.__doc__ or "").strip().splitlines()[0].removeprefix("Strategy: ")
    return Strategy(unit.NAME, unit.MAKES, unit.prompt, unit.parse, about, bool(getattr(unit, "OWN_TASK", False)))
