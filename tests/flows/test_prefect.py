"""The Prefect flow is the same run: same bytes, with progress, table and report as artifacts."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from corpus.recipe import Recipe
from flows.pipeline import STAGES, Run
from flows.quiet import SETTINGS, quiet_prefect
from flows.serve import deployment
from flows.settings import ROOT, prepare
from tests.flows.conftest import parquet_bytes

pytestmark = pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::ResourceWarning", "ignore::UserWarning")


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """One temporary Prefect server with its own home, for all tests here."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PREFECT_HOME", str(tmp_path_factory.mktemp("prefect")))
        patch.setenv("FIRMSEED_RUNNER", "thread")
        for name in SETTINGS:
            patch.delenv(name, raising=False)
        quiet_prefect()
        from prefect.testing.utilities import prefect_test_harness

        with prefect_test_harness(server_startup_timeout=120):
            yield


@pytest.mark.usefixtures("server")
def test_the_flow_gives_the_same_bytes_as_the_pool_and_three_artifacts(
    finished: Path, recipe: Recipe, tmp_path: Path
) -> None:
    """Shards run as Prefect tasks; the set is the same to the byte."""
    from prefect.client.orchestration import get_client

    from flows.prefect_flow import run_with_prefect

    run = Run(tmp_path / "flow", Path(recipe.seeds), recipe)
    prepare(run)
    run_with_prefect(run, 2)
    assert parquet_bytes(run.folder) == parquet_bytes(finished)
    with get_client(sync_client=True) as client:
        artifacts = {artifact.key: artifact for artifact in client.read_artifacts()}
    assert set(artifacts) == {"firmseed-progress", "firmseed-stages", "firmseed-report"}
    assert artifacts["firmseed-progress"].data == 100.0
    assert "training rows" in str(artifacts["firmseed-report"].data)
    for stage in STAGES:
        assert stage.NAME in str(artifacts["firmseed-stages"].data)


def test_telemetry_is_off_unless_the_user_says_otherwise(monkeypatch: pytest.MonkeyPatch) -> None:
    """The settings are there before Prefect is imported, and a user's own stands."""
    for name in SETTINGS:
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "300")
    quiet_prefect()
    assert os.environ["DO_NOT_TRACK"] == "1"
    assert os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"] == "false"
    assert os.environ["PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS"] == "300"


def test_prefect_yaml_names_a_flow_that_exists_and_a_schedule() -> None:
    """What `make serve` and `prefect deploy` read."""
    options = deployment(ROOT / "prefect.yaml")
    assert options["cron"] and options["name"]
    assert (ROOT / options["parameters"]["recipe"]).is_file()
    text = (ROOT / "prefect.yaml").read_text(encoding="utf-8")
    path, _, name = text.split("entrypoint: ")[1].splitlines()[0].partition(":")
    assert f"def {name}(" in (ROOT / path).read_text(encoding="utf-8")
