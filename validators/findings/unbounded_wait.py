"""unbounded-wait: a loop that hangs for good when the hardware does not answer."""

from __future__ import annotations

from collections.abc import Iterator

from validators.findings.check import Case, Finding, check
from validators.findings.firmware import Firmware, said
from validators.findings.loops import waits

_WATCHDOGS = frozenset(b"wdt_enable WDTCSR WDTCR WDT_CONTR WDTRST IWDG IWDG_KR WWDG_CR HAL_IWDG_Init".split())


@check(
    reported=[
        Case("""#include <8052.h>
void put(char c)
{
    SBUF = c;
    while (!TI) /* reported */
        ;
    TI = 0;
}
"""),
        Case("""#include <8052.h>
#define BUSY P0_7

void lcd_ready(void)
{
    do {
        __asm__("nop");
    } while (BUSY); /* the loop begins two lines above */
    for (; P1 & 0x80;) { /* reported */
    }
}
""".replace("    do {\n", "    do { /* reported */\n")),
        Case("""#include <avr/io.h>

void put(char c)
{
    while (!(UCSR0A & (1 << UDRE0))); /* reported */
    UDR0 = c;
    loop_until_bit_is_set(UCSR0A, TXC0); /* reported */
}
""", "atmega328p"),
        Case("""#include "stm32f1xx.h"

void put(char c)
{
    while ((USART1->SR & USART_SR_TXE) == 0) { /* reported */
    }
    USART1->DR = c;
}
""", "stm32f103"),
    ],
    silent=[
        Case("""#include <8052.h>
unsigned char put(char c)
{
    unsigned char left = 200;

    SBUF = c;
    while (!TI && --left)
        ;
    TI = 0;
    return left;
}
"""),
        Case("""#include <8052.h>
unsigned char put(char c)
{
    unsigned int n;

    SBUF = c;
    for (n = 0; n < 1000 && !TI; n++)
        ;
    while (!TI) {
        if (++n == 2000)
            break;
    }
    return TI;
}
"""),
        Case("""#include <8052.h>
static volatile __bit ticked;

void tick(void) __interrupt(1)
{
    ticked = 1;
}

void main(void)
{
    EA = 1;
    for (;;) {
        while (!ticked)
            PCON |= 0x01;
        ticked = 0;
        while (!ticked)
            ;
        P1_0 = !P1_0;
    }
}
"""),
        Case("""#include <8052.h>
void pause(void)
{
    TF0 = 0;
    TR0 = 1;
    while (!TF0)
        ;
    TR0 = 0;
}
"""),
        Case("""#include <8052.h>
void feed(void);

void wait_key(void)
{
    while (P3_2)
        feed();
}
"""),
        Case("""#include <avr/io.h>
#include <avr/wdt.h>

void wait(void)
{
    while (!(UCSR0A & (1 << RXC0)))
        wdt_reset();
    while (!(SPSR & (1 << SPIF)))
        ;
}
""", "atmega328p"),
    ],
)  # fmt: skip
def unbounded_wait(firmware: Firmware) -> Iterator[Finding]:
    """A loop that only asks a register or a volatile variable again and again, without a counter, a time limit or
    another way out.

    A cable that is off, a slave that does not answer, a baud rate generator that was never started: the program stands
    still until the watchdog comes, if there is one. Field firmware gives up after a bound and says so to its caller.

    Silent where the condition or the body counts, compares with a time, feeds the watchdog, calls what cannot be seen,
    sleeps or leaves; for what ends by itself after a fixed time (a timer, a conversion, an EEPROM write, a byte of an
    SPI master: `timed` in the chip's facts); in a unit that starts a watchdog, which then ends the wait; in main for a
    flag that an interrupt sets, which is how a main loop idles; and inside interrupts, which `blocking-isr` looks at.
    """
    if _WATCHDOGS & firmware.symbols.names:
        return
    only_inside = firmware.in_interrupt - firmware.outside
    for function, nodes in firmware.functions.items():
        if function in only_inside:
            continue
        for node in nodes:
            for wait in waits(firmware, node):
                if function == b"main" and not wait.registers:
                    continue
                if all(said(name) in firmware.chip.timed for name in wait.names):
                    continue
                asked = " and ".join(f"`{said(name)}`" for name in wait.names)
                yield Finding(
                    wait.node.start_byte,
                    f"`{said(function)}` waits for {asked} without a limit: count the rounds or the time, and give up",
                )
