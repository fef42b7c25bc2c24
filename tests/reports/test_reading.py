"""Reading the emitted files, the Programs and the rejects back."""

from __future__ import annotations

from pathlib import Path

import pytest

from corpus.records import Example, Labels, Message, Program, Rejected, Step, Verdict
from corpus.shards import UnreadableShard, write_table
from corpus.tables import example_table, program_table, reject_row, reject_table
from reports.rejects import Rejections
from reports.rows import count_rows, instructions
from reports.samples import changed_lines, code_diff, in_turn, read_programs, read_rows, sample

GOOD = "void f(void)\n{\n    P1 = 1;\n}\n"
BAD = GOOD.replace("= 1", "= 2")


def example(name: str, task: str = "write", language: str = "en", tokens: int = 100) -> Example:
    return Example(
        id=name,
        task="fix" if task == "fix" else "write",
        language="zh" if language == "zh" else "en",
        messages=(Message("user", f"Write {name}.\n```c\nint a;\n```"), Message("assistant", "```c\nint b;\n```")),
        labels=Labels("mcs51", "sdcc", "uart", 2),
        seed="led",
        programs=("good", "bad") if task == "fix" else ("good",),
        origin="mutant" if task == "fix" else "seed",
        grade="harness",
        phrasing="p",
        tokens=tokens,
        answer_tokens=40,
    )


@pytest.fixture
def files(tmp_path: Path) -> dict[str, list[Path]]:
    """Two training files, one of which repeats a row, and a validation file."""
    parts = {
        "train-0": [example("a"), example("b", "fix"), example("a")],
        "train-1": [example("c", language="zh", tokens=300)],
        "validation-0": [example("d")],
    }
    for name, rows in parts.items():
        write_table(tmp_path / f"{name}.parquet", example_table(rows))
    return {split: sorted(tmp_path.glob(f"{split}-*.parquet")) for split in ("train", "validation")}


def test_rows_are_counted_with_repeats(files: dict[str, list[Path]]) -> None:
    """By split, label, length and cell; shares are of all rows."""
    found = count_rows(files, seed=1, each=4, programs=10)
    assert dict(found.splits) == {"train": 4, "validation": 1}
    assert [(g.name, g.rows, g.tokens, g.share) for g in found.groups("task")] == [
        ("write", 4, 600, 0.8),
        ("fix", 1, 100, 0.2),
    ]
    assert dict(found.lengths) == {100: 4, 300: 1}
    assert found.cells["uart", 2] == 5 and found.answer_tokens == 200
    assert found.programs.names == ("good",)


def test_samples_take_every_task_and_language_in_turn(files: dict[str, list[Path]]) -> None:
    """A rare label is seen before a second row of a frequent one; a repeated row is drawn once."""
    found = count_rows(files, seed=1, each=4, programs=10)
    first = in_turn(found.samples, 3)
    assert len(first) == 3 and {"b", "c"} <= set(first)
    assert sorted(in_turn(found.samples, 99)) == ["a", "b", "c", "d"]
    assert {name: split for name, (split, _) in read_rows(files, ("c", "d")).items()} == {
        "c": "train",
        "d": "validation",
    }


def test_instructions_come_without_their_code(files: dict[str, list[Path]]) -> None:
    """A row's opening is what a person says."""
    assert ("zh", "Write c.") in list(instructions(files))


def test_a_sample_of_a_fix_shows_the_fault_and_the_way_back(files: dict[str, list[Path]], tmp_path: Path) -> None:
    """The lineage ends with the mutation; the difference goes from the faulty to the corrected program."""
    steps = (Step("rewrite", "hex-case", grade="identical-object", params=(("ask-en", "Do it"), ("digits", "upper"))),)
    good = Program("good", "led", GOOD, "rewrite", steps=steps)
    bad = Program(
        "bad", "led", BAD, "mutant", "good", steps=(*steps, Step("mutant", "wrong-value", params=(("now", ""),)))
    )
    path = tmp_path / "shard.programs.parquet"
    write_table(path, program_table([good, bad]))
    programs = read_programs([path], {"good", "bad", "nobody"})
    split, row = read_rows(files, ("b",))["b"]
    made = sample(split, row, programs)
    assert [(step.name, step.grade, step.choices) for step in made.steps] == [
        ("hex-case", "identical-object", "digits = upper"),
        ("wrong-value", "", "now = (nothing)"),
    ]
    assert "-    P1 = 2;\n+    P1 = 1;" in made.diff
    assert sample(split, row, {}).steps == () and sample(split, row, {}).diff == ""


def test_differences_name_lines() -> None:
    """Of both texts, from 0."""
    assert changed_lines(GOOD, BAD) == (frozenset({2}), frozenset({2}))
    assert code_diff(GOOD, GOOD) == ""
    assert code_diff(BAD, GOOD).startswith("@@ ")


def test_rejects_are_counted_and_one_of_each_kind_is_shown(tmp_path: Path) -> None:
    """Pairs have a winner whose text is there; the cap is counted by seed; long texts are cut for the page."""
    near = Rejected("bad", Verdict("duplicates", "failed", "near-duplicate", "Jaccard"), "good", 0.9)
    capped = Rejected("x", Verdict("lineage", "failed", "lineage-cap"))
    long = Rejected("y", Verdict("length", "failed", "too-long"))
    rows = [
        reject_row("program", "led", "select", near),
        reject_row("program", "led", "select", capped),
        reject_row("program", "led", "select", Rejected("z", capped.verdict)),
        reject_row("example", "led", "tasks", long, "w" * 5000),
    ]
    path = tmp_path / "rejects.parquet"
    write_table(path, reject_table(rows))
    found = Rejections(path, seed=1, each=3)
    assert found.count == 4 and found.capped["led"] == 2
    assert found.gates["duplicates: near-duplicate"] == 1 and found.copies["program: near-duplicate"] == 1
    assert found.pair_ids == {"bad", "good"}
    programs = {name: Program(name, "led", text, "seed") for name, text in (("good", GOOD), ("bad", BAD))}
    assert [(pair.loser, pair.winner, pair.similarity) for pair in found.pairs(programs)] == [("bad", "good", 0.9)]
    assert found.pairs({}) == ()
    shown = found.shown(9)
    assert [(one.stage, one.reason) for one in shown] == [
        ("select", "lineage-cap"),
        ("tasks", "too-long"),
        ("select", "near-duplicate"),
    ]
    assert len(shown[1].text) < 2000 and shown[1].text.endswith("…")


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path, files: dict[str, list[Path]]) -> None:
    """Missing or cut short: the error says which file and what to do."""
    whole = files["validation"][0]
    whole.write_bytes(whole.read_bytes()[:-20])
    with pytest.raises(UnreadableShard, match=r"validation-0\.parquet cannot be read as Parquet"):
        count_rows(files, 1, 4, 10)
    with pytest.raises(UnreadableShard, match=r"rejects\.parquet is missing; run generate again"):
        Rejections(tmp_path / "rejects.parquet", 1, 3)
