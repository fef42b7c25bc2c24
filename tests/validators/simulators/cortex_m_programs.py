"""C programs with their harness, built for the simulated STM32F103, and traces in which registers have their names."""

from __future__ import annotations

import re

from validators.sandbox.runner import Sandbox
from validators.simulators.cortex_m import BUILD, CORTEX_M, board
from validators.simulators.machine import CYCLE_LIMIT, Job, Simulator, Trace, header

REGISTERS = "\n".join(f"#define {name} (*(volatile uint32_t *)0x{at:X})" for at, name in CORTEX_M.registers.items())
"""Each register as an lvalue, named as in ST's header."""

START = f"#include <stdint.h>\n{REGISTERS}\n"
ASM = '#define ASM(text) __asm__ volatile(text ::: "r0", "r1", "cc", "memory")\n'
TICK, WAIT, MASK, UNMASK = "SysTick_CTRL = 3;", 'ASM("wfi");', 'ASM("cpsid i");', 'ASM("cpsie i");'
COUNT_TICKS = "volatile uint32_t ticks; void SysTick_Handler(void) { ticks++; }\n"


class Chip:
    """The simulated chip, which builds what it runs."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self.simulator = Simulator(sandbox, CORTEX_M)

    def build(self, program: str, body: str) -> bytes:
        """The image of a program and the body of its harness's main."""
        unit = f'{START}{ASM}{program}\n#include "sim.h"\nvoid main(void)\n{{{body}}}\n'
        files = {**board(), "sim.h": header(), "unit.c": unit.encode()}
        done = self._sandbox.run(BUILD, files=files, keep=["unit.elf"])
        assert done.ok, done.stderr.decode()
        return done.files["unit.elf"]

    def run(self, program: str, body: str, limit: int = CYCLE_LIMIT) -> Trace:
        """What one run of it did."""
        return self.simulator.run([Job(self.build(program, body), limit=limit)])[0]


def told(trace: Trace) -> list[str]:
    """The events; `W GPIOA_ODR 1F` is a register written, `R` one read, `A TIM2_SR.0` a flag answered."""
    return [_named(event) for event in trace.events.split()]


def _named(event: str) -> str:
    access = re.fullmatch(r"([WR])([0-9A-F]{8})=([0-9A-F]+)", event)
    answer = re.fullmatch(r"A([0-9A-F]{8})\.(\d+)", event)
    if access:
        kind, at, value = access.groups()
        return f"{kind} {CORTEX_M.registers.get(int(at, 16), at)} {int(value, 16):X}"
    if answer:
        return f"A {CORTEX_M.registers[int(answer[1], 16)]}.{answer[2]}"
    return event
