"""The two sides of `benchmarks.proof`, each a process of its own that imports no more than it needs.

python -m benchmarks.proving ours FOLDER --jobs 2     prints verdicts and the tools' CPU seconds, pickled, as hex

The folder holds one pickled `benchmarks.work.Work` a seed, as the shards of a run lie on disk.
"""

from __future__ import annotations

import argparse
import pickle
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from pathlib import Path

from flows.pool import pool_context, prepare

Result = tuple[list[list[str]], float]
"""The verdicts by seed, and the CPU seconds of the tools where they are counted."""


def main() -> None:
    """Judges the pickled work one way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("side", choices=("ours", "naive"))
    parser.add_argument("work", type=Path)
    parser.add_argument("--jobs", type=int, default=1)
    asked = parser.parse_args()
    works = sorted(asked.work.iterdir())
    print(pickle.dumps(_ours(works, asked.jobs) if asked.side == "ours" else _naive(works)).hex())


def _ours(works: Sequence[Path], jobs: int) -> Result:
    context = pool_context(["benchmarks.work"])
    with ProcessPoolExecutor(jobs, mp_context=context, initializer=prepare) as pool:
        found = list(pool.map(_proved, works))
    return [verdicts for verdicts, _ in found], sum(tools for _, tools in found)


def _proved(work: Path) -> tuple[list[str], float]:
    from benchmarks.work import proved  # which the process that only hands out work does not need

    return proved(pickle.loads(work.read_bytes()))


def _naive(works: Sequence[Path]) -> Result:
    from benchmarks.naive import judged_naively  # the other side's, not ours to pay for
    from benchmarks.work import CYCLES, Work
    from generators.templates import default_filling, fill_program

    found = []
    for path in works:
        work: Work = pickle.loads(path.read_bytes())
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
