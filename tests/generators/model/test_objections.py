"""A refused text or harness goes back with what is to be mended."""

from __future__ import annotations

import re
from typing import get_args

import pytest

from corpus.records import Language, Verdict
from flows.docs.model_gates import MODEL_GATES
from generators.model.objections import ADVICE, objected

ASKED = (("user", "q"),)


@pytest.mark.parametrize("language", get_args(Language))
@pytest.mark.parametrize("reason", [*ADVICE, "syntax-error", "few-faults"])
def test_the_talk_goes_on_with_what_was_found(reason: str, language: Language) -> None:
    """Question, answer, then the evidence with an advice, in the language."""
    verdict = Verdict("agreement", "failed", reason, "nothing in the program is 45 {ms}")
    question, answer, more = objected(ASKED, "a", verdict, language)
    assert (question, answer) == (("user", "q"), ("assistant", "a"))
    assert more[0] == "user" and verdict.evidence in more[1] and "\n " not in more[1]
    own = more[1].replace(verdict.evidence, "")
    assert bool(re.search("[\u4e00-\u9fff]", own)) is (language == "zh")


def test_every_reason_of_the_texts_gate_has_an_advice() -> None:
    """And no advice is for a reason that no gate gives; those of a harness that does not run are the validators'."""
    texts, harness = ({word for word, _ in gate.reasons} for gate in MODEL_GATES)
    assert texts <= set(ADVICE)
    assert set(ADVICE) - texts - harness == {"wrong-output", "never-ends"}
