"""No pair of functions that the simulated chip tells apart is certified: drawn functions, each with a small fault."""

from __future__ import annotations

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

PAIRS = 12
HEAD = """\
#include <stdint.h>
#include <stdbool.h>

static const __code uint8_t TABLE[8] = {3, 1, 200, 255, 0, 90, 7, 128};
"""
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
                f"static {self.rng.choice(TYPES)} g({self.rng.choice(TYPES)} a)\n{{\n    return {self.value(['a'], 2)};\n}}\n"
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
            cases = "".join(
                f"    case {case}:\n        {target} ^= {self.value(names, 1)};\n{'        break;' * self.rng.randint(0, 1)}\n"
                for case in sorted(self.rng.sample(range(-3, 9), 3))
            )
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
            return f"({one} {self.rng.choice(('<<', '>>'))} {self.rng.choice(('1', '3', '4', '7', '8', f'({other} & 7)'))})"
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
    operators = [one for one in OPERATORS if one.effect == "behaviour"]
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
    """What `f` gives for all 65,536 inputs on the simulated 8051: a sum for each 256; None where it does not build."""

    def __init__(self, sandbox: Sandbox) -> None:
        self.bench = Bench(sandbox)
        self.simulator = Simulator(sandbox, self.bench.board.machine)

    def sums(self, source: str) -> tuple[str, str] | None:
        """Outcome and events."""
        second = "int8_t" if ", int8_t b)" in source else "uint8_t"
        built = self.bench.build(source, HARNESS % second)
        if not built.image:
            return None
        trace = self.simulator.run([Job(built.image, limit=CYCLES)])[0]
        return trace.outcome, trace.events


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


def test_the_drawn_pairs_are_of_both_kinds(sandbox: Sandbox) -> None:
    """Some are certified, and rightly so; some are told apart by one input, and by the chip too."""
    enumerator, chip = Enumerator(sandbox), Chip(sandbox)
    said: dict[str, int] = {}
    for source, faulty, name in pairs(PAIRS):
        verdict = enumerator.verdict(Unit.parse(source.encode()), Unit.parse(faulty.encode()))
        if verdict is None:
            continue
        one, other = chip.sums(source), chip.sums(faulty)
        said[verdict.reason] = said.get(verdict.reason, 0) + 1
        if verdict.passed:
            assert one == other, (name, source, faulty)
        elif one is not None and other is not None and one[0] == other[0] == "done":
            assert one != other, (name, source, faulty)
    assert said.get("enumerated", 0) > 0 and said.get("wrong-output", 0) > 0, said
