"""Stage: which Examples go on. The same question with the same answer goes, and one question is not asked too often."""

from __future__ import annotations

from collections import Counter

import pyarrow as pa

from corpus.shards import Manifest, read_table
from corpus.tables import examples_of, reject_row, reject_table
from filters.duplicates import DistinctExamples
from filters.keys import ExampleKey, example_key
from filters.row import mixture_row
from flows.job import Job, JobMaker, stage_outputs

NAME = "curate"
VERSION = "1"
SECTIONS = ("curate",)

KEPT = pa.schema(
    [
        ("id", pa.string()),
        ("seed", pa.string()),
        ("tokens", pa.int32()),
        ("axes", pa.list_(pa.string())),
        ("values", pa.list_(pa.string())),
    ]
)


def jobs(make: JobMaker) -> list[Job]:
    """One job: a selection looks at all."""
    return [make.job("all", make.digests("tasks"))]


def work(job: Job) -> Manifest:
    """Keeps light keys and labels of every Example."""
    keys: list[ExampleKey] = []
    rows: dict[str, dict[str, object]] = {}
    for path in stage_outputs(job.run, "tasks", "examples"):
        for example in examples_of(read_table(path)):
            if example.id in rows:
                continue  # another shard wrote the very same row
            keys.append(example_key(example))
            row = mixture_row(example)
            rows[example.id] = {
                "id": example.id,
                "seed": example.seed,
                "tokens": row.tokens,
                "axes": [axis for axis, _ in row.labels],
                "values": [value for _, value in row.labels],
            }
    chosen = DistinctExamples(job.recipe.curate.max_same_instruction)(keys)
    rejects = [reject_row("example", str(rows[one.id]["seed"]), NAME, one) for one in chosen.rejected]
    counts = {
        "in": len(keys),
        "kept": len(chosen.kept),
        "rejected": len(rejects),
        "reasons": dict(Counter(one.verdict.reason for one in chosen.rejected)),
    }
    kept = pa.Table.from_pylist([rows[name] for name in sorted(chosen.kept)], schema=KEPT)
    return job.finish({"kept": kept, "rejects": reject_table(rejects)}, counts)
