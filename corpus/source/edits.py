"""Edits: a change is data, (start, end, text) in bytes of one source; one applier applies them."""

from __future__ import annotations

import difflib
from bisect import bisect_left
from collections.abc import Iterable
from typing import NamedTuple


class OverlappingEdits(ValueError):
    """Two edits claim the same bytes, or one lies outside of the source."""


class Edit(NamedTuple):
    """Puts `text` in place of `src[start:end]`; `start == end` inserts."""

    start: int
    end: int
    text: bytes


def apply_edits(src: bytes, edits: Iterable[Edit]) -> bytes:
    """The source with all edits made at once, so that every offset means the source as it was.

    Insertions at the same place keep the order in which they are given, and stand before a replacement that begins
    there. Raises OverlappingEdits.
    """
    parts: list[bytes] = []
    position = 0
    for edit in sorted(edits, key=lambda e: (e.start, e.end)):
        if not position <= edit.start <= edit.end <= len(src):
            raise OverlappingEdits(f"edit {edit.start}..{edit.end} begins before {position} or ends after {len(src)}")
        parts += (src[position : edit.start], edit.text)
        position = edit.end
    parts.append(src[position:])
    return b"".join(parts)


def difference(before: bytes, after: bytes) -> Edit:
    """The one edit that makes `after` of `before`: what is between the beginning and the end that they share."""
    lengths = range(min(len(before), len(after)))
    same = bisect_left(lengths, True, key=lambda length: before[: length + 1] != after[: length + 1])
    rest = bisect_left(lengths, True, key=lambda length: before[-length - 1 :] != after[-length - 1 :])
    rest = min(rest, lengths.stop - same)
    return Edit(same, len(before) - rest, after[same : len(after) - rest])


def diff(before: bytes, after: bytes, path: str) -> str:
    """A unified diff with three lines of context; empty when nothing differs."""
    old, new = (text.decode("utf-8", "replace").splitlines(keepends=True) for text in (before, after))
    lines = difflib.unified_diff(old, new, f"a/{path}", f"b/{path}")
    return "".join(line if line.endswith("\n") else line + "\n\\ No newline at end of file\n" for line in lines)
