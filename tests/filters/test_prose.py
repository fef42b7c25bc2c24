"""Tests of splitting a message at its fences."""

from __future__ import annotations

from filters.prose import cjk_characters, split_fences


def test_text_inside_fences_is_code_and_outside_is_prose() -> None:
    """The fence lines themselves are neither."""
    parts = split_fences("Use this:\n```c\nP1 = 0;\n```\nDone.")
    assert (parts.prose, parts.code, parts.blocks, parts.balanced) == ("Use this:\nDone.", "P1 = 0;", 1, True)


def test_a_longer_fence_holds_a_shorter_one() -> None:
    """A fence closes only with as many marks as opened it."""
    parts = split_fences("````\n```c\nint a;\n```\n````")
    assert (parts.code, parts.balanced) == ("```c\nint a;\n```", True)


def test_a_fence_with_a_word_behind_it_closes_nothing() -> None:
    """Only a bare fence ends the code."""
    parts = split_fences("```c\nint a;\n```c\nint b;\n```")
    assert (parts.code, parts.blocks) == ("int a;\n```c\nint b;", 1)


def test_an_unclosed_fence_is_seen() -> None:
    """The rest of the message counts as code."""
    parts = split_fences("Here:\n```c\nint a;")
    assert (parts.code, parts.balanced) == ("int a;", False)


def test_chinese_punctuation_is_no_chinese_character() -> None:
    """Only ideographs count."""
    assert cjk_characters("定时器 1,UART。") == 3
