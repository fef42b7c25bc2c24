"""Stage: seeds are read and checked. One that does not compile or does not pass its harness is named and refused."""

from __future__ import annotations

import pyarrow as pa

from corpus.records import Program, Rejected, Verdict
from corpus.seeds import Seed, load_seed, seed_folders
from corpus.shards import Manifest
from corpus.tables import reject_row, reject_table
from flows.job import Job, JobMaker, tool_words
from flows.proof import Prover
from generators.templates import default_filling
from validators.sandbox.runner import Sandbox

NAME = "seeds"
VERSION = "2"
SECTIONS = ("verify", "only")

KEPT = pa.schema([("id", pa.string()), ("digest", pa.string())])


def jobs(make: JobMaker) -> list[Job]:
    """One job a seed.

    Raises:
        SeedError: the folder of seeds, one of its seeds or an id in `only` cannot be used.
    """
    only = set(make.recipe.only)
    made = []
    for folder in seed_folders(make.seeds):
        if not only or folder.name in only:
            made.append(make.job(folder.name, [load_seed(folder).digest, *tool_words(make.run)], seed=folder.name))
    return made


def work(job: Job) -> Manifest:
    """Checks one seed with its default values."""
    seed = load_seed(job.seeds / job.seed)
    with Sandbox() as sandbox:
        verdict = check(seed, Prover(sandbox, seed, job.recipe.verify.cycles))
        spent = sandbox.cpu_s
    kept = [{"id": seed.id, "digest": seed.digest}] if verdict.passed else []
    rejects = [] if verdict.passed else [reject_row("seed", seed.id, NAME, Rejected(seed.id, verdict), seed.program)]
    counts = {
        "in": 1,
        "kept": len(kept),
        "rejected": len(rejects),
        "labels": {"peripheral": seed.sheet.peripherals[0], "difficulty": seed.sheet.difficulty},
    }
    return job.finish(
        {"kept": pa.Table.from_pylist(kept, schema=KEPT), "rejects": reject_table(rejects)}, counts, spent
    )


def check(seed: Seed, prover: Prover) -> Verdict:
    """The first thing that is wrong with a seed's own Program, or that it passed; a warning counts as wrong here."""
    found = prover.root(default_filling(seed), default=True)
    program = found if isinstance(found, Program) else found.program
    failed = program.failed
    if failed is not None:
        return failed
    warnings = [d for v in program.verdicts for d in v.diagnostics if d.severity == "warning"]
    if warnings:
        first = warnings[0]
        words = f"{first.file}:{first.line}: {first.message}"
        return Verdict("seeds", "failed", "warning", words, tuple(warnings))
    evidence = "; ".join(v.evidence for v in program.verdicts if v.evidence)
    return Verdict("seeds", "passed", evidence=evidence)
