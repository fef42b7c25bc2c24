"""A small recipe over shipped seeds, and one finished run of it for all tests that only look."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from rich.console import Console

from corpus.recipe import Recipe, load_recipe
from flows.pipeline import Run, carry_out
from flows.pool import process_pool
from flows.progress import Shown
from flows.settings import ROOT, prepare

RECIPE = f"""
name: small
seed: 7
seeds: {ROOT / "datasets" / "seeds"}
only: [crc8-maxim, uart-baud-init, key-debounce]
generate:
  templates: {{fillings: 3}}
  rewrites: {{variants: 6, steps: 2}}
  mutants: {{tried: 10}}
shard: 4
mixture:
  rows: 60
  shares:
    language: {{zh: 0.5, en: 0.5}}
    task: {{write: 0.3, complete: 0.2, explain: 0.2, refactor: 0.1, fix: 0.1, port: 0.1}}
emit: {{validation: 0.3}}
"""


@pytest.fixture(scope="session")
def recipe_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The small recipe on disk."""
    path = tmp_path_factory.mktemp("recipe") / "small.yaml"
    path.write_text(RECIPE, encoding="utf-8")
    return path


@pytest.fixture(scope="session")
def recipe(recipe_file: Path) -> Recipe:
    """The small recipe."""
    return load_recipe(recipe_file)


def carried_out(recipe: Recipe, folder: Path, workers: int = 2) -> Run:
    """A finished run in this folder."""
    run = Run(folder, Path(recipe.seeds), recipe)
    prepare(run)
    with process_pool(workers) as mapper, Shown(Console(stderr=True), quiet=True) as shown:
        carry_out(run, mapper, shown)
    return run


@pytest.fixture(scope="session")
def finished(recipe: Recipe, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of one finished run; not to be changed."""
    return carried_out(recipe, tmp_path_factory.mktemp("run")).folder


@pytest.fixture
def copied(finished: Path, tmp_path: Path) -> Iterator[Path]:
    """A copy of the finished run, to be broken."""
    folder = tmp_path / "run"
    shutil.copytree(finished, folder)
    yield folder


def parquet_bytes(run: Path) -> dict[str, bytes]:
    """What the set is made of, by file."""
    paths = [*sorted((run / "data").glob("*.parquet")), run / "rejects.parquet"]
    return {path.name: path.read_bytes() for path in paths}
