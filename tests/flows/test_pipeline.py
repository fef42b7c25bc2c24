"""A whole run: nothing vanishes, the same bytes twice, and what a killed run left is taken up."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from corpus.recipe import Recipe
from corpus.shards import Manifest
from corpus.tables import examples_of, programs_of
from flows.job import stage_outputs
from flows.pipeline import STAGES, UnbalancedStage, check_balance
from flows.summary import manifests
from tests.flows.conftest import carried_out, parquet_bytes


def test_every_stage_accounts_for_every_record(finished: Path) -> None:
    """What went in was kept or rejected, and each reject is written with its reason."""
    for stage in STAGES:
        for manifest in manifests(finished, stage.NAME):
            check_balance(Manifest(**manifest))
    written = pq.read_table(finished / "rejects.parquet").to_pylist()
    counted = sum(
        int(manifest["counts"].get("rejected", 0)) for stage in STAGES for manifest in manifests(finished, stage.NAME)
    )
    assert len(written) == counted
    assert all(row["reason"] and row["gate"] and row["stage"] for row in written)


def test_a_stage_that_loses_a_record_stops_the_run() -> None:
    """The check is seen to fail."""
    with pytest.raises(UnbalancedStage, match="3 records went in, 1 were kept and 1 rejected"):
        check_balance(Manifest("select", "all", "1", "", "", {}, {"in": 3, "kept": 1, "rejected": 1}))


def test_every_kept_program_carries_its_proof(finished: Path) -> None:
    """Both compilers and, by grade, harness, tokens, object or simulation; a mutant carries the fault that was seen."""
    seen = set()
    traces = {
        row["id"] for path in stage_outputs(finished, "expand", "traces") for row in pq.read_table(path).to_pylist()
    }
    for path in stage_outputs(finished, "expand", "programs"):
        for program in programs_of(pq.read_table(path)):
            seen.add(program.origin)
            assert all(verdict.passed for verdict in program.verdicts) and program.verdicts
            if program.origin == "mutant":
                assert program.fault is not None and program.fault.seen
                assert (program.fault.witness is not None) == (program.fault.kind == "behaviour")
                continue
            gates = {verdict.gate for verdict in program.verdicts}
            assert {"compile-sdcc", "compile-clang" if program.origin == "rewrite" else "compile-gcc"} <= gates
            assert all(
                "sdcc 4." in v.tool and "-mmcs51" in v.tool for v in program.verdicts if v.gate == "compile-sdcc"
            )
            assert program.sizes is not None and program.sizes.code > 0
            assert program.stack > 0 and program.code_delta is not None and program.cycles_delta is not None
            assert program.trace in traces
            steps = [step for step in program.steps if step.kind == "rewrite"]
            assert all(step.grade for step in steps)
            assert program.grade == "harness" if not steps else program.grade in {step.grade for step in steps}
    assert seen == {"seed", "template", "rewrite", "mutant"}


def test_rows_have_five_tasks_in_two_languages_and_their_lineage(finished: Path) -> None:
    """Every row names the seed, the programs and the evidence."""
    rows = [row for path in sorted((finished / "data").glob("*.parquet")) for row in examples_of(pq.read_table(path))]
    assert {row.task for row in rows} == {"write", "complete", "explain", "refactor", "fix"}
    assert {row.language for row in rows} == {"en", "zh"}
    assert all(row.seed and row.programs and row.evidence and row.grade for row in rows)


def test_the_split_is_by_lineage(finished: Path) -> None:
    """No seed is in both files."""
    split = {
        name: set(pq.read_table(next((finished / "data").glob(f"{name}-*.parquet")))["prov_seed"].to_pylist())
        for name in ("train", "validation")
    }
    assert split["train"] and split["validation"] and not split["train"] & split["validation"]


def test_the_same_recipe_seed_and_tools_give_the_same_bytes(finished: Path, recipe: Recipe, tmp_path: Path) -> None:
    """In another folder, with another number of processes."""
    again = carried_out(recipe, tmp_path / "again", workers=1)
    assert parquet_bytes(again.folder) == parquet_bytes(finished)


def test_another_seed_gives_another_set(finished: Path, recipe: Recipe, tmp_path: Path) -> None:
    """The seed is not ignored."""
    other = carried_out(recipe.model_copy(update={"seed": 8, "only": ("crc8-maxim",)}), tmp_path / "other")
    assert parquet_bytes(other.folder) != parquet_bytes(finished)


def test_a_second_run_makes_nothing_again(copied: Path, recipe: Recipe) -> None:
    """Every shard is found done: no file is written a second time."""
    before = {path: path.stat().st_mtime_ns for path in copied.glob("shards/*/*.parquet")}
    carried_out(recipe, copied)
    assert {path: path.stat().st_mtime_ns for path in copied.glob("shards/*/*.parquet")} == before


def test_a_missing_and_a_damaged_shard_are_made_again(copied: Path, finished: Path, recipe: Recipe) -> None:
    """And only these: the run ends with the bytes of an unbroken one."""
    gone, *others = sorted((copied / "shards" / "expand").glob("*.programs.parquet"))
    gone.unlink()
    others[0].write_bytes(others[0].read_bytes()[:100])
    untouched = {path: path.stat().st_mtime_ns for path in others[1:]}
    carried_out(recipe, copied)
    assert parquet_bytes(copied) == parquet_bytes(finished)
    assert {path: path.stat().st_mtime_ns for path in others[1:]} == untouched


def test_a_run_killed_half_way_goes_on_and_ends_with_the_same_bytes(
    finished: Path, recipe_file: Path, tmp_path: Path
) -> None:
    """`kill -9` of the whole process group after some shards; the next command takes them up."""
    out = tmp_path / "killed"
    command = [
        sys.executable,
        "-m",
        "flows",
        "generate",
        "--recipe",
        str(recipe_file),
        "--out",
        str(out),
        "-j",
        "2",
        "--json",
    ]
    first = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + 120
    while len(done := list((out / "shards" / "expand").glob("*.json"))) < 2:
        assert first.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    os.killpg(first.pid, signal.SIGKILL)
    first.wait()
    assert not (out / "data").exists(), "killed too late to be half-way"
    kept = {path: path.stat().st_mtime_ns for path in done}
    second = subprocess.run(command, capture_output=True, text=True, check=False)
    assert second.returncode == 0, second.stderr
    assert {path: path.stat().st_mtime_ns for path in done} == kept, "a finished shard was made again"
    assert parquet_bytes(out) == parquet_bytes(finished)
    assert json.loads(second.stdout)["rows"]["train"] > 0


def test_ctrl_c_keeps_what_is_done_and_says_how_to_go_on(recipe_file: Path, tmp_path: Path) -> None:
    """Exit code 130, one line, no traceback; the shards that ended have their manifests."""
    out = tmp_path / "stopped"
    command = [sys.executable, "-m", "flows", "generate", "--recipe", str(recipe_file), "--out", str(out), "-j", "2"]
    run = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True)
    deadline = time.monotonic() + 120
    while not list((out / "shards" / "expand").glob("*.json")):
        assert run.poll() is None and time.monotonic() < deadline
        time.sleep(0.02)
    run.send_signal(signal.SIGINT)
    said = run.communicate()[1]
    assert run.returncode == 130
    assert "the same command goes on from there" in said and "Traceback" not in said
    assert not (out / "data").exists() and list((out / "shards" / "expand").glob("*.json"))


def test_a_shard_of_an_earlier_recipe_is_not_read(copied: Path, recipe: Recipe) -> None:
    """After a seed is left out, nothing of it is in the set."""
    fewer = recipe.model_copy(update={"only": ("crc8-maxim", "uart-baud-init")})
    carried_out(fewer, copied)
    for path in (copied / "data").glob("*.parquet"):
        assert "key-debounce" not in pq.read_table(path)["prov_seed"].to_pylist()
