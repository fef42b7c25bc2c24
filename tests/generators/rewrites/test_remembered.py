"""What rules found is remembered, and only as far as it was told the same."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace

import pytest

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.catalogue import RULES
from generators.rewrites.remembered import found_by, per_unit
from generators.rewrites.rule import Context, Finder, Refusal, Site
from generators.rewrites.style import STYLES

SOURCE = b"""#include <8052.h>
#include <stdint.h>

#define LED_COUNT 8 /* of them */

static uint8_t led_state; // what shows

void led_show(uint8_t buf[], uint8_t n)
{
    uint8_t i;

    for (i = 0; i < n; i++) {
        if (buf[i] != 0) {
            led_state |= 0x01;
        } else {
            led_state = buf[i] & 0x0F;
        }
    }
}
"""


def context(style: int = 0, held: frozenset[str] = frozenset()) -> Context:
    return Context(STYLES[style], random.Random(0), held)


def counted(what: str) -> tuple[Finder, list[str]]:
    """A rule that asks its context for one thing, and the answers that it got."""
    told: list[str] = []

    def find(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
        thing = context.style if what in ("indent", "names") else context
        answer = getattr(thing, what)
        told.append(str(answer.random() if what == "rng" else answer))
        yield Site((Edit(0, 0, told[-1].encode()),))

    return find, told


def test_a_rule_is_asked_again_only_where_what_it_looked_at_differs() -> None:
    unit = Unit.parse(b"int a;\n")
    find, told = counted("indent")
    found = [found_by(find, unit, context(style))[0][0].edits[0].text.decode() for style in range(len(STYLES))]
    assert found == [style.indent for style in STYLES]
    assert sorted(told) == sorted({style.indent for style in STYLES})


def test_a_rule_that_looks_at_the_held_names_is_asked_for_others() -> None:
    unit = Unit.parse(b"int b;\n")
    find, told = counted("held")
    names = [frozenset({name}) for name in ("x", "y", "x")]
    found = [found_by(find, unit, context(held=held))[0][0].edits[0].text.decode() for held in names]
    assert found == list(map(str, names))
    assert len(told) == 2


def test_a_rule_that_draws_is_asked_every_time() -> None:
    unit = Unit.parse(b"int c;\n")
    find, told = counted("rng")
    one = context()
    assert [found_by(find, unit, one)[0][0].edits[0].text.decode() for _ in range(3)] == told
    assert len(set(told)) == 3


def test_another_source_is_another_question() -> None:
    asked: list[bytes] = []

    @per_unit
    def size(unit: Unit, factor: int) -> int:
        asked.append(unit.src)
        return factor * len(unit.src)

    one, other = Unit.parse(b"int d;\n"), Unit.parse(b"int ee;\n")
    assert [size(one, 2), size(one, 2), size(other, 2), size(one, 3)] == [14, 14, 16, 21]
    assert asked == [one.src, other.src, one.src]


@pytest.mark.parametrize("first", [0, 5])
def test_what_others_asked_before_changes_nothing(first: int) -> None:
    """Every rule for every author: on a source of its own, and on one that was asked in another order."""
    shared = Unit.parse(SOURCE)
    for style in (*range(first, len(STYLES)), *range(first)):
        for number, rule in enumerate(RULES):
            draws = Context(STYLES[style], random.Random(number), frozenset({"led_show"}))
            alone = replace(draws, rng=random.Random(number))
            fresh = Unit(SOURCE, shared.masked, shared.tree)
            assert found_by(rule.find, shared, draws) == found_by(rule.find, fresh, alone), rule.name
