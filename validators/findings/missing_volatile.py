"""missing-volatile: data that an interrupt shares, and that the compiler may keep in a register."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.source.symbol import Symbol
from validators.findings.accesses import Access
from validators.findings.check import Case, Finding, check
from validators.findings.firmware import Firmware, said
from validators.findings.guards import Guards


@check(
    reported=[
        Case("""#include <8052.h>
unsigned char ticks; /* reported */

void tick(void) __interrupt(1)
{
    ticks++;
}

void wait_tick(void)
{
    unsigned char now = ticks;

    while (now == ticks)
        ;
}
"""),
        Case("""#include <8052.h>
static __bit done; /* reported */

static void finish(void)
{
    done = 1;
}

void serial(void) __interrupt(4)
{
    RI = 0;
    finish();
}

void main(void)
{
    ES = 1;
    EA = 1;
    for (;;) {
        if (done)
            P1 = 0;
    }
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
#include <stdint.h>

static uint8_t duty; /* reported */

ISR(TIMER0_COMPA_vect)
{
    OCR0A = duty;
}

void set_duty(uint8_t percent)
{
    duty = percent;
}
""", "atmega328p"),
    ],
    silent=[
        Case("""#include <8052.h>
volatile unsigned char ticks;
unsigned char phase;

void tick(void) __interrupt(1)
{
    ticks++;
    phase ^= 1;
}

void wait_tick(void)
{
    unsigned char now = ticks;

    while (now == ticks)
        ;
}
"""),
        Case("""#include <8052.h>
static unsigned char reload;

void tick(void) __interrupt(1)
{
    TH0 = reload;
}

void tick_start(unsigned char counts)
{
    reload = counts;
    ET0 = 1;
    EA = 1;
}
"""),
        Case("""#include <8052.h>
static unsigned char buffer[8];
static volatile unsigned char head, tail;

void serial(void) __interrupt(4)
{
    RI = 0;
    buffer[head & 7] = SBUF;
    head++;
}

unsigned char take(void)
{
    while (head == tail)
        ;
    return buffer[tail++ & 7];
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
#include <util/atomic.h>

static unsigned int count;

ISR(INT0_vect)
{
    count++;
}

unsigned int read_count(void)
{
    unsigned int now;

    ATOMIC_BLOCK(ATOMIC_RESTORESTATE) {
        now = count;
    }
    return now;
}
""", "atmega328p"),
    ],
)  # fmt: skip
def missing_volatile(firmware: Firmware) -> Iterator[Finding]:
    """A variable at file scope that an interrupt writes and other code reads, or the other way round, without
    `volatile`.

    Without it the compiler may read the variable once and wait for ever on its copy, or write it after the loop that
    needed it; that the code works today hangs on the optimiser's mood. It is the first of the sdcc manual's
    interrupt pitfalls ("variable not declared volatile") and of avr-libc's frequently asked questions.

    Silent where every access outside is made before interrupts are switched on; with gcc, also where they are off,
    since `cli()` and `__disable_irq()` are barriers for the compiler, which sdcc's `EA = 0` is not; for arrays and
    structures that are handed over by a volatile index or flag in the same function; where a macro with arguments,
    assembler or a pointer reaches the variable; and for functions of which only the address is used, since nobody can
    see when they run.
    """
    guards = Guards(firmware)
    for symbol in firmware.variables:
        inside = [a for a in firmware.inside(symbol.name) if _plain(a)]
        outside = [a for a in firmware.elsewhere(symbol.name) if _plain(a)]
        if not inside or not outside or symbol.declaration is None:
            continue
        pair = _pair(inside, [a for a in outside if guards.state(a.node) not in _excuses(firmware)])
        if pair is None or (_gathered(symbol) and _handed_over(firmware, symbol, pair)):
            continue
        within, other, written = pair
        name, where, line = said(symbol.name), firmware.interrupt_of(within.function), firmware.line(other.node)
        does, did = ("writes", "reads") if written else ("reads", "writes")
        yield Finding(
            symbol.declaration.start_byte,
            f"interrupt {where} {does} `{name}` and `{said(other.function)}` {did} it (line {line}): "
            f"declare `{name}` volatile",
        )


def _plain(access: Access) -> bool:
    return access.mode != "&" and access.type is not None and not access.type.volatile


def _gathered(symbol: Symbol) -> bool:
    return symbol.type is not None and symbol.type.kind in ("array", "struct")


def _excuses(firmware: Firmware) -> tuple[str, ...]:
    return ("starting", "off") if firmware.chip.target in ("avr", "cortex-m") else ("starting",)


def _pair(inside: list[Access], outside: list[Access]) -> tuple[Access, Access, bool] | None:
    """An access inside, one outside that does not fit to it, and whether the one inside writes."""
    writes, reads = next((a for a in inside if a.writes), None), next((a for a in inside if a.reads), None)
    read, written = next((a for a in outside if a.reads), None), next((a for a in outside if a.writes), None)
    if writes is not None and read is not None:
        return writes, read, True
    if reads is not None and written is not None:
        return reads, written, False
    return None


def _handed_over(firmware: Firmware, symbol: Symbol, pair: tuple[Access, Access, bool]) -> bool:
    """Whether the function outside also asks another variable that the interrupt shares and that is volatile."""
    for other in firmware.variables:
        if other is symbol or other.type is None or not firmware.inside(other.name):
            continue
        if any(
            a.function == pair[1].function and a.type is not None and a.type.volatile
            for a in firmware.elsewhere(other.name)
        ):
            return True
    return False
