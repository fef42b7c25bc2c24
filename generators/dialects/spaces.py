"""Memory spaces: the words, and where they stand. In C51 a space before the type is the pointer's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from corpus.source.dialect import KEIL_SPACES, SDCC_SPACES
from corpus.source.edits import Edit
from corpus.source.lexer import Lexed, lexed
from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble

_SPACES = {b"__data": b"data", b"__idata": b"idata", b"__xdata": b"xdata", b"__pdata": b"pdata", b"__code": b"code"}
_BACK = {keil: sdcc for sdcc, keil in _SPACES.items()} | {b"bdata": b"__data"}
_BUILT_IN = frozenset(b"unsigned signed char short int long float double void bit __bit _Bool bool".split())
_TAGGED = frozenset((b"struct", b"union", b"enum"))
_QUALIFIERS = frozenset((b"const", b"volatile"))
_STORAGE = frozenset((b"static", b"extern", b"register", b"auto", b"typedef"))


@dataclass(frozen=True, slots=True)
class _Words:
    """The significant tokens of a source, by index."""

    cut: Lexed

    def text(self, index: int) -> bytes:
        return self.cut.words[index][1] if 0 <= index < len(self.cut.words) else b""

    def is_name(self, index: int) -> bool:
        return 0 <= index < len(self.cut.words) and self.cut.words[index][0] == "identifier"

    def start(self, index: int) -> int:
        return self.cut.starts[index]

    def end(self, index: int) -> int:
        return self.cut.starts[index] + len(self.text(index))

    def type_after(self, index: int) -> int:
        """The index behind the words of the type that begins somewhere behind `index`; `index` where none does."""
        first = at = self.first_of_type(index + 1)
        while self.text(at) in _BUILT_IN:
            at += 1
        if at > first:
            return at
        if self.text(at) in _TAGGED:
            at += 1 + self.is_name(at + 1)
            return self._closing(at) + 1 if self.text(at) == b"{" else at
        follows = self.text(at + 1)
        named = self.is_name(at) and follows != b"_at_" and (self.is_name(at + 1) or follows in (b"*", b")"))
        return at + 1 if named else index

    def first_of_type(self, index: int) -> int:
        """The index of the first word from `index` on that is no qualifier, storage class or address."""
        while self.text(index) in _QUALIFIERS | _STORAGE or self.text(index) == b"__at":
            index = self._behind_address(index) if self.text(index) == b"__at" else index + 1
        return index

    def type_before(self, index: int) -> int:
        """The index of the first word of the type that ends right before `index`; `index` where none does."""
        at = index
        while self.text(at - 1) in _BUILT_IN:
            at -= 1
        if at < index:
            return at
        if self.text(at - 1) == b"}":
            depth = 0
            for place in range(at - 1, -1, -1):
                depth += {b"}": 1, b"{": -1}.get(self.text(place), 0)
                if not depth:
                    at = place
                    break
            at -= self.is_name(at - 1) and self.text(at - 1) not in _TAGGED
            return at - 1
        if self.is_name(at - 1) and self.text(at - 1) not in _QUALIFIERS | _STORAGE:
            return at - 2 if self.text(at - 2) in _TAGGED else at - 1
        return index

    def stars_after(self, index: int) -> int:
        """The index behind the stars and the qualifiers among them that begin at `index`."""
        at, last = index, index
        while self.text(at) == b"*" or (at > index and self.text(at) in _QUALIFIERS):
            at += 1
            last = at
        return last

    def declares_more(self, index: int) -> bool:
        """Whether a comma of its own follows before the declaration ends."""
        depth = 0
        for at in range(index, len(self.cut.words)):
            text = self.text(at)
            depth += {b"(": 1, b"[": 1, b"{": 1, b")": -1, b"]": -1, b"}": -1}.get(text, 0)
            if depth < 0 or text == b";":
                return False
            if text == b"," and not depth:
                return True
        return False

    def _behind_address(self, index: int) -> int:
        return self._closing(index + 1) + 1 if self.text(index + 1) == b"(" else index + 2

    def _closing(self, index: int) -> int:
        depth = 0
        for at in range(index, len(self.cut.words)):
            depth += {b"{": 1, b"(": 1, b"}": -1, b")": -1}.get(self.text(at), 0)
            if not depth:
                return at
        return len(self.cut.words) - 1

    def without(self, index: int) -> Edit:
        """The edit that takes a word away with the blanks behind it, or before it where it ends a run of words."""
        src, start, end = self.cut.src, self.start(index), self.end(index)
        if src[end : end + 1] in (b" ", b"\t"):
            while src[end : end + 1] in (b" ", b"\t"):
                end += 1
            return Edit(start, end, b"")
        while src[start - 1 : start] in (b" ", b"\t"):
            start -= 1
        return Edit(start, end, b"")


def to_keil(unit: Unit) -> Iterator[Change | Trouble]:
    """`static const __code uint8_t t[2]` as `static const uint8_t code t[2]`."""
    words = _Words(lexed(unit.src))
    for index in _places(words, SDCC_SPACES):
        word = words.text(index)
        new = _SPACES.get(word)
        if new is None:
            yield Trouble(
                words.start(index), "memory-space", f"C51 has nothing like `{word.decode()}`: name a space that it has"
            )
            continue
        behind = words.type_after(index)
        if behind == index:
            yield _in_place(words, index, new, kept=words.type_before(index) == index)
        elif words.text(behind - 1) == b"}":
            if words.text(behind) == b"*":
                text = "before a struct's members C51 takes the space for the pointer's own: declare the struct first"
                yield Trouble(words.start(index), "memory-space", text)
            else:
                yield _in_place(words, index, new)
        else:
            edits = (words.without(index), Edit(words.end(behind - 1), words.end(behind - 1), b" " + new))
            first = words.first_of_type(index + 1)
            kind = [words.text(at) for at in range(first, behind)]
            before, after = b" ".join([word, *kind]), b" ".join([*kind, new])
            kept = words.text(index + 1) not in _QUALIFIERS | _STORAGE | {b"__at"}
            yield Change("space", edits, before.decode(), after.decode(), kept=kept)


def to_sdcc(unit: Unit) -> Iterator[Change | Trouble]:
    """`unsigned char code t[2]` as `__code unsigned char t[2]`; of `xdata char *p`, C51's old order, the pointer itself
    lies in the space: `char * __xdata p`."""
    words = _Words(lexed(unit.src))
    spans = {span.start for span in unit.spans if span.kind == "space"}
    for index in _places(words, KEIL_SPACES):
        word = words.text(index)
        start = words.start(index)
        new = _BACK.get(word)
        directive = any(a <= start < b for a, b in unit.directives)
        if new is None:
            yield Trouble(
                start, "memory-space", f"sdcc has nothing like `{word.decode()}` for the 8051: name a space that it has"
            )
        elif start not in spans and not directive:
            yield Trouble(start, "reserved-name", f"`{word.decode()}` is a keyword of C51 and no name")
        else:
            yield from _for_sdcc(words, index, new)


def _for_sdcc(words: _Words, index: int, new: bytes) -> Iterator[Change | Trouble]:
    behind, before = words.type_after(index), words.type_before(index)
    if behind > index and words.text(behind) == b"*":
        last = words.stars_after(behind)
        if words.declares_more(last) or not words.is_name(last):
            text = "in C51's old order this is the pointer's own space: write it behind the star that it belongs to"
            yield Trouble(words.start(index), "memory-space", text)
            return
        edits = (words.without(index), Edit(words.end(last - 1), words.end(last - 1), b" " + new + b" "))
        shown = [words.text(at) for at in range(index, last + 1)]
        after = [*shown[1:-1], new, shown[-1]]
        yield Change("space-of-pointer", edits, b" ".join(shown).decode(), b" ".join(after).decode())
    elif words.text(index - 1) == b"(" and words.text(index + 1) == b"*" and new == b"__code":
        # Functions lie in code memory, and sdcc's grammar has no place for the word here.
        yield Change("function-pointer", (words.without(index),), "(code *", "(*")
    elif behind > index or before == index:
        yield _in_place(words, index, new)
    else:
        edits = (words.without(index), Edit(words.start(before), words.start(before), new + b" "))
        shown = [words.text(at) for at in range(before, index + 1)]
        yield Change("space", edits, b" ".join(shown).decode(), b" ".join([new, *shown[:-1]]).decode())


def _in_place(words: _Words, index: int, new: bytes, *, kept: bool = True) -> Change:
    old = words.text(index)
    edit = Edit(words.start(index), words.end(index), new)
    return Change("space", (edit,), old.decode(), new.decode(), kept=kept)


def _places(words: _Words, known: frozenset[bytes]) -> Iterator[int]:
    if known.isdisjoint(words.cut.present):
        return
    for index, (kind, text) in enumerate(words.cut.words):
        if kind == "identifier" and text in known and text != b"near" and words.text(index - 1) not in (b".", b"->"):
            yield index
