"""Code as HTML."""

from __future__ import annotations

import re
from html import unescape

from reports.code import diffed, highlighted, marked, turn
from tests.reports.example import CODE, HOSTILE


def text_of(markup: str) -> str:
    """What a reader sees."""
    return unescape(re.sub(r"<[^>]+>", "", markup))


def test_the_text_is_the_same_and_nothing_of_it_is_markup() -> None:
    """Highlighting adds spans with classes only; Chinese stays."""
    for source in (CODE, HOSTILE, 'char *s = "<b>";\n', "\n\n  leading blank lines"):
        made = highlighted(source)
        assert text_of(made) == source.rstrip("\n")
        assert not re.search(r"<(?!/?span)", made)
        assert "style=" not in made


def test_c_is_told_apart_by_classes_of_the_page() -> None:
    """Comment, directive, type, number; an unknown language stays plain."""
    made = highlighted(CODE)
    assert all(f'class="h-{kind}"' in made for kind in ("cm", "cp", "kt", "mh"))
    assert "<span" not in highlighted(CODE, "")


def test_a_comment_over_lines_is_marked_line_by_line() -> None:
    """A span never reaches over the end of a line, so a marked line closes what it opens."""
    made = marked("/* one\n two */\nint a;", {1}).split("\n")
    assert len(made) == 3
    assert made[1].startswith("<mark>") and made[1].endswith("</mark>")
    assert all(line.count("<span") == line.count("</span") for line in made)


def test_a_difference_names_its_lines_by_class() -> None:
    """Added, removed, place, context; markup in it is text."""
    made = diffed(f"@@ -1 +1 @@\n-a\n+{HOSTILE}\n c").split("\n")
    assert [re.findall(r'class="(\w+)"', line)[0] for line in made] == ["at", "del", "ins", "same"]
    assert "<script" not in "".join(made)


def test_a_turn_shows_prose_and_code_apart() -> None:
    """Prose is escaped as it stands."""
    made = turn(f"{HOSTILE}\n```c\nint a;\n```")
    assert made.count('<p class="prose">') == 1 and made.count('<pre class="code">') == 1
    assert "<script" not in made and "<b>" not in made
