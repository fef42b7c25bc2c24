"""A hostile image or harness against the simulator that runs it, and against the files beside it."""

from __future__ import annotations

import re
from collections.abc import Iterator

import pytest

from validators.sandbox.runner import Sandbox
from validators.simulators.machine import Job, Simulator
from validators.simulators.mcs51 import MCS51

INJECTED = b"/etc/passwd\t1\t0\t1000\t-\n1.image\t1\t0\t1000\t-\n"


def _hex(code: bytes) -> bytes:
    """Code at address 0 as Intel HEX."""
    lines = []
    for at in range(0, len(code), 16):
        record = bytes([len(code[at : at + 16]), at >> 8, at & 0xFF, 0]) + code[at : at + 16]
        lines.append(b":" + (record + bytes([-sum(record) & 0xFF])).hex().upper().encode() + b"\n")
    return b"".join(lines) + b":00000001FF\n"


# mov dptr,#0FF00h; l: movx @dptr,a; inc dptr; add a,#7; mov r0,dpl; cjne r0,#10h,l; mov dptr,#0FF00h; inc a; sjmp l
SPEAKS_TO_THE_MONITOR = _hex(bytes.fromhex("90FF00F0A32407A882B810F890FF000480F2"))
LOOPS = _hex(bytes.fromhex("0480FD"))  # inc a; sjmp


@pytest.fixture(scope="module")
def simulator(sandbox: Sandbox) -> Iterator[Simulator]:
    yield Simulator(sandbox, MCS51)


@pytest.mark.parametrize(
    "image",
    [
        *(INJECTED, b"\n" + INJECTED, LOOPS[:-12] + INJECTED, b":" * 100_000, b"\0" * 1000, b"", b"/etc/passwd"),
        *(b"\x7fELF" + b"\xff" * 200, b"\x7fELF\x01\x01\x01" + b"\0" * 37 + b"\xff" * 400, b":FF" + b"0" * 600),
    ],
)
def test_an_image_puts_in_no_job(simulator: Simulator, image: bytes) -> None:
    """Each job has its one answer, and the job after it is none the worse."""
    traces = simulator.run([Job(image, limit=1000), Job(LOOPS, limit=1000)])
    assert [trace.outcome for trace in traces] == ["bad-image", "cycle-limit"]


def test_a_harness_puts_nothing_into_the_answers(simulator: Simulator) -> None:
    """Whatever is written to the monitor, events are plain words, and there is one answer a job."""
    traces = simulator.run([Job(SPEAKS_TO_THE_MONITOR, fill=fill, limit=50_000) for fill in range(4)])
    assert len(traces) == 4
    for trace in traces:
        assert re.fullmatch(r"[a-z-]+", trace.outcome)
        assert re.fullmatch(r"[0-9A-Za-z=:!@ ]*", trace.events)


def test_the_simulator_itself_reads_nothing_outside(simulator: Simulator, sandbox: Sandbox) -> None:
    """Had a job line been put in all the same, the file that it names is out of reach."""
    names = ("/etc/passwd", "../../../../../../etc/passwd", "/proc/self/environ", "/dev/zero", "/dev/tty")
    lines = "".join(f"{name}\t1\t0\t1000\t-\n" for name in names)
    done = sandbox.run([simulator._path], stdin=lines.encode())
    assert done.ok
    assert [line.split()[0] for line in done.stdout.splitlines()] == [b"bad-image"] * len(names)
    assert b"root" not in done.stdout + done.stderr
