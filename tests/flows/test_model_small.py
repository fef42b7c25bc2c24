"""A run that asks a real small model: whatever it answers is judged, counted, and not asked for twice.

The model has 135 million parameters and seldom keeps to the asked form: what is held here is that its yields are
counted, not that they are high. Nothing of its text is expected, since another processor gives another.
"""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corpus.recipe import Recipe
from flows.summary import summary
from tests.flows.asked import Left, left, recipe
from tests.flows.conftest import carried_out, parquet_bytes
from tests.flows.written import written
from tests.generators.model.local_server import LocalModel

SEED = "led-pin"  # some 420 tokens of prompt; a shipped one has 1,100 and takes a minute to read
ANSWERS = 2
# What only a server or the way to it can be blamed for.
TRANSPORT = re.compile(r"model:(unreachable|timeout|rate-limited|not-a-completion|bad-key|http-\d+)")


@pytest.fixture(scope="module")
def chosen(small_model: LocalModel, tmp_path_factory: pytest.TempPathFactory) -> Recipe:
    """One tiny seed, two answers of at most 64 tokens, each asked for a second time where it is malformed."""
    folder = tmp_path_factory.mktemp("seeds")
    written(folder / SEED)
    return recipe(
        small_model.url, ANSWERS, folder, SEED,
        name=small_model.name, temperature=0.5, max_tokens=64, retries=1, timeout_s=300,
    )  # fmt: skip


@pytest.fixture(scope="module")
def run(
    chosen: Recipe, small_model: LocalModel, tmp_path_factory: pytest.TempPathFactory
) -> tuple[Path, dict[str, float]]:
    """The folder of a finished run, and what the server counted in it."""
    before = small_model.counted()
    folder = carried_out(chosen, tmp_path_factory.mktemp("run"), workers=1).folder
    return folder, {name: value - before[name] for name, value in small_model.counted().items()}


@pytest.fixture(scope="module")
def found(run: tuple[Path, dict[str, float]]) -> Left:
    """What the model's stage left."""
    return left(run[0])


def test_every_answer_is_kept_or_has_its_reason(found: Left) -> None:
    """All of them, and none is laid to the server, which was there."""
    assert found.total("in") == ANSWERS == len(found.kept) + len(found.rejects)
    assert sum(found.reasons.values()) == len(found.rejects)
    assert not [reason for reason in found.reasons if TRANSPORT.match(reason)]
    assert all(row["seed"] == SEED and row["origin"] == "model" and row["grade"] == "compiled" for row in found.kept)
    assert all(row["seed"] == SEED and row["outcome"] == "failed" and row["evidence"] for row in found.rejects)


def test_the_tokens_are_those_that_the_server_counted(found: Left, run: tuple[Path, dict[str, float]]) -> None:
    """A malformed answer's further question is paid for, too."""
    _, counted = run
    assert ANSWERS <= found.total("answers") <= 2 * ANSWERS
    read = counted["prompt_tokens_total"] + counted["prompt_tokens_cached_total"]
    assert found.total("prompt_tokens") == read > 0
    assert found.total("completion_tokens") == counted["tokens_predicted_total"] > 0


def test_the_run_ends_with_a_set_and_a_report(run: tuple[Path, dict[str, float]], found: Left) -> None:
    """With what the seed alone gives, and the model's programs if there are any; its rejects are among all rejects."""
    folder, _ = run
    rows = pq.read_table(sorted((folder / "data").glob("train-*.parquet")))
    assert rows.num_rows > 0
    origins = rows["prov_origin"].to_pylist()
    assert ("model" in origins) == bool(found.kept)
    rejects = pq.read_table(folder / "rejects.parquet").to_pylist()
    assert sum(row["stage"] == "model" for row in rejects) == len(found.rejects)
    assert (folder / "report.html").is_file() and summary(folder)["rows"]


def test_the_same_recipe_asks_nothing_a_second_time(
    chosen: Recipe, run: tuple[Path, dict[str, float]], small_model: LocalModel, tmp_path: Path
) -> None:
    """In another folder, from the record alone: the same bytes, and the server has nothing to do."""
    shutil.copy(run[0] / chosen.generate.model.record, tmp_path)
    before = small_model.counted()
    again = carried_out(chosen, tmp_path, workers=1).folder
    after = small_model.counted()
    assert after["tokens_predicted_total"] == before["tokens_predicted_total"]
    assert after["prompt_tokens_total"] == before["prompt_tokens_total"]
    assert parquet_bytes(again) == parquet_bytes(run[0])
