"""Stage: the mixture. Rows are chosen so that the set has its size and its shares; what could not be met is named."""

from __future__ import annotations

import hashlib
from collections import Counter
from dataclasses import asdict

import pyarrow as pa

from corpus.records import Rejected, Verdict
from corpus.shards import Manifest, read_table
from corpus.tables import reject_row, reject_table
from filters.mixture import GATE, Mix
from filters.row import Row
from flows.job import Job, JobMaker, stage_outputs

NAME = "mix"
VERSION = "1"
SECTIONS = ("mixture", "seed")

CHOSEN = pa.schema([("id", pa.string()), ("seed", pa.string()), ("times", pa.int32())])


def jobs(make: JobMaker) -> list[Job]:
    """One job: a mixture looks at all."""
    return [make.job("all", make.digests("curate"))]


def work(job: Job) -> Manifest:
    """Solves the shares over light rows.

    Raises:
        MixtureError: the shares cannot be what was meant.
    """
    asked = job.recipe.mixture
    rows: list[Row] = []
    seeds: dict[str, str] = {}
    for path in stage_outputs(job.run, "curate", "kept"):
        for entry in read_table(path).to_pylist():
            seeds[entry["id"]] = entry["seed"]
            labels = tuple(zip(entry["axes"], entry["values"], strict=True))
            rows.append(Row(entry["id"], entry["tokens"], labels, _order(job.recipe.seed, entry["id"])))
    repeats = asked.repeat_cap
    budget = asked.tokens or asked.rows or sum(1 for _ in rows) * repeats
    mix = Mix(
        targets=asked.shares,
        budget=budget,
        unit="tokens" if asked.tokens else "rows",
        max_repeats=repeats,
        prefer="budget" if asked.tokens or asked.rows else "shares",
    )
    mixture = mix(rows)
    left = [Rejected(name, Verdict(GATE, "failed", reason)) for name, reason in mixture.left]
    rejects = [reject_row("example", seeds[one.id], NAME, one) for one in left]
    chosen = [{"id": name, "seed": seeds[name], "times": times} for name, times in mixture.chosen]
    counts = {
        "in": len(rows),
        "kept": len(chosen),
        "rejected": len(rejects),
        "reasons": dict(Counter(one.verdict.reason for one in left)),
        "budget": budget,
        "unit": mix.unit,
        "tokens": mixture.tokens,
        "rows": mixture.rows,
        "reach": mixture.reach,
        "effective_rows": mixture.effective_rows,
        "margins": [asdict(margin) for margin in mixture.margins],
        "shortfalls": [asdict(short) for short in mixture.shortfalls],
        "binding": list(mixture.binding),
    }
    tables = {"chosen": pa.Table.from_pylist(chosen, schema=CHOSEN), "rejects": reject_table(rejects)}
    return job.finish(tables, counts)


def _order(seed: int, name: str) -> float:
    """A place in 0..1 that depends on the recipe's seed and the row alone, so that no shard is favoured."""
    digest = hashlib.blake2b(f"{seed}/{name}".encode(), digest_size=8).digest()
    return int.from_bytes(digest) / 2**64
