"""Which instructions read a port's pins and which its latch, opcode by opcode."""

from __future__ import annotations

import pytest

from tests.validators.simulators.streams import intel_hex
from validators.simulators.machine import Job, Simulator

P1, RAM = 0x90, 0x30
PINS = [0xE5, 0x25, 0x35, 0x45, 0x55, 0x65, 0x95, 0xC0, *range(0xA6, 0xB0)]
PINS_OF_A_BIT = [0x72, 0x82, 0xA0, 0xA2, 0xB0]
LATCH = [0x05, 0x15, 0x42, 0x52, 0x62]
LATCH_OF_A_BIT = [0x92, 0xB2, 0xC2, 0xD2]
WRITTEN = [0xF5, 0xD0, *range(0x86, 0x90)]

READS = [[op, P1] for op in PINS + PINS_OF_A_BIT]
READS += [[0x85, P1, RAM], [0xB5, P1, 0], [0x20, P1, 0], [0x30, P1, 0]]
READS_AND_WRITES = [[0xC5, P1]]
MODIFIES = [[op, P1] for op in LATCH + LATCH_OF_A_BIT]
MODIFIES += [[0x43, P1, 1], [0x53, P1, 1], [0x63, P1, 1], [0xD5, P1, 0], [0x10, P1, 0]]
WRITES = [[op, P1] for op in WRITTEN] + [[0x75, P1, 1], [0x85, RAM, P1]]


def traced(simulator: Simulator, code: list[int]) -> str:
    """The events of one instruction, by their letters, with P1's latch at 0xFF and the pins fed as 0x55."""
    feed = [0x90, 0xFF, 0x00, 0x74, P1, 0xF0, 0x90, 0xFF, 0x04, 0x74, 0x55, 0xF0, 0x90, 0xFF, 0x0A, 0x74, 0x01, 0xF0]
    trace = simulator.run([Job(intel_hex(bytes([*feed, *code])), fill=0)])[0]
    assert all(event.startswith(("R90=55", "W90=")) for event in trace.events.split())
    return "".join(event[0] for event in trace.events.split())


@pytest.mark.parametrize(
    ("codes", "events"),
    [
        pytest.param(READS, "R", id="what reads the pins takes one feed"),
        pytest.param(READS_AND_WRITES, "RW", id="XCH reads the pins and writes the latch"),
        pytest.param(MODIFIES, "W", id="read-modify-write takes none"),
        pytest.param(WRITES, "W", id="what only writes takes none"),
    ],
)
def test_pins_and_latch(simulator: Simulator, codes: list[list[int]], events: str) -> None:
    """The list of read-modify-write instructions is that of Intel's manual, section "Read-Modify-Write Feature"."""
    assert {bytes(code).hex(" "): traced(simulator, code) for code in codes} == {
        bytes(code).hex(" "): events for code in codes
    }
