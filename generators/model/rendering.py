"""The prompts' templates, filled with a subject."""

from __future__ import annotations

from functools import cache
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined

from generators.model.drafts import Messages, Subject


def asked(name: str, subject: Subject) -> Messages:
    """The question of the strategy `name` about a subject, in the subject's language, as one message of the user.

    A subject's texts are never read as templates themselves.
    """
    template = _templates().get_template(f"{name}.{subject.language}.j2")
    return (("user", template.render(subject=subject).strip()),)


@cache
def _templates() -> Environment:
    folder = Path(__file__).parent / "prompts"
    return Environment(loader=FileSystemLoader(folder), undefined=StrictUndefined, autoescape=False, trim_blocks=True)
