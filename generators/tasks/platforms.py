"""How people speak of the targets: the family of chips, the compiler and its command, the simulator."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Platform:
    """One target in words. `family_zh` is the family with its Chinese noun; `command` compiles a file for it.

    `option` is what of the compiler's options a size depends on, "" where that is the seed's memory model.
    """

    target: str
    family: str
    family_zh: str
    tool: str
    command: str
    option: str
    simulator: str

    @property
    def facts(self) -> frozenset[str]:
        """What phrases may ask: `avr`, `not-mcs51`, ...; `numbered` or `by-name`, as C ties handlers to vectors."""
        handlers = "numbered" if self.tool == "SDCC" else "by-name"
        return frozenset((self.target, handlers, *(f"not-{other}" for other in PLATFORMS if other != self.target)))


PLATFORMS: Mapping[str, Platform] = {
    one.target: one
    for one in (
        Platform("mcs51", "8051", "51 单片机", "SDCC", "sdcc -mmcs51", "", "8051 simulator"),
        Platform("stm8", "STM8", "STM8 单片机", "SDCC", "sdcc -mstm8", "", "STM8 simulator"),
        Platform(
            "avr", "AVR", "AVR 单片机", "avr-gcc", "avr-gcc -mmcu=atmega328p -Os", "`-Os`", "AVR simulator"
        ),
        Platform(
            "cortex-m", "STM32", "STM32", "arm-none-eabi-gcc", "arm-none-eabi-gcc -mcpu=cortex-m3 -mthumb -Os",
            "`-Os`", "Cortex-M3 simulator",
        ),
    )
}  # fmt: skip
"""The targets by name."""
