"""Renames are consistent, captured by nobody, honest in comments, and told to the harness."""

from __future__ import annotations

import random

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.apply import Proposal, propose
from generators.rewrites.names import rename_functions, rename_locals, rename_macros
from generators.rewrites.rule import Context, Refusal, Rule, Site
from generators.rewrites.style import STYLES, Style

KEIL, ARDUINO, TERSE = (next(s for s in STYLES if s.name == name) for name in ("keil", "arduino", "terse"))


def applied(rule: Rule, text: str, style: Style, held: frozenset[str] = frozenset(), draw: int = 0) -> Proposal:
    """What the rule makes of the text."""
    found = propose(rule, Unit.parse(text.encode()), Context(style, random.Random(draw), held))
    assert isinstance(found, Proposal), found
    return found


def test_a_bare_word_of_a_comment_is_english() -> None:
    """`*old_byte` is the parameter; "byte" is a word, and so is "count" before a noun."""
    text = "/* Adds count bytes to *old_sum. */\nvoid f(int *old_sum, int count)\n{\n    *old_sum += count;\n}\n"
    assert applied(rename_locals, text, KEIL).source.decode() == (
        "/* Adds count bytes to *piOldSum. */\nvoid f(int *piOldSum, int iCount)\n{\n    *piOldSum += iCount;\n}\n"
    )


def test_two_functions_may_use_the_same_new_name() -> None:
    """A local's name is free for every other function; a shadowed one is not taken twice."""
    text = "void f(int rx_n)\n{\n    g(rx_n);\n}\nvoid h(int rx_n)\n{\n    g(rx_n);\n}\n"
    assert applied(rename_locals, text, ARDUINO).source.decode() == text.replace("rx_n", "rxN")


def test_a_prototype_follows_its_function() -> None:
    """The parameter is named alike in both."""
    text = "void f(int rx_n);\nvoid f(int rx_n)\n{\n    g(rx_n);\n}\n"
    assert applied(rename_locals, text, ARDUINO).source.decode() == text.replace("rx_n", "rxN")


def test_the_harness_learns_new_names() -> None:
    """Each file-scope rename is an alias, also of a name that the harness does not use yet."""
    found = applied(rename_functions, "void uart_put(void)\n{\n}\nvoid uart_get(void)\n{\n}\n", ARDUINO)
    assert found.aliases == (("uart_put", "uartPut"), ("uart_get", "uartGet"))


def test_a_name_of_the_harness_is_taken() -> None:
    """A new name that the harness uses for something of its own would be captured there."""
    unit = Unit.parse(b"void uart_put(void)\n{\n}\n")
    found = propose(rename_functions, unit, Context(ARDUINO, random.Random(0), frozenset({"uartPut"})))
    assert isinstance(found, Refusal)
    assert found.reason == "name-taken"


def test_an_interrupt_keeps_its_vector() -> None:
    """Only the name of the handler changes."""
    text = "void timer0_isr(void) __interrupt(1)\n{\n}\n"
    assert b"void Timer0ISR(void) __interrupt(1)" in applied(rename_functions, text, KEIL).source


def test_macros_are_renamed_inside_other_macros_and_comments() -> None:
    """The body that uses it and the comment that names it follow."""
    text = "#define RX_LENGTH 8 /* of RX_LENGTH bytes */\n#define LAST (RX_LENGTH - 1)\nchar b[LAST];\n"
    found = applied(rename_macros, text, TERSE)
    assert found.source.decode() == text.replace("RX_LENGTH", "RX_LEN")


def test_a_rename_may_not_lose_a_comment() -> None:
    """Only the renamed words may differ in comments."""
    unit = Unit.parse(b"int rx_n; /* keep */\n")
    cut = Site((Edit(0, len(unit.src), b"int rxN;\n"),), (("rx_n", "rxN"),))
    rule = Rule("cut", "names", "file", "", "", lambda unit, context: iter([cut]), (), (), renames=True)
    found = propose(rule, unit, Context(ARDUINO, random.Random(0)))
    assert isinstance(found, Refusal)
    assert found.reason == "lost-comment"
