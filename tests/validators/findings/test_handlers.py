"""What is an interrupt handler, what runs in one, and what is reached from where."""

from __future__ import annotations

import pytest

from corpus.chips import chip
from corpus.source.unit import Unit
from validators.findings.firmware import Firmware
from validators.findings.handlers import handlers
from validators.findings.loops import waits


def firmware(text: str, stem: str = "at89s52") -> Firmware:
    return Firmware(Unit.parse(text.encode()), chip(stem))


@pytest.mark.parametrize(
    ("stem", "text", "name", "key"),
    [
        ("at89s52", "void f(void) __interrupt(1) __using(1) { }", "f", 1),
        ("at89s52", "void f(void) __interrupt 4 { }", "f", 4),
        ("at89s52", "#include <8052.h>\nvoid f(void) __interrupt(TF1_VECTOR) { }", "f", 3),
        ("at89s52", "enum { TICK = 3 };\nvoid f(void) __interrupt(TICK) { }", "f", 3),
        ("at89s52", "#define TICK (1)\nvoid f(void) __interrupt(TICK) { }", "f", 1),
        ("at89s52", "void f(void) __interrupt(1);\nvoid f(void) { }", "f", 1),
        ("at89s52", "void f() interrupt 1 using 2 { }\nsbit LED = P1^0;", "f", 1),
        ("stm8s105", "INTERRUPT_HANDLER(TIM4_UPD_OVF_IRQHandler, 23) { }", "TIM4_UPD_OVF_IRQHandler", 23),
        ("stm8s105", "@far @interrupt void f(void) { }", "f", None),
        ("atmega328p", "ISR(TIMER0_OVF_vect) { }", "TIMER0_OVF_vect", "TIMER0_OVF"),
        ("atmega328p", "ISR(USART_RX_vect, ISR_NOBLOCK) { }", "USART_RX_vect", "USART_RX"),
        ("atmega328p", "SIGNAL(SIG_OVERFLOW0)\n{\n}", "SIG_OVERFLOW0", "SIG_OVERFLOW0"),
        ("stm32f103", "void SysTick_Handler(void) { }", "SysTick_Handler", "SysTick"),
        ("stm32f103", "void USART1_IRQHandler(void) { }", "USART1_IRQHandler", "USART1"),
        ("stm32f103", "void HAL_GPIO_EXTI_Callback(unsigned short pin) { }", "HAL_GPIO_EXTI_Callback", None),
        ("stm32f103", "__attribute__((interrupt)) void f(void) { }", "f", None),
    ],
)
def test_a_handler_is_known_in_every_dialect(stem: str, text: str, name: str, key: int | str | None) -> None:
    """With its vector, where that can be told."""
    (found,) = handlers(Unit.parse(text.encode()), chip(stem))
    assert (found.name.decode(), found.key) == (name, key)


@pytest.mark.parametrize(
    ("stem", "text"),
    [
        ("at89s52", "void SysTick_Handler(void) { }"),
        ("stm32f103", "void Button_Handler(void) { }"),
        ("stm32f103", "static void USART9_IRQHandler(void) { }"),
        ("stm32f103", "void TIM2_IRQHandler(void) { }\nvoid f(void) { TIM2_IRQHandler(); }"),
        ("atmega328p", "void interrupt(void) { }\nint signal(int x) { return x; }"),
    ],
)
def test_an_ordinary_function_is_no_handler(stem: str, text: str) -> None:
    """Whatever it is called."""
    assert handlers(Unit.parse(text.encode()), chip(stem)) == ()


def test_functions_are_sorted_by_where_they_run() -> None:
    """Through calls and macros; what is only handed on is in neither set."""
    found = firmware(
        "#define NOTE() note()\n"
        "void note(void) { }\nvoid both(void) { }\nvoid later(void) { }\nvoid never(void (*f)(void));\n"
        "void tick(void) __interrupt(1) { NOTE(); both(); }\n"
        "void main(void) { both(); never(later); }\n"
    )
    assert found.in_interrupt == {b"tick", b"note", b"both"}
    assert found.outside == {b"main", b"both"}
    assert found.interrupt_of(b"note") == "`tick` (through `note`)"


def test_accesses_have_the_mode_of_what_is_done() -> None:
    """What goes into a macro with arguments, or to nobody knows whom, is not known."""
    found = firmware(
        "#define SET(v) ((v) = 1)\n#define COUNT count\nunsigned char count, other[4];\nvoid take(unsigned char *p);\n"
        "unsigned char f(void)\n{\n    COUNT = 1;\n    other[count]++;\n    take(other);\n    SET(other[0]);\n"
        "    unknown(count);\n    (void)sizeof(other);\n    return count;\n}\n"
    )
    assert [(a.mode, found.line(a.node)) for a in found.accesses[b"count"]] == [
        ("w", 7),
        ("r", 8),
        ("&", 11),
        ("r", 13),
    ]
    assert [(a.mode, found.line(a.node)) for a in found.accesses[b"other"]] == [("u", 8), ("&", 9), ("&", 10)]


@pytest.mark.parametrize(
    ("condition", "names"),
    [
        ("!TI", [b"TI"]),
        ("!(SCON & 0x02) && P1_0 == 0", [b"SCON", b"P1_0"]),
        ("(unsigned char)(P1 ^ 0xFF) != 3", [b"P1"]),
        ("*(volatile __xdata unsigned char *)0x8000", [b"*(volatile __xdata unsigned char *)0x8000"]),
        ("0 && TI", None),
        ("TI && left--", None),
        ("P1 < limit", None),
        ("ready()", None),
        ("1", None),
    ],
)
def test_a_wait_asks_registers_only(condition: str, names: list[bytes] | None) -> None:
    """A counter, a comparison with more or less, a call: then something else may end it."""
    text = f"#include <8052.h>\nunsigned char left, limit;\nvoid f(void) {{ while ({condition}) ; }}\n"
    found = firmware(text)
    assert [list(w.names) for w in waits(found, found.unit.root)] == ([names] if names else [])
