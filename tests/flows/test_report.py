"""The report of a finished run, what goes with the data, and `firmseed inspect`."""

from __future__ import annotations

import hashlib
import importlib
import json
import statistics
import subprocess
from collections import Counter
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from corpus.recipe import Recipe
from flows.job import Job, JobMaker
from flows.stages import report
from flows.summary import manifests
from tests.flows.conftest import carried_out
from tests.flows.test_cli import firmseed

FILES = ("report.html", "report.json", "README.md", "manifest.json", "SHA256SUMS")


def numbers(run: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads((run / "report.json").read_text(encoding="utf-8"))
    return found


def job(run: Path, recipe: Recipe) -> Job:
    """The report's job, as the pipeline makes it."""
    maker = JobMaker(run, Path(recipe.seeds), recipe, report.NAME, report.VERSION, report.SECTIONS)
    (made,) = report.jobs(maker)
    return made


def emitted(run: Path) -> list[dict[str, Any]]:
    return [row for path in sorted((run / "data").glob("*.parquet")) for row in pq.read_table(path).to_pylist()]


def test_its_numbers_are_those_of_the_set(finished: Path) -> None:
    """Rows, tokens, grades and coverage as a second count of the Parquet files finds them."""
    rows, found = emitted(finished), numbers(finished)
    assert found["size"]["train"] + found["size"]["validation"] == len(rows) > 0
    assert found["size"]["tokens"] == sum(row["meta_tokens"] for row in rows)
    for group in found["groups"]["grade"]:
        assert group["rows"] == sum(row["prov_grade"] == group["name"] for row in rows)
    assert sum(group["share"] for group in found["groups"]["grade"]) == pytest.approx(1)
    assert sum(map(sum, found["coverage"]["rows"])) == len(rows)
    assert sum(lineage["rows"] for lineage in found["lineages"]) == len(rows)
    assert sum(found["lengths"]["counts"]) == len(rows)


def test_its_funnel_loses_nothing(finished: Path) -> None:
    """Every stage's reasons make up its rejects, and all rejects together are the file's rows."""
    found = numbers(finished)
    for stage in found["stages"]:
        assert stage["entered"] == stage["kept"] + stage["rejected"]
        assert sum(count for _, count in stage["reasons"]) in (stage["rejected"], 0)
    assert found["rejected"] == pq.read_metadata(finished / "rejects.parquet").num_rows
    assert found["rejected"] == sum(stage["rejected"] for stage in found["stages"])
    assert found["rejected"] == sum(count for _, count in found["gates"])


def test_cost_is_the_sum_of_the_shards(finished: Path) -> None:
    """Compilers and simulators apart from the rest."""
    times = [json.loads(path.read_text()) for path in (finished / "shards" / "expand").glob("*.time")]
    expand = next(stage for stage in numbers(finished)["stages"] if stage["name"] == "expand")
    for kind in ("tool_cpu_s", "own_cpu_s"):
        assert expand[kind] == pytest.approx(sum(one[kind] for one in times), abs=0.01)
        assert expand[kind] > 0


def test_samples_carry_their_lineage(finished: Path) -> None:
    """At least 12 rows over all tasks and both languages, as they stand in the set; a fix has its difference."""
    rows = {row["id"]: row for row in emitted(finished)}
    samples = numbers(finished)["samples"]
    assert len(samples) >= 12
    assert {one["task"] for one in samples} == {row["meta_task"] for row in rows.values()}
    assert {one["language"] for one in samples} == {"en", "zh"}
    for one in samples:
        assert [turn[1] for turn in one["turns"]] == [turn["content"] for turn in rows[one["id"]]["messages"]]
        assert bool(one["diff"]) == (one["task"] in ("fix", "refactor"))
        assert one["steps"] or rows[one["id"]]["prov_origin"] == "seed"
        assert all(step["grade"] for step in one["steps"] if step["kind"] == "rewrite")


def test_variety_is_measured_at_a_size_fixed_in_the_code(finished: Path) -> None:
    """Smaller where there are fewer Programs; and no measure of a set of variants is that of copies."""
    found = numbers(finished)["variety"]
    answering = {row["prov_programs"][0] for row in emitted(finished)}
    assert found["sample"] == min(report.SAMPLE, len(answering))
    assert next(m["value"] for m in found["measures"] if m["name"] == "effective programs") > 1
    assert found["instructions"] == len(emitted(finished))


def test_measures_are_those_of_the_programs_that_go_on(finished: Path) -> None:
    """As a second look at the shards finds them."""
    kept = {row["id"] for row in pq.read_table(finished / "shards" / "select" / "all.kept.parquet").to_pylist()}
    paths = sorted((finished / "shards" / "expand").glob("*.programs.parquet"))
    rows = {row["id"]: row for path in paths for row in pq.read_table(path).to_pylist() if row["id"] in kept}
    found = numbers(finished)["measured"]
    assert {one["origin"]: one["programs"] for one in found["medians"]} == Counter(
        row["origin"] for row in rows.values()
    )
    rewrites = [row for row in rows.values() if row["origin"] == "rewrite"]
    shown = next(one for one in found["medians"] if one["origin"] == "rewrite")
    assert shown["code"] == statistics.median_low(row["code_bytes"] for row in rewrites)
    assert shown["cycles"] == statistics.median_low(row["cycles"] for row in rewrites)
    assert [one["less"] + one["same"] + one["more"] for one in found["deltas"]] == [len(rewrites)] * 2
    sound = [row for row in rows.values() if row["origin"] != "mutant"]
    assert found["harness"]["programs"] == sum(row["cov_lines"] is not None for row in sound)
    assert found["harness"]["unmeasured"] == sum(row["cov_lines"] is None for row in sound)


def test_checksums_hold(finished: Path) -> None:
    """`sha256sum -c` agrees, the data and the rejects among them, and the stage's manifest names all that it wrote."""
    subprocess.run(["sha256sum", "--check", "--strict", "SHA256SUMS"], cwd=finished, check=True, capture_output=True)
    listed = {line.split("  ")[1] for line in (finished / "SHA256SUMS").read_text().splitlines()}
    data = {f"data/{path.name}" for path in (finished / "data").glob("*.parquet")}
    assert listed == data | {"rejects.parquet", "recipe.json", "README.md", "manifest.json"}
    sealed = manifests(finished, "report")[0]["files"]
    digests = {f"../../{name}": hashlib.sha256((finished / name).read_bytes()).hexdigest() for name in FILES}
    assert sealed == digests


def test_the_manifest_says_what_made_the_set(finished: Path, recipe: Recipe) -> None:
    """Recipe, compilers, packages, seeds, counts, and the bytes of every file."""
    made = json.loads((finished / "manifest.json").read_text(encoding="utf-8"))
    assert made["recipe"] == recipe.model_dump(mode="json")
    assert {"sdcc", "gcc"} <= set(made["tools"]) and {"firmseed", "python", "pyarrow"} <= set(made["packages"])
    assert set(made["seeds"]) == set(recipe.only)
    assert made["counts"]["mix"]["all"]["kept"] > 0
    for path, known in made["files"].items():
        assert (finished / path).stat().st_size == known["bytes"]


def test_cost_changes_the_report_and_no_checksum(copied: Path, recipe: Recipe) -> None:
    """Two runs on two machines differ in CPU times and in nothing else; `SHA256SUMS` compares them."""
    before = {name: (copied / name).read_bytes() for name in FILES}
    report.work(job(copied, recipe))
    assert {name: (copied / name).read_bytes() for name in FILES} == before
    next((copied / "shards" / "expand").glob("*.time")).write_text('{"own_cpu_s": 1234.5, "tool_cpu_s": 0}')
    report.work(job(copied, recipe))
    changed = {name for name in FILES if (copied / name).read_bytes() != before[name]}
    assert changed == {"report.html", "report.json"}


def test_a_report_that_was_deleted_is_made_again_and_nothing_else(copied: Path, recipe: Recipe) -> None:
    """The manifests of the other stages still hold."""
    (copied / "report.html").unlink()
    data = {path: path.stat().st_mtime_ns for path in (copied / "data").glob("*.parquet")}
    carried_out(recipe, copied)
    assert (copied / "report.html").is_file()
    assert data == {path: path.stat().st_mtime_ns for path in data}


@pytest.mark.filterwarnings("ignore::DeprecationWarning", "ignore::FutureWarning", "ignore::ResourceWarning")
def test_the_card_loads_the_set(copied: Path, tmp_path: Path) -> None:
    """`load_dataset` on the run's folder finds both splits by the card's front matter, the rejects in neither."""
    load_dataset = importlib.import_module("datasets").load_dataset  # three seconds that the other tests need not wait
    loaded = load_dataset(str(copied), cache_dir=str(tmp_path / "cache"))
    size = numbers(copied)["size"]
    assert {split: len(loaded[split]) for split in loaded} == {s: size[s] for s in ("train", "validation")}


def test_inspect_says_what_there_is(finished: Path) -> None:
    """Summary and the page's path, or the same as JSON with rows and their evidence."""
    said = firmseed("inspect", str(finished))
    assert said.returncode == 0 and "training rows" in said.stdout and f"{finished}/report.html" in said.stdout
    done = firmseed("inspect", str(finished), "--rows", "3", "--task", "write", "--language", "zh", "--json")
    found = json.loads(done.stdout)
    assert 0 < len(found["sample"]) <= 3
    assert all((row["meta_task"], row["meta_language"]) == ("write", "zh") for row in found["sample"])
    assert all(row["prov_evidence"] for row in found["sample"])


def test_inspect_prints_rows_with_their_evidence(finished: Path) -> None:
    """The same rows each time, code and lineage with them."""
    shown = [firmseed("inspect", str(finished), "--rows", "2", "--task", "fix").stdout for _ in range(2)]
    assert shown[0] == shown[1]
    assert shown[0].count("evidence  ") == shown[0].count("lineage   ") == 2


def test_inspect_opens_the_page_in_the_browser(finished: Path) -> None:
    """The one that the user's BROWSER names."""
    done = firmseed("inspect", str(finished), "--open", BROWSER="echo %s")
    assert done.returncode == 0 and f"file://{finished}/report.html" in done.stdout


def test_inspect_names_a_file_that_is_cut_short(copied: Path) -> None:
    """Exit code 2 and the file, also when no row is asked for."""
    path = next((copied / "data").glob("train-*.parquet"))
    path.write_bytes(path.read_bytes()[:-100])
    done = firmseed("inspect", str(copied))
    assert done.returncode == 2 and f"{path} cannot be read as Parquet" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["data/train-00000-of-00001.parquet", "rejects.parquet", "report.html"])
def test_inspect_names_a_file_that_is_missing(copied: Path, name: str) -> None:
    """Exit code 2, and what to do."""
    (copied / name).unlink()
    done = firmseed("inspect", str(copied))
    assert done.returncode == 2 and f"{copied / name} is missing; run generate again" in done.stderr


def test_inspect_of_no_run_says_how_to_make_one(tmp_path: Path) -> None:
    """Exit code 2."""
    done = firmseed("inspect", str(tmp_path))
    assert done.returncode == 2 and "holds no finished run; make one with: firmseed generate" in done.stderr
