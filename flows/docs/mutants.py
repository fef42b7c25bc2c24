"""docs/mutants.md: every mutation operator, each shown on one small program."""

from __future__ import annotations

import random

from corpus.source.unit import Unit
from flows.docs.markdown import WRITTEN, one_line, tabulated
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import Operator, mutate
from generators.tasks.row import fence

# Has a place for every operator; a new operator without one here fails the test of this page.
SAMPLE = """#include <8052.h>
#include <stdint.h>

#define RELOAD 0xFC18
#define LED P1_2

volatile uint16_t ticks;

void tick(void) __interrupt(1)
{
    TH0 = RELOAD >> 8;
    TL0 = RELOAD & 0xFF;
    ticks++;
}

uint8_t scale(uint8_t mode, uint8_t value)
{
    switch (mode) {
    case 0:
        value = value + 1;
        break;
    case 1:
        value = value * 3;
        break;
    }
    if (value > 100)
        value = 100;
    return value;
}

void send(uint8_t byte)
{
    if (LED)
        P1 |= 0x08;
    SBUF = byte;
    while (!TI)
        ;
    TI = 0;
}
"""

_HEAD = """# Mutation operators

{written}

{count} operators make known faults, one place at a time, as a tired engineer could have typed them. A mutant becomes a
`fix` row only when its fault was **seen**: the compiler refuses it and says so (effect `compile`), or the simulator
shows the first event that differs (effect `behaviour`; it may turn out to be refused by the compiler as well). A mutant
that makes the same machine code, or whose difference the harness does not see, is left out with that reason
(see [gates.md](gates.md), gate `fault`).

The effect is what the operator does when it does something. The example is what it makes of the program below.
"""


def page() -> str:
    """The whole page."""
    rows = [(f"`{o.name}`", o.effect, one_line(o.doc), o.en, o.zh, example(o)) for o in OPERATORS]
    head = ("operator", "effect", "what it does", "said of such code", "中文", "example")
    parts = [_HEAD.format(written=WRITTEN, count=len(OPERATORS)), tabulated(head, rows), "", fence(SAMPLE), ""]
    return "\n".join(parts)


def example(operator: Operator) -> str:
    """One fault of this kind in `SAMPLE`: the line and what was changed; empty where the sample has no place for it."""
    faulty = mutate(operator, Unit.parse(SAMPLE.encode()), random.Random(operator.name))
    if faulty is None:
        return ""
    choices = dict(faulty.step.params)
    now = f"`{choices['now']}`" if choices["now"] else "nothing"
    return f"line {faulty.line}: `{choices['was']}` becomes {now}"
