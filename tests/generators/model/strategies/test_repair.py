"""A talk that goes on: with the failed answer and what was wrong with it."""

from __future__ import annotations

import pytest

from corpus.records import Language
from generators.model.drafts import Unparsed
from generators.model.reading import ADVICE
from generators.model.strategies import repair


@pytest.mark.parametrize("language, words", [("en", "does not have the asked form"), ("zh", "格式不对")])
def test_a_second_question_carries_the_failed_answer(language: Language, words: str) -> None:
    """The talk goes on with what was wrong."""
    asked = (("user", "q"),)
    again = repair.reformed(asked, Unparsed("no-code", ADVICE["no-code"][language], "nope"), language)
    assert again[:2] == (("user", "q"), ("assistant", "nope"))
    assert again[2][0] == "user" and words in again[2][1] and ADVICE["no-code"][language] in again[2][1]
