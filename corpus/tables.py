"""Arrow tables of the records: plain types only, so that any reader of Parquet opens them.

Nested data that no trainer needs (steps, verdicts) is a JSON string. `string`, never `large_string`, no dictionary type
and no `huggingface` metadata: `datasets` from 2.16 to 5.2 and every trainer read such files.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import pyarrow as pa
from pydantic import TypeAdapter

from corpus.records import Coverage, Example, Fault, Labels, Message, Program, Rejected, Sizes, Step, Text, Verdict

_STEPS = TypeAdapter(tuple[Step, ...])
_VERDICTS = TypeAdapter(tuple[Verdict, ...])
_PAIRS = TypeAdapter(tuple[tuple[str, str], ...])
_SCORES = TypeAdapter(tuple[tuple[str, float], ...])
_FAULT = TypeAdapter(Fault | None)
_COVERAGE = ("lines", "lines_total", "branches", "branches_total")

PROGRAMS = pa.schema(
    [
        ("id", pa.string()),
        ("seed", pa.string()),
        ("origin", pa.string()),
        ("parent", pa.string()),
        ("source", pa.string()),
        ("grade", pa.string()),
        ("holes", pa.string()),
        ("aliases", pa.string()),
        ("steps", pa.string()),
        ("verdicts", pa.string()),
        ("fault", pa.string()),
        ("code_bytes", pa.int32()),
        ("iram_bytes", pa.int32()),
        ("xram_bytes", pa.int32()),
        ("frame_bytes", pa.int32()),
        ("stack_bytes", pa.int32()),
        ("cycles", pa.int64()),
        ("code_delta_bytes", pa.int32()),
        ("cycles_delta", pa.int64()),
        ("distance", pa.float64()),
        *((f"cov_{name}", pa.int32()) for name in _COVERAGE),
        ("trace", pa.string()),
    ]
)

_MESSAGES = pa.list_(pa.struct([("role", pa.string()), ("content", pa.string())]))

EXAMPLES = pa.schema(
    [
        ("id", pa.string()),
        ("messages", _MESSAGES),
        ("prompt", _MESSAGES),
        ("completion", _MESSAGES),
        ("fim_prefix", pa.string()),
        ("fim_middle", pa.string()),
        ("fim_suffix", pa.string()),
        ("meta_task", pa.string()),
        ("meta_language", pa.string()),
        ("meta_target", pa.string()),
        ("meta_dialect", pa.string()),
        ("meta_peripheral", pa.string()),
        ("meta_difficulty", pa.int32()),
        ("meta_tags", pa.list_(pa.string())),
        ("meta_needs", pa.string()),
        ("meta_phrasing", pa.string()),
        ("meta_tokens", pa.int32()),
        ("meta_answer_tokens", pa.int32()),
        ("prov_seed", pa.string()),
        ("prov_origin", pa.string()),
        ("prov_programs", pa.list_(pa.string())),
        ("prov_steps", pa.list_(pa.string())),
        ("prov_grade", pa.string()),
        ("prov_evidence", pa.string()),
        ("q_scores", pa.string()),
        ("q_verdicts", pa.string()),
    ]
)

TRACES = pa.schema(
    [
        ("id", pa.string()),
        ("draw", pa.int32()),
        ("outcome", pa.string()),
        ("events", pa.string()),
    ]
)
"""What programs did, one row a stimulus; programs that did the same share their rows by `id`."""

_TEXT = ("id", "seed", "program", "strategy", "language", "text", "evidence")
TEXTS = pa.schema([(name, pa.string()) for name in _TEXT])
"""What a model wrote about verified programs; `program` is an id of `PROGRAMS`."""

DRAWS = pa.schema([("seed", pa.string()), ("shape", pa.string()), ("draws", pa.int32())])
"""How often the chains of a shard came to each normalised tree before any was proved; `shape` is its digest."""

REJECTS = pa.schema(
    [
        ("id", pa.string()),
        ("kind", pa.string()),
        ("seed", pa.string()),
        ("stage", pa.string()),
        ("gate", pa.string()),
        ("outcome", pa.string()),
        ("reason", pa.string()),
        ("evidence", pa.string()),
        ("winner", pa.string()),
        ("similarity", pa.float64()),
        ("text", pa.string()),
    ]
)


def program_table(programs: Iterable[Program]) -> pa.Table:
    """Programs as rows of `PROGRAMS`."""
    return pa.Table.from_pylist([_program_row(program) for program in programs], schema=PROGRAMS)


def programs_of(table: pa.Table) -> Iterator[Program]:
    """The Programs that such a table holds."""
    for row in table.to_pylist():
        sizes = tuple(row[f"{part}_bytes"] for part in ("code", "iram", "xram", "frame"))
        covered = tuple(row[f"cov_{name}"] for name in _COVERAGE)
        yield Program(
            id=row["id"],
            seed=row["seed"],
            source=row["source"],
            origin=row["origin"],
            parent=row["parent"],
            holes=_PAIRS.validate_json(row["holes"]),
            aliases=_PAIRS.validate_json(row["aliases"]),
            steps=_STEPS.validate_json(row["steps"]),
            verdicts=_VERDICTS.validate_json(row["verdicts"]),
            grade=row["grade"],
            fault=_FAULT.validate_json(row["fault"]),
            sizes=None if sizes[0] is None else Sizes(*sizes),
            cycles=row["cycles"],
            stack=row["stack_bytes"],
            code_delta=row["code_delta_bytes"],
            cycles_delta=row["cycles_delta"],
            distance=row["distance"],
            coverage=None if covered[0] is None else Coverage(*covered),
            trace=row["trace"],
        )


def trace_table(traces: Mapping[str, Iterable[tuple[int, str, str]]]) -> pa.Table:
    """Traces by id as rows of `TRACES`."""
    rows = [
        {"id": name, "draw": draw, "outcome": outcome, "events": events}
        for name, runs in sorted(traces.items())
        for draw, outcome, events in runs
    ]
    return pa.Table.from_pylist(rows, schema=TRACES)


def text_table(texts: Iterable[Text]) -> pa.Table:
    """Texts as rows of `TEXTS`."""
    return pa.Table.from_pylist([{name: getattr(text, name) for name in _TEXT} for text in texts], schema=TEXTS)


def texts_of(table: pa.Table) -> Iterator[Text]:
    """The Texts that such a table holds."""
    return (Text(**row) for row in table.to_pylist())


def draw_table(seed: str, draws: Mapping[str, int]) -> pa.Table:
    """Draws of one seed by shape as rows of `DRAWS`."""
    rows = [{"seed": seed, "shape": shape, "draws": count} for shape, count in sorted(draws.items())]
    return pa.Table.from_pylist(rows, schema=DRAWS)


def example_table(examples: Iterable[Example]) -> pa.Table:
    """Examples as rows of `EXAMPLES`, the table that is emitted."""
    return pa.Table.from_pylist([_example_row(example) for example in examples], schema=EXAMPLES)


def examples_of(table: pa.Table) -> Iterator[Example]:
    """The Examples that such a table holds."""
    for row in table.to_pylist():
        yield Example(
            id=row["id"],
            task=row["meta_task"],
            language=row["meta_language"],
            messages=tuple(Message(m["role"], m["content"]) for m in row["messages"]),
            labels=Labels(
                row["meta_target"],
                row["meta_dialect"],
                row["meta_peripheral"],
                row["meta_difficulty"],
                tuple(row["meta_tags"]),
            ),
            seed=row["prov_seed"],
            programs=tuple(row["prov_programs"]),
            origin=row["prov_origin"],
            grade=row["prov_grade"],
            phrasing=row["meta_phrasing"],
            needs=row["meta_needs"],
            prefix=row["fim_prefix"],
            middle=row["fim_middle"],
            suffix=row["fim_suffix"],
            tokens=row["meta_tokens"],
            answer_tokens=row["meta_answer_tokens"],
            evidence=row["prov_evidence"],
            steps=tuple(row["prov_steps"]),
            scores=_SCORES.validate_json(row["q_scores"]),
            verdicts=_VERDICTS.validate_json(row["q_verdicts"]),
        )


def reject_row(kind: str, seed: str, stage: str, rejected: Rejected, text: str = "") -> dict[str, Any]:
    """One row of `REJECTS`: what was left out, where, why, for whom, and its text."""
    verdict = rejected.verdict
    return {
        "id": rejected.id,
        "kind": kind,
        "seed": seed,
        "stage": stage,
        "gate": verdict.gate,
        "outcome": verdict.outcome,
        "reason": verdict.reason,
        "evidence": verdict.evidence,
        "winner": rejected.winner,
        "similarity": rejected.similarity,
        "text": text,
    }


def reject_table(rows: Iterable[dict[str, Any]]) -> pa.Table:
    """Rows of `reject_row` as a table."""
    return pa.Table.from_pylist(list(rows), schema=REJECTS)


def _json(adapter: TypeAdapter[Any], value: Any) -> str:
    return adapter.dump_json(value).decode()


def _program_row(program: Program) -> dict[str, Any]:
    sizes = program.sizes
    return {
        "id": program.id,
        "seed": program.seed,
        "origin": program.origin,
        "parent": program.parent,
        "source": program.source,
        "grade": program.grade,
        "holes": _json(_PAIRS, program.holes),
        "aliases": _json(_PAIRS, program.aliases),
        "steps": _json(_STEPS, program.steps),
        "verdicts": _json(_VERDICTS, program.verdicts),
        "fault": _json(_FAULT, program.fault),
        "code_bytes": None if sizes is None else sizes.code,
        "iram_bytes": None if sizes is None else sizes.iram,
        "xram_bytes": None if sizes is None else sizes.xram,
        "frame_bytes": None if sizes is None else sizes.stack,
        "stack_bytes": program.stack,
        "cycles": program.cycles,
        "code_delta_bytes": program.code_delta,
        "cycles_delta": program.cycles_delta,
        "distance": program.distance,
        **{f"cov_{name}": getattr(program.coverage, name, None) for name in _COVERAGE},
        "trace": program.trace,
    }


def _example_row(example: Example) -> dict[str, Any]:
    turns = [{"role": m.role, "content": m.content} for m in example.messages]
    labels = example.labels
    return {
        "id": example.id,
        "messages": turns,
        "prompt": turns[:-1],
        "completion": turns[-1:],
        "fim_prefix": example.prefix,
        "fim_middle": example.middle,
        "fim_suffix": example.suffix,
        "meta_task": example.task,
        "meta_language": example.language,
        "meta_target": labels.target,
        "meta_dialect": labels.dialect,
        "meta_peripheral": labels.peripheral,
        "meta_difficulty": labels.difficulty,
        "meta_tags": list(labels.tags),
        "meta_needs": example.needs,
        "meta_phrasing": example.phrasing,
        "meta_tokens": example.tokens,
        "meta_answer_tokens": example.answer_tokens,
        "prov_seed": example.seed,
        "prov_origin": example.origin,
        "prov_programs": list(example.programs),
        "prov_steps": list(example.steps),
        "prov_grade": example.grade,
        "prov_evidence": example.evidence,
        "q_scores": json.dumps([list(pair) for pair in example.scores]),
        "q_verdicts": _json(_VERDICTS, example.verdicts),
    }
