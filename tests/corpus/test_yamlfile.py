"""YAML as it is read: quickly, by the rules of YAML 1.2, and with the line of what is wrong."""

from __future__ import annotations

import pytest

from corpus.yamlfile import YamlError, read_yaml


def test_plain_values_are_those_of_yaml_1_2() -> None:
    """A pin called `on` is a text, and 012 is twelve."""
    text = "a: on\nb: no\nc: 012\nd: 0x1F\ne: 0o17\nf: 1e3\ng: ~\nh:\ni: 1:20\nj: true\nk: +5\nl: 2026-11-24\nm: 0.5\n"
    assert read_yaml(text) == {
        "a": "on", "b": "no", "c": 12, "d": 31, "e": 15, "f": 1000.0, "g": None, "h": None, "i": "1:20", "j": True,
        "k": 5, "l": "2026-11-24", "m": 0.5,
    }  # fmt: skip


def test_a_mapping_may_be_merged_into_another() -> None:
    """As seeds with common parts do."""
    assert read_yaml("base: &b {x: 1}\nmore: {<<: *b, y: 2}\n") == {"base": {"x": 1}, "more": {"x": 1, "y": 2}}


@pytest.mark.parametrize(
    ("text", "line", "word"),
    [
        ("a: 1\nb: 2\na: 3\n", 3, "duplicate key"),
        ("a: 1\nb: [1, 2\nc: 3\n", 3, "expected"),
        ("a: 1\n\tb: 2\n", 2, "cannot start any token"),
        ("- 1\n- 2\n", 1, "not a mapping"),
        ("", 1, "not a mapping"),
    ],
)
def test_an_error_names_its_line(text: str, line: int, word: str) -> None:
    """Whatever parser found it."""
    with pytest.raises(YamlError, match=word) as raised:
        read_yaml(text)
    assert raised.value.line == line
