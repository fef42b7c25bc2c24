"""The prompts' templates, filled with a subject."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generators.model.drafts import Messages, Subject
from generators.model.home import home_of
from generators.tasks.row import fence


def asked(name: str, subject: Subject, **more: Any) -> Messages:
    """The question of the strategy `name` about a subject, in the subject's language, as one message of the user: some
    models' chat templates refuse a system message. The rules are those of the subject's home; `more` are further values
    for the template.

    A subject's texts are never read as templates themselves. Raises ValueError where it has no home.
    """
    template = _templates().get_template(f"{name}.{subject.language}.j2")
    return (("user", template.render(subject=subject, home=home_of(subject), **more).strip()),)


def fenced(code: str, tag: str = "c") -> str:
    """A text as a block of Markdown, with a fence longer than any in it, so that it cannot end its block."""
    return fence(code.strip(), tag)


@cache
def _templates() -> Environment:
    made = Environment(
        loader=FileSystemLoader(Path(__file__).parent / "prompts"),
        undefined=StrictUndefined,
        autoescape=False,
        trim_blocks=True,
    )
    made.filters["fenced"] = fenced
    return made
