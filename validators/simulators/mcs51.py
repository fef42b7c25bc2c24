"""The 8051 oracle: runs images on our own MCS-51/8052 core, which is fed per read and traces each register access.

The core is C (`core/`, compiled with gcc on first use), because a run must cost well under a millisecond. What it
does for a harness is written in `sim.h`; `tests/validators/simulators/` compares it with uCsim, opcode by opcode.
"""

from __future__ import annotations

import hashlib
import os
import platform
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from validators.sandbox.runner import Limits, Sandbox

CYCLE_LIMIT = 2_000_000
"""Machine cycles of one run: 2 s of an 8051 with a 12 MHz crystal, and about 30 ms of ours."""

_HERE = Path(__file__).parent
_FLAGS = ("-std=gnu11", "-O2", "-flto")
# Far below the 30 million cycles a second of the slowest program seen, so that the cycle limit always comes first.
_CYCLES_PER_CPU_SECOND = 5_000_000
_BYTES_PER_TRACE = 20_000 * 26


class CoreFailed(Exception):
    """The simulator itself did not compile or did not answer; the text says what happened."""


@dataclass(frozen=True, slots=True)
class Job:
    """One run of an image (Intel HEX).

    `fill` seeds what memory holds at power-up (0: all zero), `draw` seeds the harness's SIM_DRAW (0: boundary values
    first), `limit` is in machine cycles. With `stop_after` the run ends after so many instructions and its trace
    holds the chip's state.
    """

    image: bytes
    fill: int = 1
    draw: int = 0
    limit: int = CYCLE_LIMIT
    stop_after: int = 0


@dataclass(frozen=True, slots=True)
class Trace:
    """What one run did.

    `outcome` is done, failed (an expectation was not met), cycle-limit, asleep, illegal-opcode, illegal-command,
    stack-overflow, event-limit, bad-image or stopped. `events` are tokens separated by spaces, in order: `W90=FE` and
    `R90=7F` a register written and read, `X8000=41` and `Y8000=41` the same for external memory, `V1F` a value
    reported, `A99` a flag (by its bit address) cleared by software after it was seen set, `E41:A2` an expectation of
    harness line 41 met, `F41:31!A2` one that was not (got 31), `M3` a mark, `I1` and `i1` an interrupt taken and
    ignored, `C` the cut. Values and addresses are hexadecimal, lines, marks and interrupt numbers decimal.
    """

    outcome: str
    cycles: int
    instructions: int
    events: str
    state: str = ""

    @property
    def passed(self) -> bool:
        """Whether it came to its end and met every expectation on the way."""
        return self.outcome == "done"


def header() -> bytes:
    """The text of sim.h, which harnesses include."""
    return (_HERE / "sim.h").read_bytes()


def build(sandbox: Sandbox, cache: Path | None = None) -> bytes:
    """The simulator's executable, compiled unless the cache folder has it for these very sources.

    The cache is `firmseed` in the user's cache folder unless given. Raises CoreFailed with gcc's message.
    """
    sources = {file.name: file.read_bytes() for file in sorted((_HERE / "core").glob("*.[ch]"))}
    key = hashlib.sha256(repr((sources, _FLAGS, platform.machine())).encode()).hexdigest()[:16]
    folder = cache or Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "firmseed"
    place = folder / f"mcs51-{key}"
    if place.exists():
        return place.read_bytes()
    units = [name for name in sources if name.endswith(".c")]
    limits = Limits(cpu_s=60, wall_s=300)
    done = sandbox.run(["gcc", *_FLAGS, "-o", "mcs51", *units], files=sources, keep=["mcs51"], limits=limits)
    if not done.ok:
        raise CoreFailed(f"gcc did not compile {_HERE / 'core'}: {done.stderr.decode(errors='replace')}")
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile(dir=folder, delete=False) as fresh:
        fresh.write(done.files["mcs51"])
    Path(fresh.name).replace(place)
    return done.files["mcs51"]


class Simulator:
    """The core, installed in a sandbox. Raises CoreFailed when it cannot be compiled."""

    def __init__(self, sandbox: Sandbox, cache: Path | None = None) -> None:
        self._sandbox = sandbox
        self._path = sandbox.install("mcs51", build(sandbox, cache))

    def run(self, jobs: Sequence[Job]) -> list[Trace]:
        """The trace of each job, in order, from one start. Raises CoreFailed if the simulator itself breaks."""
        if not jobs:
            return []
        images = {job.image: f"{number}.ihx" for number, job in reversed(list(enumerate(jobs)))}
        limits = Limits(
            cpu_s=5 + sum(job.limit for job in jobs) / _CYCLES_PER_CPU_SECOND,
            wall_s=120 + 20 * sum(job.limit for job in jobs) / _CYCLES_PER_CPU_SECOND,
            output_bytes=len(jobs) * _BYTES_PER_TRACE,
        )
        lines = "".join(_line(images[job.image], job) for job in jobs)
        files = {name: image for image, name in images.items()}
        done = self._sandbox.run([self._path], files=files, stdin=lines.encode(), limits=limits)
        answers = done.stdout.decode().splitlines()
        if not done.ok or len(answers) != len(jobs):
            raise CoreFailed(f"{len(answers)} answers to {len(jobs)} jobs ({done.outcome}, status {done.rc})")
        return [_trace(answer) for answer in answers]


def _line(name: str, job: Job) -> str:
    fields = [name, job.fill, job.draw, job.limit, *([job.stop_after] if job.stop_after else [])]
    return "\t".join(map(str, fields)) + "\n"


def _trace(answer: str) -> Trace:
    told, _, state = answer.partition(" | ")
    outcome, cycles, instructions, *events = told.split(" ", 3)
    return Trace(outcome, int(cycles), int(instructions), "".join(events), state)
