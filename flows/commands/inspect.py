"""`firmseed inspect`: what a finished run holds, and rows to look at."""

from __future__ import annotations

import json
import webbrowser
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import pyarrow as pa
import pyarrow.parquet as pq
import typer
from rich.console import Console
from rich.rule import Rule
from rich.syntax import Syntax
from rich.text import Text

from corpus.records import Language, Task
from corpus.shards import UnreadableShard
from flows.exits import said_plainly
from flows.stages.report import SPLITS
from flows.summary import manifests, print_summary, summary
from reports.batches import read_dicts
from reports.draw import Draw
from reports.fences import blocks
from reports.samples import read_rows

EXAMPLES = """[bold]Examples[/]

  firmseed inspect datasets/runs/mcu-8051

  firmseed inspect datasets/runs/mcu-8051 --rows 3 --task fix --language zh

  firmseed inspect datasets/runs/mcu-8051 --open        the report, in the browser

  firmseed inspect datasets/runs/mcu-8051 --rows 5 --json | jq '.sample[].prov_evidence'
"""


def command(
    run: Annotated[Path, typer.Argument(help="Folder of a finished run.")],
    rows: Annotated[int, typer.Option(min=0, help="Random rows to show, the same ones each time.")] = 0,
    task: Annotated[Task | None, typer.Option(help="Only rows of this task.")] = None,
    language: Annotated[Language | None, typer.Option(help="Only rows in this language.")] = None,
    open_page: Annotated[bool, typer.Option("--open", help="Open the report in the browser.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show what a run made, where its report is and, with --rows, rows with their evidence.

    Exit codes: 0 done, 2 no finished run is there, or one of its files is missing or cut short.
    """
    with said_plainly():
        folder = run.resolve()
        found = summary(folder)
        files = checked_files(folder)
        page = Path(found["report"])
        if not page.is_file():
            raise UnreadableShard(f"{page} is missing; run generate again to remake it")
        drawn = draw_rows(folder, files, rows, task, language)
    if as_json:
        sample = [{"split": split, **row} for split, row in drawn]
        typer.echo(json.dumps({**found, "sample": sample}, ensure_ascii=False, sort_keys=True))
    else:
        console = Console()
        print_summary(console, folder, found)
        for split, row in drawn:
            _print_row(console, split, row)
        if rows and not drawn:
            console.print("no row has this task and language")
    if open_page:
        webbrowser.open(page.as_uri())


def checked_files(run: Path) -> dict[str, list[Path]]:
    """The emitted files of each split, each with a footer that can be read and together all the rows.

    Raises:
        UnreadableShard: a file is missing or cut short, or rows are.
    """
    emitted = manifests(run, "emit")[0]
    named = [(run / "shards" / "emit" / name).resolve() for name in sorted(emitted["files"])]
    found = {path: _rows(path) for path in named}
    files = {split: [path for path in named if path.name.startswith(f"{split}-")] for split in SPLITS}
    for split, paths in files.items():
        rows = sum(found[path] for path in paths)
        promised = emitted["counts"]["rows"][split]
        if rows != promised:
            raise UnreadableShard(
                f"{run / 'data'} has {rows:,} {split} rows, and the run wrote {promised:,}; run generate again"
            )
    return files


def draw_rows(
    run: Path, files: dict[str, list[Path]], count: int, task: str | None, language: str | None
) -> list[tuple[str, dict[str, Any]]]:
    """Up to `count` different rows as (split, row), drawn by the recipe's random seed.

    Raises:
        UnreadableShard: a file is missing, cut short or no Parquet.
    """
    if not count:
        return []
    recipe = json.loads((run / "recipe.json").read_text(encoding="utf-8"))
    draw = Draw(int(recipe["seed"]), "inspect", count)
    for paths in files.values():
        for path in paths:
            for row in read_dicts(path, ("id", "meta_task", "meta_language")):
                if task in (None, row["meta_task"]) and language in (None, row["meta_language"]):
                    draw.offer(row["id"])
    found = read_rows(files, draw.names)
    return [found[name] for name in draw.names]


def _rows(path: Path) -> int:
    """Rows of a Parquet file by its footer."""
    try:
        return int(pq.read_metadata(path).num_rows)
    except FileNotFoundError:
        raise UnreadableShard(f"{path} is missing; run generate again to remake it") from None
    except (pa.ArrowInvalid, OSError) as error:
        reason = str(error).splitlines()[0]
        raise UnreadableShard(
            f"{path} cannot be read as Parquet ({reason}); delete it and run generate again"
        ) from None


def _print_row(console: Console, split: str, row: dict[str, Any]) -> None:
    labels = (
        f"{row['meta_task']} {row['meta_language']} {row['prov_grade']} {row['meta_peripheral']} {row['id']} {split}"
    )
    console.print(Rule(Text(labels, style="bold")))
    for turn in row["messages"]:
        console.print(Text(turn["role"], style="dim"))
        for language, text in blocks(turn["content"]):
            if language is None:
                console.print(Text(text))
            else:
                console.print(Syntax(text, language or "text", background_color="default", word_wrap=True))
    console.print(_lineage(row["prov_seed"], row["prov_steps"]))
    console.print(Text.assemble(("evidence  ", "dim"), row["prov_evidence"]))


def _lineage(seed: str, steps: Sequence[str]) -> Text:
    return Text.assemble(("lineage   ", "dim"), " > ".join((seed, *steps)))
