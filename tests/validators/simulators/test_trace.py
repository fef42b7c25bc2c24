"""What a trace holds besides events: stimuli, the stack, stamps, coverage; and what memory at power-up shows."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable

from tests.validators.simulators.streams import intel_hex
from validators.simulators.machine import Job, Simulator, Trace

Run = Callable[..., Trace]


def test_each_stimulus_is_in_the_trace(run: Run) -> None:
    """In its place among the other events, so that a stored trace says what the program was given."""
    trace = run("", "P1 = 1; P2 = SIM_DRAW(7, 7); SIM_FEED(SIM_P1, SIM_DRAW(0, 0xFFFFFFFF)); SIM_REPORT(P1);")
    assert trace.events == "W90=01 D7 WA0=07 D0 R90=00 V0"


def test_an_uninitialised_read_differs_between_two_fills(run: Run) -> None:
    """Of external memory; internal memory is cleared by sdcc's start-up code."""
    program = "volatile __xdata __at(0x4000) uint8_t far;"
    first, second, again = (run(program, "SIM_REPORT(far);", fill=fill) for fill in (1, 2, 1))
    assert first.events != second.events
    assert first == again
    assert {run(program, "far = 3; SIM_REPORT(far);", fill=fill).events for fill in (1, 2)} == {"V3"}


def test_stamps_are_the_cycles_of_the_events(run: Run) -> None:
    """One an event, never earlier than the one before, and no later than the end."""
    body = "uint8_t i; for (i = 0; i < 50; i++) { SIM_MARK(i); P1 = SIM_DRAW(0, 255); SIM_REPORT(P1); }"
    trace = run("", body, stamps=True)
    assert len(trace.stamps) == len(trace.events.split()) == 250
    assert list(trace.stamps) == sorted(trace.stamps)
    assert trace.stamps[0] > 0
    assert trace.stamps[-1] <= trace.cycles
    assert dataclasses.replace(trace, stamps=()) == run("", body)


def test_a_stamp_counts_the_cycles_between_two_writes(simulator: Simulator) -> None:
    """MOV P1,#1 takes two machine cycles, NOP one."""
    code = bytes.fromhex("75 90 01  00 00 00  75 90 02  A5")
    assert simulator.run([Job(intel_hex(code), stamps=True)])[0].stamps == (2, 7)


def test_the_stack_is_measured_at_its_deepest(run: Run) -> None:
    """Three bytes a level of a function that calls itself: its return address, and n, which it needs afterwards."""
    program = "void deep(uint8_t n) __reentrant { if (n) deep(n - 1); P1 = n; }"
    depths = [run(program, f"deep({depth}); P2 = 1; deep(0); P2 = 2;").stack for depth in (0, 1, 5, 9)]
    assert depths == [4, 7, 19, 31]


def test_the_stack_counts_from_where_the_harness_began(run: Run) -> None:
    """Two bytes are the harness's own return address; a call adds two, an interrupt two and what it saves."""
    program = "void leaf(void) { P1 = 1; } void tick(void) __interrupt(1) { P1 = 2; }"
    assert run(program, "P2 = 1;").stack == 2
    assert run(program, "leaf(); P2 = 1;").stack == 4
    assert run(program, "IE = 0x82; SIM_INTERRUPT(1); P2 = 1;").stack == 4
    assert run(program, "P2 = 1;", limit=100_000).stack == 2


def test_the_stack_counts_space_that_is_only_reserved(simulator: Simulator) -> None:
    """A program that moves the stack pointer itself uses what lies below it."""
    moved = bytes.fromhex("75 81 27  75 81 07  80 FE")
    assert simulator.run([Job(intel_hex(moved), limit=100)])[0].stack == 0x20


def test_coverage_tells_what_ran_and_which_way_jumps_went(simulator: Simulator) -> None:
    """JZ that never jumps, DJNZ that does both, JNZ that always does; a jump over code that never runs."""
    code = {
        0x00: "74 01",  # MOV A,#1
        0x02: "60 06",  # JZ 0Ah
        0x04: "78 03",  # MOV R0,#3
        0x06: "D8 FE",  # DJNZ R0,06h
        0x08: "70 01",  # JNZ 0Bh
        0x0A: "00",  # NOP
        0x0B: "A5",
    }
    job = Job(intel_hex(bytes.fromhex("".join(code.values()))))
    assert simulator.run([dataclasses.replace(job, coverage=True)])[0].coverage == "0,2-,4,6*,8+,B"
    assert simulator.run([job])[0].coverage == ""


def test_coverage_of_one_job_is_not_seen_by_the_next(simulator: Simulator) -> None:
    """Also after one that ran elsewhere: by way of 10h to 20h, and straight there."""
    first, second = bytearray(b"\xa5" * 0x21), bytearray(b"\xa5" * 0x21)
    first[:3], first[0x10:0x13], second[:3] = b"\x02\x00\x10", b"\x02\x00\x20", b"\x02\x00\x20"
    traces = simulator.run([Job(intel_hex(bytes(code)), coverage=True) for code in (first, second, first)])
    assert [trace.coverage for trace in traces] == ["0,10,20", "0,20", "0,10,20"]
