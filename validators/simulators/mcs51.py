"""The 8051 oracle: an 8052 with 64 KB of external RAM.

A port reads as latch AND pins, and pins that nobody feeds are high. In its traces a flag that the program cleared after
it saw it set is told by its bit address: `A99` is TI. `tests/validators/simulators/` compares it with uCsim, opcode by
opcode.
"""

from __future__ import annotations

from validators.simulators.machine import Machine

MCS51 = Machine(
    name="mcs51",
    core="mcs51",
    registers={
        0x80: "P0", 0x87: "PCON", 0x88: "TCON", 0x89: "TMOD", 0x8A: "TL0", 0x8B: "TL1", 0x8C: "TH0", 0x8D: "TH1",
        0x90: "P1", 0x98: "SCON", 0x99: "SBUF", 0xA0: "P2", 0xA8: "IE", 0xB0: "P3", 0xB8: "IP", 0xC8: "T2CON",
        0xC9: "T2MOD", 0xCA: "RCAP2L", 0xCB: "RCAP2H", 0xCC: "TL2", 0xCD: "TH2",
    },
    counts_cycles=True,
    cycles_per_cpu_second=5_000_000,  # 30 million were the fewest seen
)  # fmt: skip
"""Registers are those of the 8052. Cycles are machine cycles, twelve clocks each."""
