"""Comments in the reader's language."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from corpus.source.lexer import lex, significant
from generators.tasks.comments import comment_text, localise
from tests.generators.tasks.materials import BRIEF, SOURCE


def tokens(source: str) -> list[bytes]:
    src = source.encode()
    return [src[t.start : t.end] for t in significant(lex(src))]


def test_a_known_comment_is_translated_and_the_code_stays() -> None:
    """Blocks over two lines and runs of // comments included; lines stay where they are."""
    chinese = localise(SOURCE, BRIEF.comments, "zh")
    assert tokens(chinese) == tokens(SOURCE)
    assert chinese.count("\n") == SOURCE.count("\n")
    assert "/* 方式 1，允许接收 */" in chinese
    assert "设为 8-N-1" in chinese and "Sets 8-N-1" not in chinese
    assert "How many" not in chinese and "since the reset" not in chinese


def test_a_comment_without_a_translation_is_left_alone() -> None:
    """Better English than nothing."""
    assert localise("int x; /* unheard of */\n", BRIEF.comments, "zh") == "int x; /* unheard of */\n"


def test_english_rows_are_not_touched() -> None:
    """The seeds are written in English."""
    assert localise(SOURCE, BRIEF.comments, "en") == SOURCE


def test_strings_that_look_like_comments_are_not_touched() -> None:
    """The lexer decides what a comment is."""
    source = 'const char *s = "/* mode 1, receiver on */";\n'
    assert localise(source, BRIEF.comments, "zh") == source


@given(st.lists(st.text("abc xyz", min_size=1, max_size=20).filter(str.strip), min_size=1, max_size=4))
def test_line_count_and_words_survive_any_split(lines: list[str]) -> None:
    """A comment over n lines stays one over n lines, and no character of the translation is lost."""
    source = "/* " + "\n * ".join(line.strip() for line in lines) + " */\nint x;\n"
    words = "甲乙丙，丁戊己庚辛。" * len(lines)
    chinese = localise(source, [(comment_text(source.split("\nint")[0]), words)], "zh")
    assert chinese.count("\n") == source.count("\n")
    assert "".join(comment_text(chinese.split("\nint")[0]).split()) == words
