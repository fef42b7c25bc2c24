from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.source.edits import Edit, OverlappingEdits, apply_edits, diff


@given(st.binary(max_size=50))
def test_no_edits_are_the_identity(src: bytes) -> None:
    """Applying nothing changes nothing."""
    assert apply_edits(src, []) == src


@given(st.lists(st.binary(min_size=1, max_size=4), min_size=1, max_size=8), st.randoms(use_true_random=False))
def test_edits_apply_at_once_in_whatever_order_they_are_given(parts: list[bytes], rng: object) -> None:
    """Offsets mean the source as it was, so the order of the list does not matter."""
    edits, at = [], 0
    for part in parts:
        edits.append(Edit(at, at + len(part), part + b"!"))
        at += len(part)
    expected = b"".join(part + b"!" for part in parts)
    assert apply_edits(b"".join(parts), edits) == apply_edits(b"".join(parts), edits[::-1]) == expected


def test_insertions_at_one_place_keep_their_order_before_a_replacement() -> None:
    """Two insertions and a replacement may meet at one offset."""
    assert apply_edits(b"abc", [Edit(1, 2, b"X"), Edit(1, 1, b"1"), Edit(1, 1, b"2")]) == b"a12Xc"


@pytest.mark.parametrize("edits", [[Edit(0, 2, b""), Edit(1, 3, b"")], [Edit(2, 9, b"")], [Edit(2, 1, b"")]])
def test_edits_that_overlap_or_leave_the_source_are_refused(edits: list[Edit]) -> None:
    """Rather an exception than a text that nobody meant."""
    with pytest.raises(OverlappingEdits, match="edit"):
        apply_edits(b"abc", edits)


def test_a_diff_shows_the_changed_lines_under_the_path() -> None:
    """Unified, and empty when nothing differs."""
    assert diff(b"a\nb\n", b"a\nc\n", "x.c") == "--- a/x.c\n+++ b/x.c\n@@ -1,2 +1,2 @@\n a\n-b\n+c\n"
    assert diff(b"a", b"b", "x.c").count("\\ No newline at end of file") == 2
    assert diff(b"a\n", b"a\n", "x.c") == ""
