"""Mutation operators: each makes the one fault that it names, and nothing else."""

from __future__ import annotations

import random

import pytest

from corpus.source.unit import Unit
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import Operator, mutate

SOURCE = b"""#include <8052.h>
#include <stdint.h>

#define RELOAD 0xFD

static const __code uint8_t table[2] = {1, 2};
volatile uint16_t ticks;

void timer0_isr(void) __interrupt(1)
{
    TH0 = 0x3C;
    TL0 = 0xB0;
    ticks++;
    if (!TF2)
        P1_3 = 1;
}

uint8_t send(uint8_t byte, uint8_t count)
{
    uint16_t sum = 0;

    while (count < 10 && byte != 0) {
        SBUF = byte;
        TI = 0;
        sum = sum + (byte & 0x0F);
        P1 |= 0x80;
        count++;
    }
    switch (count) {
    case 1:
        send(1, 2);
        break;
    default:
        break;
    }
    return (uint8_t)(sum >> 8);
}
"""

NAMES = {operator.name: operator for operator in OPERATORS}


@pytest.mark.parametrize(
    ("name", "was", "now"),
    [
        ("relational-boundary", "<", "<="),
        ("relational-flip", "!=", "=="),
        ("arithmetic-swap", "+", "-"),
        ("bitwise-swap", "&", "|"),
        ("compound-swap", "|=", "="),
        ("wrong-bit", "TI", "RI"),
        ("swap-high-low", "TH0", "TL0"),
        ("drop-statement", "ticks++;", ""),
        ("drop-flag-clear", "TI = 0;", ""),
        ("negate-condition", "(!TF2)", "(TF2)"),
        ("drop-break", "break;", ""),
        ("narrow-type", "uint16_t", "uint8_t"),
        ("missing-semicolon", ";", ""),
        ("missing-brace", "}", ""),
        ("missing-include", "#include <stdint.h>", ""),
        ("keil-spelling", "__interrupt(1)", "interrupt 1"),
    ],
)
def test_an_operator_makes_the_fault_it_names(name: str, was: str, now: str) -> None:
    """Among its draws."""
    made = [mutate(NAMES[name], Unit.parse(SOURCE), random.Random(draw)) for draw in range(40)]
    assert (("was", was), ("now", now)) in {faulty.step.params for faulty in made if faulty is not None}


@pytest.mark.parametrize("name", ["constant-off-by-one", "constant-bit", "undeclared-name", "wrong-type-name"])
def test_an_operator_with_many_outcomes_makes_some(name: str) -> None:
    """And never the text that was there."""
    made = [mutate(NAMES[name], Unit.parse(SOURCE), random.Random(draw)) for draw in range(40)]
    assert all(faulty is not None and faulty.source != SOURCE for faulty in made)
    assert len({faulty.source for faulty in made if faulty is not None}) > 3


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_a_mutant_differs_in_one_place(operator: Operator) -> None:
    """What stands before and after the edit is as it was, and the line is the edit's."""
    faulty = mutate(operator, Unit.parse(SOURCE), random.Random(2))
    assert faulty is not None
    ((start, end, text),) = faulty.step.edits
    assert faulty.source == SOURCE[:start] + text.encode() + SOURCE[end:]
    assert faulty.line == SOURCE.count(b"\n", 0, start) + 1


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_an_operator_says_what_is_wrong_in_both_languages(operator: Operator) -> None:
    """The words of a diagnosis."""
    assert operator.en and operator.zh and operator.doc and operator.effect in ("compile", "behaviour")


def test_there_are_at_least_six_operators_of_each_effect() -> None:
    """And none is made twice."""
    for effect in ("compile", "behaviour"):
        assert sum(operator.effect == effect for operator in OPERATORS) >= 6
    assert len(NAMES) == len(OPERATORS)


def test_a_source_without_a_place_gives_none() -> None:
    """Nothing to break in an empty file."""
    assert all(mutate(operator, Unit.parse(b""), random.Random(1)) is None for operator in OPERATORS)
