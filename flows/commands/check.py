"""`firmseed check`: what compilers, checkers and gates say of any C files."""

from __future__ import annotations

import importlib.metadata
import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import track

from corpus.chips import ChipError
from flows.examine import Examined, Examiner, c_files, headers_beside, read_source
from flows.exits import ERRORS, FOUND_TROUBLE, said_plainly
from reports.sarif import sarif
from validators.findings.catalogue import CHECKS
from validators.guess import Target
from validators.sandbox.runner import Sandbox
from validators.toolchains.cache import Cached

EXAMPLES = """[bold]Examples[/]

  firmseed check uart.c

  firmseed check src/ --misra                        a whole project, with MISRA C:2012 rule numbers

  firmseed check src/ --target stm8 --strict         warnings count as well

  firmseed check program.c --harness harness.c       also run it on the chip's simulator

  firmseed check src/ --sarif > findings.sarif       for a code host or an editor

  firmseed check uart.c --json | jq '.[].verdicts[].outcome'
"""

_COLOURS = {"error": "red", "warning": "yellow"}


def command(
    paths: Annotated[list[Path], typer.Argument(help="C files, and folders that are searched for them.")],
    target: Annotated[
        Target | None, typer.Option(help="Chip family; guessed from headers and words unless given.")
    ] = None,
    chip: Annotated[str, typer.Option(help="Part, such as STC89C52: its registers are then all known.")] = "",
    harness: Annotated[Path | None, typer.Option(help="Behaviour harness to run a single file with.")] = None,
    model: Annotated[Literal["small", "medium", "large"], typer.Option(help="sdcc's memory model.")] = "small",
    misra: Annotated[bool, typer.Option("--misra", help="Ask for MISRA C:2012 rule numbers, too.")] = False,
    strict: Annotated[bool, typer.Option("--strict", help="A warning counts as trouble.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
    as_sarif: Annotated[bool, typer.Option("--sarif", help="Print as SARIF 2.1.0.")] = False,
) -> None:
    """Check any C firmware: parse, compile with the target's compilers, look for what goes wrong on a chip.

    Project headers are found beside the files. Exit codes: 0 nothing is wrong, 1 something is, 2 a file cannot be
    read, 3 nothing can be checked here.
    """
    with said_plainly():
        files = _files(paths)
        if harness is not None and len(files) != 1:
            raise typer.BadParameter("--harness goes with one file")
        tests = _read(harness) if harness else None
        with Sandbox() as sandbox, Cached(sandbox) as cache:
            examiner = Examiner(sandbox, cache, target, chip, model, misra)
            shown = track(files, "checking", console=ERRORS, transient=True, disable=not _watched(files))
            try:
                examined = [_examined(examiner, file, paths, tests) for file in shown]
            except ChipError as error:
                raise typer.BadParameter(str(error)) from None
    if as_sarif:
        checked = {one.path: one.verdicts for one in examined}
        meanings = {f"findings/{check.name}": " ".join(check.doc.split("\n\n")[0].split()) for check in CHECKS}
        typer.echo(json.dumps(sarif(checked, importlib.metadata.version("firmseed"), meanings), indent=1))
    elif as_json:
        typer.echo(json.dumps([_row(one) for one in examined], ensure_ascii=False, indent=1))
    else:
        _print(examined)
    failed = any(not verdict.passed for one in examined for verdict in one.verdicts)
    if failed or (strict and any(one.diagnostics for one in examined)):
        raise typer.Exit(FOUND_TROUBLE)


def _files(paths: Sequence[Path]) -> list[Path]:
    for path in paths:
        if not path.exists():
            raise typer.BadParameter(f"{path}: no such file or folder")
    files = c_files(paths)
    if not files:
        raise typer.BadParameter(f"{', '.join(map(str, paths))}: no C file is there")
    return files


def _examined(examiner: Examiner, file: Path, paths: Sequence[Path], harness: str | None) -> Examined:
    root = next((path for path in paths if path.is_dir() and file.is_relative_to(path)), file.parent)
    return examiner.examine(file.as_posix(), _read(file), headers_beside(file, root), harness)


def _read(file: Path) -> str:
    try:
        return read_source(file)
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from None
    except ValueError as error:
        raise typer.BadParameter(f"{file}: {error}") from None


def _watched(files: Sequence[Path]) -> bool:
    return len(files) > 1 and sys.stderr.isatty()


def _row(one: Examined) -> dict[str, object]:
    about = {"target": one.guess.target, "dialect": one.guess.dialect, "why": list(one.guess.reasons)}
    return {"file": one.path, **about, "verdicts": [asdict(verdict) for verdict in one.verdicts]}


def _print(examined: Sequence[Examined]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    errors = warnings = 0
    for one in examined:
        console.print(f"[bold]{escape(one.path)}[/]  [dim]{escape(one.guess.words)}[/]")
        if one.guess.dialect == "keil":
            console.print("  [dim]Keil C51: parsed and checked, not compiled[/]")
        for d in one.diagnostics:
            place = ":".join(str(part) for part in (d.file, d.line, d.column) if part)
            words = escape(f"{d.message} [{d.code}]" if d.code else d.message)
            console.print(f"  {escape(place)}: [{_COLOURS[d.severity]}]{d.severity}[/]: {words}")
        for verdict in one.verdicts:
            if not verdict.passed and not any(d.severity == "error" for d in verdict.diagnostics):
                words = escape(f"{verdict.gate}: {verdict.reason}: {verdict.evidence}")
                console.print(f"  [{'red' if verdict.outcome == 'failed' else 'yellow'}]{verdict.outcome}[/] {words}")
        errors += sum(d.severity == "error" for d in one.diagnostics)
        warnings += sum(d.severity == "warning" for d in one.diagnostics)
    passed = sum(all(verdict.passed for verdict in one.verdicts) for one in examined)
    count = f"{len(examined)} file{'s' if len(examined) > 1 else ''}, {passed} passed"
    console.print(f"[bold]{count}[/], {errors} errors, {warnings} warnings")
