"""A conversion as data: what is changed and why, the edits that do it, and what cannot be converted."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from itertools import pairwise

from corpus.source.edits import Edit, apply_edits
from corpus.source.unit import Unit
from generators.dialects.preamble import insertion
from generators.rewrites.alignment import aligned
from generators.rewrites.declared import closed_up


@dataclass(frozen=True, slots=True)
class Change:
    """One construct in another spelling.

    `kind` names the construct; the phrases of the task `port` are keyed by it. `before` and `after` are a place of it
    as a reader sees it, empty where there is nothing to show. `includes` and `lines` are what it needs at the top of
    the file: headers by name, and a block of lines of its own. `kept` says that the way back gives the same tokens; of
    what has several spellings in sdcc it gives one.
    """

    kind: str
    edits: tuple[Edit, ...] = ()
    before: str = ""
    after: str = ""
    includes: tuple[bytes, ...] = ()
    lines: tuple[bytes, ...] = ()
    kept: bool = True


@dataclass(frozen=True, slots=True)
class Refused:
    """Why a source cannot be given in the other dialect: the line (from 1), a short reason word, and the reason in a
    sentence with what to do about it."""

    line: int
    reason: str
    words: str


@dataclass(frozen=True, slots=True)
class Converted:
    """A source in the other dialect, and the changes that made it, in the order of the source."""

    source: bytes
    changes: tuple[Change, ...]


@dataclass(frozen=True, slots=True)
class Trouble:
    """A place that stops the conversion: where it is in bytes, and what `Refused` says of it."""

    start: int
    reason: str
    words: str


Finder = Callable[[Unit], Iterator[Change | Trouble]]
"""Looks at a parsed source and yields what it would change, and what stops the conversion. It changes nothing."""

Stage = Callable[[Unit], "tuple[list[Change], bytes] | Trouble"]
"""One reading of the source: the changes found, and the text that they make of it."""


def converted(source: bytes, stages: Iterable[Stage]) -> Converted | Refused:
    """The source after these stages, each of which reads what the one before has made.

    A place that does not parse refuses the source, before or after; lines are those of the source as it came.
    """
    texts, changes = [source], list[Change]()
    for stage in stages:
        unit = Unit.parse(texts[-1])
        found: tuple[list[Change], bytes] | Trouble = _parsed(unit) or stage(unit)
        if isinstance(found, Trouble):
            return _refused(texts, found)
        changes += found[0]
        texts.append(found[1])
    trouble = _parsed(Unit.parse(texts[-1]))
    return Converted(texts[-1], tuple(changes)) if trouble is None else _refused(texts, trouble)


def _parsed(unit: Unit) -> Trouble | None:
    if unit.error is None:
        return None
    return Trouble(unit.error.start, "does-not-parse", "this does not parse as C; write it in a plainer way")


def together(*finders: Finder) -> Stage:
    """A stage of all that these finders find on one reading; of several troubles the first in the source counts."""

    def stage(unit: Unit) -> tuple[list[Change], bytes] | Trouble:
        found = [one for finder in finders for one in finder(unit)]
        troubles = [one for one in found if isinstance(one, Trouble)]
        if troubles:
            return min(troubles, key=lambda trouble: trouble.start)
        changes = [one for one in found if isinstance(one, Change)]
        edits = [edit for change in changes for edit in change.edits]
        gone = [edit for edit in edits if b"\n" in unit.src[edit.start : edit.end] and not edit.text]
        edits = [e for e in edits if not any(g.start <= e.start and e.end <= g.end for g in gone)]
        gone = closed_up(unit, gone)
        edits += gone
        top = insertion(unit, gone, _each(c.includes for c in changes), [c.lines for c in changes if c.lines])
        return changes, apply_edits(unit.src, aligned(unit, [*edits, *top]))

    return stage


def _each(groups: Iterable[tuple[bytes, ...]]) -> list[bytes]:
    return list(dict.fromkeys(name for group in groups for name in group))


def _refused(texts: Sequence[bytes], trouble: Trouble) -> Refused:
    line = Unit.parse(texts[-1]).line(trouble.start)
    for old, new in pairwise(reversed(texts)):
        line = _line_before(new, old, line)
    return Refused(line, trouble.reason, trouble.words)


def _line_before(before: bytes, after: bytes, line: int) -> int:
    """The line of `before` that a line of `after` was, or that stands where it was put."""
    matcher = SequenceMatcher(None, before.split(b"\n"), after.split(b"\n"), autojunk=False)
    for _, first, last, start, stop in matcher.get_opcodes():
        if start < line <= stop:
            return min(first + line - start, max(last, first + 1))
    return line
