"""Strategy: a behaviour harness for a given program.

What it is worth is measured: the program must pass it, and planted faults must not (`flows.model_harness`). The
subject's `snippet` is another program's harness as an example; `diagnostics` says what was wrong with a first one.
"""

from __future__ import annotations

from generators.model.drafts import HarnessDraft, Messages, Subject
from generators.model.reading import program_alone
from generators.model.rendering import asked
from generators.model.strategies.strategy import Makes

NAME = "harness"
MAKES: Makes = "harness"


def prompt(subject: Subject) -> Messages:
    """The question."""
    return asked(NAME, subject)


def parse(text: str, subject: Subject) -> HarnessDraft:
    """The harness, which is the one block of C. Raises Unparsed."""
    return HarnessDraft(program_alone(text, subject.language, subject.instruction).source)
