"""Shards of work as data: what a stage does, to what, and where; the same under a process pool and under Prefect."""

from __future__ import annotations

import hashlib
import json
import resource
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Any, Protocol, cast

import pyarrow as pa

from corpus.recipe import Recipe
from corpus.shards import Manifest, finish, finished, read_table, sha256, write_json, write_table

TOOLS = "tools.json"


@dataclass(frozen=True, slots=True)
class Job:
    """One shard of one stage.

    `run` is the run's folder, `seeds` the folder of seeds, `shard` the shard's name, `input` the hash of all that it
    reads besides the recipe.
    """

    run: Path
    seeds: Path
    recipe: Recipe
    stage: str
    version: str
    fingerprint: str
    shard: str
    input: str
    seed: str = ""
    part: int = 0

    @property
    def folder(self) -> Path:
        """Where this stage keeps its shards."""
        return stage_folder(self.run, self.stage)

    def done(self) -> Manifest | None:
        """The manifest of this very job from an earlier run, if its files are all there and unchanged."""
        return finished(self.folder, self.stage, self.shard, self.version, self.fingerprint, self.input)

    def finish(self, tables: Mapping[str, pa.Table], counts: Mapping[str, Any], tool_cpu_s: float = 0.0) -> Manifest:
        """Writes the tables as `<shard>.<name>.parquet`, then the manifest."""
        files = {}
        for name, table in tables.items():
            path = self.folder / f"{self.shard}.{name}.parquet"
            write_table(path, table)
            files[path.name] = sha256(path)
        return self.seal(files, counts, tool_cpu_s)

    def seal(self, files: Mapping[str, str], counts: Mapping[str, Any], tool_cpu_s: float = 0.0) -> Manifest:
        """Writes the manifest over files that are already there.

        The CPU seconds of compilers and simulators go beside it, in `<shard>.time`, so that equal work gives equal
        manifests.
        """
        manifest = Manifest(
            self.stage, self.shard, self.version, self.fingerprint, self.input, dict(files), dict(counts)
        )
        write_json(self.folder / f"{self.shard}.time", {"tool_cpu_s": tool_cpu_s})
        finish(self.folder, manifest)
        return manifest


class Stage(Protocol):
    """What a stage module offers: its name, its version (bumped when its output changes), the recipe's keys that
    it reads, the jobs it splits into, and the work itself."""

    NAME: str
    VERSION: str
    SECTIONS: tuple[str, ...]

    def jobs(self, make: JobMaker) -> list[Job]:
        """The shards of this stage, in order."""

    def work(self, job: Job) -> Manifest:
        """Does one shard; picklable, and the same bytes wherever it runs."""


@dataclass(frozen=True, slots=True)
class JobMaker:
    """Makes the jobs of one stage of one run."""

    run: Path
    seeds: Path
    recipe: Recipe
    stage: str
    version: str
    sections: tuple[str, ...]

    def job(self, shard: str, inputs: Iterable[str], seed: str = "", part: int = 0) -> Job:
        """A job whose input hash covers `inputs`."""
        digest = hashlib.sha256("\0".join(inputs).encode()).hexdigest()
        fingerprint = self.recipe.fingerprint(*self.sections)
        return Job(self.run, self.seeds, self.recipe, self.stage, self.version, fingerprint, shard, digest, seed, part)

    def outputs(self, stage: str, name: str) -> list[Path]:
        """The files `<shard>.<name>.parquet` that an earlier stage left, in order of shard."""
        return stage_outputs(self.run, stage, name)

    def digests(self, stage: str) -> list[str]:
        """Hashes of the manifests that an earlier stage left: they change when any of its files does."""
        return [f"{path.name}:{sha256(path)}" for path in sorted(stage_folder(self.run, stage).glob("*.json"))]


def stage_of(module: ModuleType) -> Stage:
    """A stage module, seen as a `Stage`."""
    return cast(Stage, module)


def stage_folder(run: Path, stage: str) -> Path:
    """Where a run keeps the shards of a stage."""
    return run / "shards" / stage


def stage_outputs(run: Path, stage: str, name: str) -> list[Path]:
    """The files of one kind that a stage left, in order of shard."""
    return sorted(stage_folder(run, stage).glob(f"*.{name}.parquet"))


def tool_versions(run: Path) -> dict[str, str]:
    """Versions of the compilers and of this house, as the run found them when it began (`tools.json`)."""
    found: dict[str, str] = json.loads((run / TOOLS).read_text(encoding="utf-8"))
    return found


def tool_words(run: Path) -> list[str]:
    """The same as `name version`: part of the input of every stage that proves something."""
    return [f"{name} {version}" for name, version in sorted(tool_versions(run).items())]


def read_all(paths: Iterable[Path], columns: list[str] | None = None) -> pa.Table:
    """The rows of several Parquet files, one after the other."""
    return pa.concat_tables([read_table(path, columns) for path in paths])


Work = Callable[[Job], Manifest]
Mapper = Callable[[Work, Sequence[Job]], Iterator[Manifest]]


@dataclass(frozen=True, slots=True)
class Timed:
    """A stage's work that also notes what it cost besides the compilers and simulators: `own_cpu_s`, CPU seconds of
    this process and of the sandbox's worker."""

    work: Work

    def __call__(self, job: Job) -> Manifest:
        """Does the job and completes its `<shard>.time`."""
        before = _cpu_s()
        manifest = self.work(job)
        path = job.folder / f"{job.shard}.time"
        tools = float(json.loads(path.read_text(encoding="utf-8"))["tool_cpu_s"])
        write_json(path, {"own_cpu_s": round(_cpu_s() - before - tools, 3), "tool_cpu_s": round(tools, 3)})
        return manifest


def _cpu_s() -> float:
    """CPU seconds of this process and of its children that have ended."""
    return sum(sum(resource.getrusage(who)[:2]) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
