"""Two versions of a program that mean the same, as an optimising compiler sees it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from corpus.chips import Family
from validators.optimised import Optimised
from validators.sandbox.runner import Sandbox

PROGRAM = """#include <stdint.h>

#define OUT (*(volatile uint8_t *)0x5005)

static uint8_t shown;

static uint8_t doubled(uint8_t value)
{
    return (uint8_t)(value + value);
}

void show(const uint8_t *data)
{
    uint8_t i;

    shown = 0;
    for (i = 0; i < 8; i++)
        OUT = data[i];
    OUT = doubled(data[0]) & 2;
}
"""
TARGETS: tuple[Family, ...] = ("mcs51", "stm8", "avr", "cortex-m")


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """One for all."""
    with Sandbox() as opened:
        yield opened


def same(sandbox: Sandbox, old: str, new: str, target: Family = "mcs51", seen: frozenset[bytes] = frozenset()) -> bool:
    """Whether the program means the same after one change."""
    assert PROGRAM.count(old) == 1
    changed = PROGRAM.replace(old, new)
    return Optimised(sandbox, target, seen).same(PROGRAM.encode(), changed.encode())


@pytest.mark.parametrize("target", TARGETS)
def test_the_sign_of_a_small_counter_is_nothing(sandbox: Sandbox, target: Family) -> None:
    """And another last value of it is something, on each target."""
    assert same(sandbox, "uint8_t i;", "int8_t i;", target)
    assert not same(sandbox, "i < 8", "i < 7", target)


def test_what_the_harness_names_is_not_optimised_away(sandbox: Sandbox) -> None:
    """A variable that nobody reads, a value of which the one caller wants a bit."""
    assert same(sandbox, "shown = 0;", "shown = 1;")
    assert not same(sandbox, "shown = 0;", "shown = 1;", seen=frozenset((b"shown",)))
    assert same(sandbox, "(uint8_t)(value + value)", "(uint8_t)(value * 6)")
    assert not same(sandbox, "(uint8_t)(value + value)", "(uint8_t)(value * 6)", seen=frozenset((b"doubled",)))


def test_an_interface_that_callers_see_otherwise_is_another(sandbox: Sandbox) -> None:
    """`show` takes the same bits, but whoever calls it must know."""
    assert not same(sandbox, "void show(const uint8_t *data)", "void show(const int8_t *data)")


def test_words_that_gcc_does_not_see_are_not_the_same(sandbox: Sandbox) -> None:
    """sdcc puts the variable elsewhere, or keeps interrupts off."""
    assert not same(sandbox, "static uint8_t shown;", "static __xdata uint8_t shown;")
    assert not same(sandbox, "void show(const uint8_t *data)", "void show(const uint8_t *data) __critical")


def test_what_has_no_meaning_proves_nothing(sandbox: Sandbox) -> None:
    """A value that nobody set may be taken for the one that fits."""
    first = PROGRAM.replace("uint8_t i;", "uint8_t i, twice = 2;").replace("& 2;", "& 2 ? twice : 2;")
    other = first.replace("twice = 2;", "twice;")
    assert first != other
    assert not Optimised(sandbox, "mcs51", frozenset()).same(first.encode(), other.encode())
    assert not same(sandbox, "i < 8", "i < ")
