"""`firmseed trace`: what a program did, and where two part."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from corpus.records import Fault, Program
from corpus.shards import write_table
from corpus.tables import program_table, programs_of
from flows.cli import app
from flows.traces import UnknownProgram, find_program, register_names
from reports.words import percent
from tests.flows.test_cli import firmseed
from validators.simulators.stm8 import STM8


def trace(*arguments: object, code: int = 0) -> str:
    """What the verb prints, or what it says of a mistake, in one line."""
    done = CliRunner().invoke(app, ["trace", *map(str, arguments)], env={"COLUMNS": "400"})
    assert done.exit_code == code, done.output
    return done.stdout if code == 0 else " ".join(done.stderr.replace("│", " ").split())


def data(*arguments: object) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(trace(*arguments, "--json"))
    return found


@pytest.fixture(scope="module")
def programs(finished: Path) -> dict[str, Program]:
    """All Programs of the run, by id."""
    paths = sorted((finished / "shards" / "expand").glob("*.programs.parquet"))
    return {program.id: program for path in paths for program in programs_of(pq.read_table(path))}


def rewrites(programs: dict[str, Program]) -> Iterator[Program]:
    return (one for one in programs.values() if one.origin == "rewrite")


def witnessed(programs: dict[str, Program]) -> list[Program]:
    return [one for one in programs.values() if one.fault is not None and one.fault.witness is not None]


def test_a_program_is_shown_with_its_steps_its_measures_and_its_events(
    finished: Path, programs: dict[str, Program]
) -> None:
    """Steps with grades, sizes with deltas, and the first events in words."""
    one = next(rewrites(programs))
    shown = trace(finished, one.id, "--lines", 5).splitlines()
    assert shown[0].startswith(f"{one.id}  rewrite, grade {one.grade}")
    assert shown[1].startswith(f"lineage   {one.seed}")
    assert all(f"> {step.name} (" in shown[1] for step in one.steps)
    assert one.sizes is not None and any(line.startswith(f"code      {one.sizes.code:,} bytes") for line in shown)
    assert f"stack     {one.stack} bytes" in shown
    assert any(line.startswith(f"cycles    {one.cycles:,}") for line in shown)
    assert [line.split()[0] for line in shown[-6:-1]] == list("01234")
    assert shown[-1].endswith("more events; --lines 0 shows all")


def test_coverage_is_shown_in_percent(finished: Path, programs: dict[str, Program]) -> None:
    """Of the lines that have code and of the outcomes of conditional jumps."""
    one = next(one for one in programs.values() if one.coverage is not None and one.coverage.branches_total)
    assert one.coverage is not None
    found = one.coverage
    lines, branches = found.lines / found.lines_total, found.branches / found.branches_total
    said = (
        f"covered   {percent(lines)} of {found.lines_total} lines, {percent(branches)} of {found.branches_total} branch"
    )
    assert f"{said} outcomes by its harness" in trace(finished, one.id, "--lines", 1)


@pytest.mark.parametrize("draw", [0, 1])
def test_all_events_are_there_in_order(finished: Path, programs: dict[str, Program], draw: int) -> None:
    """As the shard has them, of the stimulus that was asked for, each with its number and its words."""
    one = next(rewrites(programs))
    found = data(finished, one.id, "--lines", 0, "--draw", draw)
    rows = [
        row
        for path in (finished / "shards" / "expand").glob(f"{one.seed}*.traces.parquet")
        for row in pq.read_table(path).to_pylist()
        if (row["id"], row["draw"]) == (one.trace, draw)
    ]
    events = found["trace"]["events"]
    assert " ".join(event["event"] for event in events) == rows[0]["events"] != ""
    assert [event["number"] for event in events] == list(range(found["trace"]["total"]))
    assert (found["trace"]["draw"], found["trace"]["outcome"], found["trace"]["ending"]) == (draw, "done", "ends")
    assert all(event["words"] for event in events)
    assert [step["grade"] for step in found["steps"]] == [step.grade for step in one.steps]


def test_a_mutant_is_shown_round_its_witness(finished: Path, programs: dict[str, Program]) -> None:
    """However late it comes, and however few lines were asked for."""
    for one in sorted(witnessed(programs), key=lambda one: one.fault.witness.event)[-1:]:  # type: ignore[union-attr]
        assert one.fault is not None and one.fault.witness is not None
        told = one.fault.witness
        for lines in (1, 6, 0):
            found = data(finished, one.id, "--lines", lines)
            numbers = {event["number"]: event["event"] for event in found["trace"]["events"]}
            assert found["trace"]["draw"] == told.draw and numbers.get(told.event, "") == told.actual
            assert f"event {told.event}" in found["witness"] and len(numbers) <= (lines or 99_999)
        shown = trace(finished, one.id)
        assert f"fault     {one.fault.operator}, line {one.fault.line}" in shown and "witness   stimulus" in shown
        if told.actual:
            assert f"\n>{told.event:>6}  " in shown


def test_a_mutant_parts_from_its_original_where_its_witness_says(finished: Path, programs: dict[str, Program]) -> None:
    """In the words of its fault; what came before is the same on both sides."""
    one = next(one for one in witnessed(programs) if one.fault and one.fault.witness and one.fault.witness.actual)
    assert one.fault is not None and one.fault.witness is not None
    found = data(finished, one.parent, one.id)
    told = one.fault.witness
    assert (found["draw"], found["event"], found["difference"]) == (told.draw, told.event, one.fault.seen)
    sides = [{event["number"]: event["event"] for event in found[side]} for side in ("expected", "actual")]
    assert [side[told.event] for side in sides] == [told.expected, told.actual]
    for number in range(max(0, told.event - 3), told.event):
        assert sides[0][number] == sides[1][number] != ""
    shown = trace(finished, one.parent, one.id)
    assert f"part at event {told.event} under stimulus {told.draw}" in shown and one.fault.seen in shown
    assert f"{one.parent} (" in shown and f"{one.id} (mutant)" in shown


def test_a_rewrite_did_what_its_root_did(finished: Path, programs: dict[str, Program]) -> None:
    """Under both stimuli, or under the one that was asked for."""
    one = next(rewrites(programs))
    shown = trace(finished, one.parent, one.id)
    assert shown.startswith(f"{one.parent} and {one.id} did the same: ") and "stimulus 0 and stimulus 1" in shown
    assert data(finished, one.parent, one.id, "--draw", 1)["draws"] == [1]


def test_programs_of_different_seeds_have_different_harnesses(finished: Path, programs: dict[str, Program]) -> None:
    """Their difference says nothing of one against the other, and that is said."""
    one, other = {one.seed: one for one in rewrites(programs)}.popitem()[1], next(rewrites(programs))
    assert one.seed != other.seed
    assert "a harness of its own" in trace(finished, one.id, other.id)


def test_what_the_compiler_refused_has_no_trace(copied: Path, programs: dict[str, Program]) -> None:
    """It is shown without, and compared with nothing."""
    one = witnessed(programs)[0]
    shard = find_program(copied, one.id).shard
    gone = replace(one, trace="", fault=Fault("compile", "undeclared-name", "program.c:3: Undefined identifier 'a'", 3))
    write_table(shard, program_table([gone]))
    shown = trace(copied, one.id)
    assert "trace     none: it was refused by the compiler and never run" in shown
    assert "fault     undeclared-name, line 3: program.c:3: Undefined identifier 'a'" in shown
    assert data(copied, one.id)["trace"] is None
    assert "so there is nothing to compare" in trace(copied, one.id, one.id, code=2)


def test_the_id_of_a_row_means_its_answers_program(finished: Path) -> None:
    """Not the faulty one's that it may also be made from."""
    rows = pq.read_table(next((finished / "data").glob("train-*.parquet"))).to_pylist()
    row = next(row for row in rows if len(row["prov_programs"]) > 1)
    found = data(finished, row["id"])
    assert (found["row"], found["program"]["id"]) == (row["id"], row["prov_programs"][0])
    assert trace(finished, row["id"]).startswith(f"row       {row['id']}")


def test_a_few_digits_do_if_no_other_program_has_them(finished: Path, programs: dict[str, Program]) -> None:
    """Else some that do are named."""
    one = next(rewrites(programs))
    digits = next(n for n in range(1, 17) if sum(name.startswith(one.id[:n]) for name in programs) == 1)
    assert find_program(finished, one.id[:digits]).program == one
    assert find_program(finished, one.id.upper()).program == one
    shared = sorted(name for name in programs if name.startswith(one.id[0]))
    assert len(shared) > 1
    with pytest.raises(UnknownProgram, match=rf"{len(shared)} programs .* begin with {one.id[0]}: {shared[0]}"):
        find_program(finished, one.id[0])


def test_an_id_that_is_not_there_is_named(finished: Path, programs: dict[str, Program]) -> None:
    """Exit code 2; one that was rejected with the reason."""
    assert "no program or row of" in trace(finished, "0" * 16, code=2)
    assert "'xyz' is no id" in trace(finished, "xyz", code=2)
    lost = next(
        row
        for row in pq.read_table(finished / "rejects.parquet").to_pylist()
        if row["kind"] == "program" and row["id"] not in programs
    )
    said = f"{lost['id']} was left out ({lost['gate']}: {lost['reason']})"
    assert said in trace(finished, lost["id"], code=2)


def test_a_folder_without_a_run_and_a_run_without_traces_are_told_apart(copied: Path, tmp_path: Path) -> None:
    """Exit code 2 in one line each, with what to do."""
    done = firmseed("trace", str(tmp_path / "none"), "0")
    assert done.returncode == 2 and "holds no run; make one with: firmseed generate" in done.stderr
    for path in (copied / "shards" / "expand").glob("*.traces.parquet"):
        path.unlink()
    done = firmseed("trace", str(copied), "0")
    assert done.returncode == 2 and "was made without traces; run generate again" in done.stderr
    assert "Traceback" not in done.stderr


def test_traces_that_are_missing_or_cut_are_named(copied: Path, programs: dict[str, Program]) -> None:
    """The file, and what to do."""
    one = next(rewrites(programs))
    path = find_program(copied, one.id).shard
    traces = path.with_name(path.name.replace("programs", "traces"))
    traces.write_bytes(traces.read_bytes()[:-100])
    assert f"{traces} cannot be read as Parquet" in trace(copied, one.id, code=2)
    traces.unlink()
    assert f"{traces} is missing" in trace(copied, one.id, code=2)


def test_registers_are_those_of_the_seeds_chip(tmp_path: Path) -> None:
    """Without a word of it, an 8051."""
    folder = tmp_path / "shards" / "seeds"
    folder.mkdir(parents=True)
    (folder / "led.json").write_text(json.dumps({"counts": {"labels": {"target": "stm8"}}}), encoding="utf-8")
    assert register_names(tmp_path, "led") == STM8.registers
    assert register_names(tmp_path, "other")[0x90] == "P1"
