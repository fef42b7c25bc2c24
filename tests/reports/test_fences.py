"""Prose and code of a chat turn."""

from __future__ import annotations

import pytest

from reports.fences import blocks, prose

CASES: tuple[tuple[str, list[tuple[str | None, str]]], ...] = (
    ("only words", [(None, "only words")]),
    ("```c\nint a;\n```", [("c", "int a;")]),
    ("before\n\n```c\nint a;\n\nint b;\n```\n\nafter", [(None, "before"), ("c", "int a;\n\nint b;"), (None, "after")]),
    ("```\nx\n```\n```diff\n-a\n+b\n```", [("", "x"), ("diff", "-a\n+b")]),
    ("a ``` in a line", [(None, "a ``` in a line")]),
    ("open\n```c\nint a;", [(None, "open"), ("c", "int a;")]),
    ("", []),
)


@pytest.mark.parametrize(("content", "expected"), CASES)
def test_parts_come_in_order(content: str, expected: list[tuple[str | None, str]]) -> None:
    """Empty prose is left out; a fence that never closes is code to the end."""
    assert list(blocks(content)) == expected


def test_prose_is_what_is_left_without_code() -> None:
    """For the openings of instructions: a comment of the code is none."""
    assert prose("```c\n/* no */\n```\n讲讲。\n```c\nint a;\n```\nPlease.") == "讲讲。\n\nPlease."
