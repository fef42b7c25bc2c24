"""What is said of a fault: every case has its words in both languages, and the facts that they name."""

from __future__ import annotations

import random
from itertools import pairwise

import pytest

from corpus.source.unit import Unit
from flows.docs.mutants import SAMPLE
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import Operator, faulty
from generators.mutants.words import slots, table, words

ENTRIES = sorted(table())


def is_chinese(character: str) -> bool:
    """A Chinese character, not a mark."""
    return "\u4e00" <= character <= "\u9fff"


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_every_fault_can_be_put_into_words(operator: Operator) -> None:
    """In English and Chinese: at least one cause and one reason, without a slot left open."""
    unit = Unit.parse(SAMPLE.encode())
    for draw in range(4):
        for mutation in operator.find(unit, random.Random(draw)):
            facts = dict(faulty(operator, unit, mutation).step.params)
            for language in ("en", "zh"):
                said = words(operator.name, mutation.case, language)
                assert said is not None and said.causes(facts) and said.whys(facts), (mutation.case, facts)
                assert not any(slots(text) for text in (*said.causes(facts), *said.whys(facts)))


def test_every_entry_is_of_an_operator() -> None:
    """And every operator has one."""
    assert {entry.partition("/")[0] for entry in ENTRIES} == {operator.name for operator in OPERATORS}


@pytest.mark.parametrize("entry", ENTRIES)
def test_an_entry_says_it_in_both_languages(entry: str) -> None:
    """As often in Chinese as in English, each in its own writing, as whole sentences."""
    content = table()[entry]
    for en, zh in ((content["en"], content["zh"]), (content["why"]["en"], content["why"]["zh"])):
        assert len(en) == len(zh) >= 2
        assert len(set(en)) == len(en) and len(set(zh)) == len(zh)
        assert not any(is_chinese(character) for text in en for character in text)
        for text in en:
            assert text.endswith("."), text
        for text in zh:
            assert text.endswith("。") and any(map(is_chinese, text)), text
            assert not any(a in ",;:?!" and is_chinese(b) for a, b in pairwise(text)), text
            assert not any(a in "，。：；？！、" and b == " " for a, b in pairwise(text)), text


def test_a_fact_with_a_backtick_is_not_put_into_code() -> None:
    """Nor one that is missing: other words are taken, or none."""
    said = words("negate-condition", "", "en")
    assert said is not None
    assert (
        said.causes({"was": "(a)", "now": "(!a)"})[0] == "The condition is inverted: it must be `(a)` and not `(!a)`."
    )
    assert len(said.causes({"was": "(a)", "now": ""})) == 1
    assert said.causes({"was": "(`)", "now": "(!`)"}) == ()
    assert words("no-such-operator", "", "en") is None
