"""`firmseed seeds new`: the beginning of a seed."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console

from corpus.chips import Family
from corpus.seeds import ID
from corpus.taxonomy import taxonomy
from corpus.yamlfile import did_you_mean
from flows.commands.seeds.chosen import SHIPPED
from flows.exits import said_plainly
from generators.scaffold import scaffold

EXAMPLES = """[bold]Examples[/]

  firmseed seeds new door-buzzer --title "A buzzer for an open door"

  firmseed seeds new avr-night-light --target avr --peripheral adc --title "A night light" --seeds my/seeds
"""


def command(
    name: Annotated[str, typer.Argument(metavar="ID", help="The seed's id: lower-case words joined by hyphens.")],
    title: Annotated[str, typer.Option(help="The title in English.")],
    target: Annotated[Family, typer.Option(help="Chip family.")] = "mcs51",
    peripheral: Annotated[
        str, typer.Option(help="What it is mainly about; a word of datasets/taxonomy.yaml.")
    ] = "gpio",
    difficulty: Annotated[int, typer.Option(min=1, max=5, help="1 to 5.")] = 2,
    author: Annotated[str, typer.Option(help="Who writes it.")] = "",
    seeds: Annotated[Path | None, typer.Option(help="Folder of seeds. Default: the shipped ones.")] = None,
) -> None:
    """Make the folder of a new seed: the format is right, and TODO stands where something is to be written.

    Exit codes: 0 made, 2 the id, the peripheral or the folder cannot be used.
    """
    with said_plainly():
        plan = taxonomy()
    if not re.fullmatch(ID, name):
        raise typer.BadParameter(f"{name}: an id is lower-case words joined by hyphens, such as door-buzzer")
    if peripheral not in plan.family_of:
        raise typer.BadParameter(f"--peripheral {peripheral}: unknown{did_you_mean(peripheral, plan.family_of)}")
    folder = (seeds or SHIPPED) / name
    try:
        folder.mkdir(parents=True)
        for file, text in scaffold(name, target, plan.chips[target][0], title, author, peripheral, difficulty).items():
            (folder / file).write_text(text, encoding="utf-8")
    except FileExistsError:
        raise typer.BadParameter(f"{folder} is there already") from None
    except OSError as error:
        raise typer.BadParameter(f"{folder}: cannot be written ({error.strerror})") from None
    console = Console(highlight=False, soft_wrap=True)
    console.print(f"made {folder}")
    console.print(f"next: write what is marked TODO; `firmseed seeds check {folder}` says what is left")
