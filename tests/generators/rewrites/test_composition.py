"""Chains as they are drafted: structure in each, style in one hand, long enough to be far from the root."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from corpus.source.shape import distance, shape_of
from corpus.source.unit import Unit
from generators.rewrites.catalogue import NOT_WRITTEN_ANEW, RULES
from generators.rewrites.composition import Composition, Draft, count_sites, is_style, level
from generators.rewrites.rule import Context, Site
from generators.rewrites.style import STYLES

RULE = {rule.name: rule for rule in RULES}
SEEDS = Path(__file__).parents[3] / "datasets" / "seeds"
CRC = Unit.parse((SEEDS / "crc8-maxim" / "program.c").read_bytes())
PLAIN = Unit.parse(b"static int level;\n\nint level_now(void)\n{\n    return level;\n}\n")


@cache
def drafted(number: int, unit: Unit = CRC, most: int = 5, nearest: float = 0.0) -> Draft:
    """A chain of its own."""
    rng = random.Random(number)
    return Composition.drawn(RULES, Context(rng.choice(STYLES), rng), most, nearest).draft(unit, unit)


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("indentation", "layout"),
        ("rename-locals", "spelling"),
        ("mask-radix", "spelling"),
        ("braces-added", "spelling"),
        ("relation-flip", "expressions"),
        ("compound-assignment", "expressions"),
        ("for-to-while", "statements"),
        ("invert-if", "statements"),
        ("guard-clause", "statements"),
        ("extract-function", "data"),
        ("macros-to-enum", "data"),
    ],
)
def test_a_rule_s_examples_tell_what_it_changes(rule: str, expected: str) -> None:
    assert level(RULE[rule]) == expected


def test_every_chain_has_structure_where_there_is_a_site_for_any() -> None:
    """No chain of renames, although most rules that apply anywhere are of style."""
    for number in range(25):
        found = drafted(number)
        assert any(not is_style(RULE[proposal.step.name]) for proposal in found.proposals)
        assert 1 <= len(found.proposals) <= 5


def test_style_comes_after_structure() -> None:
    """So that a new function is in the author's hand as well."""
    for number in range(25):
        styles = [is_style(RULE[proposal.step.name]) for proposal in drafted(number).proposals]
        assert styles == sorted(styles)


def test_a_program_without_a_site_for_structure_has_style_alone() -> None:
    found = [drafted(number, PLAIN) for number in range(10)]
    assert any(draft.proposals for draft in found)
    assert all(is_style(RULE[proposal.step.name]) for draft in found for proposal in draft.proposals)


def test_a_family_comes_twice_only_when_the_others_have_had_their_turn() -> None:
    """Of 25 chains of up to five steps hardly one has two steps of structure of one family."""
    twice = 0
    for number in range(25):
        steps = [proposal.step for proposal in drafted(number).proposals]
        families = Counter(step.family for step in steps if not is_style(RULE[step.name]))
        twice += max(families.values()) > 1
    assert twice <= 2


def test_no_rule_undoes_another_nor_comes_twice() -> None:
    """Of two that undo each other a chain takes one, although the second had a site then."""
    pair = (RULE["for-to-while"], RULE["while-to-for"])
    for number in range(5):
        context = Context(STYLES[0], random.Random(number))
        found = Composition(pair, context, length=2, styled=0, most=2).draft(CRC, CRC)
        assert [proposal.step.name for proposal in found.proposals] == ["for-to-while"]


def test_a_chain_that_is_too_near_goes_on() -> None:
    """It becomes longer, and says so where that did not suffice; the distance is the draft's own."""
    bound = 0.05
    free, bounded = ([drafted(number, nearest=least) for number in range(25)] for least in (0.0, bound))
    assert sum(draft.distance < bound for draft in free) > 2 * sum(draft.near for draft in bounded)
    assert sum(len(draft.proposals) for draft in bounded) > sum(len(draft.proposals) for draft in free)
    for draft in bounded:
        assert draft.distance == distance(shape_of(CRC.src), shape_of(draft.source))
        assert draft.near == (draft.distance < bound)


def test_two_chains_in_three_may_hold_only_what_an_expert_writes_from_scratch() -> None:
    drawn = [Composition.drawn(RULES, Context(STYLES[0], random.Random(number)), 4) for number in range(90)]
    anew = sum(all(rule.name not in NOT_WRITTEN_ANEW for rule in one.rules) for one in drawn)
    assert 50 <= anew <= 70


def test_a_chain_goes_on_from_its_tip_without_what_is_barred() -> None:
    """The steps that are done count, and the failed rule does not come back."""
    rng = random.Random(4)
    composition = Composition(RULES, Context(STYLES[0], rng), length=4, styled=1, most=4)
    first = composition.draft(CRC, CRC)
    done, failed = first.proposals[0], first.proposals[1].step.name
    rest = composition.draft(CRC, Unit.parse(done.source), [done.step.name], {failed})
    names = [proposal.step.name for proposal in rest.proposals]
    assert len(names) == 3 and failed not in names and done.step.name not in names


def test_the_same_randomness_drafts_the_same_chain() -> None:
    again = drafted.__wrapped__(3)
    assert drafted(3).proposals == again.proposals and drafted(3) is not again


def test_a_renamed_delay_is_still_free() -> None:
    """The seed names it by its first name, the unit by the new one."""
    seen: list[frozenset[str]] = []

    def look(unit: Unit, context: Context) -> Iterator[Site]:
        """Notes what it is told."""
        seen.append(context.free_delays)
        yield Site(())

    told = replace(RULE["indentation"], name="look", find=look)
    delay = b"static void delay_ms(unsigned char n)\n{\n    while (n--)\n        ;\n}\n"
    source = delay + b"\nvoid f(void)\n{\n    delay_ms(1);\n}\n"
    style = next(style for style in STYLES if style.names == "camel")
    for number in range(9):
        context = Context(style, random.Random(number), free_delays=frozenset({"delay_ms"}))
        unit = Unit.parse(source)
        Composition((RULE["rename-functions"], told), context, length=3, styled=3, most=3).draft(unit, unit)
    assert set(seen) == {frozenset({"delay_ms"}), frozenset({"delayMs"})}


def test_sites_are_counted_of_rules_that_change_the_tree() -> None:
    """One for a rule that takes all its sites together."""
    loop = b"    for (i = 0; i < n; i++)\n        g();\n"
    source = b"void f(int n)\n{\n    int i;\n\n" + 2 * loop + b"}\n"
    context = Context(next(style for style in STYLES if style.step == "pre"), random.Random(1))
    found = count_sites(RULES, Unit.parse(source), context)
    assert found["for-to-while"] == 2 and found["step-form"] == 1
    assert not any(level(RULE[name]) in ("layout", "spelling") for name in found)
