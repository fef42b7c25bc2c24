"""Columns: text that stood under one another on neighbouring lines still does after an edit changed their lengths."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import accumulate

from corpus.source.edits import Edit
from corpus.source.lexer import lexed
from corpus.source.unit import Unit
from generators.rewrites.remembered import per_unit

_WIDE = re.compile(rb"(?<=\S)  +(?=\S)")
_MACRO = re.compile(rb"^#define \w+( +)(?=[^\s/])", re.MULTILINE)
_TAB = 4  # columns a tab stands for


@dataclass(slots=True)
class _Stop:
    """A gap of blanks and the column of what comes after it."""

    line: int
    start: int
    end: int
    column: int


def aligned(unit: Unit, edits: Iterable[Edit]) -> tuple[Edit, ...]:
    """The edits, and those of the blanks before comments and values that keep their columns straight.

    A column is the same offset on two or more lines in a row, with a comment after code or with two or more blanks
    before it; a macro's value needs only one where its neighbour has more. Columns that an edit moves as a whole are
    left as they are, and so are gaps that an edit touches."""
    edits = sorted(edits, key=lambda edit: (edit.start, edit.end))
    changed: dict[int, list[Edit]] = defaultdict(list)
    for edit in edits:
        changed[unit.line(edit.start)].append(edit)
    by_column: dict[int, list[_Stop]] = defaultdict(list)
    for stop in _stops(unit, edits):
        by_column[stop.column].append(stop)
    padding: list[Edit] = []
    for column in sorted(by_column):
        for run in _runs(by_column[column]):
            if not any(stop.line in changed for stop in run) or all(stop.end - stop.start < 2 for stop in run):
                continue
            ends = [_width(unit, changed[stop.line], stop) for stop in run]
            gaps = [stop.end - stop.start for stop in run]
            if len({end + gap for end, gap in zip(ends, gaps, strict=True)}) == 1:
                continue
            target = max(ends) + min(gaps)
            for stop, end in zip(run, ends, strict=True):
                edit = Edit(stop.start, stop.end, b" " * (target - end))
                padding.append(edit)
                changed[stop.line].append(edit)
    return tuple(sorted((*edits, *padding), key=lambda edit: (edit.start, edit.end)))


def _stops(unit: Unit, edits: list[Edit]) -> Iterator[_Stop]:
    touched = {
        unit.line(edit.start) for edit in edits if b"\n" in edit.text or b"\n" in unit.src[edit.start : edit.end]
    }
    starts = [edit.start for edit in edits]
    reached = list(accumulate((edit.end for edit in edits), max, initial=0))  # by edits before the one at this place
    for line, start, end, column in _gaps(unit):
        if line not in touched and reached[bisect_left(starts, end)] <= start:
            yield _Stop(line, start, end, column)


@per_unit
def _gaps(unit: Unit) -> list[tuple[int, int, int, int]]:
    """(line, start, end, column behind) of each run of blanks that may keep a column straight."""
    gaps = {(match.start(), match.end()) for match in _WIDE.finditer(unit.src)}
    gaps |= {match.span(1) for match in _MACRO.finditer(unit.src)}
    inside = [(start, end) for _, start, end in lexed(unit.src).of("string", "asm", "broken", "char")]
    for comment in unit.comments():
        before = unit.src[unit.line_start(comment.start) : comment.start]
        if before.strip():
            gap = len(before) - len(before.rstrip(b" "))
            gaps.add((comment.start - gap, comment.start))
        inside.append((comment.start, comment.end))
    found = []
    for start, end in sorted(gaps):
        if end - start > 1 and any(a < start < b for a, b in inside):
            continue
        head = unit.src[unit.line_start(start) : end]
        if b"\t" not in head.lstrip(b"\t"):
            found.append((unit.line(start), start, end, len(head.expandtabs(_TAB))))
    return found


def _runs(stops: list[_Stop]) -> Iterator[list[_Stop]]:
    run: list[_Stop] = []
    for stop in stops:
        if run and stop.line != run[-1].line + 1:
            if len(run) > 1:
                yield run
            run = []
        run.append(stop)
    if len(run) > 1:
        yield run


def _width(unit: Unit, edits: list[Edit], stop: _Stop) -> int:
    """The column at which the gap begins once the edits on its line are made."""
    head = len(unit.src[unit.line_start(stop.start) : stop.start].expandtabs(_TAB))
    for edit in edits:
        if edit.end <= stop.start:
            old, new = unit.src[edit.start : edit.end], edit.text
            head += len(new.expandtabs(_TAB)) - len(old.expandtabs(_TAB))
    return head
