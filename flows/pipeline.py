"""The order of the stages, and the loop that runs them; knows no Prefect and no process pool.

A runner (`flows.pool` or the Prefect flow) says how jobs are mapped; a watcher hears what happens. Resume is here:
a job whose manifest still holds is not run again.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from corpus.recipe import Recipe
from corpus.seeds import SeedError
from corpus.shards import Manifest
from flows.job import Job, JobMaker, Mapper, Stage, Timed, stage_folder, stage_of
from flows.stages import curate, emit, expand, mix, model, report, seeds, select, tasks

STAGES: tuple[Stage, ...] = tuple(
    stage_of(module) for module in (seeds, expand, model, select, tasks, curate, mix, emit, report)
)


class UnbalancedStage(RuntimeError):
    """A stage lost records: what went in is not what was kept and rejected."""


class Watcher(Protocol):
    """Hears how a run goes on."""

    def begins(self, stage: str, jobs: int, reused: int) -> None:
        """A stage starts with so many jobs, of which so many were done before."""

    def done(self, stage: str, manifest: Manifest) -> None:
        """One job has ended."""

    def ends(self, stage: str, manifests: Sequence[Manifest]) -> None:
        """A stage has ended."""


@dataclass(frozen=True, slots=True)
class Run:
    """One execution of a recipe: its folder, the seeds it reads, the recipe. With `strict` a seed that cannot be used
    stops it."""

    folder: Path
    seeds: Path
    recipe: Recipe
    strict: bool = False


def carry_out(run: Run, mapper: Mapper, watcher: Watcher) -> Manifest:
    """Runs every stage in order and gives the last manifest, which is the report's.

    Raises:
        UnbalancedStage: records vanished in a stage.
        SeedError: the folder of seeds cannot be used, or none of its seeds; with `strict`, or one of them.
    """
    last: Manifest | None = None
    for stage in STAGES:
        maker = JobMaker(run.folder, run.seeds, run.recipe, stage.NAME, stage.VERSION, stage.SECTIONS)
        jobs = stage.jobs(maker)
        _prune(run.folder, stage.NAME, jobs)
        found = {job.shard: job.done() for job in jobs}
        pending = [job for job in jobs if found[job.shard] is None]
        watcher.begins(stage.NAME, len(jobs), len(jobs) - len(pending))
        for ended in mapper(Timed(stage.work), pending):
            found[ended.shard] = ended
            watcher.done(stage.NAME, ended)
        manifests = [manifest for job in jobs if (manifest := found[job.shard]) is not None]
        for manifest in manifests:
            check_balance(manifest)
        watcher.ends(stage.NAME, manifests)
        if stage.NAME == seeds.NAME:
            _refuse_broken(run, manifests)
        last = manifests[-1] if manifests else last
    assert last is not None, "the report stage always has one job"
    return last


def _refuse_broken(run: Run, manifests: Sequence[Manifest]) -> None:
    """Stops a run of which no seed is left, and a strict one that has lost any."""
    refused = [(m.shard, m.counts["refused"]) for m in manifests if m.counts["rejected"]]
    if refused and (run.strict or len(refused) == len(manifests)):
        first, words = refused[0]
        more = f" (and {len(refused) - 1} more seeds)" if len(refused) > 1 else ""
        raise SeedError(run.seeds / first, 1, "seed", f"cannot be used: {words}{more}")


def check_balance(manifest: Manifest) -> None:
    """Nothing vanishes: `in` = `kept` + `rejected`, wherever a manifest counts records."""
    counts = manifest.counts
    if {"in", "kept", "rejected"} <= counts.keys() and counts["in"] != counts["kept"] + counts["rejected"]:
        raise UnbalancedStage(
            f"stage {manifest.stage}, shard {manifest.shard}: {counts['in']} records went in, "
            f"{counts['kept']} were kept and {counts['rejected']} rejected"
        )


def _prune(run: Path, stage: str, jobs: Sequence[Job]) -> None:
    """Removes shards of an earlier recipe that this one does not make, so that no later stage reads them."""
    wanted = {job.shard for job in jobs}
    folder = stage_folder(run, stage)
    for path in folder.glob("*") if folder.is_dir() else ():
        if path.name.split(".")[0] not in wanted:
            path.unlink()
