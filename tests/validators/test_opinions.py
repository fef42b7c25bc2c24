"""A second target is asked before a variant is condemned."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from corpus.records import Verdict
from corpus.seeds import load_seed
from generators.templates import default_filling
from validators.behaviour import Bench, judge
from validators.boards import AVR_FOR_SDCC, STM8
from validators.opinions import Case, SecondOpinion, unportable
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import CoreFailed
from validators.toolchains.description import Purpose
from validators.toolchains.toolchain import Toolchain

SEEDS = Path(__file__).parents[2] / "datasets" / "seeds"
# sdcc 4.2.0 counts the loop down and takes the branch in the last round instead of the first.
LOOP = """\
#include <stdint.h>
volatile uint8_t in;

void pack(uint8_t *to)
{
    uint8_t i, n;

    for (i = 0; i < 7; i++) {
        n = in;
        if (i == 0)
            n &= 1;
        *to++ = n >> 4;
    }
}
"""
# The same, and a `while` keeps sdcc from counting down.
KEPT = LOOP.replace("for (i = 0; i < 7; i++) {", "i = 0;\n    while (i < 7) {").replace(
    "n >> 4;", "n >> 4;\n        i++;"
)
HARNESS = """\
void main(void)
{
    static uint8_t out[7];
    uint8_t i;

    in = 0xF0 | (uint8_t)SIM_DRAW(0, 15);
    pack(out);
    for (i = 0; i < 7; i++)
        SIM_REPORT(out[i]);
}
"""
# sdcc 4.2.0 for the STM8 restores A before the jump that ends `hex`, and so loses what it passes in it.
TAIL = """\
#include <stdint.h>
uint8_t text[2];
static uint8_t length;

static void out(uint8_t c)
{
    text[length++] = c;
}

static void hex(uint8_t v)
{
    uint8_t h = v >> 4, l = v & 15;

    out(h < 10 ? '0' + h : 'a' - 10 + h);
    out(l < 10 ? '0' + l : 'a' - 10 + l);
}

void show(uint8_t v)
{
    length = 0;
    hex(v);
}
"""
NO_TAIL = TAIL.replace("    uint8_t h = v >> 4, l = v & 15;\n", "    uint8_t i, d;\n").replace(
    "    out(h < 10 ? '0' + h : 'a' - 10 + h);\n    out(l < 10 ? '0' + l : 'a' - 10 + l);\n",
    "    for (i = 0; i < 2; i++) {\n        d = i ? v & 15 : v >> 4;\n"
    "        out(d < 10 ? '0' + d : 'a' - 10 + d);\n    }\n",
)
DIGITS = """\
void main(void)
{
    uint8_t i;

    for (i = 0; i < 4; i++) {
        show((uint8_t)SIM_DRAW(0, 255));
        SIM_REPORT(text[0]);
        SIM_REPORT(text[1]);
    }
}
"""


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def first(sandbox: Sandbox) -> Bench:
    return Bench(sandbox, limit=500_000)


@pytest.fixture(scope="module")
def second(sandbox: Sandbox) -> Bench:
    try:
        return Bench(sandbox, limit=5_000_000, board=AVR_FOR_SDCC)
    except CoreFailed as error:
        pytest.skip(f"no simulator of AVR can be built here: {error}")


def with_every_pass(purpose: Purpose, model: str, source: str) -> Toolchain:
    """sdcc for the STM8 as it comes, also with the pass that the shipped description leaves out."""
    made = STM8.compiler(purpose, model, source)
    return replace(made, command=tuple(word for word in made.command if word != "--nolospre"))


def asked(first: Bench, second: Bench, parent: str, variant: str, aliases: dict[str, str] | None = None) -> Verdict:
    """What both targets say of a variant."""
    before = first.observe(first.build(parent, HARNESS))
    verdict, _ = first.equivalent(before, first.build(variant, HARNESS, None, aliases), same_interface=False)
    other = Case(variant, tuple((aliases or {}).items()))
    return SecondOpinion(second)(verdict, Case(parent), other, HARNESS, {}, target=first.board.name)


@pytest.mark.parametrize(("parent", "variant"), [(KEPT, LOOP), (LOOP, KEPT)])
def test_a_variant_that_only_one_target_sees_differ_is_not_condemned(
    first: Bench, second: Bench, parent: str, variant: str
) -> None:
    """Nothing is known of it, whichever of the two the compiler got wrong."""
    verdict = asked(first, second, parent, variant)
    assert (verdict.gate, verdict.outcome, verdict.reason) == ("equivalent", "unknown", "targets-disagree")
    assert verdict.evidence.startswith("mcs51: 0x") and "; avr: the same " in verdict.evidence


def test_a_variant_that_both_see_differ_is_condemned(first: Bench, second: Bench) -> None:
    """With the words of both."""
    verdict = asked(first, second, KEPT, KEPT.replace("n >> 4", "n >> 3"))
    assert (verdict.outcome, verdict.reason) == ("failed", "wrong-output")
    assert "; avr too: 0x" in verdict.evidence


def test_a_variant_that_passes_needs_no_second_opinion(first: Bench, second: Bench) -> None:
    """Nor is one asked for."""
    verdict = asked(first, second, KEPT, KEPT.replace("n >> 4", "n / 16"))
    assert (verdict.outcome, verdict.reason) == ("passed", "simulated") and "avr" not in verdict.evidence


@pytest.mark.parametrize(
    ("parent", "variant"), [("#include <8052.h>\n" + KEPT, LOOP), (KEPT, "#include <8052.h>\n" + LOOP)]
)
def test_a_program_of_one_chip_gets_no_second_opinion(first: Bench, second: Bench, parent: str, variant: str) -> None:
    """Nor does one whose variant has become so."""
    verdict = asked(first, second, parent, variant)
    assert (verdict.outcome, verdict.reason) == ("failed", "wrong-output") and "avr" not in verdict.evidence


def test_types_are_as_wide_as_on_the_first_target(first: Bench, second: Bench) -> None:
    """Plain char has no sign, int 16 bits, an enum one byte."""
    program = "enum kind { ONE, TWO };\nchar top(void) { return 200; }\n"
    harness = (
        "void main(void) { SIM_EXPECT((int)top(), 200); SIM_EXPECT(sizeof(enum kind), 1); SIM_EXPECT(sizeof(int), 2); }"
    )
    for bench in (first, second):
        assert judge(bench.observe(bench.build(program, harness))).passed


def test_the_second_target_knows_a_variants_own_names(first: Bench, second: Bench) -> None:
    """By the same aliases."""
    variant = LOOP.replace("pack", "squeeze")
    assert asked(first, second, KEPT, variant, {"pack": "squeeze"}).reason == "targets-disagree"


@pytest.mark.parametrize(
    "source",
    [
        "#include <8052.h>\nvoid f(void) { P1 = 1; }",
        "__sfr __at(0x90) P1;\nvoid f(void) { P1 = 1; }",
        "__xdata __at(0x8000) unsigned char port;",
        "void f(void) __interrupt(1) { }",
        "void f(void) { __asm nop __endasm; }",
        'void f(void) { __asm__("nop"); }',
        "void f(void) __critical { }",
        "unsigned char f(void) { return *(__xdata unsigned char *)0x8000; }",
        "#ifdef __SDCC_mcs51\nint f;\n#endif",
        "int f(",
    ],
)
def test_what_belongs_to_a_chip_is_not_portable(source: str) -> None:
    """Registers, addresses, interrupts, assembly, questions about the compiler; nor is what does not parse."""
    assert unportable(source)


@pytest.mark.parametrize(
    "source",
    [
        LOOP,
        KEPT,
        "static const __code unsigned char t[] = {1};\n__xdata int a[4];\n__bit b;",
        "int f(__idata char *p) __reentrant { return *(char *)(void *)p; }",
    ],
)
def test_memory_spaces_alone_are_portable(source: str) -> None:
    """They say where something lies, not what it does."""
    assert not unportable(source)


@pytest.mark.parametrize("name", ["crc16-ccitt", "fixed-q8", "ring-buffer"])
def test_a_portable_seed_passes_its_harness_on_the_second_target(second: Bench, name: str) -> None:
    """Written for the 8051, word for word."""
    seed = load_seed(SEEDS / name)
    assert not unportable(seed.program)
    built = second.build(seed.program, seed.harness, dict(default_filling(seed).texts))
    assert built.image and judge(second.observe(built)).passed


@pytest.mark.parametrize(("parent", "variant"), [(NO_TAIL, TAIL), (TAIL, NO_TAIL)])
def test_a_tail_call_that_sdcc_loses_on_the_stm8_condemns_nobody(
    sandbox: Sandbox, second: Bench, parent: str, variant: str
) -> None:
    """Both forms are right in C, and do the same on AVR."""
    stm8 = Bench(sandbox, limit=500_000, board=replace(STM8, compiler=with_every_pass))
    before = stm8.observe(stm8.build(parent, DIGITS))
    first, _ = stm8.equivalent(before, stm8.build(variant, DIGITS), same_interface=False)
    assert (first.outcome, first.reason) == ("failed", "wrong-output")
    verdict = SecondOpinion(second)(first, Case(parent), Case(variant), DIGITS, {}, target="stm8")
    assert (verdict.outcome, verdict.reason) == ("unknown", "targets-disagree")
    assert verdict.evidence.startswith("stm8: 0x") and "; avr: the same " in verdict.evidence
