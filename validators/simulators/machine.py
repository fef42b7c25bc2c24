"""Simulated chips: a Machine is a chip family as data, a Simulator runs images on it and gives their traces.

    simulator = Simulator(sandbox, MCS51)
    traces = simulator.run([Job(image, fill=1), Job(image, fill=2)])

Each simulator is one C executable: the bench (`core/bench/`: inputs, trace, limits, the job protocol) and one core
(`core/mcs51/` and its like), compiled with gcc on first use, because a run must cost well under a millisecond. What it
does for a harness is written in `sim.h`.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from validators.sandbox.runner import Finished, Limits, Sandbox

CYCLE_LIMIT = 2_000_000
"""Cycles of one run: 2 s of an 8051 with a 12 MHz crystal, and about 30 ms of ours."""

_HERE = Path(__file__).parent
_FLAGS = ("-std=gnu11", "-O2", "-flto")
_BYTES_PER_TRACE = 20_000 * 26
_BYTES_OF_STAMPS = 20_000 * 12
_BYTES_OF_COVERAGE = 64_000 * 8


class CoreFailed(Exception):
    """A simulator did not compile or does not start; the text says what happened."""


@dataclass(frozen=True, slots=True)
class Machine:
    """A simulated chip family, as data.

    `core` is the folder of its C files under `core/`, or an absolute path. `registers` names addresses, for words such
    as "P1 written 0x7F". Where `counts_cycles` is false, cycles are instructions, and no deltas of cycles are meant.
    `cycles_per_cpu_second` is far below the slowest program seen, so that the cycle limit always comes before the limit
    on CPU time. `libraries` gives the headers and static libraries, by name, that its compile needs beside its sources.
    """

    name: str
    core: str
    registers: Mapping[int, str] = field(hash=False)
    counts_cycles: bool
    cycles_per_cpu_second: int
    compile_flags: tuple[str, ...] = ()
    link_flags: tuple[str, ...] = ()
    libraries: Callable[[], Mapping[str, bytes]] = dict


@dataclass(frozen=True, slots=True)
class Job:
    """One run of an image (Intel HEX or 32-bit ELF).

    `fill` seeds what memory holds at power-up (0: all zero), `draw` seeds the harness's SIM_DRAW (0: boundary values
    first), `limit` is in cycles. With `stop_after` the run ends after so many instructions and its trace holds the
    chip's state. `stamps` and `coverage` ask for those fields of the trace.
    """

    image: bytes
    fill: int = 1
    draw: int = 0
    limit: int = CYCLE_LIMIT
    stop_after: int = 0
    stamps: bool = False
    coverage: bool = False


@dataclass(frozen=True, slots=True)
class Trace:
    """What one run did.

    `outcome` is done, failed (an expectation was not met), cycle-limit, asleep, illegal-opcode, illegal-command,
    stack-overflow, bad-access, event-limit, bad-image, restarted (it came to its reset vector again) or stopped;
    and simulator-failed when the simulator itself died on the image, which says nothing about the program. `events`
    are tokens separated by spaces, in order: `W90=FE` and `R90=7F` a register written and read, `X8000=41` and
    `Y8000=41` the same for an 8051's external memory, `V1F` a value reported, `D1F` a stimulus drawn, `A99` a flag
    (by its bit address) cleared by software after it was seen set, `E41:A2` an expectation of harness line 41 met,
    `F41:31!A2` one that was not (got 31), `M3` a mark, `I1` and `i1` an interrupt taken and ignored, `C` the cut.
    Values and addresses are hexadecimal, lines, marks and interrupt numbers decimal.

    `stack` is the most bytes of stack in use since the harness began. `stamps` has the cycle of each event. `coverage`
    lists addresses of executed instructions in hex, separated by commas; a conditional jump is followed by `+` when it
    always jumped, `-` when it never did, `*` when it did both.
    """

    outcome: str
    cycles: int
    instructions: int
    events: str
    stack: int = 0
    stamps: tuple[int, ...] = ()
    coverage: str = ""
    state: str = ""

    @property
    def passed(self) -> bool:
        """Whether it came to its end and met every expectation on the way."""
        return self.outcome == "done"


def header() -> bytes:
    """The text of sim.h, which harnesses include."""
    return (_HERE / "sim.h").read_bytes()


def build(sandbox: Sandbox, machine: Machine, cache: Path | None = None) -> bytes:
    """The simulator's executable, compiled unless the cache folder has it for these very sources.

    The cache is `firmseed` in the user's cache folder unless given. Raises CoreFailed with gcc's message.
    """
    core = _HERE / "core" / machine.core
    files = _sources(_HERE / "core" / "bench", "bench") | _sources(core, "core")
    libraries = machine.libraries()
    flags = (*_FLAGS, *machine.compile_flags)
    about = (sorted(files.items()), _digests(libraries), flags, machine.link_flags, platform.machine())
    key = hashlib.sha256(repr(about).encode()).hexdigest()[:16]
    folder = cache or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firmseed"
    place = folder / f"{machine.name}-{key}"
    if place.exists():
        return place.read_bytes()
    units = sorted(name for name in files if name.endswith(".c"))
    command = ["gcc", *flags, "-I.", "-Ibench", "-o", machine.name, *units, "-L.", *machine.link_flags]
    limits = Limits(cpu_s=60, wall_s=300)
    done = sandbox.run(command, files={**libraries, **files}, keep=[machine.name], limits=limits)
    if not done.ok:
        raise CoreFailed(f"gcc did not compile {core}: {done.stderr.decode(errors='replace')}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as fresh:
        fresh.write(done.files[machine.name])
    Path(fresh.name).replace(place)
    return done.files[machine.name]


class Simulator:
    """A machine, installed in a sandbox. Raises CoreFailed when its core cannot be compiled."""

    def __init__(self, sandbox: Sandbox, machine: Machine, cache: Path | None = None) -> None:
        self.machine = machine
        self._sandbox = sandbox
        self._path = sandbox.install(machine.name, build(sandbox, machine, cache))

    def run(self, jobs: Sequence[Job]) -> list[Trace]:
        """The trace of each job, in order, from as few starts as can be.

        When the simulator dies, the job at which it did is run alone; if it dies again, its outcome is
        simulator-failed, and the others keep theirs. Raises CoreFailed if it does not even start.
        """
        traces: list[Trace] = []
        while len(traces) < len(jobs):
            traces += self._answers(jobs[len(traces) :])
            if len(traces) < len(jobs):
                guilty = jobs[len(traces)]
                traces += self._answers([guilty]) or [self._dead(guilty)]
        return traces

    def _answers(self, jobs: Sequence[Job]) -> list[Trace]:
        """The traces of the jobs, from the first on, up to the one that killed the simulator."""
        done = self._start(jobs)
        traces: list[Trace] = []
        for answer in done.stdout.decode(errors="replace").split("\n")[:-1]:
            try:
                traces.append(_trace(answer))
            except ValueError:
                return traces[: len(jobs)]
        if done.ok and len(traces) == len(jobs):
            return traces
        return traces[: len(jobs) - 1]  # one that answered all and then died is not to be trusted in the last

    def _dead(self, job: Job) -> Trace:
        """What is said of a job that the simulator does not survive, if it starts at all."""
        idle = self._start([])
        if not idle.ok or idle.stdout:
            raise CoreFailed(
                f"the simulator of {self.machine.name} does not start ({idle.outcome}, status {idle.rc}): "
                f"{idle.stderr.decode(errors='replace')}"
            )
        return Trace("simulator-failed", 0, 0, "")

    def _start(self, jobs: Sequence[Job]) -> Finished:
        images = {job.image: f"{number}.image" for number, job in reversed(list(enumerate(jobs)))}
        seconds = sum(job.limit for job in jobs) / self.machine.cycles_per_cpu_second
        limits = Limits(cpu_s=5 + seconds, wall_s=120 + 20 * seconds, output_bytes=1 + sum(map(_room, jobs)))
        lines = "".join(self._line(images[job.image], job) for job in jobs)
        files = {name: image for image, name in images.items()}
        return self._sandbox.run([self._path], files=files, stdin=lines.encode(), limits=limits)

    def _line(self, name: str, job: Job) -> str:
        state = [f"state={job.stop_after}"] if job.stop_after else []
        options = ["stamps"] * job.stamps + ["coverage"] * job.coverage + state
        options.append(f"cpu={1000 + 1000 * job.limit // self.machine.cycles_per_cpu_second}")
        return "\t".join(map(str, (name, job.fill, job.draw, job.limit, ",".join(options)))) + "\n"


def _sources(folder: Path, name: str) -> dict[str, bytes]:
    return {f"{name}/{file.name}": file.read_bytes() for file in sorted(folder.glob("*.[ch]"))}


def _digests(files: Mapping[str, bytes]) -> list[tuple[str, str]]:
    return [(name, hashlib.sha256(data).hexdigest()) for name, data in sorted(files.items())]


def _room(job: Job) -> int:
    return _BYTES_PER_TRACE + job.stamps * _BYTES_OF_STAMPS + job.coverage * _BYTES_OF_COVERAGE


def _trace(answer: str) -> Trace:
    """Raises ValueError for what is no answer."""
    told, *parts = answer.split(" | ")
    outcome, cycles, instructions, stack, *events = told.split(" ", 4)
    field_of = {part[0]: part[2:] for part in parts if part[1:2] == " "}
    if outcome == "bad-job" or len(field_of) != len(parts):
        raise ValueError(answer)
    stamps = tuple(map(int, filter(None, field_of.get("T", "").split(","))))
    rest = (stamps, field_of.get("C", ""), field_of.get("S", ""))
    return Trace(outcome, int(cycles), int(instructions), "".join(events), int(stack), *rest)
