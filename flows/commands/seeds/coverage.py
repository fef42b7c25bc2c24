"""`firmseed seeds coverage`: what do the seeds cover, and what is still wanted?"""

from __future__ import annotations

import json
import random
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from corpus.seeds import SeedError, Sheet, load_seed
from corpus.taxonomy import taxonomy
from flows.commands.seeds.chosen import chosen
from flows.exits import ERRORS, FOUND_TROUBLE, said_plainly
from generators.templates import fillings
from reports.breadth import LEVELS, TARGETS, Breadth, breadth

EXAMPLES = """[bold]Examples[/]

  firmseed seeds coverage                            families by target and by difficulty, and the goals

  firmseed seeds coverage --seeds my/seeds --json | jq .goals

  firmseed seeds coverage --strict                   for a build that must meet the goals
"""


def command(
    seeds: Annotated[Path | None, typer.Option(help="Folder of seeds. Default: the shipped ones.")] = None,
    strict: Annotated[bool, typer.Option("--strict", help="A goal that is not met counts as trouble.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the counts as JSON.")] = False,
) -> None:
    """Count the seeds by family and chip, by family and difficulty, and against the goals of datasets/taxonomy.yaml.

    Only seeds that load are counted; a template counts by the different fillings that its constraints allow.

    Exit codes: 0 counted, 1 a goal is not met (with --strict), 2 no seeds there.
    """
    sheets: list[Sheet] = []
    counts: dict[str, int] = {}
    with said_plainly():
        plan = taxonomy()
        for folder in chosen([], seeds):
            try:
                seed = load_seed(folder)
                counts[seed.id] = len(fillings(seed, random.Random(seed.id), plan.wanted.fillings))
                sheets.append(seed.sheet)
            except SeedError as error:
                ERRORS.print(f"not counted: {error}", highlight=False, soft_wrap=True, markup=False)
    found = breadth(sheets, plan, counts)
    if as_json:
        typer.echo(json.dumps(_row(found), ensure_ascii=False, indent=1))
    else:
        _print(found)
    if strict and not all(goal.met for goal in found.goals):
        raise typer.Exit(FOUND_TROUBLE)


def _row(found: Breadth) -> dict[str, object]:
    return {
        "targets": {f: {t: found.by_target.get((f, t), 0) for t in TARGETS} for f in found.families},
        "difficulty": {f: {str(d): found.by_level.get((f, d), 0) for d in LEVELS} for f in found.families},
        "empty": [list(cell) for cell in found.empty],
        "goals": [{"goal": g.name, "wanted": g.wanted, "found": g.found, "met": g.met} for g in found.goals],
        "outside": list(found.outside),
    }


def _print(found: Breadth) -> None:
    console = Console(highlight=False)
    table = Table("family", *TARGETS, "all", *map(str, LEVELS), box=None, pad_edge=False)
    for column in table.columns[1:]:
        column.justify = "right"
    for family in found.families:
        counts = [found.by_target.get((family, target), 0) for target in TARGETS]
        levels = [found.by_level.get((family, level), 0) for level in LEVELS]
        table.add_row(family, *map(_shown, counts), f"[bold]{sum(counts)}[/]", *map(_shown, levels))
    totals = [sum(found.by_target.get((f, t), 0) for f in found.families) for t in TARGETS]
    levels = [sum(found.by_level.get((f, d), 0) for f in found.families) for d in LEVELS]
    table.add_row("[bold]all[/]", *map(str, totals), f"[bold]{sum(totals)}[/]", *map(str, levels))
    console.print(table)
    for target in TARGETS:
        lacking = [family for family, where in found.empty if where == target]
        if lacking:
            console.print(f"no seed for {target}: {', '.join(lacking)}", soft_wrap=True)
    if found.outside:
        console.print(f"[red]in no family[/]: {', '.join(found.outside)}", soft_wrap=True)
    for goal in found.goals:
        colour, word = ("green", "met") if goal.met else ("yellow", f"{goal.wanted - goal.found} more wanted")
        console.print(f"{goal.name}: {goal.found} of {goal.wanted}, [{colour}]{word}[/]")


def _shown(count: int) -> str:
    return str(count) if count else "[dim]·[/]"
