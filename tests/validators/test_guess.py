"""The target is guessed from headers and words, and the guess says why."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.seeds import Seed, load_seeds
from validators.guess import guess

SEEDS = tuple(load_seeds(Path("datasets/seeds")))
FILES = {
    "#include <avr/io.h>\nint main(void) { DDRB = 1; for (;;) ; }\n": ("avr", "gcc", "<avr/io.h>"),
    "ISR(TIMER0_OVF_vect) { ticks++; }\n": ("avr", "gcc", "TIMER0_OVF_vect"),
    '#include "stm8s.h"\nvoid main(void) { PB_ODR = 1; }\n': ("stm8", "sdcc", "<stm8s.h>"),
    "#define PB_DDR (*(volatile unsigned char *)0x5007)\n": ("stm8", "sdcc", "0x5007"),
    "#include <stm32f10x.h>\nvoid f(void) { GPIOA->ODR = 1; }\n": ("cortex-m", "gcc", "<stm32f10x.h>"),
    "void USART1_IRQHandler(void) { }\n": ("cortex-m", "gcc", "USART1_IRQHandler"),
    "#define ODR (*(volatile unsigned long *)0x40010C0CUL)\n": ("cortex-m", "gcc", "0x40010C0CUL"),
    "#include <reg52.h>\nsbit LED = P1^0;\nvoid t0(void) interrupt 1 { LED = 0; }\n": ("mcs51", "keil", "sbit"),
    "#include <8052.h>\nvoid t0(void) __interrupt(1) { P1 ^= 1; }\n": ("mcs51", "sdcc", "<8052.h>"),
    "int add(int a, int b) { return a + b; }\n": ("host", "gcc", "nothing in it names a chip"),
    "/* #include <avr/io.h> */ const char *s = \"PORTB\"; void main(void) { P1 = 0; }\n": ("mcs51", "sdcc", "P1"),
}  # fmt: skip


@pytest.mark.parametrize("source", FILES)
def test_target_and_dialect_are_told_with_a_reason(source: str) -> None:
    target, dialect, reason = FILES[source]
    found = guess(source)
    assert (found.target, found.dialect) == (target, dialect)
    assert reason in found.words


@pytest.mark.parametrize("seed", SEEDS, ids=lambda seed: seed.id)
def test_every_shipped_seed_that_touches_its_chip_is_known(seed: Seed) -> None:
    found = guess(seed.program)
    assert found.target in (seed.sheet.target, "host")
    assert found.dialect != "keil"
