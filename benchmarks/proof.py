"""How fast programs are proved: against the naive way, and against the floor of the tools' own CPU time.

    python -m benchmarks.proof                        every shipped 8051 seed, up to 48 programs each
    python -m benchmarks.proof --each 6 --seeds uart-rx-ring crc16-ccitt
    python -m benchmarks.proof --only-ours            the distance to the floor alone, a tenth of the time

The same programs (each seed's root, rewritten variants and mutants) are judged twice in one run: compiled by sdcc,
checked by a second compiler, built with the harness and run under two stimuli with two contents of memory.

The naive way is what pipelines do that call a driver for each check: one process for each compile, each build and each
run, one after another, nothing remembered but what a seed's root did, and no sandbox. Ours is `flows.proof.Prover`,
sandboxed and on all cores. Printed: programs a second and CPU of both, whether their verdicts are the same, and what
ours takes beyond the CPU time of the compilers, linkers and simulators that it starts (the floor). Goals: 6 times the
programs a second of the naive way; at most 15 % beyond the floor, with the start of Python and all imports counted.
"""

from __future__ import annotations

import argparse
import ctypes
import os
import pickle
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from pathlib import Path

from benchmarks.work import Work
from corpus.seeds import Seed, load_seed, seed_folders
from corpus.source.unit import Unit
from generators.mutants.catalogue import OPERATORS
from generators.mutants.operator import Faulty, mutate
from generators.rewrites.apply import Proposal, order, propose
from generators.rewrites.catalogue import RULES
from generators.rewrites.rule import Context, Refusal
from generators.rewrites.style import STYLES
from generators.templates import default_filling, fill_program

SEEDS = Path("datasets/seeds")
_SUBREAPER = 36  # PR_SET_CHILD_SUBREAPER of <linux/prctl.h>: what a child leaves behind becomes ours


@dataclass(frozen=True)
class Side:
    """What one way needed, and its verdicts by seed."""

    wall_s: float
    cpu_s: float
    tools_s: float
    verdicts: list[list[str]]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--each", type=int, default=48, help="programs of a seed, at most")
    parser.add_argument("--seeds", nargs="*", help="ids of seeds; all without it")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1)
    parser.add_argument("--only-ours", action="store_true", help="leave the naive way out")
    asked = parser.parse_args()
    chosen = [load_seed(folder) for folder in seed_folders(SEEDS) if not asked.seeds or folder.name in asked.seeds]
    works = [_work(seed, asked.each) for seed in chosen if seed.sheet.target == "mcs51"]  # the naive way calls sdcc
    with tempfile.TemporaryDirectory() as scratch:
        for number, work in enumerate(works):
            (Path(scratch) / f"{number:04}").write_bytes(pickle.dumps(work))
        ours = _side("ours", Path(scratch), asked.jobs)
        naive = None if asked.only_ours else _side("naive", Path(scratch), asked.jobs)
    _print(works, ours, naive, asked.jobs)


def _work(seed: Seed, each: int) -> Work:
    """The same programs each time: variants of one step, and faults, a third of all."""
    rng = random.Random(f"proof/{seed.id}")
    unit = Unit.parse(fill_program(seed, default_filling(seed)).encode())
    variants: dict[bytes, Proposal] = {}
    mutants: dict[bytes, Faulty] = {}
    for rule in [rule for _ in range(3) for rule in order(list(RULES), rng)]:
        proposal = propose(rule, unit, Context(rng.choice(STYLES), rng))
        if not isinstance(proposal, Refusal) and len(variants) < each - each // 3 - 1:
            variants.setdefault(proposal.source, proposal)
    for operator in [operator for _ in range(3) for operator in rng.sample(OPERATORS, len(OPERATORS))]:
        faulty = mutate(operator, unit, rng)
        if faulty is not None and len(mutants) < each // 3:
            mutants.setdefault(faulty.source, faulty)
    return Work(seed, tuple(variants.values()), tuple(mutants.values()))


def _side(side: str, work: Path, jobs: int) -> Side:
    """One way as a process of its own, all of which is counted, the process that forks its workers too."""
    ctypes.CDLL(None).prctl(_SUBREAPER, 1, 0, 0, 0)
    command = [sys.executable, "-m", "benchmarks.proving", side, str(work), "--jobs", str(jobs)]
    before, began = resource.getrusage(resource.RUSAGE_CHILDREN), time.perf_counter()
    done = subprocess.run(command, stdout=subprocess.PIPE, check=True)
    with suppress(ChildProcessError):
        while True:
            os.wait()
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    wall = time.perf_counter() - began
    verdicts, tools = pickle.loads(bytes.fromhex(done.stdout.decode()))
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return Side(wall, cpu, tools, verdicts)


def _print(works: Sequence[Work], ours: Side, naive: Side | None, jobs: int) -> None:
    count = sum(work.programs for work in works)
    print(f"programs             {count:,} of {len(works)} seeds")
    _print_side("ours", ours, count)
    print(f"beyond the tools     {(ours.cpu_s - ours.tools_s) / ours.tools_s:.1%} of their {ours.tools_s:.1f} s of CPU")
    if naive is None:
        return
    _print_side("naive", naive, count)
    print(f"faster               {naive.wall_s / ours.wall_s:.1f} times ({jobs} processes against one)")
    print(f"by CPU alone         {naive.cpu_s / ours.cpu_s:.1f} times")
    both = list(zip(chain(*ours.verdicts), chain(*naive.verdicts), strict=True))
    differ = Counter(pair for pair in both if len(set(pair)) > 1)
    print(f"verdicts             {len(both) - differ.total():,} of {len(both):,} the same")
    for (mine, theirs), times in differ.items():
        print(f"                     {times} times {mine} by ours, {theirs} by the naive way")


def _print_side(name: str, side: Side, count: int) -> None:
    each = f"{side.cpu_s / count * 1e3:.1f} ms of CPU each"
    print(f"{name:<20} {count / side.wall_s:.1f} a second, {side.wall_s:.1f} s, {side.cpu_s:.1f} s of CPU, {each}")


if __name__ == "__main__":
    main()
