"""Columns stay straight when names change their length."""

from __future__ import annotations

from corpus.source.edits import Edit, apply_edits
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned


def renamed(text: str, old: bytes, new: bytes) -> str:
    """The text with a word replaced and its columns kept."""
    src = text.encode()
    at = src.index(old)
    return apply_edits(src, aligned(Unit.parse(src), [Edit(at, at + len(old), new)])).decode()


def test_comments_under_one_another_move_together() -> None:
    """A longer name pushes the comment of its line, and with it those of the neighbours."""
    text = "int a;  /* one */\nint bb; /* two */\nint c;\n"
    assert renamed(text, b"bb", b"bbbb") == "int a;    /* one */\nint bbbb; /* two */\nint c;\n"


def test_values_under_one_another_keep_their_column() -> None:
    """A column of macro values is one, too; the widest gap does not shrink below the least."""
    text = "#define A   1\n#define BCD 2\n"
    assert renamed(text, b"A", b"AAAAA") == "#define AAAAA 1\n#define BCD   2\n"
    text = "#define A     1\n#define BCD   2\n"
    assert renamed(text, b"BCD", b"B") == "#define A   1\n#define B   2\n"


def test_a_comment_of_its_own_is_no_column() -> None:
    """A single comment keeps its distance from the code, as a person would leave it."""
    assert renamed("int bb;   /* two */\n\nint c;\n", b"bb", b"b") == "int b;   /* two */\n\nint c;\n"


def test_strings_and_comments_are_left_alone() -> None:
    """Blanks in a row inside of a string are no column."""
    text = 'char *bb = "a  b";\nchar *cc = "c  d";\n'
    assert renamed(text, b"bb", b"b") == 'char *b = "a  b";\nchar *cc = "c  d";\n'
