"""docs/recipe.md: every key of a recipe, from its models."""

from __future__ import annotations

import io
import json
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from ruamel.yaml import YAML

from corpus.recipe import AXES, TASKS, Recipe
from corpus.records import GRADES
from flows.docs.markdown import WRITTEN, one_line, tabulated
from generators.tasks.row import fence

_HEAD = """# Recipe keys

{written}

A recipe is a YAML file that says what set to make. Every key has a default; an unknown key is refused with its line and
the nearest known name. `datasets/recipes/demo.yaml` is the shipped one. Paths are relative to the recipe file. A run
reuses the shards of an earlier one in the same folder as far as the keys that their stage reads are unchanged:
another `mixture` makes no proof again.

- Axes of `mixture.shares`: {axes}. `"*"` stands for all values not named; the shares of an axis sum to 1.
- Values of the axis `task`: {tasks}.
- Grades of evidence, strongest first: {grades}.
"""

_TAIL = """## All of it, with its defaults
"""


def page() -> str:
    """The whole page."""
    listed = {"axes": _listed(AXES), "tasks": _listed(TASKS), "grades": _listed(GRADES)}
    parts = [_HEAD.format(written=WRITTEN, **listed)]
    for name, section in sections(Recipe):
        fields = {key: field for key, field in section.model_fields.items() if section_of(field) is None}
        parts.append(f"## {name or 'Top level'}\n\n{'' if not name else (section.__doc__ or '').strip() + chr(10)}")
        head = ("key", "value", "default", "meaning")
        prefix = f"{name}." if name else ""
        rows = [(f"`{prefix}{key}`", kind(f), f"`{_default(f)}`", f.description or "") for key, f in fields.items()]
        if rows:
            parts.append(tabulated(head, rows) + "\n")
    parts += [_TAIL, fence(_yaml(Recipe().model_dump(mode="json")), "yaml"), ""]
    return "\n".join(parts)


def table() -> str:
    """The top-level keys, for the README."""
    rows = []
    for key, field in Recipe.model_fields.items():
        section = section_of(field)
        words = one_line(section.__doc__ or "") if section else field.description or ""
        inner = ", ".join(f"`{name}`" for name in section.model_fields) if section else ""
        rows.append((f"`{key}`", words, inner))
    return tabulated(("key", "what it says", "keys in it"), rows)


def sections(model: type[BaseModel], name: str = "") -> Iterator[tuple[str, type[BaseModel]]]:
    """The model and those within it, each with its dotted name, in the order of the recipe."""
    yield name, model
    for key, field in model.model_fields.items():
        section = section_of(field)
        if section is not None:
            yield from sections(section, f"{name}.{key}" if name else key)


def section_of(field: FieldInfo) -> type[BaseModel] | None:
    """The section that a key holds, if it holds one."""
    made = field.annotation
    return made if isinstance(made, type) and issubclass(made, BaseModel) else None


def default_of(keys: str) -> str:
    """The default of a dotted key, as it stands in YAML; of several joined by "or", the defaults."""
    found = []
    for key in keys.split(" or "):
        *way, last = key.split(".")
        section: type[BaseModel] = Recipe
        for name in way:
            inner = section_of(section.model_fields[name])
            assert inner is not None, f"{key}: {name} holds no section"
            section = inner
        found.append(_default(section.model_fields[last]))
    return " or ".join(found)


def kind(field: FieldInfo) -> str:
    """What a value may be, in words."""
    words = {bool: "true or false", int: "whole number", float: "number", str: "text"}
    name = words.get(field.annotation, "") if isinstance(field.annotation, type) else ""
    if not name:
        name = "map" if "dict" in str(field.annotation) else "list"
        choices = [choice for part in get_args(field.annotation) for choice in get_args(part)]
        name += f" of {', '.join(choices)}" if choices and all(isinstance(choice, str) for choice in choices) else ""
    bounds = {
        name: getattr(rule, name) for rule in field.metadata for name in ("ge", "gt", "le") if hasattr(rule, name)
    }
    signs = {"ge": "at least", "gt": "above", "le": "at most"}
    return ", ".join([name, *(f"{signs[sign]} {value:g}" for sign, value in bounds.items())])


def _listed(words: tuple[str, ...]) -> str:
    return ", ".join(f"`{word}`" for word in words)


def _default(field: FieldInfo) -> str:
    value = field.get_default(call_default_factory=True)
    return json.dumps(list(value) if isinstance(value, tuple) else value, ensure_ascii=False)


def _yaml(data: Any) -> str:
    out = io.StringIO()
    writer = YAML()
    writer.default_flow_style = False
    writer.dump(data, out)
    return out.getvalue()
