"""non-atomic-access: shared data wider than one instruction moves, torn by an interrupt."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import operator
from corpus.source.unit import Unit
from validators.findings.accesses import Access
from validators.findings.check import Case, Finding, check
from validators.findings.firmware import Firmware, said
from validators.findings.guards import Guards
from validators.findings.handover import handed_over


@check(
    reported=[
        Case("""#include <8052.h>
volatile unsigned int ticks;

void tick(void) __interrupt(1)
{
    ticks++;
}

unsigned int now(void)
{
    return ticks; /* reported */
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
#include <stdint.h>

static volatile uint16_t period;

ISR(TIMER1_COMPA_vect)
{
    OCR1A += period;
}

void set_period(uint16_t counts)
{
    period = counts; /* reported */
}
""", "atmega328p"),
        Case("""#include <8052.h>
struct timer {
    unsigned int left;
    unsigned char id;
};
static volatile struct timer timers[4];

void tick(void) __interrupt(5)
{
    TF2 = 0;
    timers[0].left--;
}

unsigned char expired(unsigned char i)
{
    return timers[i].left == 0; /* reported */
}
"""),
        Case("""#include <stdint.h>
volatile uint64_t micros;

void SysTick_Handler(void)
{
    micros += 1000;
}

uint64_t now(void)
{
    return micros; /* reported */
}
""", "stm32f103"),
    ],
    silent=[
        Case("""#include <8052.h>
volatile unsigned int ticks;
volatile unsigned char seconds;

void tick(void) __interrupt(1)
{
    ticks++;
    seconds++;
}

unsigned int now(void)
{
    unsigned int t;

    ET0 = 0;
    t = ticks;
    ET0 = 1;
    return t + seconds;
}

unsigned int same_twice(void)
{
    unsigned int t;

    do
        t = ticks;
    while (t != ticks);
    return t;
}

unsigned char low_byte(void)
{
    return (unsigned char)ticks;
}

unsigned int locked(void) __critical
{
    return ticks;
}
"""),
        Case("""#include <8052.h>
static volatile unsigned int width;
static volatile __bit ready;

void edge(void) __interrupt(0)
{
    if (ready)
        return;
    width = (unsigned int)TH0 << 8 | TL0;
    ready = 1;
}

unsigned int measured(void)
{
    unsigned int result = 0;

    if (ready) {
        result = width;
        ready = 0;
    }
    return result;
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
#include <util/atomic.h>
#include <stdint.h>

static volatile uint16_t ticks;

ISR(TIMER0_OVF_vect)
{
    ticks++;
}

uint16_t now(void)
{
    uint16_t t;
    uint8_t saved = SREG;

    cli();
    t = ticks;
    SREG = saved;
    ATOMIC_BLOCK(ATOMIC_FORCEON) {
        t += ticks;
    }
    return t;
}
""", "atmega328p"),
        Case("""#include <stdint.h>
volatile uint16_t ticks;

void tick(void) __interrupt(23)
{
    ticks++;
}

uint16_t now(void)
{
    return ticks;
}
""", "stm8s105"),
    ],
)  # fmt: skip
def non_atomic_access(firmware: Firmware) -> Iterator[Finding]:
    """Data wider than the chip moves in one instruction (8 bits on the 8051 and the AVR, 16 on the STM8, 32 on a
    Cortex-M) that an interrupt changes, read or written elsewhere with interrupts on; or that an interrupt reads while
    other code writes it.

    Between two instructions the interrupt comes, and the reader has the low byte of 0x00FF and the high byte of 0x0100.
    It happens once in thousands of reads, so no test on the bench shows it. It is the second of the sdcc manual's
    interrupt pitfalls ("non-atomic access"), and what avr-libc's util/atomic.h is for.

    Silent inside what may run with interrupts off (`EA = 0`, the source's own enable bit, a stopped timer, `cli()`,
    `__critical`, `ATOMIC_BLOCK`, `__disable_irq()` ...) or before they are switched on; where the value is read until
    two reads agree; where only its low byte is taken; and where a flag that the interrupt sets stands guard, since the
    two may have agreed on whose turn it is.
    """
    guards = Guards(firmware)
    for symbol in firmware.variables:
        inside = firmware.inside(symbol.name)
        written, read = next((a for a in inside if a.writes), None), next((a for a in inside if a.reads), None)
        if written is None and read is None:
            continue
        told: set[bytes] = set()
        for access in firmware.elsewhere(symbol.name):
            torn = access.reads or access.writes if written is not None else access.writes
            if not torn or access.function in told or not _wide(firmware, access):
                continue
            if _agrees(firmware, access) or _narrowed(firmware, access.whole) or guards.may_be_off(access.node):
                continue
            if handed_over(firmware, symbol, access):
                continue
            told.add(access.function)
            other = written or read
            assert other is not None and access.type is not None
            does = "writes" if written is not None else "reads"
            doing = "reading and writing" if access.mode == "u" else "writing" if access.writes else "reading"
            yield Finding(
                access.node.start_byte,
                f"interrupt {firmware.interrupt_of(other.function)} {does} `{said(symbol.name)}`, whose "
                f"{firmware.bits(access.type)} bits take several instructions: switch it off around {doing} here"
                + (", or read until two reads agree" if access.mode == "r" else ""),
            )


def _wide(firmware: Firmware, access: Access) -> bool:
    return access.type is not None and firmware.bits(access.type) > firmware.chip.atomic_bits


def _agrees(firmware: Firmware, access: Access) -> bool:
    """`do t = x; while (t != x);`, `if (t != x) t = x;`: somebody has thought of it."""
    function = firmware.functions[access.function]
    name = firmware.unit.text(access.node)
    for node in (n for f in function for n in firmware.unit.walk("binary_expression", under=f)):
        if operator(node) in (b"!=", b"=="):
            sides = [node.child_by_field_name(side) for side in ("left", "right")]
            texts = [_names(firmware.unit, side) for side in sides if side is not None]
            if any(name in t for t in texts) and all(_variable(firmware, side) for side in sides):
                reads = (
                    [a for a in firmware.accesses[name] if a.function == access.function]
                    if name in firmware.accesses
                    else []
                )
                return len(reads) > 1
    return False


def _names(unit: Unit, node: Node) -> list[bytes]:
    return [unit.text(n) for n in unit.walk("identifier", under=node)]


def _variable(firmware: Firmware, node: Node | None) -> bool:
    return node is not None and firmware.symbols.constant(node) is None


def _narrowed(firmware: Firmware, whole: Node) -> bool:
    """Whether only as many bits are used as one instruction moves: `(uint8_t)x`, `x & 0xFF`, `low = x`."""
    parent = whole.parent
    if parent is None:
        return False
    widest = firmware.chip.atomic_bits
    t = None
    if parent.type == "cast_expression":
        t = firmware.symbols.type_of(parent)
    elif parent.type == "assignment_expression" and operator(parent) == b"=":
        left = parent.child_by_field_name("left")
        t = firmware.symbols.type_of(left) if left is not None and left != whole else None
    elif parent.type == "init_declarator":
        name = parent.child_by_field_name("declarator")
        symbol = firmware.symbols.resolve(name) if name is not None and name.type == "identifier" else None
        t = symbol.type if symbol is not None else None
    elif parent.type == "binary_expression" and operator(parent) == b"&":
        sides = [parent.child_by_field_name(side) for side in ("left", "right")]
        return any(
            (value := firmware.symbols.constant(side)) is not None and 0 <= value < 1 << widest
            for side in sides
            if side is not None and side != whole
        )
    return t is not None and t.integer and t.width <= widest
