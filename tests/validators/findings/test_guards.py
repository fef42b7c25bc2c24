"""When interrupts may be off at a place."""

from __future__ import annotations

import pytest

from corpus.chips import chip
from corpus.source.unit import Unit
from validators.findings.firmware import Firmware
from validators.findings.guards import Guards

HEAD = "#include <8052.h>\nvolatile unsigned int x;\nvoid tick(void) __interrupt(1) { x++; }\n"


def state(body: str, stem: str = "at89s52") -> str:
    """What interrupts may be at the first call of `here`."""
    unit = Unit.parse((HEAD + body).encode())
    assert unit.error is None, body
    call = next(n for n in unit.walk("call_expression") if unit.text(n).startswith(b"here("))
    return Guards(Firmware(unit, chip(stem))).state(call)


@pytest.mark.parametrize(
    "body",
    [
        "void f(void) { here(); }",
        "void f(void) { EA = 0; x = 0; EA = 1; here(); }",
        "void f(void) { __bit was = EA; EA = 0; x = 0; EA = was; here(); }",
        "void f(unsigned char n) { if (n) { EA = 0; x = 0; EA = 1; } here(); }",
        "void f(unsigned char n) { EA = 0; if (n) { x = 1; } EA = 1; here(); }",
        "void main(void) { EA = 1; here(); }",
        "void begin(void) { ET0 = 1; EA = 1; }\nvoid main(void) { begin(); here(); }",
        "void main(void) { prepare(); for (;;) here(); }",
        "void g(void) { here(); }\nvoid f(void) { EA = 0; g(); EA = 1; g(); }",
        "void f(void) { __critical { x = 0; } here(); }",
        "void f(unsigned char n) { here(); if (n) EA = 0; }",
    ],
)
def test_interrupts_are_on(body: str) -> None:
    """Nothing that was done before leaves them off."""
    assert state(body) == "on"


@pytest.mark.parametrize(
    "body",
    [
        "void f(void) { EA = 0; here(); EA = 1; }",
        "void f(void) { ET0 = 0; here(); ET0 = 1; }",
        "void f(void) { IE &= ~0x02; here(); IE |= 0x02; }",
        "void f(void) { TR0 = 0; here(); TR0 = 1; }",
        "void f(unsigned char n) { if (n) EA = 0; here(); }",
        "void f(unsigned char n) { EA = 0; if (n) { EA = 1; return; } here(); EA = 1; }",
        "void f(unsigned char n) { EA = 0; while (n--) { here(); } EA = 1; }",
        "void f(void) __critical { here(); }",
        "void f(void) { __critical { here(); } }",
        "#define LOCK() EA = 0\nvoid f(void) { LOCK(); here(); EA = 1; }",
        "#define OFF EA = 0\nvoid f(void) { OFF; here(); EA = 1; }",
        "void lock(void) { EA = 0; }\nvoid f(void) { lock(); here(); EA = 1; }",
        "void f(void) { enter_critical(); here(); exit_critical(); }",
        "static void g(void) { here(); }\nvoid f(void) { EA = 0; g(); EA = 1; }",
        'void f(void) { __asm__("clr _EA"); here(); EA = 1; }',
    ],
)
def test_interrupts_may_be_off(body: str) -> None:
    """By whatever switches them off, in the function itself or around its calls."""
    assert state(body) == "off"


@pytest.mark.parametrize(
    "body",
    [
        "void main(void) { here(); EA = 1; for (;;) ; }",
        "void main(void) { here(); for (;;) ; }",
        "void main(void) { unsigned char i; for (i = 0; i < 9; i++) { here(); } EA = 1; for (;;) ; }",
        "void uart_init(void) { here(); }",
        "void timer_setup(void) { TR0 = 0; here(); TR0 = 1; }",
        "void start(void) { here(); TMOD = 1; ET0 = 1; EA = 1; }",
        "static void g(void) { here(); }\nvoid main(void) { g(); EA = 1; for (;;) ; }",
    ],
)
def test_interrupts_are_not_yet_on(body: str) -> None:
    """In main before it switches them on, and in what prepares the hardware."""
    assert state(body) == "starting"


@pytest.mark.parametrize(
    ("stem", "before", "after"),
    [
        ("atmega328p", "cli();", "sei();"),
        ("atmega328p", "unsigned char s = SREG; cli();", "SREG = s;"),
        ("atmega328p", "ATOMIC_BLOCK(ATOMIC_FORCEON) {", "}"),
        ("atmega328p", "TIMSK0 &= ~1;", "TIMSK0 |= 1;"),
        ("stm8s105", '__asm__("sim");', '__asm__("rim");'),
        ("stm8s105", "__asm\n sim\n__endasm;", "__asm\n rim\n__endasm;"),
        ("stm8s105", "disableInterrupts();", "enableInterrupts();"),
        ("stm32f103", "__disable_irq();", "__enable_irq();"),
        ("stm32f103", "unsigned p = __get_PRIMASK(); __disable_irq();", "__set_PRIMASK(p);"),
        ("stm32f103", "NVIC_DisableIRQ(TIM2_IRQn);", "NVIC_EnableIRQ(TIM2_IRQn);"),
        ("stm32f103", "TIM2->DIER &= ~1u;", "TIM2->DIER |= 1;"),
    ],
)
def test_each_target_has_its_own_ways_to_switch_them_off(stem: str, before: str, after: str) -> None:
    """The library's calls, the status register, assembly, the source's own mask."""
    assert state(f"void f(void) {{ {before} here(); {after} }}", stem) == "off"
    assert state(f"void f(void) {{ {before} {after} here(); }}", stem) == "on"
