"""A whole run: nothing vanishes, the same bytes twice, and what a killed run left is taken up."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from rich.console import Console

from corpus.recipe import Recipe
from corpus.seeds import SeedError
from corpus.shards import Manifest
from corpus.tables import examples_of, programs_of
from flows.job import stage_outputs
from flows.pipeline import STAGES, Run, UnbalancedStage, carry_out, check_balance
from flows.pool import process_pool
from flows.progress import Shown
from flows.settings import ROOT, prepare
from flows.summary import manifests, summary
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


def test_rows_have_all_tasks_in_two_languages_and_their_lineage(finished: Path) -> None:
    """Every row names the seed, the programs and the evidence."""
    rows = [row for path in sorted((finished / "data").glob("*.parquet")) for row in examples_of(pq.read_table(path))]
    assert {row.task for row in rows} == {"write", "complete", "explain", "refactor", "fix", "port"}
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


@pytest.fixture
def mixed(recipe: Recipe, tmp_path: Path) -> Recipe:
    """A recipe over a good seed, one that does not load, one with a text that is not written, and one of which a
    filling does not evaluate."""
    seeds = tmp_path / "seeds"
    for name in recipe.only:
        shutil.copytree(ROOT / "datasets" / "seeds" / name, seeds / name)
    shutil.copytree(ROOT / "datasets" / "seeds" / "spi-bitbang", seeds / "spi-bitbang")
    changes = (
        ("key-debounce", "difficulty:", "dificulty:"),
        ("spi-bitbang", "idea:\n  en: >-\n", "idea:\n  en: >-\n    TODO\n"),
        ("crc8-maxim", "derived:\n", 'derived:\n  TURNS: {value: "1 / (POLYNOMIAL == 49)"}\n'),
    )
    for name, old, new in changes:
        path = seeds / name / "seed.yaml"
        text = path.read_text(encoding="utf-8")
        assert old in text
        path.write_text(text.replace(old, new, 1), encoding="utf-8")
    return recipe.model_copy(update={"seeds": str(seeds), "only": ()})


def test_a_broken_seed_is_a_named_reject_and_the_others_are_used(mixed: Recipe, tmp_path: Path) -> None:
    """With file, line and reason in the rejects and in the report, and without the folder that they lay in."""
    run = carried_out(mixed, tmp_path / "run").folder
    rows = {row["id"]: row for row in pq.read_table(run / "rejects.parquet").to_pylist() if row["kind"] == "seed"}
    assert {name: (row["gate"], row["reason"]) for name, row in rows.items()} == dict.fromkeys(
        ("key-debounce", "spi-bitbang", "crc8-maxim"), ("format", "broken-seed")
    )
    assert rows["key-debounce"]["evidence"].startswith("key-debounce/seed.yaml:14: dificulty: unknown key")
    assert "idea.en: is still to be written" in rows["spi-bitbang"]["evidence"]
    assert "derived.TURNS" in rows["crc8-maxim"]["evidence"] and rows["crc8-maxim"]["stage"] == "expand"
    seeds = {row["prov_seed"] for path in (run / "data").glob("*.parquet") for row in pq.read_table(path).to_pylist()}
    assert seeds == {"uart-baud-init"}
    said = summary(run)["refused"]
    assert set(said) == {"key-debounce", "spi-bitbang"} and "did you mean" in said["key-debounce"]
    assert "Seeds left out" in (run / "report.html").read_text(encoding="utf-8")
    assert set(json.loads((run / "manifest.json").read_text(encoding="utf-8"))["seeds"]) == {
        "uart-baud-init", "crc8-maxim",
    }  # fmt: skip


def test_a_strict_run_stops_at_a_broken_seed(mixed: Recipe, tmp_path: Path) -> None:
    """And any run of which no seed is left; the first is named, and how many more there are."""
    for strict, only, said in (
        (True, (), r"key-debounce:1: seed: cannot be used: broken-seed: .*\(and 1 more seeds\)"),
        (False, ("key-debounce",), r"key-debounce:1: seed: cannot be used: .*unknown key"),
    ):
        run = Run(tmp_path / f"run-{strict}", Path(mixed.seeds), mixed.model_copy(update={"only": only}), strict)
        prepare(run)
        watcher = Shown(Console(stderr=True), quiet=True)
        with process_pool(1) as mapper, watcher as shown, pytest.raises(SeedError, match=said):
            carry_out(run, mapper, shown)
        assert not (run.folder / "shards" / "expand").exists()
