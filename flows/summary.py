"""A run in short, from its manifests: for the terminal, for `--json`, for Prefect's artifact."""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from corpus.shards import UnreadableShard
from flows.job import stage_folder
from flows.pipeline import STAGES


def manifests(run: Path, stage: str) -> list[dict[str, Any]]:
    """The manifests that a stage left, in order of shard."""
    return [json.loads(path.read_text(encoding="utf-8")) for path in sorted(stage_folder(run, stage).glob("*.json"))]


def summary(run: Path) -> dict[str, Any]:
    """Rows by split, tokens, the funnel by stage with reasons, shortfalls, refused seeds, and where the files are.

    Raises:
        UnreadableShard: this is no finished run.
    """
    emitted, mixed = manifests(run, "emit"), manifests(run, "mix")
    if not emitted or not mixed:
        raise UnreadableShard(f"{run} holds no finished run; make one with: firmseed generate --out {run}")
    mix = mixed[0]["counts"]
    return {
        "run": str(run),
        "rows": emitted[0]["counts"]["rows"],
        "tokens": mix["tokens"],
        "budget": mix["budget"],
        "unit": mix["unit"],
        "shortfalls": [short["words"] for short in mix["shortfalls"]],
        "refused": {m["shard"]: m["counts"]["refused"] for m in manifests(run, "seeds") if m["counts"]["rejected"]},
        "funnel": [funnel(stage.NAME, manifests(run, stage.NAME)) for stage in STAGES],
        "report": str(run / "report.html"),
        "data": str(run / "data"),
    }


def funnel(stage: str, found: list[dict[str, Any]]) -> dict[str, Any]:
    """One line of the funnel: what went in, what was kept, what was rejected and why."""
    reasons: Counter[str] = Counter()
    for manifest in found:
        reasons.update(manifest["counts"].get("reasons", {}))
    total = {key: sum(int(m["counts"].get(key, 0)) for m in found) for key in ("in", "kept", "rejected")}
    return {"stage": stage, "shards": len(found), **total, "reasons": dict(reasons.most_common())}


def print_summary(console: Console, run: Path, found: dict[str, Any]) -> None:
    """The summary as a table, with what to look at next."""
    rows = found["rows"]
    console.print(
        f"[bold]{rows['train']:,}[/] training rows, [bold]{rows['validation']:,}[/] validation rows, "
        f"about {found['tokens']:,} tokens",
        highlight=False,
    )
    table = Table("stage", "in", "kept", "rejected", "main reasons", box=None, pad_edge=False)
    for line in found["funnel"]:
        if line["in"]:
            reasons = ", ".join(f"{reason} {count:,}" for reason, count in list(line["reasons"].items())[:3])
            table.add_row(line["stage"], f"{line['in']:,}", f"{line['kept']:,}", f"{line['rejected']:,}", reasons)
    console.print(table)
    for words in found["shortfalls"]:
        console.print(f"[yellow]short:[/] {words}", highlight=False)
    for seed, words in found["refused"].items():
        console.print(f"[yellow]left out:[/] {seed}: {escape(words)}", highlight=False, soft_wrap=True)
    console.print(
        f"set     {found['data']}\nreport  {found['report']}\nlook    firmseed inspect {run} --rows 5",
        highlight=False,
        soft_wrap=True,
    )


def markdown(run: Path) -> str:
    """The summary as Markdown."""
    found = summary(run)
    rows = found["rows"]
    lines = [
        f"**{rows['train']:,}** training rows, **{rows['validation']:,}** validation rows, "
        f"about {found['tokens']:,} tokens.",
        "",
        "| stage | in | kept | rejected | main reasons |",
        "| --- | ---: | ---: | ---: | --- |",
    ]
    for line in found["funnel"]:
        reasons = ", ".join(f"{reason} {count}" for reason, count in list(line["reasons"].items())[:3])
        lines.append(f"| {line['stage']} | {line['in']} | {line['kept']} | {line['rejected']} | {reasons} |")
    lines += ["", *(f"- short: {words}" for words in found["shortfalls"])]
    lines += [
        *(f"- left out: {seed}: {words}" for seed, words in found["refused"].items()),
        "",
        f"Report: `{found['report']}`",
    ]
    return "\n".join(lines)
