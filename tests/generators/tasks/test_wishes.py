"""Rewrites in words: whose names they tell, how they tell the place, and what they give as a reason."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from corpus.records import Language, Step
from corpus.source.unit import Unit
from generators.rewrites.apply import AT, WITHIN
from generators.tasks.bank import bank
from generators.tasks.material import StepWords
from generators.tasks.reports import did, new_names
from generators.tasks.steps import told
from generators.tasks.wishes import Wish, follows, wishes

OLD = b"void f(int n)\n{\n    n += 1;\n    n += 2;\n}\n"
NEW = b"void f(int n)\n{\n    n = n + 1;\n    n += 2;\n}\n"
SPELT_OUT = StepWords("spelt-out-assignment", "updates", "Spell the compound assignment out", "把复合赋值展开写")


def rewrite(name: str, *params: tuple[str, str]) -> Step:
    """A step of a chain as it is recorded."""
    return Step("rewrite", name, params=params)


def asked(step: StepWords, language: Language = "en", old: bytes = OLD, new: bytes = NEW) -> Iterator[Wish]:
    """The step in words, by many draws."""
    for seed in range(40):
        phrases = bank(language, "refactor")
        yield from wishes((step,), Unit.parse(old), Unit.parse(new), phrases, random.Random(seed), language)


def test_names_are_told_as_the_reader_of_the_parent_knows_them() -> None:
    """A function that an earlier step renamed goes by its old name, what a step made by its last one."""
    steps = told(
        [
            rewrite("rename-functions", ("uart_put", "uartPut")),
            rewrite("extract-function", (WITHIN, "uartPut"), ("new", "uart_wait")),
            rewrite("rename-functions", ("uart_wait", "uartWait")),
        ]
    )
    assert dict(steps[1].slots) == {"function": "uart_put", "new": "uartWait"}
    assert steps[0].renamed == (("uart_put", "uartPut"),)
    assert steps[2].renamed == (("uart_wait", "uartWait"),)


def test_a_step_that_came_twice_is_told_once() -> None:
    """A person asks once."""
    twice = told([rewrite("split-if", (WITHIN, "f")), rewrite("split-if", (WITHIN, "f"))])
    assert [step.rule for step in twice] == ["split-if"]


@pytest.mark.parametrize("language", ["en", "zh"])
def test_the_function_is_named_once_whatever_the_phrase(language: Language) -> None:
    """By the phrase itself, or in brackets behind it."""
    step = StepWords(*_head(SPELT_OUT), slots=(("function", "f"),))
    found = {wish.ask for wish in asked(step, language)}
    assert len(found) >= 4 and all(ask.count("`f`") == 1 for ask in found)


def test_a_function_that_the_parent_has_not_is_not_named() -> None:
    """A step may have changed what an earlier one made."""
    step = StepWords(*_head(SPELT_OUT), slots=(("function", "helper"),))
    new = NEW + b"static void helper(void)\n{\n}\n"
    assert all("helper" not in wish.ask + wish.done for wish in asked(step, new=new))


def test_the_line_is_told_where_it_stands_once_in_the_function() -> None:
    """A line that is not there, or twice, tells no place."""
    step = StepWords(*_head(SPELT_OUT), slots=(("function", "f"),), at="n += 1;")
    assert all("`n += 1;`" in wish.ask for wish in asked(step))
    assert all("`n += 1;`" not in wish.ask for wish in asked(step, old=OLD.replace(b"2", b"1")))
    assert told([rewrite("split-if", (WITHIN, "f"), (AT, "if (a && b)"))])[0].at == "if (a && b)"


def test_a_rule_with_names_is_asked_for_by_them() -> None:
    """Its own request would not say which."""
    old, new = b"#define N 5\nint a = N;\n", b"int a = 5;\n"
    step = StepWords(
        "macro-in-place", "constants", "Write it in place", "直接写", slots=(("name", "N"), ("value", "5"))
    )
    assert all("`N`" in wish.ask and "`N`" in wish.done for wish in asked(step, old=old, new=new))


def test_a_rule_without_words_is_asked_for_by_its_own_and_reported_by_them() -> None:
    """Until its words are written."""
    for wish in asked(StepWords("no-such-rule", "x", "Turn it round.", "反过来")):
        assert wish == Wish("Turn it round", "Turn it round", "", ())
        said = did((wish,), "", bank("en", "refactor"), random.Random(1), "en")
        assert said in ("What I did: turn it round.", "The change was to turn it round.")


def test_a_reason_of_the_question_is_not_the_answer_s() -> None:
    """It was said."""
    wish = Wish("Do it", "Do it", "It is done", ("One", "Two"))
    for seed in range(20):
        said = did((wish,), "One", bank("en", "refactor"), random.Random(seed), "en")
        assert said.startswith("It is done.") and "One" not in said


def test_requests_that_cannot_follow_please_are_told_apart() -> None:
    """「请把……」, but not 「请 `f` 里……」; "could you turn", but not "could you do not"."""
    assert follows("把 for 循环改成 while 循环", "zh") and not follows("`f` 里用 while", "zh")
    assert follows("Turn `for (;;)` round", "en")
    assert not follows("Do not decrement there", "en") and not follows("Leave: now", "en")


@pytest.mark.parametrize(
    ("old", "new", "renamed", "said"),
    [
        (b"static int a;\n", b"static int b;\n", ("a", "b"), {"visible", "local"}),
        (b"int a;\n", b"int b;\n", ("a", "b"), {"must follow"}),
        (b"int a;\n", b"int a;\n", ("a", "b"), set()),
    ],
)
def test_new_names_are_listed_with_who_must_follow(
    old: bytes, new: bytes, renamed: tuple[str, str], said: set[str]
) -> None:
    """A global of external linkage is visible outside too; a name that did not change is not listed."""
    step = StepWords("rename-globals", "names", "Rename", "改名", renamed=(renamed,))
    texts = []
    for seed in range(30):
        phrases = bank("en", "refactor")
        texts.append(new_names((step,), Unit.parse(old), Unit.parse(new), phrases, random.Random(seed), "en"))
    assert all(("`a` → `b`" in text) == bool(said) for text in texts)
    told_of = {word for word in ("visible outside the file.", "local", "must follow") for t in texts if word in t}
    assert {word.split(" outside")[0] for word in told_of} <= said and bool(told_of) == bool(said)


def _head(step: StepWords) -> tuple[str, str, str, str]:
    return step.rule, step.family, step.en, step.zh
