"""The task `write`."""

from __future__ import annotations

import random
from dataclasses import replace

from generators.tasks import write
from generators.tasks.material import Single
from generators.tasks.requests import Request
from tests.generators.tasks.materials import BRIEF, PROGRAM, SINGLE, SOURCE, variant


def rows(material: Single, seed: str, each: int = 3) -> list[tuple[str, str]]:
    return [(e.instruction, e.answer) for e in write.examples(material, random.Random(seed), len, each=each)]


def test_the_answer_is_the_program_itself() -> None:
    """Every English row holds the source as it was verified."""
    found = [e for e in write.examples(SINGLE, random.Random("a"), len, each=3) if e.language == "en"]
    assert len(found) == 3
    assert all(SOURCE.strip() in e.answer for e in found)
    assert all(e.programs == ("p0",) and e.origin == "seed" and e.grade == "harness" for e in found)


def test_an_alias_is_used_in_the_instruction_too() -> None:
    """Who asks for `uart_put` must not get `uartPut`."""
    material = Single(BRIEF, replace(variant("uart_put", "uartPut"), aliases=(("uart_put", "uartPut"),)))
    for instruction, _ in rows(material, "b"):
        assert "uartPut" in instruction and "uart_put" not in instruction


def test_a_phrasing_that_names_what_the_program_lacks_is_passed_over() -> None:
    """Here only the second phrasing does not speak of uart_seen, and no alias tells its new name."""
    material = Single(BRIEF, variant("uart_seen", "count"))
    found = list(write.examples(material, random.Random("c"), len, each=3))
    assert {e.phrasing.split("/")[2].partition("-")[0] for e in found} == {"question"} and len(found) == 2


def test_a_size_limit_is_kept_by_the_program() -> None:
    """The limit is a round number just above the measured size."""
    assert [write.limit_for(size) for size in (84, 187, 250, 700)] == [90, 200, 260, 750]


def test_a_wish_is_not_added_to_an_instruction_that_has_it() -> None:
    """Nobody says "no division" twice."""
    asked = Request("en", "specification", "Write it in uint8_t with prototypes `void uart_put(uint8_t byte)`.")
    brief = replace(BRIEF, requests=(asked,))
    for seed in range(60):
        for e in write.examples(Single(brief, PROGRAM), random.Random(seed), len, ("en",)):
            assert "stdint." not in e.phrasing and "prototypes." not in e.phrasing


def test_safety_notes_are_in_every_answer() -> None:
    """So that a row about mains never comes as bare code."""
    from generators.tasks.material import Bilingual

    material = Single(replace(BRIEF, safety=(Bilingual("Mains is deadly.", "市电致命。"),)), PROGRAM)
    for seed in range(40):
        for e in write.examples(material, random.Random(seed), len):
            if not e.phrasing.endswith("bare"):
                assert ("Mains is deadly." if e.language == "en" else "市电致命。") in e.answer, e.answer
            assert "code-only" not in e.phrasing
