"""The task `complete`."""

from __future__ import annotations

import random

import pytest

from corpus.source.lexer import lex
from corpus.source.unit import Unit
from generators.tasks import complete
from tests.generators.tasks.materials import BRIEF, SINGLE, SOURCE


@pytest.mark.parametrize("seed", range(20))
def test_the_three_parts_are_the_whole_source_and_no_token_is_cut(seed: int) -> None:
    """Prefix, middle and suffix join to the program; the cuts lie between tokens."""
    from generators.tasks.comments import localise

    for e in complete.examples(SINGLE, random.Random(seed), len, each=2):
        whole = localise(SOURCE, BRIEF.comments, e.language)
        assert e.prefix + e.middle + e.suffix == whole
        borders = {t.start for t in lex(whole.encode())}
        assert {len(e.prefix.encode()), len((e.prefix + e.middle).encode())} <= borders
        assert e.middle.strip() == e.middle != ""


def test_what_is_cut_out_is_worth_asking_for() -> None:
    """Two statements or an expression with an operator; not a lone name, not most of the file."""
    unit = Unit.parse(SOURCE.encode())
    found = complete.cuts(unit)
    texts = {SOURCE.encode()[c.start : c.end].decode() for c in found if c.kind == "condition"}
    assert texts == {"!TI", "seen > 200"}
    assert {c.kind for c in found} == {"body", "statements", "condition", "value"}
    assert all(c.end - c.start <= 0.6 * len(SOURCE) for c in found)


def test_the_marker_stands_in_the_code_and_nowhere_in_the_program() -> None:
    """It names the place once, where the middle was."""
    for e in complete.examples(SINGLE, random.Random("m"), len, ("en",), each=5):
        start = e.instruction.index("```c\n") + 5
        assert e.instruction[start:].startswith(e.prefix[:40])


def test_a_source_that_does_not_parse_gives_nothing() -> None:
    """A tree with errors has no nodes to trust."""
    from dataclasses import replace

    from generators.tasks.material import Single

    broken = Single(BRIEF, replace(SINGLE.program, source=SOURCE.replace("{", "", 1)))
    assert list(complete.examples(broken, random.Random(0), len)) == []
