"""The seeds' own words by their manner: who asks how, in which task, and the safety needs with or without a word."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace

import pytest

from corpus.records import Example, Fault, Language, Step
from corpus.source.unit import Unit
from generators.mutants.interrupts import drop_volatile
from generators.mutants.operator import faulty
from generators.tasks import complete, explain, fix, own_words, write
from generators.tasks.material import Mutated, Single, Witness
from generators.tasks.requests import Need
from tests.generators.tasks.materials import single

NAMES = ["tick-stm8", "tick-avr", "ring-avr", "ring-stm32"]


def mutated(name: str, old: str, new: str, witness: Witness | None) -> Mutated:
    """One hand-made fault, told on the simulator, or by a static check."""
    material = single(name)
    source = material.program.source
    assert source.count(old) == 1
    line = source[: source.index(old)].count("\n") + 1
    fault = Fault("behaviour", "hex-slip", "PORTB written 0x01, expected 0x02", line)
    steps = (Step("mutant", "hex-slip", params=(("was", old), ("now", new))),)
    mutant = replace(material.program, id="m", source=source.replace(old, new), fault=fault, steps=steps)
    return Mutated(material.brief, material.program, mutant, (), witness)


def written(name: str, language: Language, draws: int = 60) -> Iterator[Example]:
    material = single(name)
    for seed in range(draws):
        yield from write.examples(material, random.Random(seed), len, (language,), 4)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_whoever_had_it_on_another_chip_asks_for_the_program_too(name: str, language: Language) -> None:
    """On chips that have no second dialect a port is a request like the others, and it may name the other chip's
    things; a review and a continuation stand before code and are none."""
    manners = Counter(e.phrasing.split("/")[2].partition("-")[0] for e in written(name, language, 3))
    assert set(manners) == {"specification", "ticket", "question", "port"}


def test_on_the_8051_a_port_is_a_task_of_its_own() -> None:
    """Nothing is appended to a request to write."""
    brief = replace(single("tick-stm8").brief, target="mcs51", model="small")
    assert {one.manner for one in brief.instructions("en")} == {"specification", "ticket", "question"}
    assert [one.manner for one in brief.of("port", "en")] == ["port"]


def test_a_port_may_speak_of_what_only_the_other_chip_has() -> None:
    """But not of a name that this program has lost."""
    material = single("ring-stm32")
    told = [one for one in material.brief.requests if (one.manner, one.language) == ("port", "en")]
    assert "USART_RX_vect" in told[0].text
    names = own_words.names_of(Unit.parse(material.program.source.encode()))
    assert own_words.spoken(told[0], material, names)
    assert not own_words.spoken(told[0], material, names - {"rx_overruns"})
    assert not own_words.spoken(replace(told[0], manner="ticket", text="Do `usart_of_avr`."), material, names)


@pytest.mark.parametrize("language", ["en", "zh"])
def test_needs_are_stated_in_about_every_second_row_and_else_met_unasked(language: Language) -> None:
    """With a mark that tells which; the answer is the same program."""
    found = list(written("tick-avr", language))
    kinds = Counter(e.needs for e in found)
    assert kinds["none"] == 0 and min(kinds["explicit"], kinds["implicit"]) > len(found) / 8
    needs = single("tick-avr").brief.needs
    for e in found:
        said = [need.kind for need in needs if need.of(language) in e.instruction]
        if e.needs == "implicit":
            assert not said and not any(need.said_in(e.instruction.partition("```")[0]) for need in needs)
    assert any(e.phrasing.count("need.") == 2 for e in found)


def test_a_need_that_the_request_speaks_of_is_not_said_twice() -> None:
    """The ticket asks for an atomic read already."""
    for e in written("tick-avr", "en"):
        if e.phrasing.split("/")[2].startswith("ticket-"):
            assert "need.atomic-access" not in e.phrasing and e.needs == "explicit"


def test_a_seed_without_needs_marks_none() -> None:
    """Nobody named any, which is not the same as meeting them unasked."""
    material = single("tick-avr")
    bare = Single(replace(material.brief, needs=()), material.program)
    assert {e.needs for e in write.examples(bare, random.Random(1), len)} == {"none"}


def test_a_need_that_names_what_the_program_lacks_is_left_out() -> None:
    """A variant may have renamed it."""
    material = single("tick-avr")
    need = Need("volatile", ("gone",), "Make `gone_away` volatile.", "`gone_away` 要加 volatile。")
    lost = Single(replace(material.brief, needs=(need,)), material.program)
    for seed in range(20):
        for e in write.examples(lost, random.Random(seed), len):
            assert "gone_away" not in e.instruction + e.answer


def test_an_explanation_of_a_file_may_tell_what_a_change_must_keep() -> None:
    """In the words of its needs."""
    material = single("tick-stm8")
    found = [e for n in range(60) for e in explain.examples(material, random.Random(n), len, ("en",))]
    told = [e for e in found if "Clear the update flag in the interrupt handler." in e.answer]
    assert told and all("/whole/" in e.phrasing for e in told) and len(told) < len(found)


@pytest.mark.parametrize("language", ["en", "zh"])
@pytest.mark.parametrize("name", NAMES)
def test_a_file_is_begun_and_the_request_asks_to_finish_it(name: str, language: Language) -> None:
    """The beginning has all includes; the rest begins with a function and its comment; both make the file."""
    material = single(name)
    found = [
        e
        for n in range(60)
        for e in complete.examples(material, random.Random(n), len, (language,))
        if "/rest/continuation-" in e.phrasing
    ]
    assert len({e.prefix for e in found}) >= 2
    for e in found:
        assert e.suffix == "" and Unit.parse((e.prefix + e.middle).encode()).error is None
        assert "#include" in e.prefix and "#include" not in e.middle
        assert e.instruction.endswith("```") and e.prefix.strip() in e.instruction
        assert e.middle.strip() in e.answer and e.middle.lstrip().startswith(("/*", "void", "ISR", "uint", "bool"))


@pytest.mark.parametrize("language", ["en", "zh"])
def test_a_reviewer_is_told_of_no_symptom(language: Language) -> None:
    """The seed's own request stands before the faulty program, and the answer says what is wrong and what it does."""
    witness = Witness("write", "PORTB", "0xA1", "0x91", 1)
    material = mutated("tick-avr", "_BV(PORTB5)", "_BV(PORTB4)", witness)
    found = [e for n in range(40) for e in fix.examples(material, random.Random(n), len, (language,))]
    reviews = [e for e in found if "/own-review-" in e.phrasing]
    assert 0.15 < len(reviews) / len(found) < 0.55
    for e in reviews:
        asked = e.instruction.partition("```")[0]
        assert "0x91" not in asked and ("review" in asked or "审" in asked) and "_BV(PORTB4)" in e.instruction
        assert "your test" not in e.answer and "_BV(PORTB5)" in e.answer


def test_a_fault_that_only_a_check_sees_may_be_put_before_a_reviewer() -> None:
    """A dropped volatile; but not what does not compile."""
    material = single("tick-avr")
    unit = Unit.parse(material.program.source.encode())
    made = faulty(drop_volatile, unit, next(iter(drop_volatile.find(unit, random.Random(1)))))
    fault = Fault("finding", "drop-volatile", "`milliseconds` is not volatile", made.line)
    mutant = replace(
        material.program, id="m", source=made.source.decode(), fault=fault, steps=(made.step,), grade="compiled"
    )
    about = Mutated(material.brief, material.program, mutant)
    found = [
        fix._example(about, random.Random(n), len, "en", mutant.source, material.program.source) for n in range(30)
    ]
    assert any("/own-review-" in e.phrasing for e in found)
    broken = replace(about, mutant=replace(mutant, fault=replace(fault, kind="compile")))
    found = [
        fix._example(broken, random.Random(n), len, "en", mutant.source, material.program.source) for n in range(30)
    ]
    assert not any("/own-review-" in e.phrasing for e in found)
