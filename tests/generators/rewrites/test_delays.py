"""Delay loops change their form only where a seed frees their length, and keep the number of passes."""

from __future__ import annotations

import random
import re
from collections.abc import Iterator

import pytest

from corpus.source.unit import Unit
from generators.rewrites.apply import propose, sites_of
from generators.rewrites.delays import RULES
from generators.rewrites.rule import Context, Refusal, Rule
from generators.rewrites.style import STYLES
from validators.behaviour import Bench, judge
from validators.sandbox.runner import Sandbox

LOOPS = """#include <stdint.h>

void delay(uint8_t ms)
{
    uint8_t i, j, k, n;

    while (ms--) {
        for (i = 0; i < 5; i++)
            for (j = 0; j < 7; j++)
                ;
        for (k = 9; k; k--)
            ;
    }
    n = 11;
    do {
    } while (--n);
}
"""

PASSES = """
void main(void)
{
    SIM_EXPECT(count(3), 3 * (35 + 9) + 11);
    SIM_EXPECT(count(0), 11);
    SIM_EXPECT(count(1), 35 + 9 + 11);
    SIM_DONE();
}
"""


def context(free: bool) -> Context:
    """An author for whom `delay` may take as long as it likes, or not."""
    return Context(STYLES[0], random.Random(0), free_delays=frozenset({"delay"} if free else ()))


@pytest.fixture(scope="module")
def sandbox() -> Iterator[Sandbox]:
    """Where programs run."""
    with Sandbox() as made:
        yield made


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_without_a_word_of_the_seed_a_delay_stays(rule: Rule) -> None:
    """An empty set frees nothing; every rule has something to do once the function is named."""
    unit = Unit.parse(LOOPS.encode())
    assert sites_of(rule, unit, context(free=False)) == ([], [])
    assert sites_of(rule, unit, context(free=True))[0]


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_the_number_of_passes_stays(rule: Rule, sandbox: Sandbox) -> None:
    """Each empty body counts on the simulator, and the count is what the loops of the original come to."""
    found = propose(rule, Unit.parse(LOOPS.encode()), context(free=True))
    assert not isinstance(found, Refusal), found
    built = Bench(sandbox, limit=500_000).build(counting(found.source.decode()), PASSES)
    assert built.image, built.verdict.evidence
    verdict = judge(Bench(sandbox, limit=500_000).observe(built))
    assert verdict.passed, verdict.evidence


def counting(source: str) -> str:
    """The program with a count in each empty body, and a function that gives it."""
    body = re.sub(r"(\n *);(?=\n)", r"\1passes++;", source)
    body = re.sub(r"do \{(\n *)\}", r"do {\1    passes++;\1}", body)
    assert body.count("passes++") == 3
    body = body.replace("void delay", "static uint16_t passes;\n\nvoid delay", 1)
    return body + "\nuint16_t count(uint8_t ms)\n{\n    passes = 0;\n    delay(ms);\n    return passes;\n}\n"
