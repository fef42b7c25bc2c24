"""A program with its harness on both simulators: uCsim is fed by hand what ours fed by itself."""

from __future__ import annotations

import re

import pytest

from tests.validators.simulators import ucsim
from tests.validators.simulators.programs import build
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Job, Simulator

PROGRAM = """
#include <8052.h>
#include <stdint.h>
#define CLOCK P1_0
#define OUT P1_1
#define IN P1_2

uint8_t spi_swap(uint8_t byte)
{
    uint8_t i;
    for (i = 0; i < 8; i++) {
        OUT = byte >> 7;
        CLOCK = 1;
        byte = (byte << 1) | IN;
        CLOCK = 0;
    }
    return byte;
}

uint16_t keys(void)
{
    P2 = 0xF0;
    return (uint16_t)P2 << 8 | (P3 & 0x3C);
}
"""

HARNESS = """
void main(void)
{
    uint8_t i, j, byte;
    for (i = 0; i < 8; i++) {
        byte = (uint8_t)SIM_DRAW(0, 255);
        for (j = 0; j < 8; j++)
            SIM_FEED(SIM_P1, byte & (0x80 >> j) ? 0xFF : 0x00);
        SIM_EXPECT(spi_swap(~byte), byte);
        SIM_FEED(SIM_P2, byte);
        SIM_FEED(SIM_P3, SIM_DRAW(0, 100));
        SIM_REPORT(keys() * 31u);
    }
    SIM_DONE();
}
"""


@pytest.mark.parametrize("draw", [0, 1])
def test_a_harness_replayed_on_ucsim_ends_in_the_same_state(sandbox: Sandbox, simulator: Simulator, draw: int) -> None:
    """With the pins set before each read of a port and the monitor's answers put in place, state and cycles agree."""
    image = build(sandbox, PROGRAM, HARNESS)["ihx"]
    trace = simulator.run([Job(image, fill=0, draw=draw, stop_after=1_000_000)])[0]
    assert trace.outcome == "done"
    before = []
    reads = 0
    for event in trace.events.split():
        if read := re.fullmatch(r"R([89AB])0=(..)@(\d+)", event):
            reads += 1
            before.append((int(read[3]), f"set hw port[{int(read[1], 16) - 8}] 0x{read[2]}"))
        if answer := re.fullmatch(r"N([0-9A-F]+)@(\d+)", event):
            value = int(answer[1], 16).to_bytes(4, "little")
            before.append((int(answer[2]) + 1, "set mem xram 0xff0c " + " ".join(f"0x{byte:02x}" for byte in value)))
    assert reads == 8 * (8 + 2)
    replayed = ucsim.states(sandbox, [ucsim.Run(image, trace.instructions, tuple(before))])[0]
    assert replayed.comparable == ucsim.State.of(trace).comparable
