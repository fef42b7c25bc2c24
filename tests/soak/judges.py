"""Judges: what programs do on one target, compared between a program and its variants.

    before, *after = host(sandbox).answers([text, *variants])

An answer is what came out, or how it failed. Answers of one judge compare; those of two do not, as an int differs.
"""

from __future__ import annotations

import signal
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Literal, Protocol

from validators.linking import MCS51_LINK, Linker
from validators.sandbox.runner import Finished, Request, Sandbox
from validators.simulators.avr import AVR
from validators.simulators.machine import Job, Simulator, Trace, header
from validators.simulators.mcs51 import MCS51

HOST_MS = 400
CYCLES = 12_000_000
"""Limits of a variant's run. An original gets a quarter of them, so that a slower variant is not taken for one without
an end."""

TRAPS = ("-O1", "-fsanitize=undefined", "-fsanitize-undefined-trap-on-error")
"""With these gcc's code stops where C leaves open what happens: a rewrite must not bring that about either."""

_IMAGE, _OBJECT = "program.image", "program.rel"

_STRICT = tuple(
    f"-Werror={what}"
    for what in ("implicit-function-declaration", "int-conversion", "incompatible-pointer-types", "return-type")
)
"""As the shipped toolchains are."""

Ending = Literal["done", "refused", "crashed", "endless", "no-room"]

_HERE = Path(__file__).parent
_VALUE = "V"
_NO_ROOM = ("will not fit in region", "overflowed by", "Insufficient", "Could not get")


class Broken(Exception):
    """A tool does not do what it must for any judgement; the text says what it said."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a program: how it ended, and what it said (its values, or the compiler's words).

    `no-room` says that the chip is too small for it, which is nobody's fault.
    """

    ending: Ending
    words: str


class Judge(Protocol):
    """A target with its compiler."""

    @property
    def name(self) -> str:
        """Such as `avr-gcc -Os`."""

    def answers(self, programs: Sequence[str], *, base: bool = False) -> list[Answer]:
        """Of each program, in order. `base` says that they are originals, which have less time."""


@dataclass(frozen=True, slots=True)
class Host:
    """The host's own compiler and CPU."""

    name: str
    sandbox: Sandbox
    command: tuple[str, ...]

    def answers(self, programs: Sequence[str], *, base: bool = False) -> list[Answer]:
        """One compile and link each; a run ends by its CPU time at the latest."""
        built = _built(self.sandbox, self.command, "program", programs)
        most = str(HOST_MS // (4 if base else 1))
        runs = [
            Request([self.sandbox.install(f"program{number}", done.files["program"]), most])
            for number, done in enumerate(built)
            if done.ok
        ]
        ran = iter(self.sandbox.run_all(runs))
        return [_ran(next(ran)) if done.ok else _refused(done) for done in built]


@dataclass(frozen=True, slots=True)
class Chip:
    """A chip's compiler and our simulator of the chip.

    With a `linker` the programs are compiled to objects and linked with the libraries in `folder`: sdcc itself would
    want to see a `main`.
    """

    name: str
    sandbox: Sandbox
    command: tuple[str, ...]
    runtime: str
    simulator: Simulator
    linker: Linker | None = None
    folder: str = ""

    def answers(self, programs: Sequence[str], *, base: bool = False) -> list[Answer]:
        """One compile and link each, and all runs in one start of the simulator."""
        images: list[bytes | Answer] = [
            self._linked(done) if done.ok else _refused(done) for done in self._built(programs)
        ]
        limit = CYCLES // (4 if base else 1)
        jobs = [Job(image, limit=limit) for image in images if isinstance(image, bytes)]
        traces = iter(self.simulator.run(jobs))
        return [_traced(next(traces)) if isinstance(image, bytes) else image for image in images]

    def _built(self, programs: Sequence[str]) -> list[Finished]:
        if self.linker is None:
            return _built(self.sandbox, [*self.command, self.runtime], _IMAGE, programs)
        return _built(self.sandbox, [*self.command, "-c"], _OBJECT, programs)

    def _linked(self, done: Finished) -> bytes | Answer:
        if self.linker is None:
            return done.files[_IMAGE]
        objects = {_OBJECT: done.files[_OBJECT], "runtime.rel": Path(self.runtime).read_bytes()}
        return self.linker.link(objects, self.folder) or Answer("refused", "does not link")


def host(sandbox: Sandbox, compiler: str = "gcc", flags: Sequence[str] = TRAPS) -> Host:
    """A judge with one of the host's compilers. Raises Broken, ProgramNotFound."""
    runtime = _runtime(sandbox, f"host-{compiler}.o", [compiler, "-O1", "-c"], "csmith_host.c")
    name = " ".join([compiler, *(flag for flag in flags if flag.startswith("-O"))])
    if flags == TRAPS:
        name += " with traps"
    return Host(name, sandbox, (compiler, *_STRICT, *flags, runtime))


def avr(sandbox: Sandbox, simulator: Simulator | None = None, flags: Sequence[str] = ("-Os",)) -> Chip:
    """A judge on an ATmega328P. Raises Broken, ProgramNotFound, CoreFailed."""
    command = ("avr-gcc", "-mmcu=atmega328p", "-std=gnu11", *_STRICT, *flags)
    runtime = _runtime(sandbox, "avr.o", [*command, "-c"], "csmith_chip.c")
    return Chip(" ".join(["avr-gcc", *flags]), sandbox, command, runtime, simulator or Simulator(sandbox, AVR))


def mcs51(sandbox: Sandbox, simulator: Simulator | None = None, stack: bool = False) -> Chip:
    """A judge on an 8052 with its variables in external memory, or with `stack` on the stack.

    Raises Broken, ProgramNotFound, CoreFailed.
    """
    flags = ["--stack-auto"] if stack else []
    command = ("sdcc", "-mmcs51", "--std-sdcc11", "--model-large", *flags)
    name = " ".join(["sdcc", *flags])
    runtime = _runtime(sandbox, f"{name}.rel", [*command, "-c"], "csmith_chip.c")
    folder = "large-stack-auto" if stack else "large"
    core = simulator or Simulator(sandbox, MCS51)
    return Chip(name, sandbox, command, runtime, core, Linker(sandbox, MCS51_LINK), folder)


def opinions(sandbox: Sandbox, judge: Judge) -> list[Judge]:
    """Other compilers for the same int, or other settings of the same one, that can say whether the first is wrong."""
    if isinstance(judge, Host):
        return [host(sandbox, "gcc", ["-O0"]), host(sandbox, "gcc", ["-O2"]), host(sandbox, "clang", ["-O1"])]
    assert isinstance(judge, Chip)
    if judge.simulator.machine is AVR:
        return [avr(sandbox, judge.simulator, [level]) for level in ("-O0", "-O1", "-O2")]
    return [avr(sandbox), mcs51(sandbox, judge.simulator, stack=True)]


def _built(sandbox: Sandbox, command: Sequence[str], image: str, programs: Sequence[str]) -> list[Finished]:
    whole = [*command, "-Dmain=program_main", "-o", image, "program.c"]
    return sandbox.run_all([Request(whole, {"program.c": text.encode()}, [image]) for text in programs])


def _runtime(sandbox: Sandbox, name: str, command: Sequence[str], source: str) -> str:
    """What csmith's programs call, compiled once; its path inside."""
    output = "runtime" + Path(name).suffix
    files = {"runtime.c": (_HERE / source).read_bytes(), "sim.h": header()}
    done = sandbox.run([*command, "-o", output, "runtime.c"], files=files, keep=[output])
    if not done.ok:
        raise Broken(f"{command[0]} does not compile {source}: {done.stderr.decode(errors='replace')}")
    return sandbox.install(name, done.files[output], executable=False)


def _refused(done: Finished) -> Answer:
    said = (done.stderr + done.stdout).decode(errors="replace")
    if any(words in said for words in _NO_ROOM):
        return Answer("no-room", said.splitlines()[-1])
    wrong = [line for line in said.splitlines() if "error" in line.lower() or "undefined" in line] or said.splitlines()
    return Answer("refused", "\n".join(wrong[:5]) or done.outcome)


def _ran(done: Finished) -> Answer:
    if done.ok:
        return Answer("done", done.stdout.decode(errors="replace"))
    if done.outcome == "exited" or (done.outcome == "signal" and done.rc != -signal.SIGVTALRM):
        return Answer("crashed", f"status {done.rc}")
    return Answer("endless", done.outcome)


def _traced(trace: Trace) -> Answer:
    if trace.outcome == "done":
        return Answer("done", " ".join(event for event in trace.events.split() if event.startswith(_VALUE)))
    if trace.outcome == "stack-overflow":
        return Answer("no-room", trace.outcome)
    return Answer("endless" if trace.outcome in ("cycle-limit", "event-limit") else "crashed", trace.outcome)
