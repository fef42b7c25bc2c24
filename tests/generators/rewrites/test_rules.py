"""Every rule's examples, which are its documentation, hold."""

from __future__ import annotations

import random

import pytest

from corpus.source.unit import Unit
from generators.rewrites.apply import propose, sites_of
from generators.rewrites.catalogue import NOT_WRITTEN_ANEW, RULES
from generators.rewrites.opposites import OPPOSITES, undoes
from generators.rewrites.rule import Context, Refusal, Rule
from generators.rewrites.style import STYLES

# In the examples, a function of this name is a delay on whose exact length nobody counts.
DELAYS = frozenset({"delay"})

KEEPS = [
    pytest.param(rule, text, id=f"{rule.name}-{number}") for rule in RULES for number, text in enumerate(rule.keeps)
]
CHANGES = [
    pytest.param(rule, before, after, id=f"{rule.name}-{number}")
    for rule in RULES
    for number, (before, after) in enumerate(rule.changes)
]


def outcomes(rule: Rule, text: str) -> set[str]:
    """What the rule makes of the text, over every style and some random choices."""
    unit = Unit.parse(text.encode())
    made = set()
    for style in STYLES:
        for draw in range(6):
            found = propose(rule, unit, Context(style, random.Random(draw), free_delays=DELAYS))
            if not isinstance(found, Refusal):
                made.add(found.source.decode())
    return made


@pytest.mark.parametrize(("rule", "text"), KEEPS)
def test_a_rule_leaves_alone_what_it_must_not_touch(rule: Rule, text: str) -> None:
    """No site on the rule's own counter-examples, in any style."""
    unit = Unit.parse(text.encode())
    for style in STYLES:
        sites, _ = sites_of(rule, unit, Context(style, random.Random(0), free_delays=DELAYS))
        assert not sites, [edit for site in sites for edit in site.edits]


@pytest.mark.parametrize(("rule", "before", "after"), CHANGES)
def test_a_rule_makes_of_its_example_what_it_says(rule: Rule, before: str, after: str) -> None:
    """The documented result is among what the rule makes of the example."""
    assert after in outcomes(rule, before)


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_a_rule_explains_itself(rule: Rule) -> None:
    """Docstring with soundness and refusals, a request in both languages, examples of both kinds."""
    assert "Sound" in rule.doc
    assert "efuses" in rule.doc or "efusing" in rule.doc
    assert rule.en and rule.zh and rule.changes and rule.keeps
    assert not rule.en.endswith(".")


def test_opposites_name_rules_that_exist() -> None:
    """A renamed rule must not drop out of its pair."""
    names = {rule.name for rule in RULES}
    assert {name for pair in OPPOSITES for name in pair} | NOT_WRITTEN_ANEW <= names
    assert undoes("split-if", ["hex-case", "merged-if"]) and not undoes("split-if", ["hex-case"])


def test_names_are_unique() -> None:
    """A recipe and a lineage name a rule by one word."""
    names = [rule.name for rule in RULES]
    assert len(names) == len(set(names))
