"""Chains of rewrites on csmith's programs: does a variant still do what its program did, on the host and on chips?

    python -m tests.soak csmith --programs 2000 --chains 5 --mcs51 300

Done seeds are kept in a file of the folder, so that a run goes on where it was stopped.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import shutil
import signal
import sys
from collections.abc import Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import islice
from pathlib import Path

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from tests.soak.csmith_batch import Batch, Record, Settings
from tests.soak.csmith_programs import REMEDY, programs
from tests.soak.csmith_summary import summary
from validators.sandbox.runner import ProgramNotFound, Sandbox

_ROOT = Path(__file__).parent.parent.parent
_TOGETHER = 4
"""Programs in one task: twenty runs from one start of a simulator, and a few seconds until Ctrl-C is obeyed."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """How much, and where to."""
    parser.add_argument("--programs", type=int, default=2000, metavar="N", help="programs, by seeds from --first on")
    parser.add_argument("--first", type=int, default=1, metavar="SEED", help="the first seed")
    parser.add_argument("--chains", type=int, default=5, metavar="N", help="chains of rewrites on each program")
    parser.add_argument("--longest", type=int, default=8, metavar="N", help="the most rules in a chain")
    parser.add_argument("--mcs51", type=int, default=300, metavar="N", help="programs that run on the 8051, too")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, metavar="N", help="processes")
    parser.add_argument("--out", type=Path, default=Path("build/soak/csmith"), help="folder of done seeds and failures")
    parser.add_argument("--fresh", action="store_true", help="forget what was done before")


def run(args: argparse.Namespace) -> int:
    """0, or 1 where a rewrite of ours is at fault, 3 where the run cannot be made, 130 where it was stopped."""
    # Every second program is one for the 8051.
    settings = Settings(args.chains, args.longest, args.first + 2 * args.mcs51 - 1, args.out)
    if args.fresh:
        shutil.rmtree(args.out, ignore_errors=True)
    args.out.mkdir(parents=True, exist_ok=True)
    if not _is_the_same(args.out / "settings.json", settings):
        print(f"soak: {args.out} is of other rules or settings: give --fresh, or another --out", file=sys.stderr)
        return 3
    done = args.out / "done.jsonl"
    seeds = range(args.first, args.first + args.programs)
    left = [seed for seed in seeds if seed not in {record["seed"] for record in _records(done)}]
    try:
        stopped = not _work(left, args.jobs, settings, done)
    except ProgramNotFound as error:
        print(f"soak: {REMEDY if error.args[0] == 'csmith' else f'{error.args[0]}: not found'}", file=sys.stderr)
        return 3
    records = [record for record in _records(done) if record["seed"] in seeds]
    text, ours = summary(records, args.out)
    print(text)
    if stopped:
        return 130
    return 1 if ours else 0


def _work(seeds: Sequence[int], jobs: int, settings: Settings, done: Path) -> bool:
    """Examines the seeds and writes each record as it comes; False where the user stopped it."""
    parts = iter([seeds[first : first + _TOGETHER] for first in range(0, len(seeds), _TOGETHER)])
    columns = (
        TextColumn("csmith"),
        BarColumn(),
        MofNCompleteColumn(),
        TimeRemainingColumn(),
        TextColumn("{task.description}"),
    )
    with (
        ProcessPoolExecutor(jobs, initializer=_leave_interrupts) as pool,
        done.open("a", encoding="utf-8") as file,
        Progress(*columns) as progress,
    ):
        bar = progress.add_task("", total=len(seeds))
        failures = 0
        running: set[Future[list[Record]]] = {pool.submit(_examine, part, settings) for part in islice(parts, jobs)}

        def keep(ready: set[Future[list[Record]]]) -> None:
            nonlocal failures
            for record in (record for future in ready for record in future.result()):
                file.write(json.dumps(record) + "\n")
                failures += len(record["failures"])
                progress.update(bar, advance=1, description=f"{failures} failures" if failures else "")
            file.flush()

        try:
            while running:
                ready, running = wait(running, return_when=FIRST_COMPLETED)
                keep(ready)
                running |= {pool.submit(_examine, part, settings) for part in islice(parts, len(ready))}
        except KeyboardInterrupt:
            progress.update(bar, description="stopping when these programs are done; Ctrl-C once more: now")
            keep(wait(running).done)
            return False
    return True


def _leave_interrupts() -> None:
    """In each process: Ctrl-C is for the parent, which lets what runs come to its end."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)


def _examine(seeds: Sequence[int], settings: Settings) -> list[Record]:
    with Sandbox() as sandbox:
        texts = dict(zip(seeds, programs(sandbox, seeds), strict=True))
        return Batch(sandbox, settings).examine(texts)


def _records(path: Path) -> list[Record]:
    """The done seeds. A last line that was cut off is taken away, since the next one would go on in it."""
    text = path.read_text(encoding="utf-8") if path.exists() else ""
    whole, _, cut = text.rpartition("\n")
    if cut:
        path.write_text(f"{whole}\n" if whole else "", encoding="utf-8")
    records: list[Record] = [json.loads(line) for line in whole.splitlines()]
    return list({record["seed"]: record for record in records}.values())


def _is_the_same(path: Path, settings: Settings) -> bool:
    """Whether what the folder has was made with these settings by these rules; what has nothing yet is marked."""
    digest = hashlib.sha256()
    for folder in ("generators/rewrites", "corpus/source"):
        for file in sorted((_ROOT / folder).rglob("*.py")):
            digest.update(file.read_bytes())
    told = {"chains": settings.chains, "longest": settings.longest, "rules": digest.hexdigest()[:16]}
    if path.exists():
        return bool(json.loads(path.read_text(encoding="utf-8")) == told)
    path.write_text(json.dumps(told) + "\n", encoding="utf-8")
    return True
