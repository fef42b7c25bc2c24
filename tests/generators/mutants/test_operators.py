"""Mutation operators: each makes the one fault that it names, and nothing else."""

from __future__ import annotations

import random
from functools import cache

import pytest

from corpus.source.edits import Edit, apply_edits
from corpus.source.unit import Unit
from flows.docs.mutants import SAMPLE
from generators.mutants.catalogue import OPERATORS, in_turn
from generators.mutants.operator import Faulty, Operator, faulty, mutate

SOURCE = SAMPLE.encode()
NAMES = {operator.name: operator for operator in OPERATORS}

MADE = [
    ("relational-boundary", "<", "<="),
    ("relational-flip", "==", "!="),
    ("arithmetic-swap", "*", "+"),
    ("bitwise-swap", "&", "|"),
    ("shift-direction", "<<", ">>"),
    ("compound-swap", "|=", "="),
    ("logical-for-bitwise", "~", "!"),
    ("missing-complement", "~0x08", "0x08"),
    ("assignment-for-comparison", "value == 7", "value = 7"),
    ("lost-parentheses", "(value + 1) * 3", "value + 1 * 3"),
    ("cast-too-tight", "(uint8_t)(RELOAD >> 8)", "(uint8_t)RELOAD >> 8"),
    ("pre-post-increment", "--looks", "looks--"),
    ("argument-order", "scale(first, byte)", "scale(byte, first)"),
    ("byte-order", "(uint16_t)first << 8 | byte", "(uint16_t)byte << 8 | first"),
    ("constant-off-by-one", "100", "101"),
    ("constant-bit", "0x20", "0x21"),
    ("hex-slip", "0x20", "20"),
    ("hex-slip", "1000", "0x1000"),
    ("shift-count", "value <<= 1", "value <<= 2"),
    ("last-index", "items[count - 1]", "items[count]"),
    ("inverted-level", "LED = 0", "LED = 1"),
    ("narrow-type", "uint16_t", "uint8_t"),
    ("narrow-result", "uint16_t", "uint8_t"),
    ("signed-for-unsigned", "uint8_t", "int8_t"),
    ("unsigned-for-signed", "int8_t", "char"),
    ("missing-widening", "(uint16_t)first << 8", "first << 8"),
    ("missing-truncation", "(uint8_t)(sum - level)", "(sum - level)"),
    ("drop-statement", "ticks++;", ""),
    ("swapped-statements", "line[level] = SBUF;", "level++;"),
    ("negate-condition", "(!TI)", "(TI)"),
    ("negate-condition", "(!released())", "(released())"),
    ("drop-break", "break;", ""),
    ("missing-return", "return copy;", ""),
    ("missing-early-return", "return 0;", ""),
    ("lost-update", "P1 |= 0x80;", "P1 | 0x80;"),
    ("semicolon-after-head", "while (count--)", "while (count--);"),
    ("missing-braces", "if (!released()) {", "if (!released())"),
    ("dangling-else", "if (LED) {", "if (LED)"),
    ("missing-else", "else if (value >= 100)", "if (value >= 100)"),
    ("if-for-while", "while (!TI)", "if (!TI)"),
    ("missing-timeout", "if (--looks == 0) return 0;", ""),
    ("wrong-loop-variable", "row", "column"),
    ("wrong-bit", "TI", "RI"),
    ("wrong-register", "TMOD", "TCON"),
    ("swap-high-low", "TH0", "TL0"),
    ("reload-not-complemented", "(65536 - COUNTS)", "(COUNTS)"),
    ("reload-not-complemented", "0xFD", "0x03"),
    ("high-byte-not-shifted", "TH0 = (uint8_t)(RELOAD >> 8)", "TH0 = (uint8_t)(RELOAD)"),
    ("register-overwritten", "TMOD = (TMOD & 0x0F) | 0x20", "TMOD = 0x20"),
    ("mode-bits-not-cleared", "TMOD = (TMOD & 0x0F) | 0x20", "TMOD |= 0x20"),
    ("wrong-nibble", "TMOD & 0x0F", "TMOD & 0xF0"),
    ("pin-not-released", "KEY = 1;", ""),
    ("missing-enable", "TR1 = 1;", ""),
    ("start-before-reload", "TH1 = BAUD_RELOAD; … TR1 = 1;", "TR1 = 1;"),
    ("drop-flag-clear", "TI = 0;", ""),
    ("missing-guard", "EA = 0; … EA = enabled;", ""),
    ("guard-not-ended", "EA = enabled;", ""),
    ("guard-switches-on", "EA = enabled;", "EA = 1;"),
    ("wrong-vector", "__interrupt(1)", "__interrupt(3)"),
    ("missing-interrupt", "__interrupt(4)", ""),
    ("wait-in-isr", "if (!RI) return;", "while (!RI);"),
    ("interrupts-too-early", "level = 0; … EA = 1;", "EA = 1;"),
    ("uninitialised-variable", "uint8_t sum = 0;", "uint8_t sum;"),
    ("local-state", "level = LOUD;", "uint8_t level = LOUD;"),
    ("wrong-pointer-space", "__code", "__xdata"),
    ("array-too-small", "line[SIZE + 1]", "line[SIZE]"),
    ("missing-dereference", "*into = from->id", "into = from->id"),
    ("missing-address", "note(&first, &items[count - 1])", "note(first, &items[count - 1])"),
    ("sizeof-pointer", "sizeof table / sizeof table[0]", "sizeof table"),
    ("constant-variable", "static uint8_t level;", "static const uint8_t level;"),
    ("arrow-for-dot", "from->id", "from.id"),
    ("macro-without-parentheses", "(65536 - COUNTS)", "65536 - COUNTS"),
    ("macro-semicolon", "50", "50;"),
    ("macro-equals", "50", "= 50"),
    ("macro-space", "SQUARE(x)", "SQUARE (x)"),
    ("missing-hash", "#define", "define"),
    ("missing-include", "#include <stdint.h>", ""),
    ("missing-define", "#define SIZE 8", ""),
    ("wrong-header", "<8052.h>", "<reg52.h>"),
    ("missing-semicolon", ";", ""),
    ("missing-struct-semicolon", ";", ""),
    ("missing-brace", "}", ""),
    ("missing-parenthesis", "scale(first, byte)", "scale(first, byte"),
    ("string-for-character", "'x'", '"x"'),
    ("missing-comma", ",", ""),
    ("missing-colon", "case 1:", "case 1;"),
    ("full-width-mark", ";", "；"),
    ("misspelt-keyword", "return", "retrun"),
    ("missing-declaration", "uint8_t row;", ""),
    ("redeclared-variable", "", "uint16_t copy;"),
    ("argument-count", "scale(first, byte)", "scale(first)"),
    ("reversed-operator", ">=", "=>"),
    ("call-without-parentheses", "released()", "released"),
    ("drop-volatile", "static volatile uint16_t ticks;", "static uint16_t ticks;"),
    ("keil-spelling", "__interrupt(1)", "interrupt 1"),
    ("keil-pin", "#define KEY P3_2", "sbit KEY = P3^2;"),
    ("keil-register", "__sfr __at(0xC0) P4;", "sfr P4 = 0xC0;"),
]


@cache
def made(operator: str) -> tuple[Faulty, ...]:
    """Every fault of this kind in the sample, with several draws of what is drawn."""
    unit, found = Unit.parse(SOURCE), NAMES[operator]
    return tuple(faulty(found, unit, one) for draw in range(8) for one in found.find(unit, random.Random(draw)))


@pytest.mark.parametrize(("name", "was", "now"), MADE)
def test_an_operator_makes_the_fault_it_names(name: str, was: str, now: str) -> None:
    """As the step tells it; the text is not what it was, and is that of the step's edits."""
    assert (("was", was), ("now", now)) in {one.step.params[:2] for one in made(name)}
    for one in made(name):
        assert one.source != SOURCE
        assert one.source == apply_edits(SOURCE, [Edit(a, b, text.encode()) for a, b, text in one.step.edits])


def test_every_operator_is_tried() -> None:
    """Those with too many outcomes for a table make some that differ."""
    drawn = {"undeclared-name", "wrong-type-name", "never-started", "used-before-declared"}
    assert {name for name, _, _ in MADE} | drawn == set(NAMES)
    assert all(len({one.source for one in made(name)}) > 1 for name in drawn - {"never-started"})


@pytest.mark.parametrize("operator", OPERATORS, ids=lambda operator: operator.name)
def test_a_step_tells_its_place(operator: Operator) -> None:
    """Its line, its function, and what kind of mistake it is."""
    unit = Unit.parse(SOURCE)
    for one in made(operator.name):
        params, start = dict(one.step.params), one.step.edits[0][0]
        assert one.line == int(params["line"]) == SOURCE.count(b"\n", 0, start) + 1
        function = unit.function(params["function"].encode()) if params["function"] else None
        assert function is None or function.start_byte <= start < function.end_byte
        assert (one.step.kind, one.step.family) == ("mutant", operator.kind)


def changed(name: str, now: str) -> str:
    """The lines that the fault with this text has changed, as -old and +new."""
    one = next(one for one in made(name) if dict(one.step.params)["now"] == now)
    old, new = SOURCE.decode().split("\n"), one.source.decode().split("\n")
    return " ".join(
        [f"-{line.strip()}" for line in old if line not in new] + [f"+{x.strip()}" for x in new if x not in old]
    )


def test_a_fault_may_take_several_edits() -> None:
    """Both ends of a guard, both braces; a statement that moves is taken out and put in."""
    guard = next(one for one in made("missing-guard"))
    assert b"    copy = ticks;\n    return copy;" in guard.source and b"EA = 0" not in guard.source
    assert changed("missing-braces", "if (!released())") == "-if (!released()) { +if (!released())"
    moved = made("start-before-reload")[0].source
    assert b"    TR1 = 1;\n    TH1 = BAUD_RELOAD;\n    BUS" in moved
    early = made("interrupts-too-early")[0].source
    assert b"{\n    EA = 1;\n    level = 0;" in early and early.count(b"EA = 1;") == 1


def test_a_statement_goes_with_its_line_and_the_comment_behind_it() -> None:
    """No comment is left to give the answer away."""
    source = b"#include <8052.h>\nvoid f(void)\n{\n    P1 = 1; /* on */\n    TI = 0; // the flag\n    P2 = 1;\n}\n"
    (one,) = NAMES["drop-flag-clear"].find(Unit.parse(source), random.Random(0))
    assert apply_edits(source, one.edits) == source.replace(b"    TI = 0; // the flag\n", b"")


@pytest.mark.parametrize(
    ("name", "source"),
    [
        ("register-overwritten", "TMOD = (TCON & 0x0F) | 0x20;"),
        ("assignment-for-comparison", "if (f() == 3)\n        P1 = 0;"),
        ("lost-parentheses", "P1 = (P2 * 3) + 1;"),
        ("cast-too-tight", "P1 = (unsigned char)(P2 & P3);"),
        ("missing-guard", "EA = 0;\n    P1 = 1;"),
        ("pin-not-released", "P1_0 = 1;\n    P1_0 = 0;"),
        ("constant-off-by-one", "P1_0 = 1;"),
        ("missing-braces", "if (P1_0) {\n        P1 = 1;\n        P2 = 1;\n    } else {\n        P3 = 1;\n    }"),
        ("start-before-reload", "TH0 = 1;\n    TR1 = 1;"),
        ("wait-in-isr", "if (!RI)\n        return;"),
    ],
)
def test_an_operator_keeps_away_from_places_that_only_look_alike(name: str, source: str) -> None:
    """Where the fault would be none, or the words about it false."""
    unit = Unit.parse(f"#include <8052.h>\nint f(void);\nvoid g(void)\n{{\n    {source}\n}}\n".encode())
    assert unit.error is None
    assert list(NAMES[name].find(unit, random.Random(0))) == []


def test_there_are_at_least_35_operators_of_every_kind() -> None:
    """None is made twice."""
    assert len(NAMES) == len(OPERATORS) >= 35
    kinds = {operator.kind for operator in OPERATORS}
    assert kinds == {
        "arithmetic", "concurrency", "control-flow", "memory", "peripheral-setup", "preprocessor", "syntax", "types",
    }  # fmt: skip
    assert all(o.en and o.zh and o.doc and o.effect in ("compile", "behaviour", "finding") for o in OPERATORS)


def test_a_few_turns_meet_every_kind() -> None:
    """Each operator has one turn, and the first eight are of eight kinds."""
    turn = in_turn(random.Random(4))
    assert sorted(o.name for o in turn) == sorted(NAMES) and turn == in_turn(random.Random(4))
    assert len({o.kind for o in turn[:8]}) == 8 and turn != in_turn(random.Random(5))


def test_the_same_draw_makes_the_same_fault() -> None:
    """And a source without a place gives none."""
    unit = Unit.parse(SOURCE)
    for operator in OPERATORS:
        assert mutate(operator, unit, random.Random(3)) == mutate(operator, unit, random.Random(3))
        assert mutate(operator, Unit.parse(b""), random.Random(1)) is None
