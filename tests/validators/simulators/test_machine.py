"""What all simulated chips share, on a chip of one-byte instructions of which some break the simulator."""

from __future__ import annotations

import struct
from dataclasses import replace
from pathlib import Path

import pytest

from tests.validators.simulators.streams import intel_hex
from validators.sandbox.runner import Sandbox
from validators.simulators.machine import CoreFailed, Job, Machine, Simulator, Trace, build

BYTES = Machine(
    name="bytes",
    core=str(Path(__file__).parent / "byte_core"),
    registers={},
    counts_cycles=True,
    cycles_per_cpu_second=5_000_000,
)


@pytest.fixture(scope="module")
def chip(sandbox: Sandbox) -> Simulator:
    return Simulator(sandbox, BYTES)


def hexed(code: bytes) -> Job:
    return Job(intel_hex(code), limit=1000)


def elf(*segments: tuple[int, bytes], order: str = "<", bits: int = 1) -> bytes:
    """A 32-bit ELF with these segments by physical address, each with a virtual one elsewhere."""
    magic = b"\x7fELF" + bytes([bits, 1 if order == "<" else 2, 1]) + bytes(9)
    head = struct.pack(f"{order}HHIIIIIHHHHHH", 2, 40, 1, 0, 52, 0, 0, 52, 32, len(segments), 0, 0, 0)
    table, data = b"", b""
    for address, content in segments:
        place = 52 + 32 * len(segments) + len(data)
        table += struct.pack(f"{order}IIIIIIII", 1, place, 0x66660000, address, len(content), len(content), 5, 4)
        data += content
    return magic + head + table + data


@pytest.mark.parametrize(
    ("broken", "place"),
    [
        pytest.param(b"vc", 0, id="crashes first"),
        pytest.param(b"vc", 1, id="crashes in the middle"),
        pytest.param(b"vc", 3, id="crashes last"),
        pytest.param(b"vx", 1, id="ends"),
        pytest.param(b"vh", 1, id="hangs"),
        pytest.param(b"vj", 0, id="says something else first"),
        pytest.param(b"vj", 3, id="says something else last"),
        pytest.param(b"vp", 1, id="dies in the middle of its answer"),
        pytest.param(b"va", 3, id="dies after its answer"),
    ],
)
def test_a_job_that_breaks_the_simulator_takes_no_other_with_it(chip: Simulator, broken: bytes, place: int) -> None:
    """The others have their real traces."""
    jobs = [hexed(b"nv"), hexed(b"vn"), hexed(b"q")]
    alone = chip.run(jobs)
    assert [trace.outcome for trace in alone] == ["done", "done", "illegal-opcode"]
    jobs.insert(place, hexed(broken))
    traces = chip.run(jobs)
    assert traces.pop(place) == Trace("simulator-failed", 0, 0, "")
    assert traces == alone


def test_many_broken_jobs_are_told_apart_too(chip: Simulator) -> None:
    """Each is named, whatever stands beside it."""
    code = [b"c", b"c", b"v", b"x", b"vv", b"c"]
    outcomes = [trace.outcome for trace in chip.run([hexed(one) for one in code])]
    assert outcomes == ["done" if one.startswith(b"v") else "simulator-failed" for one in code]


def test_a_core_that_does_not_compile_is_an_error(sandbox: Sandbox, tmp_path: Path) -> None:
    """With gcc's message."""
    (tmp_path / "core.c").write_text("int nothing(void) { return missing; }\n")
    with pytest.raises(CoreFailed, match=r"missing. undeclared"):
        build(sandbox, replace(BYTES, core=str(tmp_path)), tmp_path / "cache")


def test_a_core_that_ends_before_its_first_job_is_an_error(sandbox: Sandbox, tmp_path: Path) -> None:
    """It would fail every program."""
    text = (Path(BYTES.core) / "core.c").read_text()
    early = "__attribute__((constructor)) static void early(void) { exit(3); }\n"
    (tmp_path / "core.c").write_text(text + early)
    broken = Simulator(sandbox, replace(BYTES, name="early", core=str(tmp_path)), tmp_path / "cache")
    with pytest.raises(CoreFailed, match=r"does not start \(exited, status 3\)"):
        broken.run([hexed(b"v")])


@pytest.mark.parametrize("order", ["<", ">"])
def test_elf_is_loaded_by_physical_addresses(chip: Simulator, order: str) -> None:
    """Of either byte order, each segment that has bytes."""
    image = elf((0x08000000, b"nnv"), (0x100, b""), (0x20, b"v"), order=order)
    assert chip.run([Job(image)])[0] == Trace("done", 50, 5, "W08000000=03 W00000020=01 V3 V4")


@pytest.mark.parametrize(
    "image",
    [
        pytest.param(elf((0, b"v"))[:-1], id="a segment that ends behind the file"),
        pytest.param(elf((0, b"v"))[:56] + bytes(4) + elf((0, b"v"))[60:70], id="a table that ends behind the file"),
        pytest.param(elf((0, b"v"))[:20], id="no header"),
        pytest.param(elf((0, b"v"), bits=2), id="64 bits"),
        pytest.param(elf(), id="no segment"),
        pytest.param(elf((0, b"v" * 65)), id="more than the chip holds"),
    ],
)
def test_a_broken_elf_is_a_bad_image(chip: Simulator, image: bytes) -> None:
    """And nothing of it is run, nor of the whole one before it."""
    _, trace = chip.run([Job(elf((0, b"v"))), Job(image)])
    assert (trace.outcome, trace.instructions) == ("bad-image", 0)


@pytest.mark.parametrize(
    ("record", "address"),
    [
        pytest.param(":020000040800F2", "08000000", id="the upper half of the address"),
        pytest.param(":020000021000EC", "00010000", id="a segment"),
        pytest.param(":0400000508000131BD", "00000000", id="a start address means nothing"),
    ],
)
def test_intel_hex_goes_beyond_64_kilobytes(chip: Simulator, record: str, address: str) -> None:
    """By extended addresses."""
    trace = chip.run([Job(f"{record}\r\n".encode() + intel_hex(b"v"))])[0]
    assert (trace.outcome, trace.events) == ("done", f"W{address}=01 V1")


def test_the_machine_names_a_cache_of_its_own(sandbox: Sandbox, tmp_path: Path) -> None:
    """Other sources or flags are another executable."""
    build(sandbox, BYTES, tmp_path)
    build(sandbox, replace(BYTES, compile_flags=("-DNDEBUG",)), tmp_path)
    names = sorted(file.name for file in tmp_path.iterdir())
    assert len(names) == 2 and all(name.startswith("bytes-") for name in names)
