"""The Prefect flow: the same stages, their shards as task runs, and three artifacts a run. Thin on purpose.

Resume and caching are the shards' own (`corpus.shards`), so Prefect's are off: a rerun of a flow that was killed
remakes only what is missing. Call `flows.quiet.quiet_prefect` before importing this.
"""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any, cast
from uuid import UUID

from prefect import flow, get_run_logger, task
from prefect.artifacts import (
    create_markdown_artifact,
    create_progress_artifact,
    create_table_artifact,
    update_progress_artifact,
)
from prefect.cache_policies import NO_CACHE
from prefect.futures import as_completed
from prefect.task_runners import ProcessPoolTaskRunner, TaskRunner, ThreadPoolTaskRunner

from corpus.recipe import load_recipe
from corpus.shards import Manifest
from flows.job import Job, Work
from flows.pipeline import STAGES, Run, carry_out
from flows.settings import default_recipe, prepare, run_folder
from flows.summary import markdown

RUNNER_VARIABLE = "FIRMSEED_RUNNER"


@task(name="shard", task_run_name="{job.stage}/{job.shard}", cache_policy=NO_CACHE, persist_result=False)
def shard(job: Job) -> Manifest:
    """One shard of one stage."""
    return next(stage for stage in STAGES if job.stage == stage.NAME).work(job)


def _submitted(work: Work, jobs: Sequence[Job]) -> Iterator[Manifest]:
    """The flow's mapper: every job a task run, results as they end."""
    futures = [shard.submit(job) for job in jobs]
    for future in as_completed(futures):
        yield future.result()


class _Artifacts:
    """A watcher that keeps one progress artifact and ends with one table."""

    def __init__(self) -> None:
        created = create_progress_artifact(
            progress=0.0, key="firmseed-progress", description="Share of the stages that are done"
        )
        self._progress = cast(UUID, created)  # the same call gives a coroutine under asyncio, which this is not
        self._rows: list[dict[str, Any]] = []
        self._jobs = self._ended = 0

    def begins(self, stage: str, jobs: int, reused: int) -> None:
        """Takes the stage's size."""
        self._jobs, self._ended = max(jobs, 1), reused

    def done(self, stage: str, manifest: Manifest) -> None:
        """Moves the progress on within the stage."""
        self._ended += 1
        self._show(self._ended / self._jobs)

    def ends(self, stage: str, manifests: Sequence[Manifest]) -> None:
        """Adds the stage to the table."""
        total = {key: sum(int(m.counts.get(key, 0)) for m in manifests) for key in ("in", "kept", "rejected")}
        self._rows.append({"stage": stage, "shards": len(manifests), **total})
        get_run_logger().info("%s: %d kept, %d rejected", stage, total["kept"], total["rejected"])
        self._show(0.0)

    def table(self) -> None:
        """Writes the table of stages."""
        create_table_artifact(table=self._rows, key="firmseed-stages", description="Records by stage")

    def _show(self, within: float) -> None:
        share = 100 * (len(self._rows) + within) / len(STAGES)
        update_progress_artifact(self._progress, progress=min(100.0, share))


@flow(name="firmseed", flow_run_name="{recipe}", persist_result=False)
def generate(recipe: str = "", out: str = "", rows: int = 0) -> str:
    """Grow seeds into a verified set.

    Args:
        recipe: path of the recipe file; empty means the shipped one.
        out: run folder; empty means datasets/runs/<recipe name>.
        rows: rows to emit instead of the recipe's; 0 means the recipe's.

    Returns:
        The run's folder.
    """
    path = Path(recipe) if recipe else default_recipe()
    asked = load_recipe(path)
    if rows:
        asked = asked.model_copy(update={"mixture": asked.mixture.model_copy(update={"rows": rows, "tokens": 0})})
    run = Run(run_folder(asked, Path(out) if out else None), (path.parent / asked.seeds).resolve(), asked)
    prepare(run)
    return _generate(run)


@flow(name="firmseed-run", flow_run_name="{run.recipe.name}", persist_result=False, validate_parameters=False)
def generate_run(run: Run) -> str:
    """The same for a run that the command line has already made up."""
    return _generate(run)


def _generate(run: Run) -> str:
    artifacts = _Artifacts()
    carry_out(run, _submitted, artifacts)
    artifacts.table()
    create_markdown_artifact(markdown=markdown(run.folder), key="firmseed-report", description="The run in short")
    return str(run.folder)


def run_with_prefect(run: Run, workers: int) -> None:
    """Runs it as a flow: on the server that PREFECT_API_URL names, else on a temporary one (10 to 35 s to start)."""
    generate_run.with_options(task_runner=runner(workers))(run)


def runner(workers: int) -> TaskRunner[Any]:
    """The task runner that FIRMSEED_RUNNER names: `process` (default), `thread`, `dask` or `ray`, the latter two with
    an optional cluster address after a colon (`dask:tcp://host:8786`).

    Raises:
        ValueError: an unknown name.
        ImportError: the extra is not installed.
    """
    name, _, address = os.environ.get(RUNNER_VARIABLE, "process").partition(":")
    if name == "process":
        return ProcessPoolTaskRunner(max_workers=workers)
    if name == "thread":
        return ThreadPoolTaskRunner(max_workers=workers)
    if name == "dask":
        from prefect_dask import DaskTaskRunner

        dask: TaskRunner[Any] = DaskTaskRunner(
            **({"address": address} if address else {"cluster_kwargs": {"n_workers": workers}})
        )
        return dask
    if name == "ray":
        from prefect_ray import RayTaskRunner

        ray: TaskRunner[Any] = RayTaskRunner(address=address or None)
        return ray
    raise ValueError(f"{RUNNER_VARIABLE}={name!r}: known runners are process, thread, dask, ray")
