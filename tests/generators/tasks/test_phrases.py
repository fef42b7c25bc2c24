"""The banks of phrases themselves."""

from __future__ import annotations

import pytest

from corpus.records import Language
from generators.tasks.bank import bank
from generators.tasks.row import has_chinese

BANKS = ("write", "constraints", "complete", "explain", "refactor", "fix", "port")
FRAMES = {
    "write": ("frame",),
    "complete": ("frame",),
    "explain": ("whole", "function", "setting", "volatile", "interrupt", "wait"),
    "refactor": ("frame-one", "frame-list"),
    "fix": ("frame-behaviour", "frame-compile"),
    "port": ("frame-sdcc", "frame-keil"),
}
TONES = {"any", "novice", "terse", "ticket", "review", "mail", "senior"}


@pytest.mark.parametrize("name", BANKS)
def test_both_languages_have_the_same_groups(name: str) -> None:
    """What the code asks for by group and tone exists in English and in Chinese."""
    en, zh = bank("en", name), bank("zh", name)
    assert set(en.groups) == set(zh.groups)
    for group, phrases in en.groups.items():
        assert {p.tone for p in phrases} == {p.tone for p in zh.groups[group]}, group


@pytest.mark.parametrize("name", sorted(FRAMES))
@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_task_has_at_least_25_different_frames(name: str, language: Language) -> None:
    """No two instructions should read as if stamped."""
    frames = [p for group in FRAMES[name] for p in bank(language, name).groups[group]]
    assert len({p.text for p in frames}) == len(frames) >= 25
    assert {p.tone for p in frames} <= TONES


@pytest.mark.parametrize("name", BANKS)
def test_a_bank_is_in_its_language(name: str) -> None:
    """English banks have no Chinese; Chinese ones use full-width marks beside Chinese."""
    for phrases in bank("en", name).groups.values():
        assert not any(has_chinese(p.text) for p in phrases)
    for phrases in bank("zh", name).groups.values():
        for phrase in phrases:
            assert not any(
                a in "，。：；？！、" and b == " " for a, b in zip(phrase.text, phrase.text[1:], strict=False)
            )
            assert not any(
                a in ",;:?!" and "\u4e00" <= b <= "\u9fff" for a, b in zip(phrase.text, phrase.text[1:], strict=False)
            ), phrase.text
