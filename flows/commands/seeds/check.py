"""`firmseed seeds check`: do the seeds hold what they promise?"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import asdict, dataclass
from functools import partial
from multiprocessing import get_context
from os import cpu_count
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import track
from rich.table import Table

from corpus.records import Program, Verdict
from corpus.seeds import SeedError, load_seed, seed_folders
from flows.exits import ERRORS, FOUND_TROUBLE, said_plainly
from flows.proof import Prover
from flows.settings import ROOT
from flows.stages.seeds import check
from generators.templates import fillings
from validators.sandbox.runner import Sandbox
from validators.toolchains.tools import require_tools

EXAMPLES = """[bold]Examples[/]

  firmseed seeds check                        every shipped seed

  firmseed seeds check uart-baud-init -n 20   one seed, with twenty of its fillings

  firmseed seeds check --seeds my/seeds --json
"""

CYCLES = 2_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one seed: its own Program's verdict, and how many fillings were tried and failed."""

    seed: str
    verdict: Verdict
    fillings: int = 0
    failed: tuple[str, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the seed may be used."""
        return self.verdict.passed and not self.failed


def command(
    ids: Annotated[list[str] | None, typer.Argument(help="Seeds to check; all by default.")] = None,
    seeds: Annotated[Path | None, typer.Option(help="Folder of seeds. Default: the shipped ones.")] = None,
    number: Annotated[int, typer.Option("--fillings", "-n", min=1, help="Template fillings to try, a seed.")] = 3,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes. Default: one a core.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Check seeds: the format, both compilers without a warning, the harness on the simulator, template fillings.

    Exit codes: 0 all hold, 1 one does not, 3 a tool is missing.
    """
    with said_plainly():
        with Sandbox() as sandbox:
            require_tools(sandbox)
        folders = [f for f in seed_folders(seeds or ROOT / "datasets" / "seeds") if not ids or f.name in ids]
        with ProcessPoolExecutor(jobs or cpu_count(), get_context("spawn")) as pool:
            work = pool.map(partial(checked, number), folders)
            found = list(
                track(work, "checking", len(folders), console=ERRORS, disable=not ERRORS.is_terminal, transient=True)
            )
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
    else:
        _print(found)
    if not all(one.passed for one in found):
        raise typer.Exit(FOUND_TROUBLE)


def checked(number: int, folder: Path) -> Checked:
    """One seed's own Program and `number` of its fillings."""
    try:
        seed = load_seed(folder)
        with Sandbox() as sandbox:
            prover = Prover(sandbox, seed, CYCLES)
            verdict = check(seed, prover)
            values = fillings(seed, random.Random(f"check/{seed.id}"), number)
            failed = []
            for filling in values[1:]:
                found = prover.root(filling, default=False)
                if isinstance(found, Program):
                    wrong = found.failed
                    shown = ", ".join(f"{name}={text}" for name, text in filling.texts)
                    failed.append(f"{shown}: {wrong.reason if wrong else ''} {wrong.evidence if wrong else ''}".strip())
    except SeedError as error:
        return Checked(folder.name, Verdict("format", "failed", "broken-seed", str(error)))
    return Checked(seed.id, verdict, len(values), tuple(failed))


def _print(found: Sequence[Checked]) -> None:
    console = Console()
    table = Table("seed", "outcome", "fillings", "evidence", box=None, pad_edge=False)
    for one in found:
        colour, word = ("green", "passed") if one.passed else ("red", one.verdict.reason or "filling fails")
        evidence = (
            one.verdict.evidence
            if one.verdict.passed and not one.failed
            else "; ".join((one.verdict.evidence, *one.failed))
        )
        table.add_row(one.seed, f"[{colour}]{word}[/]", f"{one.fillings - len(one.failed)}/{one.fillings}", evidence)
    console.print(table)
    bad = sum(not one.passed for one in found)
    console.print(f"{len(found) - bad} of {len(found)} seeds hold", style="red" if bad else "green")
