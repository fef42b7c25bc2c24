"""lost-update: a change that an interrupt makes is overwritten by one that began before it."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import operator
from validators.findings.accesses import Access
from validators.findings.check import Case, Finding, check
from validators.findings.firmware import Firmware, said
from validators.findings.guards import Guards
from validators.findings.handover import handed_over

_DIRECT = (b"", b"__data", b"__near", b"data", b"near")
_BITWISE = (b"|", b"&", b"^")


@check(
    reported=[
        Case("""#include <8052.h>
static volatile unsigned char pending;

void tick(void) __interrupt(1)
{
    pending++;
}

void serve(void)
{
    while (pending) {
        pending--; /* reported */
        P1 ^= 1;
    }
}
"""),
        Case("""#include <8052.h>
static volatile __idata unsigned char events;

void key(void) __interrupt(0)
{
    events |= 0x01;
}

void clear(unsigned char mask)
{
    events &= ~mask; /* reported */
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
#include <stdint.h>

static volatile uint8_t flags;

ISR(INT0_vect)
{
    flags |= 1;
}

void done(void)
{
    flags &= (uint8_t)~1; /* reported */
    flags = flags | 0x80; /* reported */
}
""", "atmega328p"),
    ],
    silent=[
        Case("""#include <8052.h>
static volatile unsigned char events;
static volatile __bit due;

void key(void) __interrupt(0)
{
    events |= 0x01;
    due = !due;
}

void clear(void)
{
    events &= 0xFE;
    due = 0;
}
"""),
        Case("""#include <8052.h>
static volatile unsigned char pending;

void tick(void) __interrupt(1)
{
    pending++;
}

void serve(void)
{
    ET0 = 0;
    pending--;
    ET0 = 1;
    __critical {
        pending--;
    }
    pending = 0;
}
"""),
        Case("""#include <stdint.h>
static volatile uint8_t pending, flags;

void tick(void) __interrupt(23)
{
    pending++;
    flags |= 4;
}

void serve(void)
{
    pending--;
    flags &= (uint8_t)~4;
}
""", "stm8s105"),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
#include <stdint.h>

static volatile uint8_t tail;

ISR(USART_RX_vect)
{
    if (tail != UDR0)
        PORTB = tail;
}

void next(void)
{
    tail++;
}
""", "atmega328p"),
    ],
)  # fmt: skip
def lost_update(firmware: Firmware) -> Iterator[Finding]:
    """A read-modify-write (`|=`, `&=`, `++`, `x = x | y`), interrupts on, of a variable that an interrupt writes too.

    The value is read, the interrupt changes it in memory, and the old value with our change is written back: the
    interrupt's change is gone. A tick is lost once a week, an event never seen. (sdcc manual, "non-atomic access": the
    harmless looking `flags |= 0x80` in external memory.)

    Silent where interrupts may be off, behind a test of another shared variable that leaves the function (the two may
    have agreed on whose turn it is), and where the compiler makes one instruction of it, which no interrupt can cut: on
    the 8051 `|=`, `&=` and `^=` of a byte in directly addressed memory (`orl dir,#x`; `++` and `--` of a volatile
    one are three instructions in sdcc 4.2), on the STM8 `++`, `--` and single bits (`inc`, `bset`). Data wider than
    that belongs to `non-atomic-access`.
    """
    guards = Guards(firmware)
    for symbol in firmware.variables:
        if symbol.name not in firmware.written_inside:
            continue
        writer = next(a for a in firmware.inside(symbol.name) if a.writes)
        for access in firmware.elsewhere(symbol.name):
            if not _updates(firmware, access) or guards.may_be_off(access.node):
                continue
            if handed_over(firmware, symbol, access, left_only=True):
                continue
            yield Finding(
                access.node.start_byte,
                f"interrupt {firmware.interrupt_of(writer.function)} writes `{said(symbol.name)}` too, and what it "
                "changes between our read and our write is lost: switch it off around this",
            )


def _updates(firmware: Firmware, access: Access) -> bool:
    t = access.type
    if t is None or not 0 < firmware.bits(t) <= firmware.chip.atomic_bits:
        return False
    change = _around(access.whole)
    if change is None:
        return False
    op, operand = operator(change).rstrip(b"="), change.child_by_field_name("right")
    if access.mode == "w":
        if operand is None or operand.type != "binary_expression":
            return False
        own = next((n for n in firmware.unit.walk("identifier", under=operand) if n.id != access.node.id), None)
        sides = [operand.child_by_field_name(side) for side in ("left", "right")]
        same = [s for s in sides if s is not None and firmware.unit.text(s) == firmware.unit.text(access.whole)]
        if own is None or not same:
            return False
        op = operator(operand)
        operand = next((s for s in sides if s is not None and s.id != same[0].id), None)
    elif access.mode != "u":
        return False
    return not _one_instruction(firmware, access, op, operand)


def _around(whole: Node) -> Node | None:
    parent = whole.parent
    while parent is not None and parent.type == "parenthesized_expression":
        parent = parent.parent
    return parent if parent is not None and parent.type in ("assignment_expression", "update_expression") else None


def _one_instruction(firmware: Firmware, access: Access, op: bytes, operand: Node | None) -> bool:
    t, target = access.type, firmware.chip.target
    assert t is not None
    if target == "mcs51":
        direct = t.space in _DIRECT and access.whole.type == "identifier"
        return t.kind == "bool" or (direct and (op in _BITWISE or (op in (b"++", b"--") and not t.volatile)))
    if target == "stm8" and t.width == 8:
        value = firmware.symbols.constant(operand) if operand is not None else None
        if op == b"&" and value is not None:
            value = ~value & 0xFF
        return op in (b"++", b"--") or (op in _BITWISE and value is not None and (value & 0xFF).bit_count() <= 1)
    return False
