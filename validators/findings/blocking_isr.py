"""blocking-isr: an interrupt that waits, and all other work with it."""

from __future__ import annotations

import re
from collections.abc import Iterator

from validators.findings.check import Case, Finding, check
from validators.findings.counting import counts_in_vain, rounds
from validators.findings.firmware import Firmware, said
from validators.findings.loops import LOOPS, waits

LONG_DELAY = 1000
"""Rounds of an empty loop from which it counts as waiting: some milliseconds on a 12-clock 8051, where one takes 2 to
10 us. Shorter ones hold a pulse or a set-up time."""

# Delays in milliseconds by the names of the usual libraries; where the function is in this unit, its loops decide.
_DELAYS = re.compile(rb"(?i)_?delay(?:_?\d*_?m?s|_?sec\w*)?|hal_delay|(?:m?sleep|wait)_?m?s|sleep|delay_?xms|_delay_ms")
_ADVICE = "note in the handler what happened, and wait in the main loop"
_PRINTING = frozenset(b"printf printf_small printf_fast puts getchar gets scanf".split())


@check(
    reported=[
        Case("""#include <8052.h>
void key(void) __interrupt(0)
{
    unsigned int i;

    for (i = 0; i < 20000; i++) /* reported */
        ;
    if (!P3_2)
        P1 ^= 1;
}
"""),
        Case("""#include <8052.h>
static void put(char c)
{
    SBUF = c;
    while (!TI) /* reported */
        ;
    TI = 0;
}

void tick(void) __interrupt(1)
{
    put('t');
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
#include <util/delay.h>

ISR(INT0_vect)
{
    _delay_ms(20); /* reported */
    PORTB ^= 1;
}
""", "atmega328p"),
    ],
    silent=[
        Case("""#include <8052.h>
static volatile unsigned char samples[4];

void tick(void) __interrupt(1)
{
    unsigned char i;

    for (i = 0; i < 4; i++)
        samples[i] = P1;
    for (i = 0; i < 5; i++)
        ;
    P2_0 = 1;
}

void delay(unsigned int n)
{
    while (n--)
        ;
}
"""),
        Case("""#include <8052.h>
void serial(void) __interrupt(4)
{
    if (RI) {
        RI = 0;
        P1 = SBUF;
    }
    while (P1 > 9)
        P1 -= 9;
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
#include <util/delay.h>

ISR(TIMER1_COMPA_vect)
{
    PORTB |= 1;
    _delay_us(2);
    PORTB &= ~1;
}
""", "atmega328p"),
    ],
)  # fmt: skip
def blocking_isr(firmware: Firmware) -> Iterator[Finding]:
    """An interrupt handler, or a function that it calls, waits: for a flag, in an empty counting loop, in a delay call,
    or in printf.

    On these chips a handler keeps the main loop and every interrupt of the same priority waiting: received bytes are
    overrun and ticks are lost. A handler notes what happened and leaves; waiting belongs into the main loop.

    Silent for loops that do work each round, for delays of microseconds, for empty loops of fewer than 1000 rounds (a
    pulse or a set-up time), and for functions of other units whose names do not say that they wait.
    """
    for function in firmware.functions:
        if function not in firmware.in_interrupt:
            continue
        where = firmware.interrupt_of(function)
        for node in firmware.functions[function]:
            for wait in waits(firmware, node):
                asked = " and ".join(f"`{said(name)}`" for name in wait.names)
                yield Finding(wait.node.start_byte, f"interrupt {where} waits for {asked}: {_ADVICE}")
            done = 0
            for loop in firmware.unit.walk(*LOOPS, under=node):
                in_vain = loop.start_byte >= done and counts_in_vain(firmware, loop)
                if in_vain and rounds(firmware, loop, LONG_DELAY) >= LONG_DELAY:
                    done = loop.end_byte
                    yield Finding(loop.start_byte, f"interrupt {where} spends its time in an empty loop: {_ADVICE}")
            for call in firmware.unit.walk("call_expression", under=node):
                name = firmware.unit.text(call.child_by_field_name("function") or call)
                if name not in firmware.functions and (_DELAYS.fullmatch(name) or name in _PRINTING):
                    yield Finding(call.start_byte, f"interrupt {where} waits in `{said(name)}`: {_ADVICE}")
