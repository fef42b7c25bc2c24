"""What `benchmarks.proof` has judged, and our way of judging it."""

from __future__ import annotations

from dataclasses import dataclass

from corpus.records import Program
from corpus.seeds import Seed
from flows.proof import Proved, Prover
from generators.mutants.operator import Faulty
from generators.rewrites.apply import Proposal
from generators.templates import default_filling
from validators.sandbox.runner import Sandbox

CYCLES = 2_000_000


@dataclass(frozen=True)
class Work:
    """One seed, and what is to be judged besides its root."""

    seed: Seed
    variants: tuple[Proposal, ...]
    mutants: tuple[Faulty, ...]

    @property
    def programs(self) -> int:
        """How many programs, the root among them."""
        return 1 + len(self.variants) + len(self.mutants)


def proved(work: Work) -> tuple[list[str], float]:
    """The verdict of each program, and the CPU seconds of the tools."""
    with Sandbox() as sandbox:
        prover = Prover(sandbox, work.seed, CYCLES, enumerate_inputs=False, coverage=False)
        root = prover.root(default_filling(work.seed), default=True)
        if isinstance(root, Program):
            raise SystemExit(f"{work.seed.id}: {root.failed}")
        steps = [prover.step(root, proposal) for proposal in work.variants]
        tips = iter(prover.finish([step for step in steps if isinstance(step, Proved)]))
        ends = [next(tips) if isinstance(step, Proved) else step for step in steps]
        faults = prover.faults([(root, faulty) for faulty in work.mutants])
        tools = sandbox.cpu_s
    verdicts = ["same" if isinstance(end, Proved) else "refused" for end in ends]
    return [*verdicts, *map(_fault, faults)], tools


def _fault(program: Program) -> str:
    """A mutant in a word: it does not build, it behaves otherwise, or nothing is wrong with it that shows."""
    if program.fault is not None and program.fault.kind != "finding":  # the naive way has no static checks
        return program.fault.kind
    return "compile" if program.verdicts[-1].reason == "no-diagnostic" else "none"
