"""Spellings that one compiler takes both ways: it makes the same of them, and the way back leads to the first."""

from __future__ import annotations

import random
from collections.abc import Iterator

import pytest

from corpus.source.unit import Unit
from generators.rewrites.apply import Proposal, propose
from generators.rewrites.catalogue import RULES
from generators.rewrites.rule import Context, Refusal
from generators.rewrites.style import STYLES
from validators.objects import same_code
from validators.sandbox.runner import Sandbox
from validators.toolchains.catalogue import toolchain
from validators.toolchains.compile import compile_verdict
from validators.toolchains.sdcc import sdcc_mcs51

RULE = {rule.name: rule for rule in RULES}

SDCC = """#include <8052.h>
#include <stdint.h>

__sfr __at (0xE1) WDT_CONTR;
static const __code uint8_t font[2] = {1, 2};
static volatile __idata uint8_t ring[4];
static __idata uint8_t *at = (__idata uint8_t *)ring;

void tick(void) __interrupt(1) __using(1)
{
    WDT_CONTR = font[*at & 1];
}
"""

AVR = """#include <avr/io.h>

static volatile unsigned char ticks __attribute__((used, section(".noinit")));

void __vector_16(void) __attribute__((used, signal)) __attribute__((externally_visible));

void __vector_16(void)
{
    PORTB = ++ticks;
}

static __attribute__((noinline)) void wait(void)
{
    while (!ticks)
        ;
}

int main(void)
{
    wait();
    return 0;
}
"""


def changed(name: str, text: str) -> str:
    """What the rule makes of the text, for the first author who writes so."""
    unit = Unit.parse(text.encode())
    found = [propose(RULE[name], unit, Context(style, random.Random(0))) for style in STYLES]
    made = [one.source.decode() for one in found if isinstance(one, Proposal)]
    assert made, (name, found)
    return made[0]


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Where the compilers run."""
    with Sandbox() as made:
        yield made


@pytest.mark.parametrize(
    ("there", "back"),
    [
        ("interrupt-bare", "interrupt-in-parentheses"),
        ("vector-by-name", "vector-by-number"),
        ("address-bare", "address-in-parentheses"),
        ("space-macro", "space-in-place"),
        ("space-behind-type", "space-before-type"),
        ("qualifiers-behind", "qualifiers-first"),
    ],
)
def test_sdcc_makes_the_same_of_both_and_back_is_the_beginning(sandbox: Sandbox, there: str, back: str) -> None:
    """The object of each spelling is the original's, and two rules that undo each other do so to the byte."""
    text = changed(there, SDCC)
    assert text != SDCC
    before, after = (compile_verdict(sandbox, sdcc_mcs51(), source) for source in (SDCC, text))
    assert before.verdict.passed and after.verdict.passed, after.verdict.evidence
    assert same_code(before.object, after.object)
    assert changed(back, text) == SDCC


@pytest.mark.parametrize("name", ["attributes-guarded", "attributes-joined", "handler-attribute-first"])
def test_avr_gcc_makes_the_same_of_both(sandbox: Sandbox, name: str) -> None:
    """The attributes do what they did; without the handler's the object would be another."""
    text = changed(name, AVR)
    avr = toolchain("avr-gcc")
    other = AVR.replace("used, signal", "used")
    made = [compile_verdict(sandbox, avr, source) for source in (AVR, text, other)]
    assert all(one.verdict.passed for one in made), made[1].verdict.evidence
    before, after, without = (next(data for n, data in one.files.items() if n.endswith(".o")) for one in made)
    assert before == after != without
    if name == "attributes-guarded":
        assert changed("attributes-bare", text) == AVR


def test_a_macro_of_a_space_word_stands_below_the_includes() -> None:
    """One definition for each word that stands twice."""
    text = changed("space-macro", SDCC)
    assert "#include <stdint.h>\n\n#define IDATA __idata\n\n__sfr" in text
    assert "static IDATA uint8_t *at = (IDATA uint8_t *)ring;" in text
    assert "static const __code uint8_t font" in text


def test_no_program_leaves_its_dialect() -> None:
    """Rules for one compiler's words find nothing in another's source."""
    keil = b"#include <reg52.h>\nsbit LED = P1^0;\nunsigned char xdata b[2];\nvoid t(void) interrupt 1 using 1\n{\n}\n"
    for text, names in (
        (SDCC.encode(), ("sbit-by-address", "sbit-by-register", "attributes-guarded", "attributes-joined")),
        (keil, ("interrupt-bare", "interrupt-in-parentheses", "vector-by-name", "space-macro", "space-before-type")),
        (AVR.encode(), ("interrupt-bare", "vector-by-number", "space-behind-type", "sbit-by-address")),
    ):
        unit = Unit.parse(text)
        for name in names:
            for style in STYLES:
                assert isinstance(propose(RULE[name], unit, Context(style, random.Random(0))), Refusal), name


def test_an_author_does_not_go_to_and_fro() -> None:
    """Of two rules that undo each other, an author's profile allows one."""
    pairs = [("interrupt-bare", "interrupt-in-parentheses"), ("vector-by-name", "vector-by-number")]
    pairs += [("address-bare", "address-in-parentheses"), ("space-behind-type", "space-before-type")]
    for pair in [*pairs, ("qualifiers-behind", "qualifiers-first")]:
        for style in STYLES:
            text = SDCC
            for name in pair * 2:
                found = propose(RULE[name], Unit.parse(text.encode()), Context(style, random.Random(0)))
                if isinstance(found, Proposal):
                    text = found.source.decode()
            back = [
                n
                for n in pair
                if isinstance(propose(RULE[n], Unit.parse(text.encode()), Context(style, random.Random(0))), Proposal)
            ]
            assert not back, (style.name, back)
