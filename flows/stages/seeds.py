"""Stage: seeds are read and checked. One that is broken, does not compile or does not pass its harness is named and
refused, and the others are used."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pyarrow as pa

from corpus.records import Program, Rejected, Verdict
from corpus.seeds import Seed, SeedError, asked_seeds, files_digest, load_seed
from corpus.shards import Manifest
from corpus.tables import reject_row, reject_table
from flows.job import Job, JobMaker, tool_words
from flows.proof import Prover
from flows.remarks import unwritten
from generators.templates import default_filling
from validators.sandbox.runner import Sandbox

NAME = "seeds"
VERSION = "4"
SECTIONS = ("verify", "only", "targets")

KEPT = pa.schema([("id", pa.string()), ("digest", pa.string())])


def jobs(make: JobMaker) -> list[Job]:
    """One job a seed.

    Raises:
        SeedError: the folder of seeds cannot be used.
    """
    folders = asked_seeds(make.seeds, make.recipe.only, make.recipe.targets)
    return [make.job(one.name, [files_digest(one), *tool_words(make.run)], seed=one.name) for one in folders]


def work(job: Job) -> Manifest:
    """Checks one seed with its default values."""
    folder = job.seeds / job.seed
    spent, source = 0.0, ""
    try:
        seed = load_seed(folder)
        source = seed.program
        with Sandbox() as sandbox:
            verdict = check(seed, Prover(sandbox, seed, job.recipe.verify.cycles))
            spent = sandbox.cpu_s
    except SeedError as error:
        verdict = Verdict("format", "failed", "broken-seed", str(error))
    # The set must not tell where its seeds lay.
    verdict = replace(verdict, evidence=verdict.evidence.replace(f"{job.seeds}/", ""))
    counts: dict[str, Any] = {"in": 1, "kept": int(verdict.passed), "rejected": int(not verdict.passed)}
    kept, rejects = [], []
    if verdict.passed:
        kept = [{"id": seed.id, "digest": seed.digest}]
        counts["labels"] = {"peripheral": seed.sheet.peripherals[0], "difficulty": seed.sheet.difficulty}
    else:
        rejects = [reject_row("seed", job.seed, NAME, Rejected(job.seed, verdict), source)]
        counts["reasons"] = {f"{verdict.gate}:{verdict.reason}": 1}
        counts["refused"] = f"{verdict.reason}: {verdict.evidence}"
    return job.finish(
        {"kept": pa.Table.from_pylist(kept, schema=KEPT), "rejects": reject_table(rejects)}, counts, spent
    )


def check(seed: Seed, prover: Prover) -> Verdict:
    """The first thing that is wrong with a seed, or that it passed; a compiler's warning counts as wrong here.

    Raises:
        SeedError: the defaults do not evaluate, or the program has not what the sheet speaks of.
    """
    lacking = unwritten(seed)
    if lacking:
        more = f" (and {len(lacking) - 1} more)" if len(lacking) > 1 else ""
        return Verdict("format", "failed", "broken-seed", f"{lacking[0]}{more}")
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
