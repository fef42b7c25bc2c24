"""The words of the rules: every rule has them, they are finished phrases, and they fit what the rules record."""

from __future__ import annotations

import random
import re
from functools import cache
from pathlib import Path

import pytest

from corpus.records import Language
from corpus.source.unit import Unit
from generators.rewrites.apply import propose
from generators.rewrites.catalogue import RULES
from generators.rewrites.rule import Context, Refusal, Rule
from generators.rewrites.style import STYLES
from generators.rewrites.words import FOLDER, WordsError, fitting, key, read_words, shipped, slots, words
from generators.tasks.row import has_chinese
from generators.tasks.steps import told

LANGUAGES: tuple[Language, ...] = ("en", "zh")
ENTRIES = sorted(shipped())


@cache
def recorded(rule: Rule) -> dict[str, frozenset[str]]:
    """The directions that the rule takes in its own examples, each with the slots that its steps fill."""
    found: dict[str, frozenset[str]] = {}
    for before, _ in rule.changes:
        unit = Unit.parse(before.encode())
        for style in STYLES:
            proposal = propose(rule, unit, Context(style, random.Random(1)))
            if not isinstance(proposal, Refusal):
                (step,) = told([proposal.step])
                found.setdefault(step.way, frozenset(dict(step.slots)))
    return found


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_every_rule_has_words_for_each_of_its_directions(rule: Rule) -> None:
    """At least three ways of asking that can be used, and two reasons, in each language."""
    module = rule.find.__module__.rpartition(".")[2]
    write = f"{rule.name} has no words: write them into generators/rewrites/words/{module}.yaml (README.md there)"
    assert any(name.partition("/")[0] == rule.name for name in ENTRIES), write
    for way, known in recorded(rule).items():
        for language in LANGUAGES:
            said = words(rule.name, way, language)
            assert said is not None, f"{key(rule.name, way)}: {write}"
            usable = fitting(said.asks, dict.fromkeys(known, "x"))
            assert len(usable) >= 3, f"{key(rule.name, way)}: {language}: its steps fill only {sorted(known)}"
            assert len(fitting(said.whys, dict.fromkeys(known, "x"))) >= 2, f"{key(rule.name, way)}: {language}"
            assert not said.dones or fitting(said.dones, dict.fromkeys(known, "x")), (
                f"{key(rule.name, way)}: {language}"
            )


def test_no_words_are_without_a_rule() -> None:
    """A rule that was renamed leaves none behind."""
    names = {rule.name for rule in RULES}
    assert not [name for name in ENTRIES if name.partition("/")[0] not in names]


@pytest.mark.parametrize("name", ENTRIES)
def test_phrases_are_distinct_and_finished(name: str) -> None:
    """No full stop, no blank at the ends, each said once, in its language; the slots are code."""
    for language in LANGUAGES:
        said = shipped()[name][language]
        phrases = [*said.asks, *said.whys, *said.dones]
        assert len(set(phrases)) == len(phrases), name
        for phrase in phrases:
            assert phrase == phrase.strip() and not phrase.endswith((".", "。", "!", "！")), phrase
            assert has_chinese(phrase) == (language == "zh"), phrase
            assert phrase.count("`") % 2 == 0, phrase
            bare = re.sub(r"`[^`]*`", "X", phrase)
            assert not slots(bare), phrase
            assert not re.search("[\u4e00-\u9fff][,;:?!]|[,;:?!][\u4e00-\u9fff]|[，。：；？！、] ", bare), phrase
            if language == "en":
                assert phrase[0].isupper() or phrase.startswith(("`", "sdcc ")), phrase


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_rules_are_asked_for_with_the_same_words(language: Language) -> None:
    """Else the answer would not follow from the question."""
    owner: dict[str, str] = {}
    for name in ENTRIES:
        for ask in shipped()[name][language].asks:
            rule = name.partition("/")[0]
            assert owner.setdefault(ask, rule) == rule, ask


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("a: [", "words.yaml: line"),
        ("a: 1\n", "words.yaml: a: is not a mapping with en, zh and why"),
        ("a: {en: [Do], zh: [做], why: {en: [So], zh: [故]}, when: x}\n", "a: when: is not one of en, zh, why, done"),
        ("a: {en: Do, zh: [做], why: {en: [So], zh: [故]}}\n", "a: en: is not a list of phrases"),
        ("a: {en: [Do], zh: [做], why: {en: [So]}}\n", "a: why: is not a mapping with en and zh"),
        ("a: {en: [1], zh: [做], why: {en: [So], zh: [故]}}\n", "a: en: 1 is not text"),
        ("a: {en: ['Do `{it}`'], zh: [做], why: {en: [So], zh: [故]}}\n", "no slot 'it'; known: function, last"),
    ],
)
def test_a_broken_file_is_named_with_what_is_wrong(tmp_path: Path, text: str, problem: str) -> None:
    """The author of a file sees what to mend."""
    (tmp_path / "words.yaml").write_text(text, encoding="utf-8")
    with pytest.raises(WordsError) as caught:
        read_words(tmp_path)
    assert problem in str(caught.value)


def test_a_rule_is_in_one_file_only(tmp_path: Path) -> None:
    """The second file is named, and the first."""
    entry = "a: {en: [Do], zh: [做], why: {en: [So], zh: [故]}}\n"
    for name in ("one", "two"):
        (tmp_path / f"{name}.yaml").write_text(entry, encoding="utf-8")
    with pytest.raises(WordsError, match=r"two\.yaml: a: is in one\.yaml too"):
        read_words(tmp_path)


def test_every_file_of_words_names_its_licence() -> None:
    """On its first line."""
    for path in FOLDER.glob("*.yaml"):
        first = path.read_text(encoding="utf-8").split("\n", 1)[0]
        assert first == "# SPDX-License-Identifier: Apache-2.0", path.name
