"""Tests of the token estimate."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from filters.tokens import estimate_tokens


@pytest.mark.parametrize(
    ("text", "tokens"),
    [
        ("", 0),
        ("   \t ", 0),
        ("timer", 1),
        ("configuration", 3),
        ("TMOD = 0x21;\n", 8),
        ("TH1 = 253;", 7),
        ("定时器", 3),
        ("用定时器一产生波特率", 8),
    ],
)
def test_each_kind_of_piece_counts_as_documented(text: str, tokens: int) -> None:
    """Words by length, digits, runs of punctuation and line breaks one each, Chinese characters 0.8, blanks nothing."""
    assert estimate_tokens(text) == tokens


@given(st.text(), st.text())
def test_the_estimate_of_two_lines_is_about_the_sum(first: str, second: str) -> None:
    """Texts joined at a line break never have fewer tokens than one of them, nor more than both and the break."""
    both = estimate_tokens(f"{first}\n{second}")
    assert max(estimate_tokens(first), estimate_tokens(second)) <= both
    assert both <= estimate_tokens(first) + estimate_tokens(second) + 1
