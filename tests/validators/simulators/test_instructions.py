"""Our core against uCsim: the same registers, memory, program counter and cycles after the same instructions."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from tests.validators.simulators import ucsim
from tests.validators.simulators.streams import OPCODES, Stream, intel_hex
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Job, Simulator

CARRY, AUXILIARY = 0x80, 0x40


def assert_same(sandbox: Sandbox, simulator: Simulator, images: Sequence[bytes]) -> None:
    """Each image, run until it runs over its end, leaves both simulators in the same state."""
    jobs = [Job(image, fill=0, limit=10_000_000, stop_after=10_000_000) for image in images]
    traces = simulator.run(jobs)
    assert {trace.outcome for trace in traces} == {"illegal-opcode"}
    runs = [ucsim.Run(image, trace.instructions) for image, trace in zip(images, traces, strict=True)]
    theirs = ucsim.states(sandbox, runs)
    assert [ucsim.State.of(trace).comparable for trace in traces] == [state.comparable for state in theirs]


def test_every_opcode_leaves_the_state_that_ucsim_leaves(sandbox: Sandbox, simulator: Simulator) -> None:
    """Forty random programs, each with all 255 opcodes twice, end in the same state after the same cycles."""
    streams = [Stream(Random(f"instructions {number}"), passes=2) for number in range(40)]
    assert all(stream.opcodes == set(OPCODES) for stream in streams)
    assert_same(sandbox, simulator, [stream.hex for stream in streams])


def all_pairs(psw: int, op: Sequence[int]) -> bytes:
    """An image that does `op` on all pairs of A and R1 = B, and mixes results and flags into R6 and R7."""
    start = [0x78, 0, 0x79, 0, 0x7E, 0, 0x7F, 0]  # MOV R0,#0; R1; R6; R7
    loop = [0x75, 0xD0, psw, 0xE9, 0xF5, 0xF0, 0xE8, *op]  # MOV PSW,#psw; MOV A,R1; MOV B,A; MOV A,R0; op
    loop += [0xAD, 0xD0, 0xAC, 0xF0]  # MOV R5,PSW; MOV R4,B
    loop += [
        0x6F,
        0x23,
        0x2D,
        0x6C,
        0xFF,
        0x3E,
        0xFE,
    ]  # XRL A,R7; RL A; ADD A,R5; XRL A,R4; MOV R7,A; ADDC A,R6; MOV R6,A
    for count in (0xD9, 0xD8):  # DJNZ R1; DJNZ R0
        loop += [count, -(len(loop) + 2) & 255]
    return intel_hex(bytes(start + loop))


def test_arithmetic_agrees_on_every_pair_of_operands(sandbox: Sandbox, simulator: Simulator) -> None:
    """ADD, ADDC, SUBB, MUL, DIV and DA give uCsim's results and flags for all 65,536 pairs, each carry-in."""
    add, addc, subb, multiply, divide, adjust = 0x29, 0x39, 0x99, 0xA4, 0x84, 0xD4
    images = [all_pairs(0, [op]) for op in (add, addc, subb, multiply, divide)]
    images += [all_pairs(CARRY, [op]) for op in (addc, subb)]
    images += [all_pairs(psw, [adjust]) for psw in (0, CARRY, AUXILIARY, CARRY | AUXILIARY)]
    assert_same(sandbox, simulator, images)


@pytest.mark.parametrize(
    "code",
    [
        pytest.param([0xC0, 0x81, 0xC0, 0x81], id="PUSH SP"),
        pytest.param([0x75, 0x08, 0x33, 0x75, 0x81, 0x08, 0xD0, 0x81], id="POP SP"),
        pytest.param([0x75, 0x81, 0x7F, 0xC0, 0x81, 0xC0, 0x81], id="the stack above 0x7F is RAM, not registers"),
        pytest.param([0x78, 0x90, 0x76, 0x12, 0xE5, 0x90, 0xFA, 0xE6], id="@R0 above 0x7F is RAM, direct is P1"),
    ],
)
def test_the_stack_pointer_and_upper_memory_behave_as_in_ucsim(
    sandbox: Sandbox, simulator: Simulator, code: list[int]
) -> None:
    """The cases that random programs leave out because they would lose their stack."""
    assert_same(sandbox, simulator, [intel_hex(bytes(code))])
