"""Rows to look at: drawn, read back from the emitted files, with the lineage that made them."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from corpus.records import Program, Step
from corpus.tables import programs_of
from reports.batches import read_batches
from reports.draw import Draw
from reports.report import Sample, StepLine

_CONTEXT = 3


def in_turn(draws: Mapping[tuple[str, str], Draw], most: int) -> tuple[str, ...]:
    """Up to `most` ids, one of each task and language in turn, so that no label hides another."""
    columns = [draws[key].names for key in sorted(draws)]
    depth = max(map(len, columns), default=0)
    return tuple([names[i] for i in range(depth) for names in columns if i < len(names)][:most])


def read_rows(files: Mapping[str, Sequence[Path]], ids: Collection[str]) -> dict[str, tuple[str, dict[str, Any]]]:
    """The rows of these ids as (split, row).

    Raises:
        UnreadableShard: a file is missing, cut short or no Parquet.
    """
    found: dict[str, tuple[str, dict[str, Any]]] = {}
    wanted = pa.array(sorted(ids), pa.string())
    for split, paths in files.items():
        for path in paths:
            for batch in read_batches(path):
                for row in batch.filter(pc.is_in(batch["id"], wanted)).to_pylist():
                    found.setdefault(row["id"], (split, row))
    return found


def read_programs(paths: Iterable[Path], ids: Collection[str]) -> dict[str, Program]:
    """The Programs of these ids; one that no shard has is not there."""
    found: dict[str, Program] = {}
    wanted = pa.array(sorted(ids), pa.string())
    for path in paths:
        for batch in read_batches(path):
            for program in programs_of(pa.Table.from_batches([batch.filter(pc.is_in(batch["id"], wanted))])):
                found.setdefault(program.id, program)
    return found


def sample(split: str, row: Mapping[str, Any], programs: Mapping[str, Program]) -> Sample:
    """One row with its lineage; without the Program there are no steps and no difference."""
    ids = tuple(row["prov_programs"])
    answer = programs.get(ids[0]) if ids else None
    other = programs.get(ids[1]) if len(ids) > 1 else None
    steps: tuple[Step, ...] = answer.steps if answer else ()
    fault = other is not None and other.origin == "mutant"
    if other is not None and fault:
        steps = (*steps, *(step for step in other.steps if step.kind == "mutant"))
    return Sample(
        id=row["id"],
        split=split,
        task=row["meta_task"],
        language=row["meta_language"],
        peripheral=row["meta_peripheral"],
        difficulty=row["meta_difficulty"],
        tokens=row["meta_tokens"],
        turns=tuple((turn["role"], turn["content"]) for turn in row["messages"]),
        grade=row["prov_grade"],
        evidence=row["prov_evidence"],
        seed=row["prov_seed"],
        programs=ids,
        steps=tuple(_step_line(step) for step in steps),
        phrasing=row["meta_phrasing"],
        diff=code_diff(other.source, answer.source) if answer and other else "",
    )


def code_diff(before: str, after: str) -> str:
    """The difference of two texts, unified, without file names; empty where they are equal."""
    lines = difflib.unified_diff(before.splitlines(), after.splitlines(), n=_CONTEXT, lineterm="")
    return "\n".join(list(lines)[2:])


def changed_lines(left: str, right: str) -> tuple[frozenset[int], frozenset[int]]:
    """Numbers (from 0) of the lines of each text that the other does not have in that place."""
    matcher = difflib.SequenceMatcher(None, left.splitlines(), right.splitlines(), autojunk=False)
    blocks = [code for code in matcher.get_opcodes() if code[0] != "equal"]
    return (
        frozenset(n for _, start, end, _, _ in blocks for n in range(start, end)),
        frozenset(n for _, _, _, start, end in blocks for n in range(start, end)),
    )


def _step_line(step: Step) -> StepLine:
    return StepLine(step.kind, step.name, step.grade, ", ".join(_choices(step)))


def _choices(step: Step) -> Iterator[str]:
    """The choices in words; what was asked of a person is in the row itself."""
    for name, value in step.params:
        if not name.startswith("ask-"):
            yield f"{name} = {value}" if value else f"{name} = (nothing)"
