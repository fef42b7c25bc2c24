"""The task `refactor`."""

from __future__ import annotations

import random
from dataclasses import replace

from corpus.source.unit import Unit
from generators.tasks import refactor
from generators.tasks.difference import extent, renames
from tests.generators.tasks.materials import PROGRAM, RENAMED, REWRITTEN, SOURCE


def test_the_request_says_what_was_done_and_the_answer_shows_it() -> None:
    """The parent in the question, the variant (whole, or the one changed function) in the answer."""
    for seed in range(30):
        for e in refactor.examples(REWRITTEN, random.Random(seed), len, ("en",)):
            assert "urn the while loop into a for loop" in e.instruction
            assert SOURCE.strip() in e.instruction and "for (; !TI; )" in e.answer
            assert e.programs == ("p1", "p0") and e.origin == "rewrite" and e.steps == ("while-to-for",)


def test_a_function_alone_is_shown_only_when_nothing_else_changed() -> None:
    """The header lines differ here, so the whole file is due."""
    changed = replace(REWRITTEN.variant, source=REWRITTEN.variant.source.replace("0xFD", "0xfd"))
    for seed in range(30):
        for e in refactor.examples(replace(REWRITTEN, variant=changed), random.Random(seed), len, ("en",)):
            assert "0xfd" in e.answer


def test_renames_are_read_from_the_tokens() -> None:
    """Only when names are all that changed."""
    old, new = Unit.parse(SOURCE.encode()), Unit.parse(RENAMED.variant.source.encode())
    assert renames(old, new) == (("uart_put", "uartPut"),)
    assert renames(old, Unit.parse(SOURCE.replace("0xFD", "0xFA").encode())) is None


def test_the_extent_of_a_change_is_read_from_the_functions() -> None:
    """By name and text; None when functions came or went."""
    old = Unit.parse(SOURCE.encode())
    new = extent(old, Unit.parse(REWRITTEN.variant.source.encode()))
    assert new is not None and (new.functions, new.outside) == (("uart_put",), False)
    assert extent(old, Unit.parse((SOURCE + "void more(void) { }\n").encode())) is None


def test_a_variant_that_reads_the_same_gives_nothing() -> None:
    """There is nothing to ask for."""
    assert list(refactor.examples(replace(REWRITTEN, variant=PROGRAM), random.Random(0), len)) == []


def test_sizes_are_told_as_measured() -> None:
    """84 bytes before, 80 after."""
    told = [e.answer for s in range(40) for e in refactor.examples(REWRITTEN, random.Random(s), len, ("en",))]
    assert any("84" in answer and "80" in answer for answer in told)
    same = replace(REWRITTEN, variant=replace(REWRITTEN.variant, grade="identical-object", sizes=PROGRAM.sizes))
    for s in range(40):
        for e in refactor.examples(same, random.Random(s), len, ("en",)):
            assert "84" not in e.answer or "ask-size" not in e.phrasing
