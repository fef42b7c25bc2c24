"""`firmseed seeds check`: do the seeds hold what they promise?"""

from __future__ import annotations

import json
import random
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import partial
from os import cpu_count
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track
from rich.table import Table

from corpus.records import Program, Verdict
from corpus.seeds import Seed, SeedError, load_seed, targets_of
from flows.commands.seeds.chosen import chosen
from flows.exits import ERRORS, FOUND_TROUBLE, said_plainly
from flows.pool import in_order
from flows.proof import Prover
from flows.remarks import Remark, remarks
from flows.stages.seeds import check
from generators.templates import fillings
from validators.sandbox.runner import Sandbox
from validators.toolchains.tools import require_tools

EXAMPLES = """[bold]Examples[/]

  firmseed seeds check                        every shipped seed

  firmseed seeds check uart-baud-init -n 20   one seed, with twenty of its fillings

  firmseed seeds check my/seeds --strict      a folder of seeds, or of one; warnings count as well

  firmseed seeds check --seeds my/seeds --json
"""

CYCLES = 2_000_000


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found of one seed: what its words lack, its own Program's verdict, and how many fillings were tried and
    failed."""

    seed: str
    verdict: Verdict
    fillings: int = 0
    failed: tuple[str, ...] = ()
    remarks: tuple[Remark, ...] = ()

    @property
    def passed(self) -> bool:
        """Whether the seed may be used."""
        return self.verdict.passed and not self.failed and not any(one.severity == "error" for one in self.remarks)

    @property
    def complaints(self) -> list[str]:
        """What is wrong, in lines of plain words."""
        said = [str(one) for one in self.remarks if one.severity == "error"]
        words = self.verdict.evidence
        if self.verdict.gate == "format":
            said = said if words.partition(" (and ")[0] in said else [*said, words]
        elif not self.verdict.passed:
            said.append(f"{self.seed}: {self.verdict.reason}: {words}")
        return [*said, *(f"{self.seed}: with {words}" for words in self.failed)]

    @property
    def warnings(self) -> list[str]:
        """What is not wrong but could be better."""
        return [str(one) for one in self.remarks if one.severity == "warning"]


def command(
    ids: Annotated[
        list[str] | None, typer.Argument(help="Seeds to check: ids, or folders of one seed or of many. Default: all.")
    ] = None,
    seeds: Annotated[Path | None, typer.Option(help="Folder of seeds. Default: the shipped ones.")] = None,
    number: Annotated[int, typer.Option("--fillings", "-n", min=1, help="Template fillings to try, a seed.")] = 3,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes. Default: one a core.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A warning counts as trouble.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Check seeds: the format and the words, the compilers without a warning, the harness on the simulator, fillings.

    Exit codes: 0 all hold, 1 one does not, 2 no such seed, 3 a tool is missing.
    """
    with said_plainly():
        folders = chosen(ids or [], seeds)
        with Sandbox() as sandbox:
            require_tools(sandbox, targets_of(folders))
        with in_order(partial(checked, number, strict), folders, jobs or cpu_count() or 1) as done:
            shown = track(done, "checking", len(folders), console=ERRORS, transient=True)
            found = list(shown if ERRORS.is_terminal else done)
    if as_json:
        typer.echo(json.dumps([asdict(one) for one in found], ensure_ascii=False, indent=1))
    else:
        _print(found, told=bool(ids))
    if not all(one.passed for one in found):
        raise typer.Exit(FOUND_TROUBLE)


def checked(number: int, strict: bool, folder: Path) -> Checked:
    """One seed's words, its own Program and `number` of its fillings."""
    said: tuple[Remark, ...] = ()
    try:
        seed = load_seed(folder)
        said = tuple(remarks(seed, strict))
        with Sandbox() as sandbox:
            prover = Prover(sandbox, seed, CYCLES, coverage=False)
            verdict = check(seed, prover)
            tried, failed = _filled(seed, prover, number) if verdict.passed else (0, [])
    except SeedError as error:
        return Checked(folder.name, Verdict("format", "failed", "broken-seed", str(error)), remarks=said)
    return Checked(seed.id, verdict, tried, tuple(failed), said)


def _filled(seed: Seed, prover: Prover, number: int) -> tuple[int, list[str]]:
    """How many fillings were tried, and what is wrong with some of them."""
    values = fillings(seed, random.Random(f"check/{seed.id}"), number)
    failed = []
    for filling in values[1:]:
        found = prover.root(filling, default=False)
        if isinstance(found, Program):
            wrong = found.failed
            shown = ", ".join(f"{name}={text}" for name, text in filling.texts)
            failed.append(f"{shown}: {wrong.reason if wrong else ''} {wrong.evidence if wrong else ''}".strip())
    return len(values), failed


def _print(found: Sequence[Checked], told: bool) -> None:
    """A table, then what is wrong; warnings only of seeds that were asked for by name, else their number."""
    console = Console(highlight=False)
    table = Table("seed", "outcome", "fillings", "warnings", "evidence", box=None, pad_edge=False)
    for one in found:
        colour, word = ("green", "passed") if one.passed else ("red", "refused")
        evidence = one.verdict.evidence.split(";")[0] if one.passed else ""
        tried = f"{one.fillings - len(one.failed)}/{one.fillings}"
        table.add_row(one.seed, f"[{colour}]{word}[/]", tried, str(len(one.warnings)), evidence)
    console.print(table)
    for one in found:
        for words in one.complaints:
            console.print(f"[red]error:[/] {escape(words)}", soft_wrap=True)
        for words in one.warnings if told else ():
            console.print(f"[yellow]warning:[/] {escape(words)}", soft_wrap=True)
    bad = sum(not one.passed for one in found)
    console.print(f"{len(found) - bad} of {len(found)} seeds hold", style="red" if bad else "green")
