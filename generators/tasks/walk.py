"""A function told statement by statement: only those of which the code itself says what they do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tree_sitter import Node

from corpus.source.unit import Unit
from generators.tasks.comments import comment_text
from generators.tasks.reading import Reading, comment_above


@dataclass(frozen=True, slots=True)
class Stop:
    """One statement worth a word.

    `said` is the comment on its line; `set` gives `bit` the value `value`; `setting` the register at `offset`; `wait`
    polls `bit`; `call` calls what has the comment `text`; `guard` returns `text` (or nothing) under `condition`;
    `returns` ends the function with `text`; `repeats` is a loop on `condition`. `line` is the statement in short.
    """

    kind: Literal["said", "set", "setting", "wait", "call", "guard", "returns", "repeats"]
    line: str
    text: str = ""
    condition: str = ""
    bit: str = ""
    value: int = 0
    offset: int = 0


def stops(reading: Reading, function: str) -> tuple[Stop, ...]:
    """The statements of a function that can be explained, in order."""
    node = reading.unit.function(function.encode())
    body = node.child_by_field_name("body") if node is not None else None
    return tuple(_inside(reading, body)) if body is not None else ()


def _inside(reading: Reading, block: Node) -> Iterator[Stop]:
    unit = reading.unit
    for child in block.named_children:
        stop = _stop(reading, child)
        if stop is not None:
            yield stop
        if child.type in ("for_statement", "while_statement", "do_statement") and not _is_wait(reading, child):
            inner = child.child_by_field_name("body")
            if stop is None:
                yield _loop(unit, child)
            if inner is not None:
                yield from _inside(reading, inner if inner.type == "compound_statement" else child)
        elif child.type == "compound_statement":
            yield from _inside(reading, child)


def _stop(reading: Reading, node: Node) -> Stop | None:
    unit = reading.unit
    line = " ".join(unit.src[node.start_byte : node.end_byte].decode().split("\n")[0].split())
    line = re.sub(r"\s*(?:/\*.*|//.*)$", "", line)
    said = _comment_on_line(unit, node)
    if said:
        return Stop("said", line, said)
    if node.type == "expression_statement":
        return _expression(reading, node, line)
    if node.type == "return_statement" and node.named_children:
        value = unit.text(node.named_children[0]).decode()
        return Stop("returns", line, " ".join(value.split())) if "\n" not in value and "/*" not in value else None
    if node.type == "if_statement":
        return _guard(unit, node, line)
    if node.type == "while_statement":
        for wait in reading.waits:
            if wait.text == unit.text(node).decode():
                return Stop("wait", line, bit=wait.bit, value=wait.until)
    return None


def _is_wait(reading: Reading, node: Node) -> bool:
    return any(wait.text == reading.unit.text(node).decode() for wait in reading.waits)


def _loop(unit: Unit, node: Node) -> Stop:
    condition = node.child_by_field_name("condition")
    text = "" if condition is None else " ".join(unit.text(condition).decode().split())
    if text.startswith("(") and node.type != "for_statement":
        text = text[1:-1].strip()
    word = "do" if node.type == "do_statement" else node.type.removesuffix("_statement")
    return Stop("repeats", word, condition=text)


def _expression(reading: Reading, node: Node, line: str) -> Stop | None:
    unit = reading.unit
    inner = node.named_children[0] if node.named_children else None
    if inner is None:
        return None
    match = re.fullmatch(r"(\w+)\s*=\s*([01])", unit.text(inner).decode())
    if match is not None and match[1] in reading.table.bits:
        return Stop("set", line, bit=match[1], value=int(match[2]))
    for setting in reading.settings:
        if setting.offset == inner.start_byte and reading.decoded(setting, "en"):
            return Stop("setting", line, offset=inner.start_byte)
    if inner.type == "call_expression":
        callee = inner.child_by_field_name("function")
        name = unit.text(callee).decode() if callee is not None else ""
        comment = comment_above(unit, name)
        return Stop("call", line, comment) if comment else None
    return None


def _guard(unit: Unit, node: Node, line: str) -> Stop | None:
    """`if (condition) return value;`, with or without braces and without an else."""
    condition, then = node.child_by_field_name("condition"), node.child_by_field_name("consequence")
    if condition is None or then is None or node.child_by_field_name("alternative") is not None:
        return None
    if then.type == "compound_statement":
        inner = [child for child in then.named_children if child.type != "comment"]
        then = inner[0] if len(inner) == 1 else then
    if then.type != "return_statement":
        return None
    text = " ".join(unit.text(condition).decode().split())[1:-1].strip()
    value = " ".join(unit.text(then.named_children[0]).decode().split()) if then.named_children else ""
    return None if "/*" in text + value or "//" in text + value else Stop("guard", line, value, text)


def _comment_on_line(unit: Unit, node: Node) -> str:
    """The comment that stands behind a statement on its (first and only) line."""
    if unit.line(node.start_byte) != unit.line(node.end_byte):
        return ""
    end = unit.line_end(node.end_byte)
    found = unit.comments(node.end_byte, end)
    if len(found) != 1 or unit.src[node.end_byte : found[0].start].strip() or found[0].end > end:
        return ""
    return comment_text(unit.src[found[0].start : found[0].end].decode())
