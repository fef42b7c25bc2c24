"""docs/gates.md: every gate and selection with its reason words and its thresholds."""

from __future__ import annotations

import dataclasses
import importlib
import inspect
from pathlib import Path
from typing import Any

from flows.docs.gate import Gate
from flows.docs.markdown import WRITTEN, attribute_docs, one_line, prose, tabulated
from flows.docs.model_gates import MODEL_GATES
from flows.docs.program_gates import PROGRAM_GATES
from flows.docs.recipe import default_of
from flows.docs.row_gates import ROW_GATES
from flows.settings import ROOT

_HEAD = """# Gates and selections

{written}

A **gate** looks at one record and gives a verdict: `passed`, `failed` or `unknown`, a reason word, and the evidence in
words. A **selection** looks at all records and says which stay; each one left out has its verdict and, for a copy, the
record that beat it. `unknown` counts as not passed. Whatever is left out stands in the run's `rejects.parquet` with its
gate, reason, evidence and text; a run fails when a stage's `in` is not its `kept` + `rejected`.

In the order in which a run meets them. Where a recipe key sets a threshold, the key's default is given too, and it is
the one that a run uses.
"""
GATES = (*PROGRAM_GATES, *MODEL_GATES, *ROW_GATES)

_LONGEST = 60


def page() -> str:
    """The whole page."""
    parts = [_HEAD.format(written=WRITTEN), *map(_section, GATES)]
    return "\n".join(parts)


def table() -> str:
    """One line a gate, for the README."""
    rows = [(", ".join(f"`{name}`" for name in gate.names), gate.shape, gate.looks_at, _some(gate)) for gate in GATES]
    return tabulated(("name", "shape", "looks at", "leaves out for"), rows)


def _some(gate: Gate) -> str:
    words = [f"`{word}`" for word, _ in gate.reasons]
    return ", ".join(words[:4]) + (f" and {len(words) - 4} more" if len(words) > 4 else "")


def _section(gate: Gate) -> str:
    lines = [
        f"## {', '.join(gate.names)}",
        "",
        f"{gate.shape.capitalize()}. Looks at {gate.looks_at}{'' if gate.looks_at.endswith('?') else '.'}",
        "",
    ]
    if gate.words:
        lines += [gate.words, ""]
    if gate.passes:
        lines += [tabulated(("reason of a pass", "meaning"), _coded(gate.passes)), ""]
    lines += [tabulated(("reason", "meaning"), _coded(gate.reasons)), ""]
    for settings in gate.settings:
        lines += _thresholds(gate, settings)
    if gate.constants:
        rows = [_constant(gate, module, name) for module, name in gate.constants]
        lines += [tabulated(("threshold", "value", "recipe key", "meaning"), rows), ""]
    if gate.recipe and not gate.settings and not gate.constants:
        rows3 = [(what, key, default_of(key)) for what, key in gate.recipe]
        lines += [tabulated(("what", "recipe key", "default"), ((w, f"`{k}`", d) for w, k, d in rows3)), ""]
    lines += [f"Code: {', '.join(f'`{module}`' for module in gate.modules)}.", ""]
    return "\n".join(lines)


def _coded(reasons: tuple[tuple[str, str], ...]) -> list[tuple[str, str]]:
    return [(f"`{word}`", meaning) for word, meaning in reasons]


def _thresholds(gate: Gate, settings: type[Any]) -> list[str]:
    """The docstring of a dataclass, which gives the sources, and its fields with their defaults."""
    path = Path(inspect.getfile(settings))
    said = attribute_docs(path, settings.__name__)
    keys = dict(gate.recipe)
    rows = []
    for field in dataclasses.fields(settings):
        key = keys.get(field.name, "")
        rows.append((f"`{field.name}`", _value(field), _key(key), " ".join(prose(said.get(field.name, "")).split())))
    extra = [(what, "", _key(key), "") for what, key in keys.items() if ", " in what]
    head = ("threshold", "default", "recipe key", "meaning")
    width = 4 if any(row[3] for row in rows) else 3
    shown = tabulated(head[:width], [row[:width] for row in [*rows, *extra]])
    return [f"`{settings.__name__}`: {prose(settings.__doc__ or '')}", "", shown, ""]


def _value(field: dataclasses.Field[Any]) -> str:
    if field.default is not dataclasses.MISSING:
        value = field.default
    elif field.default_factory is not dataclasses.MISSING:
        value = field.default_factory()
    else:
        return "(given)"
    if isinstance(value, str) and len(value) > _LONGEST:
        return "a pattern, see the code"
    if not value and not isinstance(value, int | float):
        return "none"
    if isinstance(value, dict):
        return ", ".join(f"{axis}: {', '.join(known)}" for axis, known in value.items())
    if isinstance(value, tuple):
        return ", ".join(f"{n}: {limit:g}" for n, limit in value)
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:,}" if isinstance(value, int) else str(value)


def _key(key: str) -> str:
    return f"{' or '.join(f'`{one}`' for one in key.split(' or '))} ({default_of(key)})" if key else ""


def _constant(gate: Gate, module: str, name: str) -> tuple[str, str, str, str]:
    value = getattr(importlib.import_module(module.removesuffix(".py").replace("/", ".")), name)
    said = attribute_docs(ROOT / module).get(name, "")
    shown = f"{value:,}" if isinstance(value, int) else str(value)
    if dataclasses.is_dataclass(value):
        shown = ", ".join(
            f"{f.name} {getattr(value, f.name):,}" for f in dataclasses.fields(value) if getattr(value, f.name)
        )
        said = said or one_line(type(value).__doc__ or "")
    return f"`{name}`", shown, _key(dict(gate.recipe).get(name, "")), " ".join(prose(said).split())
