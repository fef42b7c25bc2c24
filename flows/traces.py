"""What a run stored of a Program: the record itself, and what it did under each stimulus."""

from __future__ import annotations

import json
import string
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pyarrow.compute as pc

from corpus.records import Program
from corpus.shards import UnreadableShard
from flows.job import stage_folder, stage_outputs
from reports.batches import read_batches
from reports.samples import read_programs
from validators.boards import BOARDS
from validators.simulators.machine import Trace

_NAMED = 5
_DIGITS = 16


class UnknownProgram(ValueError):
    """No Program, or more than one, is meant by what was typed; the text says which there are."""


@dataclass(frozen=True, slots=True)
class Stored:
    """A Program as a run has it, and the shard that it is in. `row` is the emitted row that was asked for, if one."""

    program: Program
    shard: Path
    row: str = ""

    def trace(self, draw: int) -> Trace | None:
        """What it did under one stimulus, without cycles, which are not stored; None for what was never run.

        Raises:
            UnreadableShard: the traces are missing, cut short, or lack this one.
        """
        if not self.program.trace:
            return None
        path = self.shard.with_name(self.shard.name.replace(".programs.", ".traces."))
        for batch in read_batches(path, ("id", "draw", "outcome", "events")):
            wanted = pc.and_(pc.equal(batch["id"], self.program.trace), pc.equal(batch["draw"], draw))
            for row in batch.filter(wanted).to_pylist():
                return Trace(row["outcome"], 0, 0, row["events"])
        raise UnreadableShard(f"{path} lacks stimulus {draw} of {self.program.trace}; run generate again")


def find_program(run: Path, name: str) -> Stored:
    """The Program whose id begins with `name`, else the one that answers the emitted row whose id does.

    Raises:
        UnknownProgram: there is none, or there are several.
        UnreadableShard: this is no run, one without traces, or a file is cut short.
    """
    shards = [path for stage in ("expand", "model") for path in stage_outputs(run, stage, "programs")]
    if not shards:
        raise UnreadableShard(f"{run} holds no run; make one with: firmseed generate --out {run}")
    if not stage_outputs(run, "expand", "traces"):
        raise UnreadableShard(f"{run} was made without traces; run generate again to have them")
    name = name.lower()
    if not name or len(name) > _DIGITS or set(name) - set(string.hexdigits):
        raise UnknownProgram(f"{name!r} is no id: the first of {_DIGITS} hex digits, as many as are needed")
    found = {row["id"]: path for path, row in reversed(list(_starting(shards, ("id",), name)))}
    if found:
        program = _only(found, name, run, "programs")
        return _stored(program, found[program])
    files = sorted((run / "data").glob("*.parquet"))
    rows = {row["id"]: row["prov_programs"] for _, row in _starting(files, ("id", "prov_programs"), name)}
    if not rows:
        raise UnknownProgram(f"no program or row of {run} has an id that begins with {name}{_rejected(run, name)}")
    row = _only(rows, name, run, "rows")
    answer = rows[row][0]
    shard = next(path for path, _ in _starting(shards, ("id",), answer))
    return _stored(answer, shard, row)


def register_names(run: Path, seed: str) -> Mapping[int, str]:
    """The registers of the chip family that a seed is for, by address."""
    path = stage_folder(run, "seeds") / f"{seed}.json"
    labels = json.loads(path.read_text(encoding="utf-8"))["counts"].get("labels", {}) if path.is_file() else {}
    return BOARDS[labels.get("target", "mcs51")].machine.registers


def _starting(paths: Sequence[Path], columns: Sequence[str], name: str) -> Iterator[tuple[Path, dict[str, Any]]]:
    """The rows whose id begins with `name`, of these columns only, each with its file."""
    for path in paths:
        for batch in read_batches(path, columns):
            for row in batch.filter(pc.starts_with(batch["id"], name)).to_pylist():
                yield path, row


def _stored(name: str, shard: Path, row: str = "") -> Stored:
    return Stored(read_programs([shard], {name})[name], shard, row)


def _only(found: Collection[str], name: str, run: Path, what: str) -> str:
    if len(found) > 1:
        first = ", ".join(sorted(found)[:_NAMED])
        more = ", ..." if len(found) > _NAMED else ""
        raise UnknownProgram(f"{len(found)} {what} of {run} begin with {name}: {first}{more}; give more digits")
    return next(iter(found))


def _rejected(run: Path, name: str) -> str:
    """Why a record of this name was left out, in words, if one was."""
    path = run / "rejects.parquet"
    paths = [path] if path.is_file() else []
    for _, row in _starting(paths, ("id", "kind", "gate", "reason"), name):
        return f"; the {row['kind']} {row['id']} was left out ({row['gate']}: {row['reason']})"
    return ""
