"""Names of members, enumerators, types and file-scope variables: one voice, told to the harness, captured by nobody."""

from __future__ import annotations

import random

import pytest

from corpus.source.unit import Unit
from generators.rewrites.apply import Proposal, propose
from generators.rewrites.file_scope import rename_globals
from generators.rewrites.members import prefix_enumerators, rename_members
from generators.rewrites.rule import Context, Refusal, Rule
from generators.rewrites.spelling import words_of
from generators.rewrites.style import STYLES, Style
from generators.rewrites.typedefs import rename_types, tag_to_typedef, typedef_to_tag

BY_NAME: dict[str, Style] = {style.name: style for style in STYLES}

TIMER = """struct timer {
    unsigned int left;
    unsigned int period;
};

static struct timer timers[2];

void start(unsigned char id, unsigned int period)
{
    timers[id].left = period;
    timers[id].period = period;
}
"""


def tried(rule: Rule, text: str, style: str, held: frozenset[str] = frozenset()) -> Proposal | Refusal:
    """What the rule makes of the text in this author's style."""
    return propose(rule, Unit.parse(text.encode()), Context(BY_NAME[style], random.Random(0), held))


def made(rule: Rule, text: str, style: str, held: frozenset[str] = frozenset()) -> Proposal:
    """The same, where it acts."""
    found = tried(rule, text, style, held)
    assert isinstance(found, Proposal), found
    return found


def test_a_member_and_a_parameter_of_one_name_are_two() -> None:
    """Only what stands behind a dot or arrow is the member."""
    text = made(rename_members, TIMER, "keil").source.decode()
    assert "unsigned int uiPeriod;" in text
    assert "timers[id].uiPeriod = period;" in text


def test_a_struct_is_renamed_whole_or_not_at_all() -> None:
    """The harness may mean the parameter by `period`: then `left` stays too, or the struct would have two voices."""
    found = tried(rename_members, TIMER, "keil", frozenset({"period"}))
    assert isinstance(found, Refusal)
    assert found.reason == "harness-means-another"


def test_the_harness_is_told_of_members_that_it_names() -> None:
    """An alias for each of these, and none for the others, whose words may mean something else in prose."""
    found = made(
        rename_members, TIMER.replace("int period)", "int n)").replace("= period", "= n"), "keil", frozenset({"left"})
    )
    assert found.aliases == (("left", "uiLeft"),)


def test_a_tag_and_a_variable_of_one_name_are_two() -> None:
    """`struct entry *entry` keeps the variable."""
    text = "struct entry {\n    int a;\n};\n\nint f(struct entry *entry)\n{\n    return entry->a;\n}\n"
    assert "int f(struct Entry *entry)" in made(rename_types, text, "arduino").source.decode()
    assert "int f(entry_t *entry)" in made(tag_to_typedef, text, "c99").source.decode()


def test_a_type_that_the_harness_names_gets_an_alias_or_stays() -> None:
    """A name can be replaced by a name there, but not by two words."""
    text = "typedef struct {\n    int a;\n} Note;\n\nNote n;\n"
    assert made(rename_types, text, "c99", frozenset({"Note"})).aliases == (("Note", "note_t"),)
    found = tried(typedef_to_tag, text, "c99", frozenset({"Note"}))
    assert isinstance(found, Refusal)
    assert found.reason == "seen-by-the-harness"


def test_tag_and_typedef_lead_back_to_each_other() -> None:
    """A struct goes by its tag, by a typedef, and by its tag again."""
    text = "struct phase {\n    int lamps; /* on */\n};\n\nstatic const struct phase phases[2];\n"
    there = made(tag_to_typedef, text, "c99").source.decode()
    assert "static const phase_t phases[2];" in there
    assert made(typedef_to_tag, there, "c99").source.decode() == text


def test_enumerators_of_one_enum_change_together() -> None:
    """One name that is taken keeps all of them."""
    text = "enum state { IDLE, BITS };\nint n = BITS;\n"
    assert "STATE_BITS };\nint n = STATE_BITS;" in made(prefix_enumerators, text, "c99").source.decode()
    found = tried(prefix_enumerators, text, "c99", frozenset({"STATE_IDLE"}))
    assert isinstance(found, Refusal)
    assert found.reason == "name-taken"


@pytest.mark.parametrize(
    ("style", "count", "ticks"),
    [
        ("keil", "g_ucRxCount", "g_uiTicks"),
        ("automotive", "s_u8RxCount", "g_u16Ticks"),
        ("library", "s_rx_count", "g_ticks"),
        ("arduino", "rxCount", "ticks"),
    ],
)
def test_a_house_marks_the_variables_of_a_file(style: str, count: str, ticks: str) -> None:
    """By prefix, type or neither, the same way for all."""
    text = "static unsigned char rx_count;\nunsigned int ticks;\n"
    assert (
        made(rename_globals, text, style).source.decode() == f"static unsigned char {count};\nunsigned int {ticks};\n"
    )


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("ticks_left", ["ticks", "left"]),
        ("s_ticks_left", ["ticks", "left"]),
        ("g_ucRxCount", ["rx", "count"]),
        ("s_au16Table", ["table"]),
        ("rxBufLen", ["rx", "buf", "len"]),
        ("I2C_Start", ["i2c", "start"]),
        ("pfRun", ["run"]),
        ("RX_COUNT", []),
    ],
)
def test_a_prefix_is_no_word(name: str, words: list[str]) -> None:
    """And a letter within a name is no prefix: `ticks_left` has no `s_`, `rxBufLen` no `f`."""
    assert words_of(name) == words
