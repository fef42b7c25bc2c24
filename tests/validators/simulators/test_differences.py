"""What a difference between two traces reads like."""

from __future__ import annotations

import pytest

from validators.simulators.differences import difference, ending, failure, witness, words
from validators.simulators.machine import Trace


def trace(events: str, outcome: str = "done", cycles: int = 100) -> Trace:
    return Trace(outcome, cycles, 50, events)


@pytest.mark.parametrize(
    ("expected", "actual", "words"),
    [
        ("W90=FF", "W90=7F", "P1 written 0x7F, expected 0xFF"),
        ("M3 W90=FF", "M3 W90=7F", "in call 3: P1 written 0x7F, expected 0xFF"),
        ("M1 M2 R90=FF", "M1 M2 W90=FF", "in call 2: P1 written 0xFF, expected: P1 read as 0xFF"),
        ("W8C=01 W8A=02", "W8A=02 W8C=01", "TL0 written 0x02, expected: TH0 written 0x01"),
        ("WD8=01", "WD8=02", "SFR 0xD8 written 0x02, expected 0x01"),
        ("X8000=01", "X8000=02", "external 0x8000 written 0x02, expected 0x01"),
        ("Y8000=01", "W90=02", "P1 written 0x02, expected: external 0x8000 read as 0x01"),
        ("V1F", "V20", "0x20 reported, expected 0x1F"),
        ("D1F R90=1F", "D1F R90=0F", "P1 read as 0x0F, expected 0x1F"),
        ("D1F", "D20", "stimulus 0x20 drawn, expected 0x1F"),
        ("D1F", "W90=01", "P1 written 0x01, expected: stimulus 0x1F drawn"),
        ("I1", "i1", "interrupt 1 ignored, expected: interrupt 1 taken"),
        ("A99", "W98=00", "SCON written 0x00, expected: TI cleared after it was seen set"),
        ("E41:A2", "E41:A3", "harness line 41: got 0xA3, expected: harness line 41: got 0xA2"),
        ("M1", "M2", "call 2 begins, expected: call 1 begins"),
        ("W90=01 C", "W90=01 W90=02", "P1 written 0x02, expected: left by the harness"),
        ("W90=01", "W90=01 W90=02", "P1 written 0x02, expected: ends"),
        ("W90=01 W90=02", "W90=01", "ends, expected: P1 written 0x02"),
    ],
)
def test_the_first_difference_is_named(expected: str, actual: str, words: str) -> None:
    """Register names, hexadecimal values, and the call where it happened."""
    assert difference(trace(expected), trace(actual)) == words


def test_equal_traces_have_no_difference_whatever_their_cycles() -> None:
    """A variant may be faster."""
    assert difference(trace("W90=FF", cycles=10), trace("W90=FF", cycles=20)) == ""


@pytest.mark.parametrize(
    ("actual", "words"),
    [
        (trace("M1", "cycle-limit", 2_000_000), "in call 1: never ends (2,000,000 cycles), expected: P1 written 0x01"),
        (trace("M1", "asleep"), "in call 1: falls asleep with nothing to wake it, expected: P1 written 0x01"),
        (trace("M1 F41:31!A2", "failed"), "in call 1: harness line 41: got 0x31, expected 0xA2"),
        (trace("M1 F41:none!A2", "failed"), "in call 1: harness line 41: got no write, expected 0xA2"),
    ],
)
def test_a_bad_end_is_the_difference(actual: Trace, words: str) -> None:
    """With what should have come instead."""
    assert difference(trace("M1 W90=01"), actual) == words


def test_another_end_after_the_same_events_is_a_difference() -> None:
    """Where nothing else tells them apart."""
    assert (
        difference(trace("M1"), trace("M1", "asleep"))
        == "in call 1: falls asleep with nothing to wake it, expected: ends"
    )


def test_a_failure_names_the_first_missed_expectation() -> None:
    """Before how the run ended."""
    assert failure(trace("M2 E9:1 F10:2!3 F11:4!5", "failed")) == "in call 2: harness line 10: got 0x2, expected 0x3"
    assert failure(trace("M2", "stack-overflow")) == "in call 2: runs its stack over the end of internal RAM"
    assert failure(trace("M2 E9:1")) == ""


def test_registers_have_the_names_of_their_machine() -> None:
    """And one that has no name its address."""
    stm8 = {0x5005: "PB_ODR"}
    assert difference(trace("W5005=01"), trace("W5005=02"), stm8) == "PB_ODR written 0x02, expected 0x01"
    assert difference(trace("W5006=01"), trace("W5006=02"), stm8) == "register 0x5006 written 0x02, expected 0x01"
    assert failure(trace("W5005=01", "bad-access"), stm8) == "uses an address where the chip has nothing"


@pytest.mark.parametrize(
    ("expected", "actual", "found"),
    [
        ("M1 W90=01", "M1 W90=01", None),
        ("M1 W90=01 W90=02", "M1 W90=01 W90=03", (2, "W90=02", "W90=03")),
        ("M1", "M1 W90=01", (1, "", "W90=01")),
        ("D1 V2", "D1", (1, "V2", "")),
        ("", "", None),
    ],
)
def test_a_witness_is_the_first_event_that_differs(
    expected: str, actual: str, found: tuple[int, str, str] | None
) -> None:
    """By its number, so that it can be looked up in the stored trace."""
    assert witness(trace(expected), trace(actual)) == found


def test_another_end_alone_is_a_witness_without_events() -> None:
    """After all events."""
    assert witness(trace("M1"), trace("M1", "asleep")) == (1, "", "")


@pytest.mark.parametrize(
    ("event", "said"),
    [
        ("W90=7F", "P1 written 0x7F"),
        ("RD8=01", "SFR 0xD8 read as 0x01"),
        ("X8000=41", "external 0x8000 written 0x41"),
        ("V1F", "0x1F reported"),
        ("E41:A2", "harness line 41: got 0xA2"),
        ("F41:none!A2", "harness line 41: got no write, expected 0xA2"),
        ("A99", "TI cleared after it was seen set"),
        ("M3", "call 3 begins"),
        ("i1", "interrupt 1 ignored"),
        ("C", "left by the harness"),
    ],
)
def test_one_event_has_words_of_its_own(event: str, said: str) -> None:
    """For a trace that is read from its beginning."""
    assert words(event) == said


def test_an_end_has_words_of_its_own() -> None:
    """A stored trace knows no cycles, so none are told."""
    assert ending(trace("M1")) == "ends"
    assert ending(trace("M1", "cycle-limit", 2_000_001)) == "never ends (2,000,001 cycles)"
    assert ending(trace("M1", "cycle-limit", 0)) == "never ends"
