"""No pair that the simulated chip tells apart is certified, and two objects do what one file does.

The functions are drawn, and each gets a small fault: `SOUNDNESS_PAIRS=500 pytest tests/validators/test_soundness.py`
tries more of them.
"""

from __future__ import annotations

import os
import random
from collections.abc import Iterator
from dataclasses import dataclass

import pytest

from corpus.source.unit import Unit
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import mutate
from validators.behaviour import Bench
from validators.enumeration import Enumerator
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Job, Simulator

PAIRS = int(os.environ.get("SOUNDNESS_PAIRS", "12"))
FIRST = 120
"""Number 125 is one that clang alone would find the same: sdcc 4.2.0 translates it wrongly."""

HEAD = """\
#include <stdint.h>
#include <stdbool.h>

static const __code uint8_t TABLE[8] = {3, 1, 200, 255, 0, 90, 7, 128};
"""
FAULTS = [
    "relational-boundary",
    "relational-flip",
    "arithmetic-swap",
    "bitwise-swap",
    "compound-swap",
    "constant-off-by-one",
    "constant-bit",
    "wrong-bit",
    "swap-high-low",
    "drop-statement",
    "drop-flag-clear",
    "negate-condition",
    "drop-break",
    "narrow-type",
]
"""The operators that are drawn from, in this order: with others, or in another order, other pairs are drawn."""

TYPES = ("uint8_t", "int8_t", "uint16_t", "int16_t", "bool", "uint8_t")
CYCLES = 200_000_000
HARNESS = """\
void main(void)
{
    uint16_t n = 0, sum = 0;
    uint32_t value;
    do {
        value = (uint32_t)f((uint8_t)n, (%s)(n >> 8));
        sum = sum * 31u + (uint16_t)value;
        sum = (sum ^ (uint16_t)(value >> 16)) + (sum >> 9);
        if ((uint8_t)n == 0xFF)
            SIM_REPORT(sum);
    } while (++n);
    SIM_DONE();
}
"""


@dataclass
class Drawn:
    """Draws a pure function `f` of two bytes, with a helper, from a seed."""

    rng: random.Random
    helper: bool = False

    def source(self) -> str:
        """The whole file."""
        parts = [HEAD]
        names = ["a", "b"]
        lines: list[str] = []
        for name in ("x", "y", "z")[: self.rng.randint(1, 3)]:
            lines.append(f"    {self.rng.choice(TYPES)} {name} = {self.value(names, 2)};")
            names.append(name)
        lines.append("    uint8_t i;")
        for _ in range(self.rng.randint(1, 4)):
            lines.append(self.statement(names[2:], names))
        result = self.rng.choice(TYPES)
        lines.append(f"    return ({' + '.join(names[2:])}) ^ {self.value(names, 2)};")
        if self.helper:
            parts.append(
                f"static {self.rng.choice(TYPES)} g({self.rng.choice(TYPES)} a)\n"
                f"{{\n    return {self.value(['a'], 2)};\n}}\n"
            )
        second = self.rng.choice(("uint8_t", "int8_t"))
        parts.append(f"{result} f(uint8_t a, {second} b)\n{{\n" + "\n".join(lines) + "\n}\n")
        return "\n".join(parts)

    def statement(self, targets: list[str], names: list[str]) -> str:
        """One statement that writes a local."""
        target, value = self.rng.choice(targets), self.value(names, 2)
        write = f"{target} {self.rng.choice(('=', '+=', '-=', '^=', '|=', '&=', '*='))} {value};"
        kind = self.rng.randrange(6)
        if kind == 0:
            return f"    if ({self.value(names, 1)}) {{\n        {write}\n    }}"
        if kind == 1:
            return f"    for (i = 0; i < {self.rng.randint(2, 9)}; i++) {{\n        {write}\n    }}"
        if kind == 2:
            cases = ""
            for case in sorted(self.rng.sample(range(-3, 9), 3)):
                leave = "        break;\n" * self.rng.randint(0, 1)
                cases += f"    case {case}:\n        {target} ^= {self.value(names, 1)};\n{leave}"
            return f"    switch ({self.value(names, 1)}) {{\n{cases}    default:\n        {write}\n    }}"
        return f"    {write}"

    def value(self, names: list[str], depth: int) -> str:
        """An expression whose shifts, divisors and indices have a meaning for every input."""
        if depth == 0 or self.rng.random() < 0.15:
            return self.rng.choice(
                [*names, *names, str(self.rng.choice((0, 1, 2, 3, 7, 15, 127, 128, 200, 255, 256, 1000)))]
            )
        one, other = self.value(names, depth - 1), self.value(names, depth - 1)
        kind = self.rng.randrange(14)
        if kind < 6:
            return f"({one} {self.rng.choice(('+', '-', '*', '&', '|', '^'))} {other})"
        if kind == 6:
            count = self.rng.choice(("1", "3", "4", "7", "8", f"({other} & 7)"))
            return f"({one} {self.rng.choice(('<<', '>>'))} {count})"
        if kind == 7:
            return f"({one} {self.rng.choice(('<', '<=', '==', '!=', '>', '>=', '&&', '||'))} {other})"
        if kind == 8:
            return f"{self.rng.choice(('~', '-', '!'))}{one}" if one[0] not in "-~" else f"!({one})"
        if kind == 9:
            return f"({one} {self.rng.choice('/%')} {self.rng.choice(('2', '3', '10', '16', '-3', f'({other} | 1)'))})"
        if kind == 10:
            return f"(({self.rng.choice(TYPES)}){one})"
        if kind == 11:
            return f"TABLE[{one} & 7]"
        if kind == 12 and names != ["a"]:
            self.helper = True
            return f"g({one})"
        return f"({one} ? {other} : {self.value(names, depth - 1)})"


def pairs(count: int, start: int = 0) -> Iterator[tuple[str, str, str]]:
    """Drawn functions with the name of a fault and the source that has it."""
    named = {one.name: one for one in OPERATORS}
    operators = [named[name] for name in FAULTS]
    seed = start
    while count:
        rng = random.Random(f"pair {seed}")
        seed += 1
        source = Drawn(rng).source()
        made = None
        for one in rng.sample(operators, len(operators)):
            made = made or mutate(one, Unit.parse(source.encode()), rng)
        if made is not None:
            count -= 1
            yield source, made.source.decode(), made.step.name


class Chip:
    """What `f` gives for all 65,536 inputs on the simulated 8051: a sum for each 256, as far as it came in CYCLES."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.bench = Bench(sandbox)
        self.simulator = Simulator(sandbox, self.bench.board.machine)

    def sums(self, source: str) -> list[str]:
        """The sums; none where it does not build."""
        second = "int8_t" if ", int8_t b)" in source else "uint8_t"
        built = self.bench.build(source, HARNESS % second)
        return self.simulator.run([Job(built.image, limit=CYCLES)])[0].events.split() if built.image else []


APART = {
    "a handler whose vector a macro hides": (
        "#define ON_TIMER __interrupt(1)\nuint8_t k;\nvoid tick(void) ON_TIMER { P1 = ++k; }\n",
        "EA = 1; ET0 = 1; SIM_INTERRUPT(1); SIM_INTERRUPT(1);",
    ),
    "a handler that a macro opens": (
        "#define ISR(name) void name(void) __interrupt(1)\nuint8_t k;\nISR(tick)\n{ P1 = ++k; }\n",
        "EA = 1; ET0 = 1; SIM_INTERRUPT(1);",
    ),
    "a macro defined again as it was at first": (
        "#define K 1\nuint8_t one(void) { return K; }\n#undef K\n#define K 2\nuint8_t two(void) { return K; }\n"
        "#undef K\n#define K 1\n",
        "SIM_REPORT(K); SIM_REPORT(two());",
    ),
    "a macro that ends undefined": (
        "#define K 1\nuint8_t one(void) { return K; }\n#undef K\n#define K 2\nuint8_t two(void) { return K; }\n"
        "#undef K\n",
        "\n#ifdef K\n    SIM_REPORT(1);\n#endif\n    SIM_REPORT(two());",
    ),
}  # fmt: skip


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def test_what_the_chip_tells_apart_is_not_certified(sandbox: Sandbox) -> None:
    """All inputs of both versions run in images of their own. Some pairs are certified, others are not."""
    enumerator, chip = Enumerator(sandbox), Chip(sandbox)
    said: set[str] = set()
    for source, faulty, name in pairs(PAIRS, FIRST):
        verdict = enumerator.verdict(Unit.parse(source.encode()), Unit.parse(faulty.encode()))
        if verdict is not None:
            said.add(verdict.reason)
        if verdict is not None and verdict.passed:
            one, other = chip.sums(source), chip.sums(faulty)
            assert one and all(a == b for a, b in zip(one, other, strict=False)), (name, source, faulty)
    assert {"enumerated", "wrong-output", "targets-disagree"} <= said


@pytest.mark.parametrize("name", APART)
def test_two_objects_do_what_one_file_does(name: str, sandbox: Sandbox) -> None:
    """Traces of both images, in all runs."""
    source, calls = APART[name]
    source = f"#include <8052.h>\n#include <stdint.h>\n{source}"
    bench = Bench(sandbox)
    harness = f"void main(void)\n{{\n    {calls}\n    SIM_DONE();\n}}\n"
    apart, together = bench.build(source, harness), bench.build(source, harness, together=True)
    assert apart.apart
    one, other = bench.observe_all([apart, together])
    assert [(t.outcome, t.events) for t in one.traces] == [(t.outcome, t.events) for t in other.traces]
    assert one.traces[0].passed


def test_a_view_is_not_shared_with_a_source_that_defines_a_macro_in_a_body(sandbox: Sandbox) -> None:
    """The bodies of functions are not looked at otherwise."""
    bench = Bench(sandbox)
    harness = "void main(void)\n{\n    SIM_REPORT(K);\n    SIM_DONE();\n}\n"
    plain = "#define K 1\nchar f(void)\n{\n    return K;\n}\n"
    other = plain.replace("return K;", "return K;\n#undef K\n#define K 2")
    one, two = bench.observe_all([bench.build(source, harness) for source in (plain, other)])
    assert (one.traces[0].events, two.traces[0].events) == ("V1", "V2")
