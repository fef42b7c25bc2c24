"""Which chip a C file is for, told from what it includes and how it is written, with the reasons in words."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass
from typing import Literal

from corpus.source.lexer import lex, significant
from validators.toolchains.dialect import included

Target = Literal["mcs51", "stm8", "avr", "cortex-m", "host"]
Dialect = Literal["sdcc", "keil", "gcc"]


@dataclass(frozen=True, slots=True)
class Guess:
    """A target and a C dialect, and why: empty reasons mean that nothing pointed anywhere and plain C is assumed."""

    target: Target
    dialect: Dialect
    reasons: tuple[str, ...]

    @property
    def words(self) -> str:
        """The guess in a line."""
        why = ", ".join(self.reasons) or "nothing in it names a chip"
        return f"{self.target} ({self.dialect}): {why}"


# What a header's name says; the first that fits counts. Names of sdcc 4.2, Keil C51, avr-libc and ST's libraries.
_HEADERS: tuple[tuple[re.Pattern[str], Target], ...] = (
    (re.compile(r"avr/\w+\.h|util/\w+\.h|iom\w+\.h"), "avr"),
    (re.compile(r"(?i)stm8\w*\.h|iostm8\w*\.h"), "stm8"),
    (re.compile(r"(?i)stm32\w*\.h|core_cm\w+\.h|cmsis\w*\.h|(gd|at|ch|hk)32\w*\.h|LPC\d+\w*\.h|MK\w+\.h"), "cortex-m"),
    (
        re.compile(r"(?i)(at89|reg|stc|80|p89|c8051)\w*[0-9]\w*\.h|mcs51\w*\.h|intrins\.h|absacc\.h|8051\.h|8052\.h"),
        "mcs51",
    ),
)

# Words that only code for one family has.
_WORDS: dict[str, Target] = {
    **dict.fromkeys(
        (
            "__sbit",
            "sbit",
            "__bit",
            "__xdata",
            "__idata",
            "__pdata",
            "xdata",
            "idata",
            "_nop_",
            "__using",
            "EA",
            "TMOD",
        ),
        "mcs51",
    ),
    **dict.fromkeys(("TH0", "TL0", "TR0", "SBUF", "SCON", "P1", "P2", "P3", "__sfr", "sfr"), "mcs51"),
    **dict.fromkeys(
        ("PORTB", "PORTC", "PORTD", "DDRB", "DDRC", "DDRD", "PINB", "PROGMEM", "ISR", "_BV", "UDR0", "TCCR0A"), "avr"
    ),
    **dict.fromkeys(("sei", "cli", "ADMUX", "ADCSRA", "UCSR0A", "TIMSK0"), "avr"),
    **dict.fromkeys(
        ("GPIOA", "GPIOB", "GPIOC", "RCC", "NVIC", "SysTick", "SysTick_Handler", "USART1", "TIM2", "TIM3"), "cortex-m"
    ),
    **dict.fromkeys(("__disable_irq", "__enable_irq", "__WFI", "NVIC_EnableIRQ", "SCB", "__DSB"), "cortex-m"),
    **dict.fromkeys(
        ("PA_ODR", "PB_ODR", "PB_DDR", "PC_ODR", "PD_ODR", "PD_DDR", "CLK_CKDIVR", "TIM4_SR", "UART1_DR"), "stm8"
    ),
    **dict.fromkeys(("UART2_DR", "INTERRUPT_HANDLER", "PB_IDR", "PD_IDR", "TIM4_ARR", "TIM2_CR1"), "stm8"),
}
_PATTERNS: tuple[tuple[re.Pattern[str], Target], ...] = (
    (re.compile(r"\w+_IRQHandler"), "cortex-m"),
    (re.compile(r"[A-Z0-9]+_[A-Z0-9_]*vect"), "avr"),
    (re.compile(r"0x4[0-2]0[0-9a-fA-F]{5}[uUlL]*|0xE000E[0-9a-fA-F]{3}[uUlL]*"), "cortex-m"),
    (re.compile(r"0x5[0-7][0-9a-fA-F]{2}"), "stm8"),
    (re.compile(r"P[A-I]_(ODR|IDR|DDR|CR1|CR2)|(TIM[1-6]|UART[1-4])_(SR\d?|DR|CR\d|BRR\d|ARR[HL]?|IER|EGR)"), "stm8"),
)
_KEIL = frozenset(
    ("sbit", "sfr", "sfr16", "bit", "xdata", "idata", "pdata", "interrupt", "using", "reentrant", "_nop_")
)
_KEIL_HEADERS = re.compile(r"(?i)reg\w*5[12]\w*\.h|intrins\.h|absacc\.h")
_SDCC = re.compile(r"__(sfr|sbit|bit|xdata|idata|pdata|code|interrupt|using|at|critical|asm)\b")
_SHOWN = 3


def guess(source: str) -> Guess:
    """The target that most of the file points to; headers count for more than words."""
    src = source.encode("utf-8", "replace")
    votes: Counter[Target] = Counter()
    why: dict[Target, list[str]] = {}

    def vote(target: Target, weight: int, reason: str) -> None:
        votes[target] += weight
        if reason not in why.setdefault(target, []):
            why[target].append(reason)

    headers = included(src)
    for header in headers:
        target = next((target for pattern, target in _HEADERS if pattern.fullmatch(header)), None)
        if target is not None:
            vote(target, 5, f"<{header}>")
    texts = [src[t.start : t.end].decode("utf-8", "replace") for t in significant(lex(src))]
    # A number counts only as an address that is made a pointer: `*(volatile unsigned char *)0x5005`.
    numbers = {c for a, b, c in zip(texts, texts[1:], texts[2:], strict=False) if a == "*" and b == ")"}
    for word in dict.fromkeys(text for text in texts if not text[:1].isdigit() or text in numbers):
        target = _WORDS.get(word) or next((target for pattern, target in _PATTERNS if pattern.fullmatch(word)), None)
        if target is not None:
            vote(target, 1, word)
    if not votes:
        return Guess("host", "gcc", ())
    # Ties go to the family named first here, which is the order of how much firmware there is to check.
    order: tuple[Target, ...] = ("mcs51", "stm8", "avr", "cortex-m")
    best = max(order, key=lambda target: (votes[target], -order.index(target)))
    return Guess(best, _dialect(best, headers, texts), tuple(why[best][:_SHOWN]))


def _dialect(target: Target, headers: list[str], words: list[str]) -> Dialect:
    if target in ("avr", "cortex-m"):
        return "gcc"
    plain = any(word in _KEIL for word in words) or any(_KEIL_HEADERS.fullmatch(header) for header in headers)
    if target == "mcs51" and plain and not any(_SDCC.fullmatch(word) for word in words):
        return "keil"
    return "sdcc"
