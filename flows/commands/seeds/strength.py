"""`firmseed seeds strength`: how many planted faults does each seed's harness catch?"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from itertools import islice
from os import cpu_count
from pathlib import Path
from typing import Annotated, get_args

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from corpus.seeds import Seed, load_seed, targets_of
from flows.commands.seeds.chosen import chosen
from flows.exits import ERRORS, FOUND_TROUBLE, said_plainly
from flows.pool import in_order
from flows.stages.strength import COUNTED, ENOUGH, MOST, Outcome, Strength, digest_of, joined, measured
from validators.sandbox.runner import Sandbox
from validators.toolchains.tools import require_tools

EXAMPLES = """[bold]Examples[/]

  firmseed seeds strength crc8-maxim --list          one seed, with every fault that its harness misses

  firmseed seeds strength my/seeds -j 4              all seeds of a folder

  firmseed seeds strength crc8-maxim --write         store the figure in its seed.yaml
"""

CYCLES = 2_000_000
PARTS = 6  # a seed's faults are tried in so many parts, which processes share

UNTOLD: tuple[Outcome, ...] = ("caught", "equivalent", "refused")
"""What a list of missed faults leaves out."""

Part = tuple[Path, int, int]


def command(
    ids: Annotated[list[str] | None, typer.Argument(help="Seeds to measure, by id or folder; all by default.")] = None,
    seeds: Annotated[Path | None, typer.Option(help="Folder of seeds. Default: the shipped ones.")] = None,
    most: Annotated[int, typer.Option("--most", min=1, help="Faults to try in a seed, spread evenly.")] = MOST,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes. Default: one a core.")] = None,
    listed: Annotated[bool, typer.Option("--list", help="Show each fault that was not caught.")] = False,
    write: Annotated[bool, typer.Option("--write", help="Store each figure in the seed's seed.yaml.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Plant faults in each seed's program and count those that its harness catches by an expectation of its own.

    A fault that only a comparison with the right program shows is not caught; one that gives the same machine code
    does not count. At least 90 % must be caught. Exit codes: 0 all are strong enough, 1 one is not, 2 bad input,
    3 a tool is missing.
    """
    with said_plainly():
        folders = chosen(ids or [], seeds)
        with Sandbox() as sandbox:
            require_tools(sandbox, targets_of(folders))
        about = [load_seed(folder) for folder in folders]
        work = [(seed.folder, part, most) for seed in about for part in range(PARTS)]
        with in_order(tried, work, jobs or cpu_count() or 1) as done:
            shown = track(done, "planting faults", len(work), console=ERRORS, transient=True)
            parts = iter(shown if ERRORS.is_terminal else done)
            found: list[Strength] = []
            for seed in about:
                found.append(joined(seed, list(islice(parts, PARTS))))
                if write and not found[-1].wrong:
                    stored(seed, found[-1])  # at once: who stops it keeps what was measured
    if as_json:
        typer.echo(json.dumps([_row(one, seed) for seed, one in zip(about, found, strict=True)], ensure_ascii=False))
    else:
        _print(found, listed)
    if not all(one.passed for one in found):
        raise typer.Exit(FOUND_TROUBLE)


def tried(part: Part) -> Strength:
    """One part of one seed's faults."""
    folder, number, most = part
    seed = load_seed(folder)
    with Sandbox() as sandbox:
        return measured(seed, sandbox, CYCLES, number, PARTS, most)


def stored(seed: Seed, found: Strength) -> None:
    """Writes the figure into seed.yaml: one line, the rest byte for byte as it was."""
    path = seed.folder / "seed.yaml"
    digest = digest_of(seed)
    if re.fullmatch(r"[0-9]+(e[0-9]+)?", digest):  # YAML would read a number
        digest = f'"{digest}"'
    line = f"strength: {{mutants: {found.count(*COUNTED)}, caught: {found.count('caught')}, digest: {digest}}}"
    text = path.read_bytes().decode()
    kept, number = re.subn(r"^strength:.*(?:\n[ \t]+.*)*", line, text, count=1, flags=re.MULTILINE)
    path.write_bytes((kept if number else text + ("" if text.endswith("\n") else "\n") + line + "\n").encode())


def _row(one: Strength, seed: Seed) -> dict[str, object]:
    counts: dict[str, object] = {name: one.count(name) for name in get_args(Outcome)}
    missed = [asdict(fault) for fault in one.tried if fault.outcome not in UNTOLD]
    about = {"strength": round(one.share, 4), "passed": one.passed, "digest": digest_of(seed)}
    return {"seed": one.seed, **about, **counts, "wrong": list(one.wrong), "missed": missed}


def _print(found: Sequence[Strength], listed: bool) -> None:
    console = Console(highlight=False)
    table = Table("seed", "tried", "caught", "compared", "silent", "equivalent", "strength", box=None, pad_edge=False)
    for one in found:
        counts = [one.count("caught"), one.count("compared"), one.count("silent"), one.count("equivalent", "argued")]
        colour = "green" if one.passed else "red"
        table.add_row(one.seed, str(len(one.tried)), *map(str, counts), f"[{colour}]{one.share:.1%}[/]")
    console.print(table)
    for one in found:
        for words in one.wrong:
            console.print(f"{one.seed}: [red]{escape(words)}[/]", soft_wrap=True)
        for fault in one.tried if listed else ():
            if fault.outcome not in UNTOLD:
                words = escape(f"{one.seed}:{fault.line}: {fault.operator}")
                console.print(f"\n{words} [yellow]{fault.outcome}[/]: {escape(fault.seen)}", soft_wrap=True)
                console.print(escape(fault.diff), soft_wrap=True)
    bad = sum(not one.passed for one in found)
    console.print(
        f"{len(found) - bad} of {len(found)} harnesses catch {ENOUGH:.0%} or more", style="red" if bad else "green"
    )
