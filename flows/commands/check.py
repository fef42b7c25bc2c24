"""`firmseed check`: what each gate says of any C file."""

from __future__ import annotations

import json
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Literal

import typer
from rich.console import Console
from rich.table import Table

from corpus.records import Verdict
from corpus.source.unit import Unit
from flows.exits import FOUND_TROUBLE, said_plainly
from validators.behaviour import Bench, judge
from validators.sandbox.runner import Sandbox
from validators.screen import screen
from validators.toolchains.compile import compile_verdict
from validators.toolchains.gcc import gcc_host
from validators.toolchains.sdcc import Model, sdcc_mcs51

EXAMPLES = """[bold]Examples[/]

  firmseed check uart.c

  firmseed check program.c --harness harness.c       also run it on the 8051 simulator

  firmseed check uart.c --json | jq '.[].outcome'
"""


def command(
    file: Annotated[Path, typer.Argument(help="C file for the 8051 (sdcc).")],
    harness: Annotated[Path | None, typer.Option(help="Behaviour harness to run it with.")] = None,
    model: Annotated[Literal["small", "medium", "large"], typer.Option(help="sdcc's memory model.")] = "small",
    as_json: Annotated[bool, typer.Option("--json", help="Print the verdicts as JSON.")] = False,
) -> None:
    """Show every gate's verdict on a C file: screen, parse, sdcc, gcc and, with a harness, its behaviour.

    Exit codes: 0 all passed, 1 one failed, 2 the file cannot be read, 3 a tool is missing.
    """
    with said_plainly():
        source, tests = _read(file), _read(harness) if harness else None
        with Sandbox() as sandbox:
            verdicts = list(judged(sandbox, source, tests, model))
    if as_json:
        typer.echo(json.dumps([asdict(verdict) for verdict in verdicts], ensure_ascii=False, indent=1))
    else:
        _print(verdicts)
    if any(not verdict.passed for verdict in verdicts):
        raise typer.Exit(FOUND_TROUBLE)


def judged(sandbox: Sandbox, source: str, harness: str | None, model: Model) -> list[Verdict]:
    """The verdicts in order; what the screen refuses is not compiled."""
    verdicts = [screen(source), parsed(source)]
    if not verdicts[0].passed:
        return verdicts
    verdicts += [
        compile_verdict(sandbox, sdcc_mcs51(model), source).verdict,
        compile_verdict(sandbox, gcc_host, source).verdict,
    ]
    if harness is not None:
        bench = Bench(sandbox)
        built = bench.build(source, harness, model=model)
        verdicts.append(judge(bench.observe(built)) if built.image else built.verdict)
    return verdicts


def parsed(source: str) -> Verdict:
    """Whether the file parses as C, dialect and all; where not, the place."""
    unit = Unit.parse(source.encode())
    if unit.error is None:
        return Verdict("parse", "passed")
    place = f"line {unit.line(unit.error.start)}, column {unit.column(unit.error.start)}"
    return Verdict("parse", "failed", "syntax", f"does not parse at {place}")


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8")
    except OSError as error:
        raise typer.BadParameter(f"{file}: {error.strerror}") from None
    except UnicodeDecodeError as error:
        raise typer.BadParameter(f"{file}: is not UTF-8 ({error.reason} at byte {error.start})") from None


def _print(verdicts: list[Verdict]) -> None:
    console = Console()
    table = Table("gate", "outcome", "reason", "evidence", box=None, pad_edge=False)
    for verdict in verdicts:
        colour = "green" if verdict.passed else "red"
        table.add_row(verdict.gate, f"[{colour}]{verdict.outcome}[/]", verdict.reason, verdict.evidence)
    console.print(table)
    for verdict in verdicts:
        for d in verdict.diagnostics:
            console.print(f"{d.file}:{d.line}:{d.column or ''} {d.severity} {d.code}: {d.message}", highlight=False)
