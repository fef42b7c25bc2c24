"""YAML files whose errors name a line."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError, YAMLError


class YamlError(ValueError):
    """Text that is not YAML, or not a mapping: the line (from 1) and the problem."""

    def __init__(self, line: int, problem: str) -> None:
        super().__init__(f"line {line}: {problem}")
        self.line, self.problem = line, problem


def read_yaml(text: str) -> CommentedMap:
    """The mapping that the text holds, with the places of its keys kept.

    Raises:
        YamlError: the text does not parse or is no mapping.
    """
    try:
        data = YAML(typ="rt").load(text)
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        raise YamlError(mark.line + 1 if mark else 1, error.problem or "does not parse as YAML") from None
    except YAMLError as error:
        raise YamlError(1, str(error).splitlines()[0]) from None
    if not isinstance(data, CommentedMap):
        raise YamlError(1, "is not a mapping of keys to values")
    return data


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
