"""Stage: the set itself, split by seed lineage into training and validation; and everything that was left out."""

from __future__ import annotations

import hashlib
import math
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpus.shards import Manifest, read_table, sha256, write_table
from corpus.tables import EXAMPLES, REJECTS
from flows.job import Job, JobMaker, read_all, stage_outputs

NAME = "emit"
VERSION = "1"
SECTIONS = ("emit", "seed", "name")

REJECTING = ("seeds", "expand", "model", "select", "tasks", "curate", "mix")


def jobs(make: JobMaker) -> list[Job]:
    """One job; it holds one output file's rows at a time."""
    return [make.job("all", [digest for stage in REJECTING for digest in make.digests(stage)])]


def work(job: Job) -> Manifest:
    """Writes data/<split>-NNNNN-of-NNNNN.parquet and rejects.parquet into the run's folder."""
    chosen = read_all(stage_outputs(job.run, "mix", "chosen")).to_pylist()
    held_out = validation_seeds(sorted({row["seed"] for row in chosen}), job.recipe.emit.validation, job.recipe.seed)
    data = job.run / "data"
    for old in data.glob("*.parquet") if data.is_dir() else ():
        old.unlink()
    files: dict[str, str] = {}
    rows = {}
    for split in ("train", "validation"):
        wanted = [row for row in chosen if (row["seed"] in held_out) == (split == "validation")]
        order = _shuffled(wanted, job.recipe.seed)
        rows[split] = len(order)
        size = job.recipe.emit.rows_per_file
        total = max(1, math.ceil(len(order) / size))
        for number in range(total):
            ids = order[number * size : (number + 1) * size]
            path = data / f"{split}-{number:05d}-of-{total:05d}.parquet"
            write_table(path, _rows(job, ids))
            files[f"../../data/{path.name}"] = sha256(path)
    rejects = job.run / "rejects.parquet"
    write_table(rejects, _rejects(job))
    files[f"../../{rejects.name}"] = sha256(rejects)
    counts: dict[str, Any] = {
        "in": len(chosen),
        "kept": len(chosen),
        "rejected": 0,
        "rows": rows,
        "validation_seeds": sorted(held_out),
    }
    return job.seal(files, counts)


def validation_seeds(seeds: list[str], share: float, seed: int) -> frozenset[str]:
    """The lineages held out: this share of them, at least one when the share is above 0 and there are two or more."""
    count = round(len(seeds) * share)
    if share > 0 and len(seeds) > 1:
        count = min(max(count, 1), len(seeds) - 1)
    return frozenset(sorted(seeds, key=lambda name: _digest(seed, "split", name))[:count])


def _shuffled(rows: list[dict[str, Any]], seed: int) -> list[str]:
    """Ids in training order, repeats apart from each other."""
    places = [(_digest(seed, str(k), row["id"]), row["id"]) for row in rows for k in range(row["times"])]
    return [name for _, name in sorted(places)]


def _rows(job: Job, ids: list[str]) -> pa.Table:
    """The rows of these ids, in their order."""
    if not ids:
        return EXAMPLES.empty_table()
    wanted = pa.array(sorted(set(ids)))
    parts = [EXAMPLES.empty_table()]
    for path in stage_outputs(job.run, "tasks", "examples"):
        table = read_table(path)
        parts.append(table.filter(pc.is_in(table["id"], wanted)))
    found = pa.concat_tables(parts)
    place: dict[str, int] = {}
    for index, name in enumerate(found["id"].to_pylist()):
        place.setdefault(name, index)
    return found.take(pa.array([place[name] for name in ids])).combine_chunks()


def _rejects(job: Job) -> pa.Table:
    files = [path for stage in REJECTING for path in stage_outputs(job.run, stage, "rejects")]
    return pa.concat_tables([REJECTS.empty_table(), *map(read_table, files)])


def _digest(seed: int, *parts: str) -> str:
    return hashlib.sha256("/".join((str(seed), *parts)).encode()).hexdigest()
