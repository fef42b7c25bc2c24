"""Our STM8 core against uCsim: the same registers, memory and program counter after the same instructions."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

import pytest

from tests.validators.simulators import ucsim_stm8
from tests.validators.simulators.stm8_streams import (
    PREFIXES,
    SLEEPS,
    UNKNOWN_TO_UCSIM,
    Stream,
    instructions,
    intel_hex,
)
from tests.validators.simulators.ucsim import Run
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Job, Simulator, Trace
from validators.simulators.stm8 import STM8

BREAK = (0x00, 0x8B)
WORDS = (
    0, 1, 2, 3, 0x7F, 0x80, 0x81, 0xFE, 0xFF, 0x100, 0x101, 0xFFF, 0x1000, 0x7EFF, 0x7F80, 0x7FFE, 0x7FFF, 0x8000,
    0x8001, 0x80FF, 0xA5C3, 0xFEFF, 0xFF00, 0xFF7F, 0xFFFE, 0xFFFF,
)  # fmt: skip


@pytest.fixture(scope="module")
def stm8(sandbox: Sandbox) -> Simulator:
    return Simulator(sandbox, STM8)


def run_out(simulator: Simulator, images: Sequence[bytes]) -> list[Trace]:
    """Traces of the images, each run until it runs over its end."""
    traces = simulator.run([Job(image, fill=0, limit=50_000_000, stop_after=50_000_000) for image in images])
    assert {trace.outcome for trace in traces} == {"illegal-opcode"}
    return traces


def assert_same(sandbox: Sandbox, simulator: Simulator, images: Sequence[bytes]) -> tuple[list[Trace], list[int]]:
    """Each image leaves both simulators in the same state; our traces, and uCsim's clocks."""
    traces = run_out(simulator, images)
    runs = [Run(image, trace.instructions) for image, trace in zip(images, traces, strict=True)]
    theirs, clocks = ucsim_stm8.states(sandbox, runs)
    assert [ucsim_stm8.State.of(trace) for trace in traces] == theirs
    return traces, clocks


def first(simulator: Simulator, code: str) -> Trace:
    """The trace of an image of these bytes, run until it runs over its end."""
    return simulator.run([Job(intel_hex(bytes.fromhex(code)), fill=0, stop_after=1000)])[0]


def state(simulator: Simulator, code: str) -> ucsim_stm8.State:
    return ucsim_stm8.State.of(first(simulator, code))


def test_the_instructions_are_those_that_ucsim_knows(sandbox: Sandbox, stm8: Simulator) -> None:
    """Each opcode behind each prefix, but for BREAK, which is the debugger's, and two that uCsim forgot."""
    codes = [(prefix, op) for prefix in PREFIXES for op in range(256) if prefix or op not in PREFIXES[1:]]
    code_of = {(prefix, op): bytes([prefix, op] if prefix else [op]) + bytes(4) for prefix, op in codes}
    known = dict(zip(codes, ucsim_stm8.known(sandbox, [code_of[code] for code in codes]), strict=True))
    traces = stm8.run([Job(intel_hex(code_of[code]), fill=0, stop_after=1) for code in codes])
    ours = {code for code, trace in zip(codes, traces, strict=True) if trace.outcome != "illegal-opcode"}
    assert {code for code in codes if known[code]} == (ours - set(UNKNOWN_TO_UCSIM)) | {BREAK}
    assert ours == set(instructions())


def test_every_instruction_leaves_the_state_that_ucsim_leaves(sandbox: Sandbox, stm8: Simulator) -> None:
    """Sixty random programs, each with all 600 instructions, end in the same state, in about uCsim's clocks."""
    streams = [Stream(Random(f"instructions {number}"), 1, UNKNOWN_TO_UCSIM) for number in range(60)]
    expected = set(instructions()) - {*SLEEPS, *UNKNOWN_TO_UCSIM}
    assert all(stream.done == expected for stream in streams)
    traces, clocks = assert_same(sandbox, stm8, [stream.hex for stream in streams])
    assert all(1.05 < clock / trace.cycles < 1.15 for trace, clock in zip(traces, clocks, strict=True))


# The loops below have their operands at $10 and $12 (bytes: $10 and $11) and mix results and flags into $16 and $17.
ROTATE = "48 A9 00"  # SLL A; ADC A,#0
MIX = f"{ROTATE} B7 16 84 BB 17 B8 16 {ROTATE} B7 17"  # LD $16,A; POP A; ADD A,$17; XOR A,$16; LD $17,A
FOLD_A = f"8A B8 16 {MIX}"  # PUSH CC; XOR A,$16
FOLD_X = f"8A BF 14 B6 14 B8 16 B8 15 {MIX}"  # PUSH CC; LDW $14,X; LD A,$14; XOR A,$16; XOR A,$15
LOAD_A, LOAD_X, LOAD_Y = "B6 10", "BE 10", "90 BE 10"
WITHOUT_Z = "88 8A 84 A4 FD 88 86 84"  # what uCsim gives the wrong way round after a division
FLAGS = (0x00, 0x97)  # none, and V H N Z C


def each(bodies: Sequence[str]) -> bytes:
    """The bodies, each under all of FLAGS."""
    return bytes.fromhex("".join(f"4B {cc:02X} 86 {body}" for body in bodies for cc in FLAGS))


def count(address: int, step: int, end: int, again: int) -> bytes:
    """Add the step to a byte of RAM and jump back until it is `end`."""
    return bytes.fromhex(f"B6 {address:02X} AB {step:02X} B7 {address:02X} A1 {end:02X} 27 03 CC {again:04X}")


def over_bytes(bodies: Sequence[str], step: int) -> bytes:
    """An image that does the bodies for each byte at $10 and every so many bytes at $11."""
    start = bytes.fromhex("AE07FF 94 3F10 3F11 3F16 3F17")
    loop = 0x8000 + len(start)
    inner = bytes.fromhex(f"B6 11 AB {step:02X} B7 11 25 03 CC {loop:04X}")  # until ADD carries, to begin elsewhere
    return intel_hex(start + each(bodies) + inner + count(0x10, 1, 0, loop))


def over_words(bodies: Sequence[str]) -> bytes:
    """An image that does the bodies for each pair of WORDS at $10 and $12."""
    table = b"".join(word.to_bytes(2, "big") for word in WORDS)
    start = bytes.fromhex(f"CC {0x8003 + len(table):04X}") + table + bytes.fromhex("AE07FF 94 3F16 3F17 3F20 3F21")
    loop = 0x8000 + len(start)
    fetch = "".join(f"5F B6 {index} 97 DE 8003 BF {to}" for index, to in (("20", "10"), ("21", "12")))
    code = start + bytes.fromhex(fetch) + each(bodies) + count(0x21, 2, len(table), loop) + bytes.fromhex("3F 21")
    return intel_hex(code + count(0x20, 2, len(table), loop))


def test_arithmetic_agrees_on_many_operands(sandbox: Sandbox, stm8: Simulator) -> None:
    """Results and flags of all that computes: 5,120 pairs of bytes, 676 of words, with the flags clear and set."""
    binary = [f"{LOAD_A} {op} 11 {FOLD_A}" for op in ("BB", "B9", "B0", "B2", "B1", "B4", "BA", "B8", "B5")]
    binary += [f"5F B6 11 97 B6 10 42 {FOLD_X}"]  # MUL X,A
    binary += [f"{LOAD_X} B6 11 62 {WITHOUT_Z} {fold}" for fold in (FOLD_A, FOLD_X)]  # DIV X,A
    unary = [f"{LOAD_A} 4{op} {FOLD_A}" for op in "0346789ACDEF"]
    words = [f"{LOAD_X} {op} 00 12 {FOLD_X}" for op in ("72 BB", "72 B0")] + [f"{LOAD_X} B3 12 {FOLD_X}"]
    words += [f"{LOAD_Y} 72 B9 00 12 93 {FOLD_X}"]
    words += [f"{LOAD_X} 5{op} {FOLD_X}" for op in "0346789ACDEF"]
    words += [f"{LOAD_X} 90 BE 12 65 {WITHOUT_Z} {swap} {FOLD_X}" for swap in ("", "51")]  # DIVW; EXGW
    assert_same(sandbox, stm8, [over_bytes(binary, 13), over_bytes(unary, 255), over_words(words)])


@pytest.mark.parametrize(
    ("code", "cc"),
    [
        pytest.param("AE 00 07 A6 08 62", 0x2A, id="DIV sets Z when the quotient is zero"),
        pytest.param("AE 00 08 A6 08 62", 0x28, id="and not when it is one"),
        pytest.param("AE 00 07 90 AE 00 08 65", 0x2A, id="so does DIVW"),
        pytest.param("AE 00 08 90 AE 00 08 65", 0x28, id="and not when it is one either"),
        pytest.param("AE 00 08 4F 62", 0x2B, id="a division by zero sets C"),
        pytest.param("4B FF 86", 0xBF, id="bit 6 of CC is always 0"),
    ],
)
def test_flags_that_ucsim_has_otherwise_follow_the_manual(stm8: Simulator, code: str, cc: int) -> None:
    """PM0044, DIV and DIVW; CC's description in section 3.2."""
    assert state(stm8, code).cc == cc


@pytest.mark.parametrize(("cc", "masked"), [(0x00, False), (0x08, False), (0x20, False), (0x28, True)])
def test_interrupts_are_masked_when_both_bits_are_set(stm8: Simulator, cc: int, masked: bool) -> None:
    """JRM jumps over an INC A, JRNM does not: uCsim takes one bit for enough."""
    assert [state(stm8, f"4B {cc:02X} 86 90 {op} 01 4C").a for op in ("2D", "2C")] == [int(not masked), int(masked)]


def test_what_ucsim_lacks_works(stm8: Simulator) -> None:
    """SUBW Y,long; LDF [pointer],A."""
    assert state(stm8, "35 12 0040 35 34 0041 90AE FFFF 72B2 0040").y == 0xFFFF - 0x1234
    assert state(stm8, "35 01 0041 35 23 0042 A6 5A 92BD 0040").ram[0x123] == 0x5A


@pytest.mark.parametrize(
    ("code", "cycles"),
    [
        pytest.param("9D 9D 9D", 3, id="NOP"),
        pytest.param("27 00 26 00 20 00", 1 + 2 + 2, id="a jump that is taken costs one more"),
        pytest.param("72 00 0040 00 72 01 0040 00", 2 + 3, id="BTJT and BTJF too"),
        pytest.param("CD 8005 20 01 81", 4 + 4 + 2, id="CALL and RET"),
        pytest.param("A6 03 AE 0064 62", 1 + 2 + 17, id="DIV has its most"),
        pytest.param("35 80 0040 35 0B 0041 92 CC 40", 1 + 1 + 5, id="JP through a pointer"),
        pytest.param("72 BB 0040 50 3F 40 92 C6 40", 2 + 2 + 1 + 4, id="words, and LD through a pointer"),
        pytest.param("4B 80 4B 00 4B 00 89 90 89 88 8A 80", 3 + 2 + 2 + 2 + 11, id="IRET"),
    ],
)
def test_cycles_are_those_of_the_manual(stm8: Simulator, code: str, cycles: int) -> None:
    """PM0044, section 7.4."""
    assert first(stm8, code).cycles == cycles
