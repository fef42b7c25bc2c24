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

__sfr __at(0xC0) P4;

#define LED P1_2
#define KEY P3_2
#define BUS P2
#define BAUD_RELOAD 0xFD
#define COUNTS 1000
#define RELOAD (65536 - COUNTS)
#define SQUARE(x) ((x) * (x))
#define SIZE 8
#define LOOKS 50

struct item {
    uint8_t id;
    int8_t step;
    uint16_t value;
};

enum { QUIET, LOUD };

static const __code uint16_t table[] = {10, 20, 40};
static const __code uint16_t *next;
static volatile uint16_t ticks;
static struct item items[SIZE];
static char line[SIZE + 1];
static uint8_t level;

void timer0_isr(void) __interrupt(1)
{
    TH0 = (uint8_t)(RELOAD >> 8);
    TL0 = RELOAD & 0xFF;
    ticks++;
}

void serial_isr(void) __interrupt(4)
{
    if (!RI)
        return;
    RI = 0;
    line[level] = SBUF;
    level++;
}

static uint8_t scale(uint8_t mode, uint8_t value)
{
    switch (mode) {
    case 0:
        value = value + 1;
        break;
    case 1:
        value = (value + 1) * 3;
        break;
    }
    if (value == 7)
        value <<= 1;
    else if (value >= 100)
        value = 100;
    return value;
}

static uint8_t released(void)
{
    uint8_t looks = LOOKS;

    KEY = 1;
    while (!KEY) {
        if (--looks == 0)
            return 0;
    }
    return 1;
}

static void note(uint8_t *into, const struct item *from)
{
    *into = from->id;
}

void setup(void)
{
    level = 0;
    TMOD = (TMOD & 0x0F) | 0x20;
    TH1 = BAUD_RELOAD;
    TR1 = 1;
    BUS &= ~0x08;
    EA = 1;
}

uint16_t now(void)
{
    __bit enabled = EA;
    uint16_t copy;

    EA = 0;
    copy = ticks;
    EA = enabled;
    return copy;
}

uint8_t send(uint8_t byte, uint8_t count)
{
    uint8_t sum = 0;
    uint8_t first;
    uint8_t row;
    uint8_t column;

    for (row = 0; row < sizeof table / sizeof table[0]; row++)
        for (column = 0; column < 4; column++)
            sum += table[row] >> column;
    if (LED) {
        if (count)
            LED = 0;
    } else {
        P1 |= 0x80;
    }
    if (!released()) {
        level = LOUD;
        return 0;
    }
    note(&first, &items[count - 1]);
    SBUF = byte;
    while (!TI)
        ;
    TI = 0;
    while (count--)
        sum ^= scale(first, byte);
    items[0].value = (uint16_t)first << 8 | byte;
    line[0] = 'x';
    return (uint8_t)(sum - level) / 2;
}
"""

_HEAD = """# Mutation operators

{written}

{count} operators make known faults, one at a time, as a tired engineer could have typed them. A mutant becomes a
`fix` row only when its fault was **seen**: the compiler refuses it and says so (effect `compile`), or the simulator
shows the first event that differs (effect `behaviour`; it may turn out to be refused by the compiler as well). A mutant
that makes the same machine code, or whose difference the harness does not see, is left out with that reason
(see [gates.md](gates.md), gate `fault`).

The effect is what the operator does when it does something, the kind what it is a mistake in. The example is what it
makes of the program below. What a row says of a fault (what is wrong at this place, why that matters) is written in
`generators/mutants/words/`, with the names and values of the place put in.
"""


def page() -> str:
    """The whole page."""
    rows = [(f"`{o.name}`", o.kind, o.effect, one_line(o.doc), o.en, o.zh, example(o)) for o in OPERATORS]
    head = ("operator", "kind", "effect", "what it does", "said of such code", "中文", "example")
    parts = [_HEAD.format(written=WRITTEN, count=len(OPERATORS)), tabulated(head, rows), "", fence(SAMPLE), ""]
    return "\n".join(parts)


def example(operator: Operator) -> str:
    """One fault of this kind in `SAMPLE`: the line and what was changed; empty where the sample has no place for it."""
    faulty = mutate(operator, Unit.parse(SAMPLE.encode()), random.Random(operator.name))
    if faulty is None:
        return ""
    choices = dict(faulty.step.params)
    if not choices["was"]:
        return f"line {faulty.line}: `{choices['now']}` is added"
    now = f"`{choices['now']}`" if choices["now"] else "nothing"
    return f"line {faulty.line}: `{choices['was']}` becomes {now}"
