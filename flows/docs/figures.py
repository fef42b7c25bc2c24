"""The README's figures of one run, from its report: `python -m flows.docs datasets/runs/mcu-8051`."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from corpus.shards import UnreadableShard
from flows.docs.markdown import tabulated
from reports.words import GRADE_WORDS


def figures(run: Path) -> str:
    """Size, cost and evidence of a finished run, in a few lines.

    Raises:
        UnreadableShard: the folder has no report.
    """
    try:
        report: dict[str, Any] = json.loads((run / "report.json").read_text(encoding="utf-8"))
    except OSError:
        raise UnreadableShard(f"{run} has no report.json; make a run with: firmseed generate --out {run}") from None
    size, stages = report["size"], {stage["name"]: stage for stage in report["stages"]}
    proved, used = stages["expand"], sum(lineage["rows"] > 0 for lineage in report["lineages"])
    seconds = sum(stage["own_cpu_s"] + stage["tool_cpu_s"] for stage in stages.values())
    tools = ", ".join(f"{name} {version}" for name, version in sorted(report["tools"].items()))
    words = (
        f"A run of `{report['name']}` ({tools}): {used} seeds became {proved['kept']:,} proved programs and faults\n"
        f"({proved['rejected']:,} rejected), and these {size['train']:,} training and "
        f"{size['validation']:,} validation rows\nof about {size['tokens']:,} tokens, "
        f"in {seconds / 60:.1f} minutes of CPU time.\n"
        f"Shares and budgets that were short: {len(report['mixture']['shortfalls'])}."
    )
    shares = {group["name"]: group for group in report["groups"]["grade"]}
    rows = [
        (f"`{name}`", f"{shares[name]['rows']:,}", f"{shares[name]['share']:.1%}")
        for name in GRADE_WORDS
        if name in shares
    ]
    return words + "\n\n" + tabulated(("evidence", "rows", "share"), rows)
