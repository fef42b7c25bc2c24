"""How a program behaves on its chip: built with its harness, run, and compared with its parent.

    bench = Bench(sandbox)
    parent = bench.observe(bench.build(source, harness, holes))
    verdict = judge(parent)
    variant = bench.build(other, harness, holes, aliases)
    verdict, observed = bench.equivalent(parent, variant, same_interface=True)

`judge` holds a program against its harness, `equivalent` and `compare` a variant against its parent; `contrast` tells
the first event that differs as well.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path

from corpus.records import Verdict, Witness
from validators.assembly import PROGRAM, Assembly, Built
from validators.boards import MCS51, Board
from validators.sandbox.runner import Sandbox
from validators.simulators.coverage import Reached, coverage_of_listing, reached
from validators.simulators.differences import difference, failure, witness
from validators.simulators.elf_listing import elf_instructions
from validators.simulators.machine import CYCLE_LIMIT, Job, Machine, Simulator, Trace

__all__ = ["Bench", "Built", "Comparison", "Observed", "compare", "contrast", "judge"]

FILLS = (1, 2)
"""Memory at power-up in the two runs of each stimulus: a program that reads what nobody wrote shows a difference."""

DRAWS = (0, 1)
"""The stimuli of SIM_DRAW: boundary values first, then random from the start."""

_REMEMBERED = 64

_REASONS = {
    "failed": "wrong-output",
    "cycle-limit": "never-ends",
    "event-limit": "never-ends",
    "asleep": "never-ends",
    "illegal-opcode": "crashed",
    "illegal-command": "crashed",
    "stack-overflow": "crashed",
    "bad-access": "crashed",
    "bad-image": "crashed",
    "restarted": "crashed",
}


@dataclass(frozen=True)
class Observed:
    """What an image did: one trace for each of DRAWS under each of FILLS, the fills of one draw side by side.

    `code` is that of what was built (see `Built.code`).
    """

    code: bytes
    traces: tuple[Trace, ...]
    machine: Machine = MCS51.machine

    @property
    def cycles(self) -> int:
        """Cycles of the first run, as the machine counts them."""
        return self.traces[0].cycles

    @cached_property
    def judged(self) -> Verdict:
        """What `judge` says, once: a parent is compared with each of its variants."""
        return _judged(self)


@dataclass(frozen=True, slots=True)
class Comparison:
    """What `compare` says of a variant, and the first event that differs where one does."""

    verdict: Verdict
    witness: Witness | None = None


class Bench:
    """Builds and runs on one sandbox, which it does not own. Raises CoreFailed when the simulator does not compile."""

    def __init__(
        self, sandbox: Sandbox, *, cache: Path | None = None, limit: int = CYCLE_LIMIT, board: Board = MCS51
    ) -> None:
        self.board = board
        self._assembly = Assembly(sandbox, board)
        self._simulator = Simulator(sandbox, board.machine, cache)
        self._limit = limit
        self._ran: dict[bytes, Sequence[str]] = {}

    def build(
        self,
        source: str,
        harness: str,
        holes: Mapping[str, str] | None = None,
        aliases: Mapping[str, str] | None = None,
        model: str = "",
        *,
        together: bool = False,
        alone: Built | None = None,
    ) -> Built:
        """Compile one program with its harness: a hole NAME becomes HOLE_NAME, an alias old becomes new.

        The reasons of a failure are those of `compile_verdict`. `model` is the memory model, by default the board's.
        `together` makes one file of both, which is dearer. `alone` is what `alone` gave for this source. Raises
        MissingTool.
        """
        model = model or self.board.model
        return self._assembly.build(source, harness, holes or {}, aliases or {}, model, together=together, alone=alone)

    def alone(self, source: str, aliases: Mapping[str, str] | None = None, model: str = "") -> Built | None:
        """The program compiled by itself, where its image comes from one file with the harness; else None.

        Of two with the same code and interface only one image need be made (`like`). Raises MissingTool.
        """
        return self._assembly.alone(source, aliases or {}, model or self.board.model)

    def like(
        self,
        alone: Built,
        twin: Built,
        source: str,
        harness: str,
        holes: Mapping[str, str],
        aliases: Mapping[str, str],
        model: str = "",
    ) -> Built:
        """What `alone` gave for this source, with the image of a twin that has its code and interface."""
        joined = self._assembly.joined(source, harness, holes, aliases, model or self.board.model)
        return replace(alone, image=twin.image, joined=joined)

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
        machine = self.board.machine
        return [Observed(b.code, tuple(traces[n * each : (n + 1) * each]), machine) for n, b in enumerate(builts)]

    def reached(self, built: Built) -> Reached | None:
        """What of the program its harness runs, over both stimuli; None where no listing tells the lines.

        Where program and harness are one file, it is measured without inlining.
        """
        listing = self._assembly.listing(built)
        if listing:
            return coverage_of_listing([listing], self._executed(built.image), PROGRAM, self.board.jumps)
        image, disassembly = self._assembly.explained(built)
        if not image:
            return None
        return reached(elf_instructions(disassembly, self.board.jumps), self._executed(image), PROGRAM)

    def _executed(self, image: bytes) -> Sequence[str]:
        """What ran of an image, in the last few of which nothing need be run again: many variants share one."""
        if image not in self._ran:
            if len(self._ran) >= _REMEMBERED:
                self._ran.pop(next(iter(self._ran)))
            jobs = [Job(image, FILLS[0], draw, self._limit, coverage=True) for draw in DRAWS]
            self._ran[image] = [trace.coverage for trace in self._simulator.run(jobs)]
        return self._ran[image]

    def equivalent(self, parent: Observed, variant: Built, *, same_interface: bool) -> tuple[Verdict, Observed]:
        """Whether a variant does what its parent did, and what it did; the reason of a passed verdict is its grade.

        `identical-object`: the same code, and the caller found the same interface (signatures, qualifiers, memory
        spaces, volatile profile, interrupts, assembly). `simulated`: the same outputs and the same ordered register
        accesses in all runs. Identical code with another interface has no more than that.
        """
        if not variant.image:
            return variant.verdict, Observed(b"", (), self.board.machine)
        if variant.code == parent.code and same_interface and judge(parent).passed:
            words = "the same machine code and interface"
            return Verdict("equivalent", "passed", "identical-object", words), parent
        observed = self.observe(variant)
        return compare(parent, observed), observed


def judge(observed: Observed) -> Verdict:
    """Whether a program meets its harness: reasons wrong-output, never-ends, crashed, uninitialised-read.

    `unknown`, simulator-failed, where the simulator itself broke.
    """
    return observed.judged


def _judged(observed: Observed) -> Verdict:
    names = observed.machine.registers
    if any(trace.outcome == "simulator-failed" for trace in observed.traces):
        return Verdict("harness", "unknown", "simulator-failed", f"the simulator of {observed.machine.name} broke")
    pairs = list(zip(observed.traces[::2], observed.traces[1::2], strict=True))
    for first, second in pairs:
        if not first.passed and not second.passed:
            return Verdict("harness", "failed", _REASONS[first.outcome], failure(first, names))
    for first, second in pairs:
        if (first.outcome, first.events) != (second.outcome, second.events):
            words = f"depends on memory that nobody wrote: {difference(first, second, names)}"
            return Verdict("harness", "failed", "uninitialised-read", words)
    checks = f" {observed.traces[0].events}".count(" E")
    return Verdict("harness", "passed", evidence=f"{checks} expectations met, {observed.cycles:,} {_unit(observed)}")


def _unit(observed: Observed) -> str:
    """What a run's cycles are on this chip."""
    if observed.machine.name == "mcs51":
        return "machine cycles"
    return "cycles" if observed.machine.counts_cycles else "instructions"


def compare(parent: Observed, variant: Observed) -> Verdict:
    """Whether both did the same in all runs. A parent that failed proves nothing: unknown, parent-failed."""
    return contrast(parent, variant).verdict


def contrast(parent: Observed, variant: Observed) -> Comparison:
    """The same, with the first event that differs."""
    mine, other = judge(parent), judge(variant)
    if not mine.passed:
        return Comparison(Verdict("equivalent", "unknown", "parent-failed", mine.evidence))
    if other.outcome == "unknown":
        return Comparison(Verdict("equivalent", "unknown", other.reason, other.evidence))
    runs = [(draw, fill) for draw in DRAWS for fill in FILLS]
    for (draw, fill), expected, actual in zip(runs, parent.traces, variant.traces, strict=True):
        found = witness(expected, actual)
        if found is not None:
            words = difference(expected, actual, parent.machine.registers)
            verdict = Verdict("equivalent", "failed", other.reason or "wrong-output", words)
            return Comparison(verdict, Witness(draw, fill, *found))
    events = sum(trace.events.count(" ") + bool(trace.events) for trace in parent.traces[:: len(FILLS)])
    words = f"the same {events} events under {len(DRAWS)} stimuli"
    return Comparison(Verdict("equivalent", "passed", "simulated", words))
