"""The simulator as a program: how runs end, what it does with broken images, and its cache."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from random import Random

import pytest

from tests.validators.simulators.programs import build as build_program
from tests.validators.simulators.streams import intel_hex
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import CoreFailed, Job, Simulator, build
from validators.simulators.mcs51 import MCS51

SELF_JUMP = bytes([0x80, 0xFE])


@pytest.mark.parametrize(
    ("outcome", "code"),
    [
        pytest.param("illegal-opcode", "A5", id="the one opcode that does not exist"),
        pytest.param("illegal-opcode", "02 12 34", id="a jump into erased memory"),
        pytest.param("cycle-limit", "80 FE", id="a jump to itself"),
        pytest.param("cycle-limit", "00 80 FD", id="a longer endless loop"),
        pytest.param("asleep", "43 87 02 80 FE", id="power-down"),
        pytest.param("stack-overflow", "12 00 00", id="endless recursion"),
        pytest.param("stack-overflow", "75 81 00 D0 E0 22", id="pops below address 0"),
        pytest.param("event-limit", "B2 90 80 FC", id="a port toggled for ever"),
        pytest.param("illegal-command", "90 FF 0A 74 63 F0", id="a monitor command that does not exist"),
    ],
)
def test_a_run_always_ends_with_a_named_outcome(simulator: Simulator, outcome: str, code: str) -> None:
    """Whatever an image does."""
    trace = simulator.run([Job(intel_hex(bytes.fromhex(code)))])[0]
    assert trace.outcome == outcome
    assert not trace.passed


def test_twenty_thousand_events_are_kept_of_a_port_toggled_for_ever(simulator: Simulator) -> None:
    """The cap is exact, so that traces at the limit compare too."""
    trace = simulator.run([Job(intel_hex(bytes.fromhex("B2 90 80 FC")))])[0]
    assert len(trace.events.split()) == 20_000


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(b"", id="nothing"),
        pytest.param(b"hello\n", id="text"),
        pytest.param(b":0100000000FE\n:00000001FF\n", id="a wrong checksum"),
        pytest.param(b":0100000000FF\n", id="no end record"),
        pytest.param(b":10FFF8" + b"00" * 18 + b"\n", id="beyond 64 KB"),
        pytest.param(b":FF0000\n:00000001FF\n", id="a record shorter than it says"),
        pytest.param(b":" + b"F" * 5000, id="an endless record"),
    ],
)
def test_an_image_that_is_not_intel_hex_is_refused(simulator: Simulator, image: bytes) -> None:
    """And nothing of it is run."""
    trace = simulator.run([Job(image)])[0]
    assert (trace.outcome, trace.instructions) == ("bad-image", 0)


def test_random_images_and_broken_text_never_break_the_simulator(simulator: Simulator) -> None:
    """Each job is answered, and the answers are the same the second time."""
    random = Random("broken images")
    images = []
    for _ in range(60):
        text = bytearray(intel_hex(random.randbytes(random.choice((40, 700, 4000)))))
        if random.random() < 0.3:
            text[random.randrange(len(text))] = random.randrange(256)
        images.append(bytes(text))
    jobs = [Job(image, fill=number, draw=number % 2, limit=50_000) for number, image in enumerate(images)]
    assert simulator.run(jobs) == simulator.run(jobs)


def test_jobs_do_not_see_each_other(simulator: Simulator) -> None:
    """A job gives the same trace alone as after jobs that left memory, feeds and queues behind."""
    noisy = Job(intel_hex(bytes.fromhex("B2 90 80 FC")), limit=5000)
    plain = Job(intel_hex(bytes.fromhex("E5 90 F5 A0 E0 F5 80 80 FE")), limit=5000)
    assert simulator.run([noisy, plain, noisy, plain])[3] == simulator.run([plain])[0]


def test_queues_do_not_outlive_their_job(simulator: Simulator, sandbox: Sandbox) -> None:
    """Bytes, interrupts and feeds that one run left waiting do not reach the next."""
    left = "SIM_RX(1); SIM_FEED(SIM_P1, 0); SIM_INTERRUPT_ON_IDLE(1); SIM_INTERRUPT_AFTER(1, 0); P2 = 1;"
    found = "SCON = 0x50; SIM_REPORT(RI); SIM_REPORT(P1); SIM_EXPECT_NO_WRITE(SIM_P2); IE = 0x82; PCON |= 1;"
    bodies = [f"void main(void) {{ {body} }}" for body in (left, found)]
    images = [build_program(sandbox, "#include <8052.h>\n", body)["ihx"] for body in bodies]
    traces = simulator.run([Job(image) for image in images])
    assert traces[1].outcome == "asleep"
    assert traces[1].events == "W98=50 V0 R90=FF VFF E1:none WA8=82 W87=01"


def test_memory_at_power_up_depends_on_the_fill_only(simulator: Simulator) -> None:
    """MOV P1,40h shows internal RAM, MOVX external RAM; fill 0 is zero."""
    image = intel_hex(bytes.fromhex("85 40 90 90 10 00 E0 F5 A0 80 FE"))
    traces = simulator.run([Job(image, fill=fill, limit=100) for fill in (0, 1, 1, 2)])
    assert traces[0].events == "W90=00 WA0=00"
    assert traces[1] == traces[2]
    assert len({trace.events for trace in traces}) == 3


def test_a_jump_to_itself_reports_the_whole_limit(simulator: Simulator) -> None:
    """Without spending the time."""
    assert simulator.run([Job(intel_hex(SELF_JUMP), limit=123_456_789)])[0].cycles == 123_456_789


def test_a_trace_cannot_be_changed(simulator: Simulator) -> None:
    """It is evidence."""
    trace = simulator.run([Job(intel_hex(SELF_JUMP))])[0]
    with pytest.raises(dataclasses.FrozenInstanceError):
        trace.outcome = "done"  # type: ignore[misc]


def test_no_jobs_are_no_traces(simulator: Simulator) -> None:
    """And the simulator is not started."""
    assert simulator.run([]) == []


def test_the_executable_is_compiled_once_a_cache(sandbox: Sandbox, tmp_path: Path) -> None:
    """The second build reads the file that the first one left, under a name made from the sources."""
    first = build(sandbox, MCS51, tmp_path / "new")
    runs = sandbox.runs
    assert build(sandbox, MCS51, tmp_path / "new") == first
    assert sandbox.runs == runs
    assert [file.name.startswith("mcs51-") for file in (tmp_path / "new").iterdir()] == [True]


def test_a_simulator_that_does_not_answer_is_an_error_and_not_a_trace(sandbox: Sandbox, tmp_path: Path) -> None:
    """A broken executable in the cache must not pass for a verdict."""
    build(sandbox, MCS51, tmp_path)
    next(tmp_path.iterdir()).write_bytes(b"#!/bin/false\n")
    with Sandbox() as other, pytest.raises(CoreFailed, match="does not start"):
        Simulator(other, MCS51, tmp_path).run([Job(intel_hex(SELF_JUMP))])
