"""unknown-vector: a handler for an interrupt that the chip does not have."""

from __future__ import annotations

from collections.abc import Iterator

from corpus.yamlfile import did_you_mean
from validators.findings.check import Case, Finding, check
from validators.findings.firmware import Firmware, said


@check(
    reported=[
        Case("""#include <8052.h>
void key(void) __interrupt(6) /* reported */
{
    P1 = 0;
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
ISR(TIMER3_OVF_vect) /* reported */
{
    PORTB ^= 1;
}
""", "atmega328p"),
        Case("""#include "stm32f1xx.h"
void EXTI15_IRQHandler(void) /* reported */
{
    EXTI->PR = 1u << 15;
}
""", "stm32f103"),
    ],
    silent=[
        Case("""#include <8052.h>
void key(void) __interrupt(6)
{
    P1 = 0;
}

void tick(void) __interrupt(TF0_VECTOR)
{
    P1 = 1;
}
""", "stc89c52"),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
ISR(TIMER2_OVF_vect)
{
    PORTB ^= 1;
}

ISR(BADISR_vect)
{
}

#define TICK TIMER0_OVF_vect
ISR(TICK)
{
}

#ifdef TIMER3_OVF_vect
ISR(TIMER3_OVF_vect)
{
    PORTB ^= 1;
}
#endif
""", "atmega328p"),
        Case("""#include "stm32f1xx.h"
void EXTI15_10_IRQHandler(void)
{
    EXTI->PR = 1u << 15;
}

void Button_Handler(void)
{
}
""", "stm32f103"),
    ],
)  # fmt: skip
def unknown_vector(firmware: Firmware) -> Iterator[Finding]:
    """A handler whose vector the chip does not have: a number behind the last one, a name of another chip.

    Nobody ever calls it. On the 8051 the linker even makes the vector table longer for it and puts its jump where code
    could be; on an AVR and a Cortex-M a misspelt name is an ordinary function, and the interrupt runs into the default
    handler: a reset or a loop for ever.

    Silent where the vector is no constant that can be read here, within `#if`, and where the chip's facts are not
    complete.
    """
    chip = firmware.chip
    for handler in firmware.handlers:
        if not chip.complete or handler.key is None or handler.vector(chip) is not None:
            continue
        if firmware.conditional(handler.place):
            continue
        if isinstance(handler.key, int):
            known = f"its interrupts are {', '.join(f'{v.number} ({v.name})' for v in chip.vectors)}"
        elif handler.key == "BADISR" or handler.key.startswith("SIG_"):
            continue
        else:
            hint = did_you_mean(handler.key, [v.name for v in chip.vectors]).removeprefix("; ")
            known = hint if hint.startswith("did") else "look it up in the vector table"
        yield Finding(
            handler.place, f"the {chip.name} has no interrupt {handler.key} (`{said(handler.name)}`): {known}"
        )
