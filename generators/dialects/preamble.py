"""The top of a file: where headers are included and what a conversion puts behind them."""

from __future__ import annotations

from collections.abc import Sequence

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.lines import line_stop


def include_lines(unit: Unit) -> list[Node]:
    """The `#include` lines that always count, in order: none within `#if`."""
    return [node for node in unit.root.named_children if node.type == "preproc_include"]


def included_name(unit: Unit, node: Node) -> str:
    """The name in an `#include` line, without its marks."""
    path = node.child_by_field_name("path")
    return unit.text(path).decode("utf-8", "replace").strip('<>"') if path is not None else ""


def whole_line(unit: Unit, node: Node) -> Edit:
    """The edit that takes the line of a directive away."""
    start = unit.line_start(node.start_byte)
    return Edit(start, min(unit.line_end(node.start_byte) + 1, len(unit.src)), b"")


def insertion(
    unit: Unit, gone: Sequence[Edit], includes: Sequence[bytes], blocks: Sequence[Sequence[bytes]]
) -> list[Edit]:
    """The edit that puts further headers and blocks of lines behind the includes; none where there is nothing to put.

    `gone` are the lines that the conversion takes away. Without an include they stand before the first thing that is
    not a comment.
    """
    if not includes and not blocks:
        return []
    newline = unit.newline
    heads = [b"#include <" + name + b">" for name in includes]
    groups = [newline.join(block) for block in blocks]
    kept = [node for node in include_lines(unit) if not any(e.start <= node.start_byte < e.end for e in gone)]
    if kept:
        at = line_stop(unit, kept[-1].start_byte)
        text = b"".join(newline + head for head in heads) + b"".join(newline * 2 + group for group in groups)
        below = unit.line_end(at) + 1
        while edit := next((edit for edit in gone if edit.start == below), None):
            below = edit.end
        apart = groups and unit.src[below : unit.line_end(below)].strip()
        return [Edit(at, at, text + (newline if apart else b""))]
    parts = [newline.join(heads)] if heads else []
    text = (newline * 2).join([*parts, *groups])
    lines = include_lines(unit)
    first = lines[0] if lines else next((node for node in unit.root.named_children if node.type != "comment"), None)
    at = unit.line_start(first.start_byte) if first is not None else len(unit.src)
    # Where that is taken away it leaves the blank line behind it, unless it takes it along.
    taken = next((edit for edit in gone if edit.start == at), None)
    leaves = taken is not None and not unit.src[: taken.end].endswith(newline * 2)
    return [Edit(at, at, text + newline * (1 if leaves else 2))]
