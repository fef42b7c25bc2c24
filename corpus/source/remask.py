"""The mask of a text that differs from another in some lines only: made of the other's, but for the statements that
were edited."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import NamedTuple

from corpus.source.dialect import KEIL_WORDS
from corpus.source.edits import Edit
from corpus.source.lexer import Lexed, Splice, lexed
from corpus.source.mask import Masked, Span, masked
from corpus.source.spoken import Dialect

_STOPS = frozenset((b";", b"{", b"}"))
# Words whose meaning reaches beyond their statement.
_FAR = KEIL_WORDS | {b"typedef", b"...", b"include"}


class Remasked(NamedTuple):
    """A mask, and the edits that make it of the other text's."""

    masked: Masked
    edits: tuple[Edit, ...]


@dataclass
class _Zone:
    """The statements that edits touch: the significant tokens behind `start` to `end` of the base, both of them stops
    or outside of the text. `told` says that one of the mask's words is inside, `far` that one is whose meaning may
    reach beyond."""

    start: int
    end: int
    edits: list[Edit]
    told: bool
    far: bool


def mask_near(base: Lexed, known: Masked, splice: Splice, edits: Sequence[Edit]) -> Remasked | None:
    """What `mask` gives for the text that `edits` make of `base`, whose mask is known and whose tokens are spliced.

    Between two of `;`, `{` and `}` nothing depends on what is outside, but for what words mean; None where the edits
    make them mean something else. A statement without any word that means something to the mask is its own mask.
    """
    if known.keil:
        return None
    src = splice.lexed.src
    text, spans, made = list[bytes](), list[Span](), list[Edit]()
    done = shift = 0
    checked = False
    marks = _landmarks(base, known.known)
    for zone in _zones(base, known.known, splice, edits):
        first = base.bounds[base.seen[zone.start] + 1] if zone.start >= 0 else 0
        last = base.bounds[base.seen[zone.end] + 1] if zone.end < len(base.seen) else len(base.src)
        grown = sum(len(edit.text) - edit.end + edit.start for edit in zone.edits)
        text.append(known.text[done:first])
        spans += _moved(known.spans, done, first, shift)
        part = src[first + shift : last + shift + grown]
        before = marks.before(base, zone.start)
        new = lexed(before + part) if zone.told or zone.end in marks.lines else None
        if new is not None and zone.end in marks.lines and not _is_closed(new):
            return None
        if not checked and (zone.far or (new is not None and _far(new, known.known))):
            if Dialect.of(splice.lexed) != known.known:
                return None
            checked = True
        if new is not None and zone.told:
            text_of, found = masked(new, known.known)
            part = text_of[len(before) :]
            spans += _moved(found, len(before), len(text_of), first + shift - len(before))
            made.append(Edit(first, last, part))
        else:
            made += zone.edits
        text.append(part)
        done = last
        shift += grown
    text.append(known.text[done:])
    spans += _moved(known.spans, done, len(base.src), shift)
    return Remasked(Masked(b"".join(text), tuple(spans), known.known), tuple(made))


def _zones(base: Lexed, known: Dialect, splice: Splice, edits: Sequence[Edit]) -> list[_Zone]:
    """The statements to look at again, in order."""
    marks, words = _landmarks(base, known), _words(known)
    left = sorted(edits)
    found: list[_Zone] = []
    for region in splice.regions:
        first, last = bisect_left(base.seen, region.first), bisect_left(base.seen, region.last)
        at = bisect_left(marks.stops, first) - 1
        start = marks.stops[at] if at >= 0 else -1
        at = bisect_left(marks.stops, last)
        end = marks.stops[at] if at < len(marks.stops) else len(base.seen)
        old, new = base.texts[region.first : region.last], splice.lexed.texts[region.new_first : region.new_last]
        told = not words.isdisjoint(new) or _any(marks.special, start, end)
        far = _any(marks.far, start, end)
        if b"typedef" in base.present and any(old.count(brace) != new.count(brace) for brace in (b"{", b"}")):
            far = True
        count = bisect_right(left, base.bounds[region.last], key=_START)
        if found and start < found[-1].end:
            zone = found[-1]
            zone.end = max(end, zone.end)
            zone.told |= told
            zone.far |= far
            zone.edits += left[:count]
        else:
            found.append(_Zone(start, end, left[:count], told, far))
        del left[:count]
    return found


_START = attrgetter("start")


def _any(places: Sequence[int], start: int, end: int) -> bool:
    """Whether one of the places is behind `start`, and at `end` or before."""
    return bisect_right(places, start) != bisect_right(places, end)


def _moved(spans: Sequence[Span], start: int, end: int, shift: int) -> list[Span]:
    """Those of the spans that begin in `start..end`, moved."""
    some = spans[bisect_left(spans, start, key=_START) : bisect_left(spans, end, key=_START)]
    return [Span(kind, first + shift, last + shift) for kind, first, last in some]


@lru_cache(maxsize=64)
def _words(known: Dialect) -> frozenset[bytes]:
    return known.words | _FAR


def _is_closed(part: Lexed) -> bool:
    """Whether what is outside of the directives ends with a statement's end, so that what follows does not go on."""
    code = [at for first, last in part.code for at in range(first, last)]
    return not code or part.words[code[-1]][1] in _STOPS


class _Landmarks(NamedTuple):
    """Places among the significant tokens of a source: of the mask's words, asm blocks among them; of those that reach
    far; of what ends a statement; and of the ends of directives that stand between statements, `stops` too."""

    special: list[int]
    far: list[int]
    stops: list[int]
    lines: frozenset[int]

    def before(self, source: Lexed, stop: int) -> bytes:
        """What ended the statement before, seen from behind a stop; empty at the beginning of the text."""
        at = bisect_right(self.stops, stop) - 1
        while at >= 0 and self.stops[at] in self.lines:
            at -= 1
        return source.words[self.stops[at]][1] if at >= 0 else b""


@lru_cache(maxsize=64)
def _landmarks(source: Lexed, known: Dialect) -> _Landmarks:
    words = _words(known)
    special = [at for at, (kind, text) in enumerate(source.words) if text in words or kind == "asm"]
    stops = {at for at, (_, text) in enumerate(source.words) if text in _STOPS}
    lines: set[int] = set()
    for first, last in source.lines:
        stops.difference_update(range(first, last))
        if not first or first - 1 in stops or first - 1 in lines:
            lines.add(last - 1)
    return _Landmarks(special, _far(source, known), sorted(stops | lines), frozenset(lines))


def _far(source: Lexed, known: Dialect) -> list[int]:
    """Where words stand whose meaning may reach beyond their statement: some anywhere, all of the mask's in directives,
    and names that a typedef with braces may give."""
    words, texts = _words(known), [text for _, text in source.words]
    places = [at for at, text in enumerate(texts) if text in _FAR]
    places += [at for first, last in source.lines for at in range(first, last) if texts[at] in words]
    if known.typedefs and b"}" in source.present:
        given = [at for at, text in enumerate(texts) if text in known.typedefs]
        places += [at for at in given if texts[at + 1 : at + 2] in ([b";"], [b","], [b"["])]
    return sorted(places)
