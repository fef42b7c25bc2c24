"""Documentation comments change their marks, never their words, their place or the code."""

from __future__ import annotations

import random
from pathlib import Path

import pytest

from corpus.source.stream import token_stream
from corpus.source.unit import Unit
from generators.rewrites.apply import Proposal, propose
from generators.rewrites.documentation import RULES, doxygen_comments, plain_comments, slash_comments
from generators.rewrites.rule import Context, Refusal, Rule
from generators.rewrites.style import STYLES
from generators.tasks.comments import comment_text, localise

SEEDS = sorted((Path(__file__).parents[3] / "datasets" / "seeds").glob("*/program.c"))
PROGRAMS = [path.read_text(encoding="utf-8") for path in SEEDS[::4]]
BY_NAME = {style.name: style for style in STYLES}


def tried(rule: Rule, text: str, style: str) -> Proposal | Refusal:
    """What the rule makes of the text in this author's style."""
    return propose(rule, Unit.parse(text.encode()), Context(BY_NAME[style], random.Random(0)))


def made(rule: Rule, text: str, style: str) -> str:
    """The same, where it acts."""
    found = tried(rule, text, style)
    assert isinstance(found, Proposal), found
    return found.source.decode()


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_code_and_words_stay(rule: Rule) -> None:
    """In shipped seeds: the same tokens, and the same words in the same order but for `@file` and `@brief`."""
    for program in PROGRAMS:
        for style in ("library", "windows", "kernel"):
            found = tried(rule, program, style)
            if isinstance(found, Proposal):
                assert token_stream(found.source) == token_stream(program.encode())
                assert words(found.source.decode()) == words(program)


def words(text: str) -> str:
    """All words of all comments."""
    unit = Unit.parse(text.encode())
    told = [comment_text(unit.src[c.start : c.end].decode()) for c in unit.comments()]
    return " ".join(" ".join(told).replace("@file", "").replace("@brief", "").split())


def test_a_translation_is_found_under_the_marks() -> None:
    """`@brief` is no word of the comment."""
    text = made(doxygen_comments, "/* Starts it. */\nvoid f(void);\n", "library")
    assert localise(text, [("Starts it.", "启动。")], "zh") == "/** @brief 启动。 */\nvoid f(void);\n"
    text = made(doxygen_comments, "/* A clock. */\n#include <8052.h>\n", "library")
    assert " * @file\n * @brief 时钟。\n" in localise(text, [("A clock.", "时钟。")], "zh")


def test_parameters_stay_documented() -> None:
    """Only `@brief` goes."""
    text = "/**\n * @brief Adds.\n *\n * @param n how often\n */\nvoid f(int n);\n"
    assert made(plain_comments, text, "kernel") == "/* Adds.\n *\n * @param n how often */\nvoid f(int n);\n"


def test_an_author_keeps_to_one_form() -> None:
    """The profile decides, so that a chain cannot go to and fro."""
    text = "/* Starts it. */\nvoid f(void);\n"
    for style in STYLES:
        acting = [
            rule
            for rule in (doxygen_comments, slash_comments, plain_comments)
            if not isinstance(tried(rule, text, style.name), Refusal)
        ]
        assert [rule.name for rule in acting] == {"doxygen": ["doxygen-comments"], "slashes": ["slash-comments"]}.get(
            style.docs, []
        )


def test_carriage_returns_stay() -> None:
    """A file of another system keeps its line ends."""
    text = "// Starts\r\n// it.\r\nvoid f(void);\r\n"
    assert made(doxygen_comments, text, "library") == "/**\r\n * @brief Starts\r\n * it.\r\n */\r\nvoid f(void);\r\n"


@pytest.mark.parametrize(
    "text",
    [
        "/* Copyright 2020 Somebody */\n#include <8052.h>\n",
        "/* clang-format off */\nvoid f(void);\n",
        "void f(void)\n{\n    /* on */\n    g();\n}\n",
    ],
)
def test_what_is_no_documentation_stays(text: str) -> None:
    """Licences, words for tools, and notes inside functions."""
    for rule in RULES:
        for style in STYLES:
            assert isinstance(tried(rule, text, style.name), Refusal), (rule.name, style.name)
