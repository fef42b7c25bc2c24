"""reentered-function: on the 8051, a function whose parameters lie at fixed addresses, called inside and outside."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from validators.findings.check import Case, Finding, check
from validators.findings.firmware import Firmware, said
from validators.findings.guards import Guards

_REENTRANT = (b"__reentrant", b"reentrant", b"inline", b"__critical")


@check(
    reported=[
        Case("""#include <8052.h>
static unsigned char largest(unsigned char a, unsigned char b) /* reported */
{
    return a > b ? a : b;
}

void tick(void) __interrupt(1)
{
    P1 = largest(P1, P2);
}

void show(unsigned char x)
{
    P2 = largest(x, 10);
}
"""),
    ],
    silent=[
        Case("""#include <8052.h>
static unsigned char largest(unsigned char a, unsigned char b) __reentrant
{
    return a > b ? a : b;
}

static unsigned char twice(unsigned char a)
{
    return a + a;
}

static unsigned char least(unsigned char a, unsigned char b)
{
    return a < b ? a : b;
}

void tick(void) __interrupt(1)
{
    P1 = largest(P1, twice(P2));
    P1 = least(P1, P2);
}

void show(unsigned char x)
{
    P2 = largest(twice(x), 10);
    EA = 0;
    P2 = least(x, 10);
    EA = 1;
}
"""),
        Case("""#include <avr/io.h>
#include <avr/interrupt.h>
static unsigned char largest(unsigned char a, unsigned char b)
{
    return a > b ? a : b;
}

ISR(INT0_vect)
{
    PORTB = largest(PINB, PINC);
}

void show(unsigned char x)
{
    PORTC = largest(x, 10);
}
""", "atmega328p"),
    ],
)  # fmt: skip
def reentered_function(firmware: Firmware) -> Iterator[Finding]:
    """A function of two or more parameters, or with a local array, that runs both inside an interrupt and outside, on
    the 8051 and without `__reentrant`.

    sdcc and Keil pass the first parameter in registers and keep the others, and arrays, at fixed addresses, since the
    8051's stack is small. The interrupt's call overwrites those of the call that it interrupted. (sdcc manual,
    "Common interrupt pitfall: non-reentrant functions"; Keil's linker warns with L15.)

    Silent on other targets, for `__reentrant`, `__critical` and inline functions, in a unit with `#pragma stackauto`,
    and where every call outside is made with interrupts off.
    """
    if firmware.chip.target != "mcs51" or b"stackauto" in firmware.unit.src:
        return
    guards = Guards(firmware)
    own = {handler.name for handler in firmware.handlers}
    for function in firmware.functions:
        if function in own or function not in firmware.in_interrupt or function not in firmware.outside:
            continue
        node = firmware.functions[function][0]
        fixed = _fixed(firmware, node)
        if not fixed or guards.called_while(function) != "on":
            continue
        handler = firmware.interrupt_of(function).partition(" ")[0]
        yield Finding(
            node.start_byte,
            f"interrupt {handler} and code outside both call `{said(function)}`, whose {fixed} at fixed addresses: "
            "declare it __reentrant, or call it with interrupts off",
        )


def _fixed(firmware: Firmware, function: Node) -> str:
    """What of a function the compiler keeps in fixed memory, in words."""
    body, declarator = function.child_by_field_name("body"), function.child_by_field_name("declarator")
    if body is None or any(word in firmware.unit.src[function.start_byte : body.start_byte] for word in _REENTRANT):
        return ""
    while declarator is not None and declarator.type != "function_declarator":
        declarator = declarator.child_by_field_name("declarator")
    parameters = declarator.child_by_field_name("parameters") if declarator is not None else None
    if parameters is not None and sum(n.type == "parameter_declaration" for n in parameters.named_children) > 1:
        return "parameters behind the first lie"
    arrays = [
        s
        for s in firmware.symbols.all("local")
        if s.type is not None and s.type.kind == "array" and s.declaration is not None
        and function.start_byte <= s.declaration.start_byte < function.end_byte
    ]  # fmt: skip
    return f"array `{said(arrays[0].name)}` lies" if arrays else ""
