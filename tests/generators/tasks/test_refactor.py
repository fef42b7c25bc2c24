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


def test_a_request_with_a_list_keeps_its_asides_out_of_it() -> None:
    """They stand in a paragraph of their own."""
    for seed in range(60):
        for e in refactor.examples(RENAMED, random.Random(seed), len):
            for line in e.instruction.split("\n"):
                if line.startswith(("- ", "1. ", "2. ", "3. ")):
                    assert line.rstrip(".。").endswith(
                        ("names", "hexadecimal", "statements", "驼峰命名", "十六进制", "花括号", "change", "不变")
                    ), line


def test_a_frame_for_one_request_is_not_used_for_two() -> None:
    """ "One remark is still open" with two of them would be false."""
    two = replace(RENAMED, steps=RENAMED.steps[:2])
    for seed in range(150):
        for e in refactor.examples(two, random.Random(seed), len):
            assert "One remark" not in e.instruction and "还有一条" not in e.instruction


def test_an_answer_tells_the_new_names_and_who_must_follow() -> None:
    """Unless only the code is wanted: the function is visible outside the file."""
    for seed in range(40):
        for e in refactor.examples(RENAMED, random.Random(seed), len, ("en",)):
            if not (e.answer.startswith("```") and e.answer.endswith("```")):
                assert "`uart_put` → `uartPut`" in e.answer and "must follow" in e.answer, e.answer
