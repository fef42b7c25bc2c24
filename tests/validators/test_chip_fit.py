"""The gate `chip`: what fits its chip passes first, since refusing a good program is the dear mistake."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from corpus.chips import Family, chip_for
from corpus.records import Sizes, Verdict
from validators import chip_fit

TIM4 = "#define TIM4_SR (*(volatile unsigned char *)0x5342)\nvoid f(void)\n{\n    TIM4_SR = 0;\n}\n"
STRUCTURE = """#include <stdint.h>
typedef struct {
    volatile uint32_t CRL, CRH, IDR, ODR;
} GPIO_TypeDef;
#define GPIOC ((GPIO_TypeDef *)0x40011000)
void led(void)
{
    GPIOC->ODR = 1;
}
"""

Judge = Callable[[], Verdict]


def registers(family: Family, part: str, source: str) -> Judge:
    """The gate on a program's text."""
    return lambda: chip_fit.registers(source, chip_for(family, part))


def clock(family: Family, part: str, hertz: int) -> Judge:
    """The gate on a frequency."""
    return lambda: chip_fit.clock(hertz, chip_for(family, part))


def sizes(family: Family, part: str, code: int, ram: int, xram: int = 0) -> Judge:
    """The gate on what a compiler measured."""
    return lambda: chip_fit.sizes(Sizes(code, ram, xram), chip_for(family, part))


KEPT = {
    "an 8052's timer": registers("mcs51", "AT89S52", "#include <8052.h>\nvoid f(void)\n{\n    TR2 = ET2 = 1;\n}\n"),
    "STC's watchdog": registers(
        "mcs51", "STC89C52RC", "#include <8052.h>\n__sfr __at(0xE1) W;\nvoid f(void)\n{\n    W = 1;\n}\n"
    ),
    "a part that is not on file": registers(
        "mcs51", "W78E52", "#include <8052.h>\n__sfr __at(0xBC) X;\nvoid f(void)\n{\n    X = 1;\n}\n"
    ),
    "a small STM8's timer": registers(
        "stm8",
        "STM8S003",
        "#define TIM4_SR (*(volatile unsigned char *)0x5344)\nvoid f(void)\n{\n    TIM4_SR = 0;\n}\n",
    ),
    "an AVR's port": registers("avr", "ATmega88", "#include <avr/io.h>\nvoid f(void)\n{\n    PORTB |= 1;\n}\n"),
    "a structure as ST has it": registers("cortex-m", "STM32F103", STRUCTURE),
    "the crystal of every lesson": clock("mcs51", "AT89S52", 11_059_200),
    "just in time": clock("avr", "ATmega328P", 20_000_000),
    "a clock of a part that is not on file": clock("mcs51", "W78E52", 100_000_000),
    "to the last byte": sizes("mcs51", "AT89C2051", 2048, 128),
    "behind the bus": sizes("mcs51", "AT89S52", 100, 10, 65536),
    "on the chip": sizes("mcs51", "STC12C5A60S2", 60000, 200, 1024),
}

DROPPED = {
    "no timer 2": (
        registers("mcs51", "AT89S51", "#include <8052.h>\nvoid f(void)\n{\n    TR2 = 1;\n}\n"), "unknown-register",
        "line 4: the AT89S51 has no register at 0xCA (`TR2`)",
    ),
    "a bit that is not there": (
        registers("mcs51", "AT89S51", "#include <8052.h>\nvoid f(void)\n{\n    ET2 = 1;\n}\n"), "unknown-register",
        "line 4: the AT89S51 has no bit `ET2` (IE.5)",
    ),
    "a pin that is not there": (
        registers("mcs51", "AT89C2051", "#include <8052.h>\n#define LED P2_0\nvoid f(void)\n{\n    LED = 1;\n}\n"),
        "unknown-register", "line 5: the AT89C2051 has no register at 0xA0 (`P2_0`)",
    ),
    "the watchdog of another STC": (
        registers("mcs51", "STC89C52RC", "__sfr __at(0xC1) WDT_CONTR;\nvoid f(void)\n{\n    WDT_CONTR = 1;\n}\n"),
        "unknown-register", "line 4: `WDT_CONTR` of the STC89C52RC lies at 0xE1, not at 0xC1",
    ),
    "the timer of a larger STM8": (
        registers("stm8", "STM8S103", TIM4), "unknown-register",
        "`TIM4_SR` of the STM8S103 lies at 0x5344, not at 0x5342",
    ),
    "a member in the wrong place": (
        registers("cortex-m", "STM32F103", STRUCTURE.replace("IDR, ODR", "ODR")), "unknown-register",
        "line 8: `GPIOC_ODR` of the STM32F103 lies at 0x4001100C, not at 0x40011008",
    ),
    "too fast": (clock("avr", "ATmega168", 24_000_000), "clock-out-of-range", "runs at 0 to 20,000,000 Hz"),
    "a part's own limit": (clock("mcs51", "AT89LS52", 24_000_000), "clock-out-of-range", "the AT89LS52"),
    "too long": (sizes("mcs51", "AT89C2051", 2049, 10), "too-much-code", "the AT89C2051 has 2,048"),
    "too many variables": (sizes("mcs51", "AT89S51", 100, 129), "too-much-ram", "129 bytes of RAM"),
    "no bus": (sizes("mcs51", "AT89C2051", 100, 10, 1), "too-much-xram", "the AT89C2051 has 0"),
    "a part's own flash": (sizes("stm8", "STM8S105C4", 16385, 10), "too-much-code", "the STM8S105C4 has 16,384"),
}  # fmt: skip


@pytest.mark.parametrize("name", KEPT)
def test_what_fits_its_chip_passes(name: str) -> None:
    """Registers, clock and sizes."""
    verdict = KEPT[name]()
    assert verdict.passed and verdict.gate == "chip", verdict.evidence


@pytest.mark.parametrize("name", DROPPED)
def test_what_does_not_fit_its_chip_fails_for_its_reason(name: str) -> None:
    """With the place or the numbers as evidence."""
    judge, reason, said = DROPPED[name]
    verdict = judge()
    assert (verdict.outcome, verdict.reason) == ("failed", reason)
    assert said in verdict.evidence
    assert reason != "unknown-register" or verdict.diagnostics
