"""delay-loop-removed: a delay that the compiler throws away."""

from __future__ import annotations

from collections.abc import Iterator

from validators.findings.check import Case, Finding, check
from validators.findings.counting import counts_in_vain
from validators.findings.firmware import Firmware, said


@check(
    reported=[
        Case("""#include <avr/io.h>
#include <stdint.h>

void pause(uint16_t ms)
{
    uint16_t i, j;

    for (i = 0; i < ms; i++) /* reported */
        for (j = 0; j < 1600; j++)
            ;
}

void shorter(uint16_t n)
{
    while (n--) /* reported */
        ;
}
""", "atmega328p"),
        Case("""#include <stdint.h>
void pause(void)
{
    for (uint32_t i = 0; i < 80000; i++) { /* reported */
    }
}
""", "stm32f103"),
    ],
    silent=[
        Case("""#include <avr/io.h>
#include <stdint.h>

void pause(void)
{
    volatile uint16_t i;

    for (i = 0; i < 1600; i++)
        ;
}

void with_nops(uint8_t n)
{
    while (n--)
        __asm__ __volatile__("nop");
}

uint8_t length(const char *text)
{
    uint8_t n;

    for (n = 0; text[n]; n++)
        ;
    return n;
}

void past(const char *text)
{
    uint8_t n = 0;

    while (text[n++])
        ;
}

uint8_t highest_bit(uint8_t x)
{
    uint8_t n;

    for (n = 0; n < 8 && x >> n; n++)
        ;
    return n;
}
""", "atmega328p"),
        Case("""#include <8052.h>
void pause(unsigned int n)
{
    while (n--)
        ;
}
"""),
    ],
)  # fmt: skip
def delay_loop_removed(firmware: Firmware) -> Iterator[Finding]:
    """A loop that only counts a local variable, in a program for a compiler that removes such loops.

    avr-gcc and arm-none-eabi-gcc delete it at -O2 and -Os: what remains of `while (n--);` is nothing, and the display
    whose set-up time it held shows rubbish in the release build only. util/delay.h, a timer, or a volatile counter
    waits.

    Silent on the 8051 and the STM8, where sdcc keeps empty loops; for a volatile counter; where there is anything in
    the loop, be it a nop; and where the counter is read behind it, since then the loop looks for something.
    """
    if firmware.chip.target not in ("avr", "cortex-m"):
        return
    for function, nodes in firmware.functions.items():
        for node in nodes:
            done = 0
            for loop in firmware.unit.walk("for_statement", "while_statement", "do_statement", under=node):
                if loop.start_byte >= done and counts_in_vain(firmware, loop):
                    done = loop.end_byte
                    yield Finding(
                        loop.start_byte,
                        f"the compiler removes this empty loop of `{said(function)}`: use a timer or the library's "
                        "delay, or make the counter volatile",
                    )
