"""Fragments to be inspired by: lines of the code, without what is said of it."""

from __future__ import annotations

import random

import pytest

from generators.model.snippets import LEAST_LINES, MOST_LINES, snippet_of

SOURCE = """\
/* A licence
   of two lines. */
#include <8052.h>

#define TEXT "/* no comment */" // a comment

void f(void) /* sets it */
{
    P1 = 1; /* one */

    P2 = 2;
    P3 = 3;
}
"""
LINES = [
    "#include <8052.h>",
    '#define TEXT "/* no comment */"',
    "void f(void)",
    "{",
    "    P1 = 1;",
    "    P2 = 2;",
    "    P3 = 3;",
    "}",
]


@pytest.mark.parametrize("seed", range(20))
def test_a_fragment_is_consecutive_lines_of_code(seed: int) -> None:
    """Comments and blank lines are gone; strings stay."""
    lines = snippet_of(SOURCE, random.Random(seed)).splitlines()
    assert LEAST_LINES <= len(lines) <= MOST_LINES
    assert any(lines == LINES[first : first + len(lines)] for first in range(len(LINES)))


def test_fragments_differ_and_come_again() -> None:
    """By the generator that is passed in."""
    drawn = [snippet_of(SOURCE, random.Random(seed)) for seed in range(20)]
    assert len(set(drawn)) > 5
    assert drawn == [snippet_of(SOURCE, random.Random(seed)) for seed in range(20)]


@pytest.mark.parametrize("source", ["", "/* only */", "int x;", '"open', "/* open", "\udc80"])
def test_any_text_gives_a_fragment(source: str) -> None:
    """It may be short, or empty."""
    assert len(snippet_of(source, random.Random(1)).splitlines()) <= 1
