"""Rules of layout change no token of any program here, and undo one another."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from corpus.source.tokens import token_stream
from corpus.source.unit import Unit
from generators.rewrites.apply import Proposal, propose
from generators.rewrites.catalogue import RULES
from generators.rewrites.layout import brace_style, indentation
from generators.rewrites.remarks import comment_style
from generators.rewrites.rule import Context, Rule
from generators.rewrites.style import STYLES, Style

LAYOUT = [rule for rule in RULES if rule.tokens_kept]
PROGRAMS = sorted((Path(__file__).parents[3] / "datasets/seeds").glob("*/program.c"))
NAMED = {style.name: style for style in STYLES}


def applied(rule: Rule, source: bytes, style: Style) -> bytes:
    """What the rule makes of the source; the source itself where it does nothing."""
    found = propose(rule, Unit.parse(source), Context(style, random.Random(0)))
    return found.source if isinstance(found, Proposal) else source


@pytest.mark.parametrize("rule", LAYOUT, ids=lambda rule: rule.name)
def test_layout_keeps_the_tokens(rule: Rule) -> None:
    """The compiler reads the same program, whoever wrote it."""
    for path in PROGRAMS[::4]:
        source = path.read_bytes()
        for style in STYLES:
            assert token_stream(applied(rule, source, style)) == token_stream(source), path


@pytest.mark.parametrize(
    ("rule", "there", "back"),
    [(brace_style, "teacher", "kernel"), (indentation, "kernel", "c99"), (comment_style, "c99", "keil")],
    ids=["braces", "indentation", "comments"],
)
def test_there_and_back_is_the_same_text(rule: Rule, there: str, back: str) -> None:
    """What one author changes, another of the first one's habits changes back."""
    text = (
        b"/* Steps down. */\nvoid f(int n)\n{\n    while (n) { /* left */\n        if (n & 1) {\n            g(n,\n"
        b"              1);\n        } else {\n            n--; /* even */\n        }\n    }\n}\n"
    )
    changed = applied(rule, text, NAMED[there])
    assert changed != text
    assert applied(rule, changed, NAMED[back]) == text
