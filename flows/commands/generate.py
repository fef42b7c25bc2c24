"""`firmseed generate`: a recipe becomes a set."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from corpus.recipe import Recipe, load_recipe
from flows.exits import said_plainly
from flows.pipeline import Run, carry_out
from flows.pool import process_pool
from flows.progress import Shown
from flows.quiet import quiet_prefect
from flows.settings import default_recipe, prepare, require_model, run_folder
from flows.summary import print_summary, summary

EXAMPLES = """[bold]Examples[/]

  firmseed generate                                  the shipped recipe, into datasets/runs/mcu-8051

  firmseed generate --recipe my.yaml --rows 500      a smaller set from your own recipe

  firmseed generate --out /data/set --jobs 8 --json | jq .rows

  firmseed generate --recipe my.yaml --dry-run       what the model would be asked, and what that would cost
"""


def command(
    recipe: Annotated[Path | None, typer.Option(help="Recipe file (YAML). Default: the shipped demo recipe.")] = None,
    rows: Annotated[int | None, typer.Option(min=1, help="Rows to emit, instead of the recipe's.")] = None,
    tokens: Annotated[int | None, typer.Option(min=1, help="Tokens to emit, instead of the recipe's rows.")] = None,
    out: Annotated[Path | None, typer.Option(help="Run folder. Default: datasets/runs/<recipe name>.")] = None,
    seed: Annotated[int | None, typer.Option(help="Random seed, instead of the recipe's.")] = None,
    jobs: Annotated[int | None, typer.Option("--jobs", "-j", min=1, help="Processes. Default: one a core.")] = None,
    no_model: Annotated[
        bool, typer.Option("--no-model", help="Do not ask the model, whatever the recipe says.")
    ] = False,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", help="Show what the model would be asked, and the cost; ask and write nothing."),
    ] = False,
    strict: Annotated[
        bool, typer.Option("--strict", help="Stop when a seed cannot be used, instead of going on without it.")
    ] = False,
    prefect: Annotated[
        bool, typer.Option("--prefect", help="Run as the Prefect flow (also when PREFECT_API_URL is set).")
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print the outcome as JSON.")] = False,
) -> None:
    """Grow seeds into a verified, deduplicated, balanced Parquet set with a quality report.

    A seed that cannot be used is named and left out. A run that was stopped goes on where it was: give the same
    command again. Exit codes: 0 done, 2 bad input, 3 a tool is missing, 130 stopped by Ctrl-C.
    """
    with said_plainly():
        path = recipe or default_recipe()
        asked = varied(load_recipe(path), rows=rows, tokens=tokens, seed=seed, no_model=no_model)
        run = Run(run_folder(asked, out), (path.parent / asked.seeds).resolve(), asked, strict)
        if dry_run:
            _foretell(run, as_json)
            return
        prepare(run)
        workers = jobs or os.cpu_count() or 1
        if prefect or os.environ.get("PREFECT_API_URL"):
            quiet_prefect()
            from flows.prefect_flow import run_with_prefect  # a second and 80 MB that the pool does not need

            run_with_prefect(run, workers)
        else:
            with process_pool(workers) as mapper, Shown(Console(stderr=True)) as shown:
                carry_out(run, mapper, shown)
        found = summary(run.folder)
    if as_json:
        typer.echo(json.dumps(found, ensure_ascii=False, sort_keys=True))
    else:
        print_summary(Console(), run.folder, found)


def _foretell(run: Run, as_json: bool) -> None:
    """Prints what the run would ask."""
    from flows.forecast import as_data, forecast, print_forecast  # the client takes half a second to import

    require_model(run.recipe.generate.model)
    found = forecast(run)
    if as_json:
        typer.echo(json.dumps(as_data(found), ensure_ascii=False))
    else:
        print_forecast(Console(), found)


def varied(recipe: Recipe, rows: int | None, tokens: int | None, seed: int | None, no_model: bool) -> Recipe:
    """The recipe with what the command line says in place of it.

    Raises:
        typer.BadParameter: rows and tokens are both given.
    """
    if rows and tokens:
        raise typer.BadParameter("give --rows or --tokens, not both")
    mixture = recipe.mixture
    if rows or tokens:
        mixture = mixture.model_copy(update={"rows": rows or 0, "tokens": tokens or 0})
    generate = recipe.generate
    if no_model:
        generate = generate.model_copy(update={"model": generate.model.model_copy(update={"enabled": False})})
    update = {"mixture": mixture, "generate": generate, "seed": recipe.seed if seed is None else seed}
    return recipe.model_copy(update=update)
