"""Stage: which Programs go on. Copies go; of what remains, a lineage keeps its most different members."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

import pyarrow as pa

from corpus.records import Rejected
from corpus.shards import Manifest, read_table
from corpus.tables import programs_of, reject_row, reject_table
from filters.duplicates import NearDuplicates, select_distinct_programs
from filters.keys import ProgramKey, program_key
from filters.lineage import LineageCap
from flows.job import Job, JobMaker, stage_outputs

NAME = "select"
VERSION = "1"
SECTIONS = ("curate",)

KEPT = pa.schema([("id", pa.string()), ("seed", pa.string())])


def jobs(make: JobMaker) -> list[Job]:
    """One job: a selection looks at all."""
    return [make.job("all", [*make.digests("expand"), *make.digests("model")])]


def work(job: Job) -> Manifest:
    """Keeps light keys of every Program, never the Programs themselves."""
    curate = job.recipe.curate
    programs: list[ProgramKey] = []
    mutants: list[ProgramKey] = []
    seeds: dict[str, str] = {}
    for stage in ("expand", "model"):
        for path in stage_outputs(job.run, stage, "programs"):
            for program in programs_of(read_table(path)):
                if program.id in seeds:
                    continue  # another shard made the very same Program
                seeds[program.id] = program.seed
                (mutants if program.origin == "mutant" else programs).append(program_key(program))
    kept: list[str] = []
    rejected: list[Rejected] = []
    near = NearDuplicates(threshold=curate.near_duplicate)
    for keys, cap in ((programs, curate.lineage_cap), (mutants, curate.mutant_cap)):
        selections = [select_distinct_programs]
        if keys is programs:
            selections.append(
                near
            )  # mutants differ from their original by one place, so they are near copies by design
        if cap:
            selections.append(LineageCap(cap))
        for selection in selections:
            chosen = selection(keys)
            rejected.extend(chosen.rejected)
            left = set(chosen.kept)
            keys = [key for key in keys if key.id in left]
        kept.extend(key.id for key in keys)
    rows = [{"id": name, "seed": seeds[name]} for name in sorted(kept)]
    rejects = [reject_row("program", seeds[one.id], NAME, one) for one in sorted(rejected, key=lambda one: one.id)]
    counts = {
        "in": len(seeds),
        "kept": len(rows),
        "rejected": len(rejects),
        "reasons": dict(Counter(one.verdict.reason for one in rejected)),
        "by_seed": dict(Counter(row["seed"] for row in rows)),
    }
    return job.finish({"kept": pa.Table.from_pylist(rows, schema=KEPT), "rejects": reject_table(rejects)}, counts)


def kept_ids(job: Job) -> frozenset[str]:
    """Ids of the Programs that this stage kept."""
    tables: Sequence[pa.Table] = [read_table(path, ["id"]) for path in stage_outputs(job.run, NAME, "kept")]
    return frozenset(name for table in tables for name in table["id"].to_pylist())
