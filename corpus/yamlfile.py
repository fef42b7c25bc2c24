"""YAML files whose errors name a line."""

from __future__ import annotations

import difflib
import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import Any

import yaml
from pydantic import ValidationError
from pydantic_core import ErrorDetails
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError


class YamlError(ValueError):
    """A file that cannot be read, or text that is not YAML or not a mapping: the line (from 1) and the problem.

    `field` says what of the file it is: "yaml", or the file as a whole.
    """

    def __init__(self, line: int, problem: str, field: str = "yaml") -> None:
        super().__init__(f"line {line}: {problem}")
        self.line, self.problem, self.field = line, problem, field


def read_file(path: Path, whole: str) -> tuple[str, dict[str, Any]]:
    """The text of a YAML file and the mapping that it holds; `whole` is what an error calls the file.

    Raises:
        YamlError: it cannot be read, is not UTF-8, does not parse, or is no mapping.
    """
    try:
        text = path.read_text(encoding="utf-8")
    except OSError as error:
        raise YamlError(1, f"cannot be read ({error.strerror})", whole) from None
    except UnicodeDecodeError as error:
        raise YamlError(1, f"is not UTF-8 ({error.reason} at byte {error.start})", whole) from None
    return text, read_yaml(text)


def first_error(error: ValidationError) -> ErrorDetails:
    """The error to name. A misspelt key also shows as a missing one: the misspelling comes first."""
    return min(error.errors(), key=lambda one: one["type"] != "extra_forbidden")


def fault_of(
    error: ValidationError, keys_at: Callable[[tuple[int | str, ...]], Iterable[str]]
) -> tuple[tuple[int | str, ...], str]:
    """Where the error to name is, as a path of keys, and the problem; of an unknown key, with the nearest of those that
    `keys_at` gives for the mapping that it stands in."""
    first = first_error(error)
    place, problem = first["loc"], first["msg"]
    if first["type"] == "extra_forbidden":
        problem = "unknown key" + did_you_mean(str(place[-1]), keys_at(place[:-1]))
    return place, problem


def read_yaml(text: str) -> dict[str, Any]:
    """The mapping that the text holds. Some 25 times as fast as `located`: an error's place is looked up only then.

    Raises:
        YamlError: the text does not parse or is no mapping.
    """
    try:
        data = yaml.load(text, Loader=_Core)
    except yaml.YAMLError:  # which the other parser says with the line; what it can read holds
        data = _loaded(text, "safe")
    if not isinstance(data, dict):
        raise YamlError(1, "is not a mapping of keys to values")
    return data


def located(text: str) -> CommentedMap:
    """The same with the places of its keys, for `line_of`; raises the same."""
    data = _loaded(text, "rt")
    if not isinstance(data, CommentedMap):
        raise YamlError(1, "is not a mapping of keys to values")
    return data


def _loaded(text: str, kind: str) -> Any:
    try:
        return YAML(typ=kind, pure=True).load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(mark.line + 1 if mark else 1, error.problem or "does not parse as YAML") from None
    except YAMLError as error:
        raise YamlError(1, str(error).splitlines()[0]) from None


class _Core(yaml.CSafeLoader):
    """libyaml with the plain values of YAML 1.2's core schema: in 1.1, which it has by itself, `on` and `no` are
    booleans and 012 is ten. A key given twice is an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        """A mapping; raises ConstructorError for a key that is there already."""
        keys = [self.construct_object(key, deep=True) for key, _ in node.value if key.tag != _MERGE]
        if len(set(map(repr, keys))) < len(keys):
            raise yaml.constructor.ConstructorError(None, None, "a key is given twice", node.start_mark)
        return super().construct_mapping(node, deep)

    def whole_number(self, node: yaml.ScalarNode) -> int:
        """Decimal, 0o17 or 0x1F."""
        text = self.construct_scalar(node)
        return int(text, 8 if "0o" in text else 16 if "0x" in text else 10)


_MERGE = "tag:yaml.org,2002:merge"
_PLAIN = {  # YAML 1.2.2, section 10.3.2
    "null": (r"~|null|Null|NULL|", ("~", "n", "N", "")),
    "bool": (r"true|True|TRUE|false|False|FALSE", "tTfF"),
    "int": (r"[-+]?[0-9]+|0o[0-7]+|0x[0-9a-fA-F]+", "-+0123456789"),
    "float": (
        r"[-+]?(?:\.[0-9]+|[0-9]+(?:\.[0-9]*)?)(?:[eE][-+]?[0-9]+)?|[-+]?\.(?:inf|Inf|INF)|\.(?:nan|NaN|NAN)",
        "-+0123456789.",
    ),
    "merge": (r"<<", "<"),
}
_Core.yaml_implicit_resolvers = {}  # none of 1.1's
for _kind, (_form, _first) in _PLAIN.items():
    _Core.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(rf"(?:{_form})\Z"), list(_first))
_Core.add_constructor("tag:yaml.org,2002:int", _Core.whole_number)


def line_of(data: CommentedMap, place: Sequence[int | str]) -> int:
    """The line (from 1) of the deepest part of `place` that the file holds."""
    node: Any = data
    line = 1
    for key in place:
        if isinstance(node, CommentedMap) and key in node:
            line = node.lc.key(key)[0] + 1
        elif isinstance(node, CommentedSeq) and isinstance(key, int) and key < len(node):
            line = node.lc.item(key)[0] + 1
        else:
            break
        node = node[key]
    return line


def did_you_mean(word: str, known: Iterable[str]) -> str:
    """` (did you mean "x"?)`, or the known words when none is near."""
    names = sorted(known)
    near = difflib.get_close_matches(word, names, n=1)
    return f'; did you mean "{near[0]}"?' if near else f"; known: {', '.join(names)}"
