"""How a program behaves on its chip: built with its harness, run, and compared with its parent.

    bench = Bench(sandbox)
    parent = bench.observe(bench.build(source, harness, holes))
    judge(parent)                                   # does it do what its harness expects?
    variant = bench.build(other, harness, holes, aliases)
    bench.equivalent(parent, variant, same_interface=True)
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from corpus.records import Diagnostic, Sizes, Verdict
from validators.sandbox.runner import Sandbox
from validators.simulators.differences import difference, failure
from validators.simulators.mcs51 import CYCLE_LIMIT, Job, Simulator, Trace, header

FILLS = (1, 2)
"""Memory at power-up in the two runs of each stimulus: a program that reads what nobody wrote shows a difference."""

DRAWS = (0, 1)
"""The stimuli of SIM_DRAW: boundary values first, then random from the start."""

_REASONS = {
    "failed": "wrong-output",
    "cycle-limit": "never-ends",
    "event-limit": "never-ends",
    "asleep": "never-ends",
    "illegal-opcode": "crashed",
    "illegal-command": "crashed",
    "stack-overflow": "crashed",
    "bad-image": "crashed",
}
_ROM = re.compile(r"(?m)^\s*ROM/EPROM/FLASH\s.*?(\d+)\s+\d+\s*$")
_XRAM = re.compile(r"(?m)^\s*EXTERNAL RAM\s.*?(\d+)\s+\d+\s*$")
_STACK = re.compile(r"(?m)^Stack starts at: 0x([0-9a-f]+)")
_MESSAGE = re.compile(r"(?m)^(.+?):(\d+): (error|warning|syntax error)(?: (\d+))?: (.*)$")


@dataclass(frozen=True, slots=True)
class Built:
    """A program and its harness as one image; `image` is empty when it did not build, and `verdict` says why.

    `sizes` count both; internal RAM is what lies below the stack, register bank 0 among it.
    """

    image: bytes
    sizes: Sizes
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Observed:
    """What an image did: one trace for each of DRAWS under each of FILLS, the fills of one draw side by side."""

    image: bytes
    traces: tuple[Trace, ...]

    @property
    def cycles(self) -> int:
        """Machine cycles of the first run."""
        return self.traces[0].cycles


class Bench:
    """Builds and runs on one sandbox, which it does not own. Raises CoreFailed when the simulator does not compile."""

    def __init__(self, sandbox: Sandbox, *, cache: Path | None = None, limit: int = CYCLE_LIMIT) -> None:
        self._sandbox = sandbox
        self._simulator = Simulator(sandbox, cache)
        self._limit = limit

    def build(
        self,
        source: str,
        harness: str,
        holes: Mapping[str, str] | None = None,
        aliases: Mapping[str, str] | None = None,
        model: str = "small",
    ) -> Built:
        """Compile one program with its harness: a hole NAME becomes HOLE_NAME, an alias old becomes new."""
        files = {
            "program.c": source.encode(),
            "harness.c": harness.encode(),
            "sim.h": header(),
            "unit.c": _unit(holes or {}, aliases or {}).encode(),
        }
        argv = ["sdcc", "-mmcs51", "--std-sdcc99", f"--model-{model}", "unit.c"]
        done = self._sandbox.run(argv, files=files, keep=["unit.ihx", "unit.mem"])
        said = (done.stdout + done.stderr).decode(errors="replace")
        diagnostics = tuple(_diagnostics(said))
        image = done.files.get("unit.ihx", b"")
        if not done.ok or not image:
            first = next((d for d in diagnostics if d.severity == "error"), None)
            words = f"{first.file}:{first.line}: {first.message}" if first else said.strip()[:500]
            reason = "does-not-build" if done.outcome == "exited" else done.outcome
            return Built(b"", Sizes(0, 0, 0), Verdict("build", "failed", reason, words, diagnostics))
        sizes = _sizes(done.files.get("unit.mem", b"").decode(errors="replace"))
        return Built(image, sizes, Verdict("build", "passed", diagnostics=diagnostics))

    def observe(self, built: Built) -> Observed:
        """Run an image under both fills and both stimuli."""
        return self.observe_all([built])[0]

    def observe_all(self, builts: Sequence[Built]) -> list[Observed]:
        """The same for many from one start of the simulator, in order. Raises ValueError for one that did not build."""
        if not all(built.image for built in builts):
            raise ValueError("only what was built can be run")
        jobs = [Job(b.image, fill, draw, self._limit) for b in builts for draw in DRAWS for fill in FILLS]
        traces = self._simulator.run(jobs)
        each = len(DRAWS) * len(FILLS)
        return [Observed(b.image, tuple(traces[n * each : (n + 1) * each])) for n, b in enumerate(builts)]

    def equivalent(self, parent: Observed, variant: Built, *, same_interface: bool) -> Verdict:
        """Whether a variant does what its parent did; the reason of a passed verdict is its grade.

        `identical-object`: the same image, and the caller found the same interface (signatures, qualifiers, memory
        spaces, volatile profile, interrupts, assembly). `simulated`: the same outputs and the same ordered register
        accesses in all runs. An identical image with another interface has no more than that.
        """
        if not variant.image:
            return variant.verdict
        if variant.image == parent.image and same_interface:
            return Verdict("equivalent", "passed", "identical-object", "the same machine code and interface")
        return compare(parent, self.observe(variant))


def judge(observed: Observed) -> Verdict:
    """Whether a program meets its harness: reasons wrong-output, never-ends, crashed, uninitialised-read."""
    pairs = list(_pairs(observed))
    for first, second in pairs:
        if not first.passed and not second.passed:
            return Verdict("harness", "failed", _REASONS[first.outcome], failure(first))
    for first, second in pairs:
        if (first.outcome, first.events) != (second.outcome, second.events):
            words = f"depends on memory that nobody wrote: {difference(first, second)}"
            return Verdict("harness", "failed", "uninitialised-read", words)
    checks = sum(event[0] == "E" for event in observed.traces[0].events.split())
    return Verdict("harness", "passed", evidence=f"{checks} expectations met, {observed.cycles:,} machine cycles")


def compare(parent: Observed, variant: Observed) -> Verdict:
    """Whether both did the same in all runs. A parent that failed proves nothing: unknown, parent-failed."""
    mine = judge(parent)
    if not mine.passed:
        return Verdict("equivalent", "unknown", "parent-failed", mine.evidence)
    for expected, actual in zip(parent.traces, variant.traces, strict=True):
        words = difference(expected, actual)
        if words:
            reason = judge(variant).reason or "wrong-output"
            return Verdict("equivalent", "failed", reason, words)
    events = sum(len(trace.events.split()) for trace in parent.traces[:: len(FILLS)])
    return Verdict("equivalent", "passed", "simulated", f"the same {events} events under {len(DRAWS)} stimuli")


def _pairs(observed: Observed) -> list[tuple[Trace, Trace]]:
    return list(zip(observed.traces[::2], observed.traces[1::2], strict=True))


def _unit(holes: Mapping[str, str], aliases: Mapping[str, str]) -> str:
    lines = ["#define main program_main", '#include "program.c"', "#undef main", '#include "sim.h"']
    lines += [f"#define HOLE_{name} {text}" for name, text in holes.items()]
    lines += [f"#define {old} {new}" for old, new in aliases.items()]
    return "\n".join([*lines, '#include "harness.c"', ""])


def _sizes(memory: str) -> Sizes:
    code, xram, stack = _ROM.search(memory), _XRAM.search(memory), _STACK.search(memory)
    return Sizes(
        code=int(code[1]) if code else 0,
        iram=int(stack[1], 16) if stack else 0,
        xram=int(xram[1]) if xram else 0,
    )


def _diagnostics(said: str) -> list[Diagnostic]:
    found = []
    for file, line, kind, code, message in _MESSAGE.findall(said):
        severity = "warning" if kind == "warning" else "error"
        found.append(Diagnostic(file, int(line), 0, severity, code, message))
    return found
