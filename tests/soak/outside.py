"""C that other people wrote, thousands of functions of it, for every rule and for chains of rules.

Every rule is tried once on each file, then chains of 1 to 8 rules by one author; where the file compiles here, so must
its variants, and their code is compared function by function. What was judged is kept, and the next call goes on.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import multiprocessing
import shutil
from collections.abc import Iterator, Sequence
from multiprocessing.connection import Connection, wait
from pathlib import Path

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn, TimeRemainingColumn

from tests.soak.outside_builds import Builder
from tests.soak.outside_chains import bound_memory
from tests.soak.outside_command import command_runs
from tests.soak.outside_figures import defects_of, table
from tests.soak.outside_files import GROUPS, SAMPLES, Source, sources
from tests.soak.outside_judging import Record, judged
from tests.soak.outside_packages import fetch
from validators.sandbox.runner import Sandbox

HUNG_S = 300.0
"""A file from which nothing has come for so long hangs, in a place where no signal reaches."""


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of the subcommand."""
    parser.add_argument("--chains", type=int, default=3, help="chains for each file (3)")
    parser.add_argument("--groups", default="", help="only these groups of files, separated by commas")
    parser.add_argument("--share", type=int, default=1, help="only every so many files of a group (1: all)")
    parser.add_argument("--jobs", type=int, default=1, help="worker processes (1)")
    parser.add_argument("--largest-kib", type=int, default=64, help="leave larger files out (64)")
    parser.add_argument("--no-single", action="store_true", help="chains only, without each rule once on each file")
    parser.add_argument("--no-compile", action="store_true", help="check the texts only")
    parser.add_argument("--no-fetch", action="store_true", help="use the packages that are there")
    parser.add_argument("--command-files", type=int, default=12, help="files for the `firmseed rewrite` command (12)")
    parser.add_argument("--fresh", action="store_true", help="forget what earlier calls judged")
    parser.add_argument("--again", action="store_true", help="judge the files with defects once more")
    parser.add_argument("--sources", type=Path, default=Path("build/soak/sources"), help="where packages are unpacked")
    parser.add_argument("--out", type=Path, default=Path("build/soak/outside"), help="where results are kept")


def run(args: argparse.Namespace) -> int:
    """Runs it; 0 when nothing is wrong, 1 on a defect, 2 when there is nothing to read."""
    console = Console()
    if args.fresh:
        shutil.rmtree(args.out, ignore_errors=True)
    args.out.mkdir(parents=True, exist_ok=True)
    args.sources.mkdir(parents=True, exist_ok=True)
    failed = {} if args.no_fetch else fetch(args.sources)
    for name, why in failed.items():
        console.print(f"not fetched: {name}: {why}", highlight=False)
    chosen = tuple(g for g in GROUPS if not args.groups or g.name in args.groups.split(","))
    files = list(sources(args.sources.resolve(), chosen, args.largest_kib << 10))[:: max(1, args.share)]
    if not files:
        console.print("no files: see --groups and --sources")
        return 2
    results = args.out / "results.jsonl"
    known = _known(results, args.again)
    waiting = [source for source in files if (source.name, source.digest, args.chains) not in known]
    bars = (BarColumn(), MofNCompleteColumn(), TimeElapsedColumn(), TimeRemainingColumn())
    with (
        Progress(TextColumn("{task.description:<40.40}"), *bars, console=console) as progress,
        results.open("a") as log,
    ):
        bar = progress.add_task("files", total=len(files), completed=len(files) - len(waiting))
        with contextlib.suppress(KeyboardInterrupt):  # the figures then are of what was judged so far
            for source, record in _judge_all(waiting, args):
                record["asked"] = args.chains
                known[source.name, source.digest, args.chains] = record
                log.write(json.dumps(record) + "\n")
                log.flush()
                progress.update(bar, advance=1, description=source.name)
    asked = [(source.name, source.digest, args.chains) for source in files]
    records = [known[key] for key in asked if key in known]
    if len(records) < len(files):
        console.print(f"stopped: {len(records)} of {len(files)} files were judged; the next call goes on")
    commands = command_runs(files, args.command_files, args.out / "command")
    text = table(records, commands)
    (args.out / "figures.txt").write_text(text + "\n", encoding="utf-8")
    console.print(text, highlight=False, markup=False, soft_wrap=True)
    found = defects_of(records)
    for file, kind, rule, detail in found:
        console.print(f"DEFECT {kind} {rule}: {file}: {detail}", highlight=False, markup=False, soft_wrap=True)
    bad = [one for one in commands if one["bad"]]
    for one in bad:
        console.print(f"DEFECT command: {one['file']}: {one['said']}", highlight=False, markup=False, soft_wrap=True)
    if found:
        console.print(f"texts before and after: {args.out / 'kept' / 'defects'}", highlight=False)
    return 1 if found or bad else 0


def _known(results: Path, again: bool) -> dict[tuple[str, str, int], Record]:
    """What earlier calls judged, by file, text and number of chains."""
    known: dict[tuple[str, str, int], Record] = {}
    for line in results.read_text(encoding="utf-8").splitlines() if results.is_file() else []:
        try:
            record = json.loads(line)
        except json.JSONDecodeError:  # the line that an interruption cut
            continue
        key = (record["file"], record["digest"], record["asked"])
        if again and record["defects"]:
            known.pop(key, None)
        else:
            known[key] = record
    return known


def _judge_all(files: Sequence[Source], args: argparse.Namespace) -> Iterator[tuple[Source, Record]]:
    """The records as they come from worker processes; one that dies or hangs costs its file and nothing else."""
    todo = list(reversed(files))
    workers: dict[Connection, _Worker] = {}
    try:
        while todo or workers:
            while todo and len(workers) < max(1, args.jobs):
                worker = _Worker(args)
                workers[worker.pipe] = worker
                worker.give(todo.pop())
            ready = wait(list(workers), timeout=HUNG_S)
            for worker in [worker for pipe, worker in workers.items() if pipe in ready or not ready]:
                source, record = worker.source, worker.take() if ready else _lost(worker.source, "hang")
                yield source, record
                if worker.lost or not ready or not todo:
                    worker.end()
                    del workers[worker.pipe]
                else:
                    worker.give(todo.pop())
    finally:
        for worker in workers.values():
            worker.end()


class _Worker:
    """A process that judges one file at a time."""

    def __init__(self, args: argparse.Namespace) -> None:
        self.pipe, theirs = multiprocessing.Pipe()
        self.lost = False
        self._process = multiprocessing.Process(target=_work, args=(theirs, args), daemon=True)
        self._process.start()
        theirs.close()

    def give(self, source: Source) -> None:
        self.source = source
        self.pipe.send(source)

    def take(self) -> Record:
        try:
            record: Record = self.pipe.recv()
        except (EOFError, ConnectionResetError):
            self.lost = True
            return _lost(self.source, "died")
        return record

    def end(self) -> None:
        self._process.kill()
        self._process.join()
        self.pipe.close()


def _work(pipe: Connection, args: argparse.Namespace) -> None:
    bound_memory()
    with contextlib.ExitStack() as open_now:
        builder = None
        if not args.no_compile:
            readable = [args.sources.resolve(), SAMPLES, Path("/usr/lib/avr"), Path("/usr/share/sdcc")]
            builder = Builder(open_now.enter_context(Sandbox(readable=readable)))
        while True:
            try:
                source = pipe.recv()
            except EOFError:
                return
            pipe.send(judged(source, args.chains, builder, args.out / "kept", single=not args.no_single))


def _lost(source: Source, how: str) -> Record:
    nothing: Record = {"functions": 0, "error_bytes": 0, "single": [], "chains": [], "builds": [], "mib": 0}
    return nothing | {
        "file": source.name,
        "digest": source.digest,
        "dialect": source.group.dialect,
        "bytes": len(source.text),
        "slowest": (0.0, ""),
        "defects": [[how, "", "the process that judged this file"]],
    }
