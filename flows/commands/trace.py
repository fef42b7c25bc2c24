"""`firmseed trace`: what one program of a run did, event by event, or where two programs part."""

from __future__ import annotations

import json
from dataclasses import asdict
from itertools import zip_longest
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from corpus.records import Program, Step, Witness
from flows.exits import said_plainly
from flows.traces import Stored, UnknownProgram, find_program, register_names
from reports.words import percent
from validators.behaviour import DRAWS, FILLS
from validators.simulators.differences import Registers, difference, ending, witness, words
from validators.simulators.machine import Trace

EXAMPLES = """[bold]Examples[/]

  firmseed trace datasets/runs/mcu-8051 3fa0                    the first 60 events of program 3fa0...

  firmseed trace datasets/runs/mcu-8051 3fa0 --draw 1 --lines 0   all events under the random stimulus

  firmseed trace datasets/runs/mcu-8051 3fa0 81c2               where two programs part

  firmseed trace datasets/runs/mcu-8051 3fa0 --json | jq -r '.trace.events[].words'
"""

AROUND = 3
"""Events shown before and after the one in question."""


def command(
    run: Annotated[Path, typer.Argument(help="Folder of a run.")],
    program: Annotated[
        str, typer.Argument(help="Id of a program, or its first digits; of a row, its answer's program is meant.")
    ],
    other: Annotated[str | None, typer.Argument(help="A second program, to be compared with the first.")] = None,
    draw: Annotated[
        int | None,
        typer.Option(
            min=0,
            max=len(DRAWS) - 1,
            help="Stimulus: 0 boundary values, 1 random; else a mutant's own, 0, or of two both.",
        ),
    ] = None,
    lines: Annotated[int, typer.Option(min=0, help="Events to show at most, 0 for all.")] = 60,
    as_json: Annotated[bool, typer.Option("--json", help="Print as JSON.")] = False,
) -> None:
    """Show how a program of a run came about, what was measured of it and what it did, or where two programs part.

    Exit codes: 0 shown, 2 no such program, an id that several begin with, or a run without traces.
    """
    with said_plainly():
        folder = run.resolve()
        try:
            one = find_program(folder, program)
            two = find_program(folder, other) if other is not None else None
        except UnknownProgram as error:
            raise typer.BadParameter(str(error)) from None
        registers = register_names(folder, one.program.seed)
        if two is None:
            found = _shown(one, draw, lines, registers)
        else:
            found = _compared(one, two, DRAWS if draw is None else (draw,), registers)
    if as_json:
        typer.echo(json.dumps({"run": str(folder), **found}, ensure_ascii=False, sort_keys=True))
    elif two is None:
        _print_program(one, found)
    else:
        _print_parting(one.program, two.program, found)


def _shown(stored: Stored, draw: int | None, lines: int, registers: Registers) -> dict[str, Any]:
    """One program as plain data; of its trace `lines` events, the last ones those around a mutant's witness."""
    program = stored.program
    told = program.fault.witness if program.fault is not None else None
    if draw is None:
        draw = told.draw if told is not None else DRAWS[0]
    trace = stored.trace(draw)
    found: dict[str, Any] = {
        "row": stored.row,
        "program": _about(program),
        "steps": [_step(step) for step in program.steps],
        "measured": _measured(program),
        "fault": None if program.fault is None else asdict(program.fault),
        "witness": "" if told is None else _witnessed(told, registers),
        "trace": None,
    }
    if trace is not None:
        events = trace.events.split()
        first = 0
        if lines and told is not None and told.draw == draw:
            first = min(told.event, max(0, told.event + AROUND + 1 - lines))
        found["trace"] = {
            "id": program.trace,
            "draw": draw,
            "outcome": trace.outcome,
            "ending": ending(trace),
            "total": len(events),
            "events": _numbered(events, first, first + lines if lines else len(events), registers),
        }
    return found


def _compared(one: Stored, two: Stored, draws: tuple[int, ...], registers: Registers) -> dict[str, Any]:
    """The first difference of two programs over these stimuli as plain data; `difference` is empty without one.

    Raises typer.BadParameter for a program that was never run.
    """
    events = 0
    found: dict[str, Any] = {
        "program": _about(one.program),
        "other": _about(two.program),
        "same_harness": (one.program.seed, one.program.holes) == (two.program.seed, two.program.holes),
        "draws": list(draws),
        "difference": "",
    }
    for draw in draws:
        want, got = _run(one, draw), _run(two, draw)
        parting = witness(want, got)
        wants, gots = want.events.split(), got.events.split()
        if parting is not None:
            start, stop = max(0, parting[0] - AROUND), parting[0] + AROUND + 1
            return found | {
                "draw": draw,
                "event": parting[0],
                "difference": difference(want, got, registers),
                "expected": _numbered([*wants, ""], start, stop, registers, ending(want)),
                "actual": _numbered([*gots, ""], start, stop, registers, ending(got)),
            }
        events += len(wants)
    return found | {"events": events}


def _run(stored: Stored, draw: int) -> Trace:
    trace = stored.trace(draw)
    if trace is None:
        raise typer.BadParameter(f"{stored.program.id} {_never_run(stored.program)}, so there is nothing to compare")
    return trace


def _numbered(events: list[str], start: int, stop: int, registers: Registers, end: str = "") -> list[dict[str, Any]]:
    """Some events, each with its number in the trace and in words; an empty one is the end."""
    chosen = enumerate(events[start:stop], start)
    return [{"number": n, "event": event, "words": words(event, registers) if event else end} for n, event in chosen]


def _about(program: Program) -> dict[str, Any]:
    keys = ("id", "seed", "origin", "parent", "grade", "trace")
    return {key: getattr(program, key) for key in keys} | {"holes": dict(program.holes)}


def _step(step: Step) -> dict[str, Any]:
    return {
        "kind": step.kind,
        "name": step.name,
        "family": step.family,
        "grade": step.grade,
        "params": dict(step.params),
    }


def _measured(program: Program) -> dict[str, Any]:
    sizes, ran = program.sizes, program.cycles > 0
    return {
        "code_bytes": None if sizes is None else sizes.code,
        "ram_bytes": None if sizes is None else sizes.iram + sizes.xram,
        "stack_bytes": program.stack if ran else None,
        "cycles": program.cycles if ran else None,
        "code_delta_bytes": program.code_delta,
        "cycles_delta": program.cycles_delta,
        "coverage": None if program.coverage is None else asdict(program.coverage),
    }


def _witnessed(told: Witness, registers: Registers) -> str:
    """The first event that differs from the correct program's, in words."""
    actual, expected = (words(event, registers) if event else "ended" for event in (told.actual, told.expected))
    place = f"stimulus {told.draw}, memory contents {told.fill}, event {told.event}"
    return f"{place}: {actual}; the correct program: {expected}"


def _never_run(program: Program) -> str:
    if program.fault is not None:
        return "was refused by the compiler and never run"
    return "was never run"


def _print_program(stored: Stored, found: dict[str, Any]) -> None:
    program, fault, trace = stored.program, stored.program.fault, found["trace"]
    console = Console(soft_wrap=True, highlight=False)
    if stored.row:
        console.print(f"[dim]row       {stored.row}, whose answer is[/]")
    console.print(f"[bold]{program.id}[/]  {program.origin}, grade {program.grade or 'none'}")
    steps = (_step_words(step) for step in program.steps)
    console.print(f"[dim]lineage[/]   {escape(' > '.join((program.seed, *steps)))}")
    if program.parent:
        console.print(f"[dim]parent[/]    {program.parent}")
    for name, text in _measured_words(found["measured"], bool(program.parent)):
        console.print(f"[dim]{name:<9}[/] {text}")
    if fault is not None:
        console.print(f"[dim]fault[/]     {escape(f'{fault.operator}, line {fault.line}: {fault.seen}')}")
        if fault.witness is not None:
            console.print(f"[dim]witness[/]   {escape(found['witness'])}")
    if trace is None:
        console.print(f"[dim]trace[/]     none: it {_never_run(program)}")
        return
    console.print(f"[dim]trace[/]     stimulus {trace['draw']}: {trace['total']:,} events, then it {trace['ending']}")
    shown = trace["events"]
    marked = _marked(fault.witness if fault is not None else None, trace["draw"])
    if shown and shown[0]["number"]:
        console.print(f"[dim]{shown[0]['number']:,} events before[/]")
    for event in shown:
        here = event["number"] == marked
        line = f"{'>' if here else ' '}{event['number']:>6}  {event['words']}"
        console.print(escape(line), style="bold" if here else None)
    left = trace["total"] - (shown[-1]["number"] + 1 if shown else 0)
    if left:
        console.print(f"[dim]{left:,} more events; --lines 0 shows all[/]")


def _marked(told: Witness | None, draw: int) -> int:
    """The event to point at, -1 for none: the stored trace is that of the first memory contents."""
    return told.event if told is not None and (told.draw, told.fill) == (draw, FILLS[0]) else -1


def _print_parting(one: Program, two: Program, found: dict[str, Any]) -> None:
    console = Console(soft_wrap=True, highlight=False)
    if not found["same_harness"]:
        console.print("[yellow]note:[/] of other seeds or values, so each ran under a harness of its own")
    if not found["difference"]:
        stimuli = " and ".join(f"stimulus {draw}" for draw in found["draws"])
        console.print(f"{one.id} and {two.id} did the same: {found['events']:,} events under {stimuli}")
        return
    console.print(f"{one.id} and {two.id} part at event [bold]{found['event']:,}[/] under stimulus {found['draw']}:")
    console.print(f"[bold]{escape(found['difference'])}[/]")
    table = Table("", "event", f"{one.id} ({one.origin})", f"{two.id} ({two.origin})", box=None, pad_edge=False)
    for want, got in zip_longest(found["expected"], found["actual"]):
        number = (want or got)["number"]
        mark = ">" if number == found["event"] else ""
        table.add_row(mark, str(number), *(escape(cell["words"]) if cell else "" for cell in (want, got)))
    console.print(table)


def _step_words(step: Step) -> str:
    if step.kind == "template":
        return f"{step.name} ({', '.join(f'{name} = {value}' for name, value in step.params)})"
    return f"{step.name} ({step.grade})" if step.grade else step.name


def _measured_words(measured: dict[str, Any], descends: bool) -> list[tuple[str, str]]:
    """What was measured, as (name, words); what was not is left out."""
    found: list[tuple[str, str]] = []
    for name, key, unit, delta in (
        ("code", "code_bytes", " bytes", "code_delta_bytes"),
        ("RAM", "ram_bytes", " bytes", ""),
        ("stack", "stack_bytes", " bytes", ""),
        ("cycles", "cycles", "", "cycles_delta"),
    ):
        if measured[key] is not None:
            change = measured.get(delta) if descends else None
            against = f", {change:+,} against its root" if change else ", as its root" if change == 0 else ""
            found.append((name, f"{measured[key]:,}{unit}{against}"))
    reached = measured["coverage"]
    if reached is not None:
        shares = (
            f"{percent(reached[part] / max(1, reached[f'{part}_total']))} of {reached[f'{part}_total']:,} {said}"
            for part, said in (("lines", "lines"), ("branches", "branch outcomes"))
            if reached[f"{part}_total"]
        )
        found.append(("covered", ", ".join(shares) + " by its harness"))
    return found
