"""The two sides of `benchmarks.proof`, each a process of its own that imports no more than it needs.

python -m benchmarks.proving ours WORK --jobs 2     prints verdicts and the tools' CPU seconds, pickled, as hex
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from pathlib import Path

from corpus.records import Program
from corpus.seeds import Seed
from flows.pool import pool_context, prepare
from flows.proof import Proved, Prover
from generators.mutants.operator import Faulty
from generators.rewrites.apply import Proposal
from generators.templates import default_filling, fill_program
from validators.sandbox.runner import Sandbox

CYCLES = 2_000_000

Result = tuple[list[list[str]], float]
"""The verdicts by seed, and the CPU seconds of the tools where they are counted."""


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


def main() -> None:
    """Judges the pickled work one way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("side", choices=("ours", "naive"))
    parser.add_argument("work", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    works: list[Work] = pickle.loads(asked.work.read_bytes())
    print(pickle.dumps(_ours(works, asked.jobs) if asked.side == "ours" else _naive(works)).hex())


def _ours(works: Sequence[Work], jobs: int) -> Result:
    with ProcessPoolExecutor(jobs, mp_context=pool_context(["flows.proof"]), initializer=prepare) as pool:
        found = list(pool.map(proved, works))
    return [verdicts for verdicts, _ in found], sum(tools for _, tools in found)


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


def _naive(works: Sequence[Work]) -> Result:
    from benchmarks.naive import judged_naively  # the other side's, not ours to pay for

    found = []
    for work in works:
        filling = default_filling(work.seed)
        variants = [(proposal.source.decode(), dict(proposal.aliases)) for proposal in work.variants]
        mutants = [faulty.source.decode("utf-8", "replace") for faulty in work.mutants]
        seed, root = work.seed, fill_program(work.seed, filling)
        found.append(
            judged_naively(seed.harness, dict(filling.texts), seed.sheet.model, root, variants, mutants, CYCLES)
        )
    return found, 0.0


if __name__ == "__main__":
    main()
