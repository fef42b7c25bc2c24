"""How a program behaves on its chip: built with its harness, run, and compared with its parent.

    bench = Bench(sandbox)
    parent = bench.observe(bench.build(source, harness, holes))
    verdict = judge(parent)
    variant = bench.build(other, harness, holes, aliases)
    verdict, observed = bench.equivalent(parent, variant, same_interface=True)

`judge` holds a program against its harness, `equivalent` and `compare` a variant against its parent.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from corpus.records import Sizes, Verdict
from validators.sandbox.runner import Sandbox
from validators.simulators.differences import difference, failure
from validators.simulators.mcs51 import CYCLE_LIMIT, Job, Simulator, Trace, header
from validators.toolchains.compile import compile_verdict
from validators.toolchains.sdcc import Model, sdcc_mcs51

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


@dataclass(frozen=True, slots=True)
class Built:
    """A program and its harness as one image; `image` is empty when it did not build, and `verdict` says why.

    `sizes` count both, without sdcc's library.
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
        model: Model = "small",
    ) -> Built:
        """Compile one program with its harness: a hole NAME becomes HOLE_NAME, an alias old becomes new.

        The reasons of a failure are those of `compile_verdict`. Raises MissingTool.
        """
        toolchain = replace(sdcc_mcs51(model, link=True, source="unit.c"), gate="build")
        files = {"program.c": source.encode(), "harness.c": harness.encode(), "sim.h": header()}
        compiled = compile_verdict(self._sandbox, toolchain, _unit(holes or {}, aliases or {}), files)
        image = compiled.files.get("unit.ihx", b"") if compiled.verdict.passed else b""
        return Built(image, compiled.sizes or Sizes(0, 0, 0), compiled.verdict)

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

    def equivalent(self, parent: Observed, variant: Built, *, same_interface: bool) -> tuple[Verdict, Observed]:
        """Whether a variant does what its parent did, and what it did; the reason of a passed verdict is its grade.

        `identical-object`: the same image, and the caller found the same interface (signatures, qualifiers, memory
        spaces, volatile profile, interrupts, assembly). `simulated`: the same outputs and the same ordered register
        accesses in all runs. An identical image with another interface has no more than that.
        """
        if not variant.image:
            return variant.verdict, Observed(b"", ())
        if variant.image == parent.image and same_interface and judge(parent).passed:
            words = "the same machine code and interface"
            return Verdict("equivalent", "passed", "identical-object", words), parent
        observed = self.observe(variant)
        return compare(parent, observed), observed


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
