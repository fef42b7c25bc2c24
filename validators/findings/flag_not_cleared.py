"""flag-not-cleared: an interrupt that comes again for ever, because nobody takes its request back."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.chips import Vector
from corpus.source.symbol import Symbol
from validators.findings.check import Case, Finding, check
from validators.findings.firmware import Firmware, said


@check(
    reported=[
        Case("""#include <8052.h>
static volatile unsigned char last;

void serial(void) __interrupt(4) /* reported */
{
    if (RI)
        last = SBUF;
}
"""),
        Case("""#include <8052.h>
volatile unsigned char ticks;

void tick(void) __interrupt(5) /* reported */
{
    ticks++;
}
"""),
        Case("""#include <avr/interrupt.h>
#include <stdint.h>
static volatile uint8_t received;

ISR(USART_RX_vect) /* reported */
{
    received = 1;
}
""", "atmega328p"),
        Case("""#include "stm32f1xx.h"
volatile unsigned ticks;

void TIM2_IRQHandler(void) /* reported */
{
    ticks++;
}
""", "stm32f103"),
    ],
    silent=[
        Case("""#include <8052.h>
static volatile unsigned char last;
__sbit __at(0x98) RECEIVED;

static void take(void)
{
    last = SBUF;
    RECEIVED = 0;
}

void serial(void) __interrupt(4)
{
    if (RI)
        take();
}

void tick0(void) __interrupt(1)
{
    last = 0;
}

void tick2(void) __interrupt(5)
{
    TF2 = 0;
}
"""),
        Case("""#include <8052.h>
void handle(void);

void serial(void) __interrupt(4)
{
    handle();
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
#include <stdint.h>
static volatile uint8_t received, ticks;

ISR(USART_RX_vect)
{
    received = UDR0;
}

ISR(TIMER0_OVF_vect)
{
    ticks++;
}
""", "atmega328p"),
        Case("""#include "stm32f1xx.h"
volatile unsigned ticks;

void TIM2_IRQHandler(void)
{
    TIM2->SR &= ~1u;
    ticks++;
}

void SysTick_Handler(void)
{
    ticks++;
}
""", "stm32f103"),
    ],
)  # fmt: skip
def flag_not_cleared(firmware: Firmware) -> Iterator[Finding]:
    """A handler that never touches the flag of its own interrupt, where the hardware does not clear it.

    The 8051 clears the flags of timers 0 and 1 by itself, but not RI and TI, and not TF2 and EXF2; an STM32 or STM8
    timer keeps its update flag; an AVR's receiver asks until its data register is read. The handler then is entered
    again as soon as it returns, and the main loop never runs. Which registers end which request stands in
    datasets/chips (`ends`), from the data sheets' chapters on interrupts.

    Silent where the handler calls a function of another unit, uses assembler or a macro with arguments, or where any
    register of the flag's peripheral is written (on the 8051) or named (elsewhere).
    """
    for handler in firmware.handlers:
        vector = handler.vector(firmware.chip)
        if vector is None or not vector.ends or _ended(firmware, handler.name, vector):
            continue
        ends = vector.ends if len(vector.ends) < 2 else (*vector.ends[:-2], f"{vector.ends[-2]}` or `{vector.ends[-1]}")
        asked = "`, `".join(ends)
        yield Finding(
            handler.place,
            f"`{said(handler.name)}` never touches `{asked}`, so its interrupt comes again as soon as it returns: "
            "clear the flag",
        )


def _ended(firmware: Firmware, function: bytes, vector: Vector) -> bool:
    """Whether the request may be taken back."""
    ours = firmware.closure([function])
    if any(called not in ours for name in ours for called in firmware.calls[name]):
        return True
    if firmware.chip.target == "mcs51":
        return any(_written(firmware, name, vector) for name in ours)
    named = {said(word) for name in ours for word in _words(firmware, name)}
    heads = {end.partition("_")[0] for end in vector.ends}
    return any(word in vector.ends or word.partition("_")[0] in heads for word in named)


def _written(firmware: Firmware, function: bytes, vector: Vector) -> bool:
    places = _places(firmware, vector)
    for node in firmware.functions[function]:
        body = node.child_by_field_name("body")
        found = firmware.symbols.effects(body) if body is not None else None
        if found is None or found.unknown:
            return True
        for name in found.writes:
            symbol: Symbol | None = firmware.symbols.lookup(name)
            if symbol is not None and (symbol.kind, symbol.value) in places:
                return True
    return False


def _places(firmware: Firmware, vector: Vector) -> frozenset[tuple[str, int]]:
    """Kind and address of what ends a request; an 8051's bit lies at its register's address plus its position."""
    found: set[tuple[str, int]] = set()
    for name in vector.ends:
        if name in firmware.chip.by_name:
            found.add(("sfr", firmware.chip.by_name[name].address))
        else:
            register, position = firmware.chip.bit_names[name]
            found.add(("sbit", register.address + position))
    return frozenset(found)


def _words(firmware: Firmware, function: bytes) -> frozenset[bytes]:
    """The identifiers in a function and in the macros that it uses."""
    words: frozenset[bytes] = frozenset()
    for node in firmware.functions[function]:
        for name in firmware.unit.walk("identifier", under=node.child_by_field_name("body")):
            words |= {firmware.unit.text(name)} | firmware.macro_words(firmware.unit.text(name))
    return words
