"""`firmseed doctor`: what is installed, what is missing, and how to get it."""

from __future__ import annotations

import importlib.metadata
import json
import platform
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from corpus.chips import Family
from corpus.recipe import RecipeError, load_recipe
from corpus.seeds import SeedError, asked_seeds, targets_of
from flows.exits import MISSING_TOOL
from flows.settings import default_recipe
from validators.sandbox.runner import Sandbox, SandboxUnavailable
from validators.toolchains.tools import Tool, find_tools

EXAMPLES = """[bold]Examples[/]

  firmseed doctor

  firmseed doctor --json | jq -r '.[] | select(.problem != "") | .remedy'
"""

PACKAGES = ("prefect", "openai", "datasketch", "pandas", "pyarrow", "tree-sitter", "tree-sitter-c", "scipy")


def command(as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False) -> None:
    """Show compilers, simulators, what isolates programs, Python packages, and the command that gets what is missing.

    Optional is what the shipped recipe's seeds do not need. Exit codes: 0 a run of it can start, 3 something that it
    needs is missing.
    """
    tools = list(_tools())
    if as_json:
        keys = ("name", "version", "needed_for", "problem", "remedy", "required")
        typer.echo(json.dumps([{key: getattr(tool, key) for key in keys} for tool in tools], indent=1))
    else:
        table = Table("tool", "version", "needed for", "state", box=None, pad_edge=False)
        for tool in tools:
            table.add_row(tool.name, tool.version, tool.needed_for, _state(tool))
        Console().print(table)
    if any(tool.required and not tool.works for tool in tools):
        raise typer.Exit(MISSING_TOOL)


def _state(tool: Tool) -> str:
    """Whether it works, or what is wrong and how to mend it; red where no run can start without it."""
    if tool.works:
        return "[green]works[/]"
    colour, optional = ("red", "") if tool.required else ("yellow", " (optional)")
    return f"[{colour}]{escape(tool.problem)}[/]{optional}: {escape(tool.remedy)}"


def _targets() -> tuple[Family, ...]:
    """Those of the seeds that the shipped recipe grows."""
    try:
        recipe = default_recipe()
        asked = load_recipe(recipe)
        return targets_of(asked_seeds((recipe.parent / asked.seeds).resolve(), asked.only, asked.targets))
    except (RecipeError, SeedError):
        return ()


def _tools() -> list[Tool]:
    found = [Tool("python", "everything", platform.python_version(), "", "")]
    try:
        with Sandbox() as sandbox:
            found.append(Tool("sandbox", "running compilers and programs", sandbox.isolation, "", ""))
            found.extend(find_tools(sandbox, _targets()))
    except SandboxUnavailable as error:
        found.append(Tool("sandbox", "running compilers and programs", "", "unavailable", str(error)))
    for name in PACKAGES:
        try:
            found.append(Tool(name, "Python package", importlib.metadata.version(name), "", ""))
        except importlib.metadata.PackageNotFoundError:
            found.append(Tool(name, "Python package", "", "not found", "make clean && make generate"))
    return found
