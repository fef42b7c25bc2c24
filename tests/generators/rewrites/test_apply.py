"""Choosing and applying: one site with its function, all sites of a style rule, families in turn."""

from __future__ import annotations

import random

from corpus.source.unit import Unit
from generators.rewrites.apply import AT, WAY, WITHIN, Proposal, order, propose, rename_aliases
from generators.rewrites.catalogue import RULES
from generators.rewrites.rule import Context, Refusal
from generators.rewrites.style import STYLES

RULE = {rule.name: rule for rule in RULES}
SOURCE = b"""void first(void)
{
    g();
}

void second(int n)
{
    for (n = 0; n < 3; n++)
        g();
    n++;
}
"""


def proposed(name: str, style: int = 0) -> Proposal:
    """What this rule makes of the source."""
    found = propose(RULE[name], Unit.parse(SOURCE), Context(STYLES[style], random.Random(1)))
    assert isinstance(found, Proposal)
    return found


def test_a_single_site_names_its_function() -> None:
    """So that a request for it says where."""
    assert dict(proposed("for-to-while").step.params)[WITHIN] == "second"


def test_a_style_rule_takes_all_sites_and_names_no_function() -> None:
    """Both counters are stepped the same way."""
    found = proposed("step-form")
    assert found.source.count(b"++n") == 2 and b"n++" not in found.source
    assert WITHIN not in dict(found.step.params)


def test_edits_lead_from_parent_to_variant() -> None:
    """What a step records is what was done."""
    found = proposed("for-to-while")
    source = SOURCE
    for start, end, text in sorted(found.step.edits, reverse=True):
        source = source[:start] + text.encode() + source[end:]
    assert source == found.source


def test_a_rule_without_a_site_is_a_refusal() -> None:
    """With a reason word."""
    found = propose(RULE["switch-to-ifs"], Unit.parse(SOURCE), Context(STYLES[0], random.Random(1)))
    assert isinstance(found, Refusal) and found.reason == "no-site"


def test_every_rule_comes_once_and_families_take_turns() -> None:
    """A family with many rules does not crowd out the rest: the first ten draws see at least five families."""
    drawn = list(order(RULES, random.Random(3)))
    assert sorted(rule.name for rule in drawn) == sorted(RULE)
    assert len({rule.family for rule in drawn[:10]}) >= 5


def test_aliases_follow_a_name_through_two_renames() -> None:
    """The harness knows the first name; a rename back leaves nothing to alias."""
    once = rename_aliases((), (("key_init", "keyInit"),))
    assert rename_aliases(once, (("keyInit", "KeyInit"),)) == (("key_init", "KeyInit"),)
    assert rename_aliases(once, (("keyInit", "key_init"),)) == ()


def test_a_style_rule_goes_one_way() -> None:
    """Where both forms stand in a file, those like the first change; the others are as wanted already."""
    source = b"void f(int n)\n{\n    n++;\n    ++n;\n    n++;\n}\n"
    found = propose(RULE["step-form"], Unit.parse(source), Context(STYLES[0], random.Random(1)))
    assert isinstance(found, Proposal) and found.source.count(b"++n;") == 3
    assert dict(found.step.params)[WAY] == "prefix"


def test_the_line_is_told_where_the_function_has_more_such_places() -> None:
    """Of one place the function says enough."""
    lines = [b"    n += 1; /* one */\n", b"    n += 2; /* two */\n"]
    for count in (1, 2):
        source = b"void f(int n)\n{\n" + b"".join(lines[:count]) + b"}\n"
        found = propose(RULE["spelt-out-assignment"], Unit.parse(source), Context(STYLES[0], random.Random(1)))
        assert isinstance(found, Proposal)
        assert dict(found.step.params).get(AT) in ((None,) if count == 1 else ("n += 1;", "n += 2;"))


def test_a_place_that_reaches_over_two_functions_names_the_one_it_changes_inside() -> None:
    """The helper goes; its caller is what changes."""
    source = b"int a;\n\nstatic void more(void)\n{\n    a++;\n}\n\nvoid f(void)\n{\n    more();\n}\n"
    found = propose(RULE["inline-helper"], Unit.parse(source), Context(STYLES[0], random.Random(1)))
    assert isinstance(found, Proposal) and dict(found.step.params) == {WAY: "statements", WITHIN: "f", "name": "more"}
