"""The strategies by name."""

from __future__ import annotations

from typing import get_args

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from corpus.records import Language
from generators.model.drafts import Draft, HarnessDraft, ProgramDraft, Subject, TextDraft, Unparsed
from generators.model.strategies.catalogue import STRATEGIES

SUBJECT = Subject("en", "mcs51", "AT89S52", "t", "Write f() for an AT89S52.", "idea", "void f(void)\n{\n}\n")
MAKES = {"program": ProgramDraft, "texts": TextDraft, "harness": HarnessDraft}
PIECES = (
    *("INSTRUCTION: Write f() for an AT89S52, please.", "THINKING: because", "STEPS:\n1. a\n2. b", "1. a", "- b", "|"),
    *("```c\nint f;\n```", "```", "```c", "```json\n", '{"code": "int f;"}', "{", "<program>", "</program>", "<think>"),
    *("思路：先想", "中文", "\n", "\n\n", "\x00", "\u202e", "é"),
)


def test_every_strategy_says_what_it_is_about() -> None:
    """By the name under which a recipe asks for it; the sentence has no word of the code."""
    assert next(iter(STRATEGIES)) == "spirit"
    for name, strategy in STRATEGIES.items():
        assert strategy.name == name
        assert strategy.about.endswith(".") and "Strategy:" not in strategy.about
        assert strategy.makes in MAKES


def test_the_task_stays_where_the_seed_s_harness_can_judge() -> None:
    """What is asked to solve or to mend the subject's own task."""
    programs = {name for name, strategy in STRATEGIES.items() if strategy.makes == "program"}
    assert {name for name in programs if STRATEGIES[name].own_task} == {"reasoning", "repair"}


@pytest.mark.parametrize("name", STRATEGIES)
@given(text=st.text() | st.lists(st.sampled_from(PIECES) | st.text(max_size=9)).map("\n".join), zh=st.booleans())
@settings(max_examples=100, deadline=None)
def test_whatever_is_answered_is_a_draft_or_unparsed(name: str, text: str, zh: bool) -> None:
    """Nothing else is raised, the draft is of the kind that the strategy makes, and the advice is for the model."""
    language: Language = get_args(Language)[zh]
    subject = Subject(language, *(SUBJECT.target, SUBJECT.chip, "t", SUBJECT.instruction, "idea", SUBJECT.program))
    try:
        draft: Draft = STRATEGIES[name].parse(text, subject)
    except Unparsed as trouble:
        assert trouble.reason and str(trouble) and trouble.answer == text
        return
    assert isinstance(draft, MAKES[STRATEGIES[name].makes])
    if isinstance(draft, ProgramDraft) and STRATEGIES[name].own_task:
        assert draft.instruction == subject.instruction
