"""arithmetic-in-isr: on the 8051, a support routine of the compiler that an interrupt enters while it is at work."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import common
from corpus.source.expressions import operator
from validators.findings.check import Case, Finding, check
from validators.findings.firmware import Firmware, said
from validators.findings.guards import Guards

_NAMES = {b"*": "multiplication", b"/": "division", b"%": "remainder"}


@check(
    reported=[
        Case("""#include <8052.h>
static volatile unsigned int period, rate;

void edge(void) __interrupt(0)
{
    period = 50000u / rate; /* reported */
}

unsigned int percent(unsigned int part, unsigned int whole)
{
    return part / whole;
}
"""),
        Case("""#include <8052.h>
static volatile float level;

void sample(void) __interrupt(1)
{
    level = level * 0.9f; /* reported */
}

float scaled(float x)
{
    return x * 2.5f;
}
"""),
    ],
    silent=[
        Case("""#include <8052.h>
static volatile unsigned int period, rate;
static volatile unsigned char step;

void edge(void) __interrupt(0)
{
    period = rate / 8;
    step = step * 3;
    rate = rate * 2;
}

unsigned int percent(unsigned int part, unsigned int whole)
{
    return part / whole;
}
"""),
        Case("""#include <8052.h>
static volatile unsigned int period, rate;

void edge(void) __interrupt(0)
{
    period = 50000u / rate;
}

unsigned int percent(unsigned int part, unsigned int whole)
{
    unsigned int result;

    EX0 = 0;
    result = part / whole;
    EX0 = 1;
    return result;
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
static volatile unsigned int period, rate;

ISR(INT0_vect)
{
    period = 50000u / rate;
}

unsigned int percent(unsigned int part, unsigned int whole)
{
    return part / whole;
}
""", "atmega328p"),
    ],
)  # fmt: skip
def arithmetic_in_isr(firmware: Firmware) -> Iterator[Finding]:
    """Multiplication, division or remainder of 16 bits and more, or float arithmetic, inside an interrupt and of the
    same kind outside, on the 8051.

    sdcc calls a routine of its library for these (`_divuint`, `_mullong`, `_fsmul`), and hands it the second operand at
    a fixed address (`__divuint_PARM_2`). The interrupt's call overwrites that of the division that it interrupted,
    which then gives a wrong result, seldom. (sdcc manual, "Common interrupt pitfall: non-reentrant functions".)

    Silent on other targets, in a unit with `#pragma stackauto`, where all such arithmetic outside is done with
    interrupts off, for bytes, for powers of two and for products with a constant, of which the compiler may make
    something else.
    """
    if firmware.chip.target != "mcs51" or b"stackauto" in firmware.unit.src:
        return
    guards = Guards(firmware)
    outside: dict[str, tuple[bytes, Node]] = {}
    for function in firmware.functions:
        if function in firmware.outside:
            for kind, node in _routines(firmware, function):
                if kind not in outside and not guards.may_be_off(node):
                    outside[kind] = function, node
    for function in firmware.functions:
        if function not in firmware.in_interrupt:
            continue
        for kind, node in _routines(firmware, function):
            if kind in outside:
                other, there = outside[kind][0], firmware.line(outside[kind][1])
                yield Finding(
                    node.start_byte,
                    f"interrupt {firmware.interrupt_of(function)} and `{said(other)}` (line {there}) both use {kind}, "
                    "whose routine is not reentrant: do it in the main loop, or with bytes and shifts",
                )


def _routines(firmware: Firmware, function: bytes) -> Iterator[tuple[str, Node]]:
    """The kinds of arithmetic in a function that take a routine of the library, with their places."""
    for definition in firmware.functions[function]:
        for node in firmware.unit.walk("binary_expression", "assignment_expression", under=definition):
            left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
            op = operator(node).rstrip(b"=") if node.type == "assignment_expression" else operator(node)
            if left is not None and right is not None and (kind := _kind(firmware, op, left, right)):
                yield kind, node


def _kind(firmware: Firmware, op: bytes, left: Node, right: Node) -> str:
    symbols = firmware.symbols
    a, b = symbols.type_of(left), symbols.type_of(right)
    t = common(a, b)
    if a is None or b is None or t is None or op not in _NAMES:
        return ""
    if t.floating:
        return f"float {_NAMES[op]}"
    constants = [symbols.constant(left), symbols.constant(right)]
    if (
        None not in constants
        or max(a.width if constants[0] is None else 0, b.width if constants[1] is None else 0) < 16
    ):
        return ""
    if op == b"*" and constants != [None, None]:
        return ""
    divisor = constants[1]
    if op != b"*" and divisor is not None and divisor & (divisor - 1) == 0:
        return ""
    return f"{_NAMES[op]} of {t.width} bits"
