"""The question in a seed's spirit: whole in both languages, its wish last."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest

from corpus.records import Language
from corpus.seeds import load_seed
from flows.settings import ROOT
from flows.subjects import subject_of
from generators.model.drafts import Subject
from generators.model.strategies import spirit

SEEDS = ROOT / "datasets" / "seeds"
SUBJECT = Subject("en", "mcs51", "AT89S52", "t", "i", "d", "p")


@pytest.mark.parametrize("name", ["uart-baud-init", "crc8-maxim", "key-debounce"])
@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("variation", range(5))
def test_the_prompt_shows_the_seed_and_leaves_no_mark(name: str, language: Language, variation: int) -> None:
    """Instruction, idea, program and chip are in it; no brace of a template, of a hole or of a comment is left."""
    subject = subject_of(load_seed(SEEDS / name), language, variation)
    ((role, text),) = spirit.prompt(subject)
    assert role == "user"
    assert all(
        part.strip() in text
        for part in (subject.title, subject.instruction, subject.idea, subject.program, subject.chip)
    )
    assert not re.search(r"\{\{|\}\}|\{%|\{#|\{[A-Z][A-Z0-9_]*\}", text.replace(subject.program.strip(), ""))
    assert all(mark in text.splitlines()[-1] for mark in ("INSTRUCTION:", "```c"))


def test_what_must_differ_varies_and_comes_last() -> None:
    """Four wishes in turn; all before them is the same, so that a prompt cache helps."""
    texts = [spirit.prompt(replace(SUBJECT, variation=variation))[0][1] for variation in range(8)]
    assert len(set(texts)) == 4 and texts[:4] == texts[4:]
    common = next(i for i, letters in enumerate(zip(*texts, strict=False)) if len(set(letters)) > 1)
    assert common > len(texts[0]) * 0.7
