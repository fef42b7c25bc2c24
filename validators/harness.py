"""What a harness sees of its program, so that the harness is compiled once and every variant is linked to it.

    view = seen_by(Unit.parse(source), words_of(harness), {"add": "advance"})
    view.text        C that declares it: the harness is compiled behind this
    view.edits       make the program's own file show it: `static` goes
    view.symbols     the program's names as the harness calls them

Only what the harness can reach is in the text, and in one spelling: a variant that changes something else has the same
text as its parent, and the harness's object serves both.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import lru_cache

from corpus.source.edits import Edit
from corpus.source.headers import includes
from corpus.source.lexer import lex, lexed, significant
from corpus.source.unit import Unit
from validators.pieces import CONDITIONS, NotToTell, Piece, directive, pieces_of, require_no_gaps

PROGRAM_MAIN = "program_main"
"""What a harness calls the program's own `main`, which is not the start of the image."""


@dataclass(frozen=True, slots=True)
class View:
    """What one harness sees of one program.

    `text` declares it, in the harness's names. `edits` are for the program's source: they blank the `static` of what
    the harness uses, and no offset moves. `symbols` are names of the program that the harness calls otherwise.
    """

    text: bytes
    edits: tuple[Edit, ...]
    symbols: Mapping[str, str]


def words_of(*texts: bytes) -> frozenset[bytes]:
    """The identifiers in some C texts: what a harness may mean."""
    return frozenset[bytes]().union(*map(_words, texts))


@lru_cache(maxsize=4096)  # most pieces of a variant are its parent's
def _words(text: bytes) -> frozenset[bytes]:
    return frozenset(word for kind, word in lexed(text).words if kind == "identifier")


def seen_by(unit: Unit, words: frozenset[bytes], aliases: Mapping[str, str]) -> View | None:
    """What a harness with these words sees of a program; an alias maps a name of the harness to the program's.

    None where that cannot be told for certain: a source that does not parse, conditional parts within a declaration, an
    inline function for others, or a name of the harness that the program uses for something else. Program and harness
    must then be compiled as one file.
    """
    if unit.error is not None or unit.masked.keil:
        return None
    try:
        items = list(pieces_of(unit))
        require_no_gaps(unit, items)
        names = {new.encode(): old.encode() for old, new in aliases.items()} | {b"main": PROGRAM_MAIN.encode()}
        of_unit = {old: new for new, old in names.items()}
        kept = _reached(unit, items, {of_unit.get(word, word) for word in words})
        names |= _handlers(unit, kept, words, names)
        lines = [_emitted(unit, item, names) for item in kept]
    except NotToTell:
        return None
    edits = [Edit(start, end, b" " * (end - start)) for item in kept for start, end in item.statics]
    if not any(item.line and directive(unit, item.start, item.end) in CONDITIONS for item in kept):
        # sdcc takes the second prototype of a handler for a second handler; a second #define has its own meaning.
        lines = [line for number, line in enumerate(lines) if kept[number].line or line not in lines[:number]]
    text = b"".join(line + b"\n" for line in lines)
    renamed = {new.decode(): old.decode() for new, old in names.items() if new != b"main"}
    return View(text, tuple(sorted(edits)), renamed)


_EMPTY = b"{}"


@dataclass(frozen=True, slots=True)
class Shell:
    """A source without what is between the braces of its functions, which no harness sees, but for inline ones and
    those that hold directives. `parts` are the (start, end) of what is left."""

    text: bytes
    parts: tuple[tuple[int, int], ...]

    @classmethod
    def of(cls, unit: Unit) -> Shell:
        """The shell of a source that parses."""
        parts: list[tuple[int, int]] = []
        at = 0
        for function in unit.functions():
            body = function.child_by_field_name("body")
            if body is None or any(body.start_byte <= start < body.end_byte for start, _ in unit.directives):
                continue
            if b"inline" not in unit.src[function.start_byte : body.start_byte]:
                parts.append((at, body.start_byte))
                at = unit.end(body)
        parts.append((at, len(unit.src)))
        return cls(_EMPTY.join(unit.src[start:end] for start, end in parts), tuple(parts))

    def placed(self, edits: Iterable[Edit]) -> tuple[Edit, ...]:
        """Edits of the shell's text as edits of the source."""
        shifts: list[tuple[int, int]] = []
        at = 0
        for start, end in self.parts:
            shifts.append((at, start - at))
            at += end - start + len(_EMPTY)
        firsts = [first for first, _ in shifts]
        moved = [(edit, shifts[bisect_right(firsts, edit.start) - 1][1]) for edit in edits]
        return tuple(Edit(edit.start + shift, edit.end + shift, edit.text) for edit, shift in moved)


# What of them is kept


def _reached(unit: Unit, items: list[Piece], wanted: set[bytes]) -> list[Piece]:
    """The pieces that the words reach, through macros and types, in source order."""
    kept: set[int] = set()
    words = [words_of(_text(unit, item)) for item in items]
    vectors = _to_vectors(items, words)
    grew = True
    while grew:
        grew = False
        for number, item in enumerate(items):
            handler = not item.line and not words[number].isdisjoint(vectors)
            if number not in kept and (item.always or handler or not wanted.isdisjoint(item.names)):
                kept.add(number)
                wanted |= words[number]
                grew = True
    return [items[number] for number in sorted(kept)]


def _to_vectors(items: list[Piece], words: list[frozenset[bytes]]) -> set[bytes]:
    """`__interrupt` and the macros that may stand for it: what has one in its head is a handler and fills a vector."""
    found = {b"__interrupt", b"interrupt", b"__trap"}
    grew = True
    while grew:
        before = len(found)
        for item, has in zip(items, words, strict=True):
            if item.line and not has.isdisjoint(found):
                found |= item.names
        grew = len(found) > before
    return found


def _text(unit: Unit, item: Piece) -> bytes:
    at, parts = item.start, []
    for edit in sorted(item.edits):
        parts += [unit.src[at : edit.start], edit.text]
        at = edit.end
    return b"".join([*parts, unit.src[at : item.end], item.after])


def _handlers(
    unit: Unit, kept: Iterable[Piece], words: frozenset[bytes], names: Mapping[bytes, bytes]
) -> dict[bytes, bytes]:
    """Interrupt handlers that the harness does not call are named after their vector: it only has to have their vector
    filled, whatever a variant calls them."""
    found: dict[bytes, bytes] = {}
    for item in kept:
        if not item.always or item.line:
            continue
        for name in (n for n in item.names if names.get(n, n) not in words):
            spans = unit.dialect(item.start, item.end)
            vector = b"_".join(sorted(words_and_numbers(unit.src[s.start : s.end]) for s in spans if s.kind == "fattr"))
            if vector:
                found[name] = b"handler_" + vector
    return found if len(set(found.values())) == len(found) else {}


def words_and_numbers(text: bytes) -> bytes:
    """The identifiers and numbers of a text, joined to one identifier."""
    return b"_".join(text[t.start : t.end].strip(b"_") for t in lex(text) if t.kind in ("identifier", "number"))


def _emitted(unit: Unit, item: Piece, names: Mapping[bytes, bytes]) -> bytes:
    """One piece in one line, with one blank between its tokens and the names that the harness has for them."""
    taken = set(names.values())
    text = _text(unit, item)
    tokens = significant(lex(text))
    if not item.line and any(token.kind == "hash" for token in tokens):
        raise NotToTell
    if item.line and includes(text):
        return text
    parts: list[bytes] = []
    for number, token in enumerate(tokens):
        word = text[token.start : token.end]
        if token.kind == "identifier":
            if word in taken and word not in names:
                raise NotToTell
            word = names.get(word, word)
        # `#define F(x)` has arguments, `#define F (x)` has none.
        opens = item.line and number == 3 and word == b"(" and tokens[2].end == token.start
        parts += [word] if opens or not parts else [b" ", word]
    return b"".join(parts)
