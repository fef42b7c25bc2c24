"""A program and its harness as two objects: what it gives is what one file of both gives."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.seeds import load_seed
from generators.templates import default_filling
from validators.assembly import Assembly, spoken_to
from validators.behaviour import Bench, judge
from validators.boards import MCS51
from validators.sandbox.runner import Sandbox

SEEDS = Path(__file__).parents[2] / "datasets" / "seeds"
PROGRAM = """\
#include <8052.h>
#include <stdint.h>
#define STEPS 3
static const __code uint8_t table[STEPS] = {0x11, 0x22, 0x33};
static __xdata uint8_t log[8];
static volatile uint8_t ticks;
__bit running;

void tick(void) __interrupt(1)
{
    ticks++;
}

static uint8_t pick(uint8_t index, uint8_t mask)
{
    return table[index] & mask;
}

uint16_t drive(uint8_t from, uint16_t sum)
{
    uint8_t i;

    for (i = from; i < STEPS; i++) {
        P1 = pick(i, 0x7F);
        log[i] = table[i];
        sum += table[i];
    }
    running = 1;
    return sum;
}

void main(void)
{
    ET0 = 1;
    EA = 1;
    while (!ticks)
        ;
    P2 = ticks;
}
"""
HARNESS = """\
void main(void)
{
    uint8_t i;

    running = 0;
    SIM_EXPECT(drive(0, 1), 0x67);
    for (i = 0; i < STEPS; i++)
        SIM_EXPECT(log[i], table[i]);
    SIM_EXPECT(running, 1);
    SIM_REPORT(pick(1, (uint8_t)SIM_DRAW(0, 255)));
    SIM_INTERRUPT_AFTER(1, 100);
    program_main();
    SIM_EXPECT_WRITE(SIM_P2, HOLE_TICKS);
}
"""
HOLES = {"TICKS": "1"}


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture(scope="module")
def bench(sandbox: Sandbox) -> Bench:
    return Bench(sandbox, limit=200_000)


def alike(bench: Bench, source: str) -> bool:
    """Whether two objects do what one file does, cycle by cycle."""
    apart = bench.build(source, HARNESS, HOLES)
    assert apart.apart, apart.verdict
    one, other = bench.observe_all([apart, bench.build(source, HARNESS, HOLES, together=True)])
    assert judge(one).passed, judge(one)
    return one.traces == other.traces


def test_statics_bits_tables_interrupts_and_main_reach_the_harness(bench: Bench) -> None:
    """And its vectors reach the program."""
    assert alike(bench, PROGRAM)


@pytest.mark.parametrize(
    ("renames", "noticed"),
    [
        ({"drive": "advance", "table": "values"}, True),
        ({"STEPS": "COUNT"}, True),
        ({"tick": "on_timer"}, False),
        ({"pick": "log", "log": "pick"}, True),
    ],
)
def test_a_variant_with_other_names_is_found(bench: Bench, renames: dict[str, str], noticed: bool) -> None:
    """A function, an object, a macro, a handler; also two that have changed places."""
    source = re.sub(r"\w+", lambda word: renames.get(word[0], word[0]), PROGRAM)
    variant = bench.build(source, HARNESS, HOLES, renames if noticed else {})
    assert variant.apart and source != PROGRAM
    one, other = bench.observe_all([bench.build(PROGRAM, HARNESS, HOLES), variant])
    assert judge(one).passed and one.traces == other.traces


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("static __xdata uint8_t log[8]", "static __idata uint16_t log[8]"),
        ("#define STEPS 3", "#define STEPS 2 + 1"),
        ("uint16_t drive(uint8_t from, uint16_t sum)", "uint32_t drive(uint16_t from, uint32_t sum)"),
        ("table[STEPS] =", "table[] ="),
        ("__interrupt(1)", "__interrupt(1) __using(1)"),
        ("static volatile uint8_t ticks", "volatile uint8_t ticks"),
    ],
)
def test_a_variant_with_another_interface_gets_its_own_harness(bench: Bench, old: str, new: str) -> None:
    """A harness compiled for the parent's would read the wrong bytes."""
    assert old in PROGRAM
    assert alike(bench, PROGRAM.replace(old, new))


def test_what_two_objects_cannot_tell_is_built_as_one_file(bench: Bench) -> None:
    """The size of an array that only its initialiser gives; the verdict on the program alone is there all the same."""
    source = PROGRAM.replace("table[STEPS] =", "table[] =")
    harness = HARNESS.replace("i < STEPS", "i < sizeof table")
    built = bench.build(source, harness, HOLES)
    assert not built.apart and judge(bench.observe(built)).passed
    assert built.compiled is not None and built.sizes is not None


@pytest.mark.parametrize("name", ["uart-rx-ring", "coop-scheduler", "modbus-rtu-slave"])
def test_a_shipped_seed_does_the_same_either_way(bench: Bench, name: str) -> None:
    """Event by event and cycle by cycle."""
    seed = load_seed(SEEDS / name)
    holes, model = dict(default_filling(seed).texts), seed.sheet.model
    apart = bench.build(seed.program, seed.harness, holes, model=model)
    together = bench.build(seed.program, seed.harness, holes, model=model, together=True)
    assert apart.apart and not together.apart
    one, other = bench.observe_all([apart, together])
    assert one.traces == other.traces


def test_a_harness_is_compiled_once(sandbox: Sandbox) -> None:
    """A variant costs the compile of its own file, and a link where its code differs; also one with other names."""
    assembly = Assembly(sandbox, MCS51)
    names = {"drive": "advance", "tick": "on_timer"}
    renamed = re.sub(r"\w+", lambda word: names.get(word[0], word[0]), PROGRAM)
    first = assembly.build(PROGRAM, HARNESS, HOLES, {}, "small")
    for source, aliases, runs in [
        (PROGRAM.replace("sum += table[i]", "sum = sum + table[i]"), {}, 1),
        (PROGRAM.replace("sum += table[i]", "sum -= table[i]"), {}, 2),
        (renamed, names, 2),
    ]:
        before = sandbox.runs
        built = assembly.build(source, HARNESS, HOLES, aliases, "small")
        assert built.apart and sandbox.runs == before + runs
        assert (built.image == first.image) == ("-=" not in source)


def test_the_same_program_gives_the_same_image_whatever_came_before(sandbox: Sandbox) -> None:
    """The first link reads the libraries, the later ones only the modules that it took."""
    dividing = PROGRAM.replace("sum += table[i]", "sum += table[i] / sum")
    one, other = Assembly(sandbox, MCS51), Assembly(sandbox, MCS51)
    images = [one.build(source, HARNESS, HOLES, {}, "small").image for source in (PROGRAM, dividing, PROGRAM)]
    assert [other.build(source, HARNESS, HOLES, {}, "small").image for source in (dividing, PROGRAM)] == [
        images[1],
        images[0],
    ]
    assert images[0] == images[2] != images[1]


def test_the_compilers_words_know_main_by_its_name(bench: Bench) -> None:
    """Though the program's own is compiled as an ordinary function."""
    built = bench.build(PROGRAM.replace("void main", "int main"), HARNESS, HOLES)
    assert built.compiled is not None
    assert [d.message for d in built.compiled.diagnostics] == ["function 'main' must return value"]


def test_lines_and_columns_of_messages_are_those_of_the_program(bench: Bench) -> None:
    """Also behind a `static` that the harness needs gone."""
    built = bench.build(PROGRAM.replace("return table[index]", "return missing[index]"), HARNESS, HOLES)
    assert (built.verdict.gate, built.verdict.reason) == ("build", "compile-error")
    assert built.verdict.evidence == "program.c:16: Undefined identifier 'missing'"
    assert built.compiled is not None and built.compiled.verdict.gate == "compile-sdcc"


def test_sizes_are_those_of_the_program_alone(bench: Bench) -> None:
    """Without start-up code and vectors, also where it has its own main."""
    small = bench.build("unsigned char n; void main(void) { n++; }", "void main(void) { program_main(); }").sizes
    assert small is not None and (small.code, small.iram, small.xram) == (3, 1, 0)


def test_what_a_harness_runs_is_told_by_lines_of_the_program(bench: Bench) -> None:
    """Also behind a `static` that went, and with the addresses of the image."""
    program = PROGRAM.replace("    running = 1;\n", "    if (sum == 9)\n        P3 = 0;\n    running = 1;\n")
    reached = bench.reached(bench.build(program, HARNESS, HOLES))
    assert reached is not None
    assert [program.splitlines()[line - 1].strip() for line in reached.unreached] == ["P3 = 0;"]
    assert "if (sum == 9)" in [program.splitlines()[line - 1].strip() for line in reached.one_way]
    assert bench.reached(bench.build(program, HARNESS, HOLES, together=True)) is None


def test_in_one_file_two_names_that_change_places_are_told_apart_from_the_harness_own() -> None:
    """Macros would undo each other, and a local of the harness would stand in the way."""
    harness = b"void main(void)\n{\n    uint8_t h = f();\n    SIM_EXPECT(g(), h); /* f */\n}\n"
    assert spoken_to(harness, {"f": "g", "g": "f"}) == harness.replace(b"= f", b"= g").replace(b"(g()", b"(f()")
    renamed = spoken_to(harness, {"f": "h"})
    assert b"uint8_t harness_h = h();" in renamed and b"SIM_EXPECT(g(), harness_h)" in renamed
