"""The mask: a copy of the source, byte for byte as long, in which the dialects of small chips read as plain C.

Only the parser sees the mask. Since every offset is the same in both texts, nothing has to be put back: the tree is
built on the mask and every text is cut from the original. What was hidden stays known as a span.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Literal, NamedTuple

from corpus.source.dialect import (
    AT_WORDS,
    ATOMIC_MACROS,
    COUNTED_ATTRIBUTES,
    EMPTY_ISR,
    ISR_MACROS,
    KEIL_ATTRIBUTES,
    KEIL_SPACES,
)
from corpus.source.lexer import Lexed, lexed
from corpus.source.spoken import REGISTERS, Dialect

SpanKind = Literal[
    "space", "at", "fattr", "asm", "qual", "isr", "critical", "register", "cast", "short-cast", "rest", "error",
    "comment",
]  # fmt: skip


class Span(NamedTuple):
    """`src[start:end]` and what stands there.

    `space` a memory space, `at` an address, `fattr` a function attribute with its argument, `asm` an asm block, `qual`
    a qualifier macro, `isr` an interrupt macro's parts, `critical` what stands before a critical block, `register` a
    whole declaration of an SFR or bit, `cast` a cast to a typedef name that the parser sees as `int`, `short-cast` one
    of two letters that it misreads as arithmetic, with the operator after it, `rest` the name before `...` in a macro's
    parameters.
    """

    kind: SpanKind
    start: int
    end: int


class Masked(NamedTuple):
    """`text` is as long as the source and has its line ends."""

    text: bytes
    spans: tuple[Span, ...]
    known: Dialect

    @property
    def keil(self) -> bool:
        """Whether the source is Keil C51."""
        return self.known.keil


def mask(src: bytes, qualifiers: Iterable[bytes] = ()) -> Masked:
    """Masks the dialect in `src`.

    `qualifiers` are macro names of the project that stand for qualifiers; those that `src` defines itself are found.
    Raises nothing.
    """
    source = lexed(src)
    known = Dialect.of(source, frozenset(qualifiers))
    return Masked(*masked(source, known), known)


def masked(source: Lexed, known: Dialect) -> tuple[bytes, tuple[Span, ...]]:
    """The text and the spans of a source whose words are known."""
    masker = _Masker(source, known)
    masker.run()
    masker.rests()
    return bytes(masker.buffer), tuple(sorted(masker.spans, key=lambda s: (s.start, s.end)))


def blank(text: bytes) -> bytes:
    """Spaces in place of everything but line ends."""
    return re.sub(rb"[^\n\r]", b" ", text)


_BEFORE_A_STATEMENT = frozenset((b";", b"{", b"}", b":", b"else"))
_A_LABEL = b"_________:"  # what a critical block parses as, so that rules leave it alone


class _Masker:
    """One pass over the significant tokens outside directives; each dialect word has its method."""

    def __init__(self, source: Lexed, known: Dialect) -> None:
        self.source = source
        src = self.src = source.src
        self.buffer = bytearray(src)
        self.spans: list[Span] = []
        seen = source.seen
        self.bounds = source.bounds
        self.seen = [at for first, last in source.code for at in seen[first:last]]
        self.kinds = list(map(source.kinds.__getitem__, self.seen))
        self.words = list(map(source.texts.__getitem__, self.seen))
        self.present = frozenset(self.words)
        self.keil, self.spaces, self.attributes, self.qualifiers, self.typedefs = known

    def word(self, index: int) -> bytes:
        return self.words[index] if 0 <= index < len(self.words) else b""

    def kind(self, index: int) -> str:
        return self.kinds[index] if 0 <= index < len(self.kinds) else ""

    def start(self, index: int) -> int:
        return self.bounds[self.seen[index]]

    def end(self, index: int) -> int:
        return self.bounds[self.seen[index] + 1]

    def hide(self, kind: SpanKind, first: int, last: int, fill: bytes = b"") -> None:
        """Blanks the tokens `first..last`, puts `fill` in front where it has room, and remembers the span."""
        start, end = self.start(first), self.end(last)
        fill = fill if len(fill) <= end - start else b""
        self.buffer[start:end] = fill + blank(self.src[start + len(fill) : end])
        self.spans.append(Span(kind, start, end))

    def mark(self, kind: SpanKind, first: int, last: int) -> None:
        self.spans.append(Span(kind, self.start(first), self.end(last)))

    def closing(self, index: int) -> int:
        """The `)` that closes the `(` at `index`, or the last token of the statement."""
        depth = 0
        for i in range(index, len(self.words)):
            depth += {b"(": 1, b")": -1}.get(self.words[i], 0)
            if not depth:
                return i
            if self.words[i] in (b";", b"{", b"}"):
                return i - 1
        return len(self.words) - 1

    def rests(self) -> None:
        """GNU's `#define P(args...)` reads `#define P(...)`."""
        source = self.source
        for first, last in source.lines if b"..." in source.present else ():
            texts = [text for _, text in source.words[first:last]]
            close = texts.index(b")") if b")" in texts else 0
            adjacent = texts[1:2] == [b"define"] and texts[3:4] == [b"("] and self._touch(first + 2)
            if adjacent and texts[close - 1] == b"..." and source.words[first + close - 2][0] == "identifier":
                start = source.starts[first + close - 2]
                end = start + len(texts[close - 2])
                self.buffer[start:end] = blank(self.src[start:end])
                self.spans.append(Span("rest", start, end))

    def _touch(self, index: int) -> bool:
        """Whether nothing stands between this significant token and the next."""
        return self.source.seen[index] + 1 == self.source.seen[index + 1]

    def run(self) -> None:
        by_word: dict[bytes, Callable[[int], int]] = {b"__at": self.at, b"@": self.at_sign, b"(": self.cast}
        if self.keil:
            by_word[b"_at_"] = self.at
        by_word |= dict.fromkeys(self.qualifiers & self.present, self.qualifier)
        by_word |= dict.fromkeys(self.spaces & self.present, self.space)
        by_word |= dict.fromkeys(self.attributes & self.present, self.attribute)
        by_word |= dict.fromkeys(ISR_MACROS & self.present, self.isr)
        by_word |= dict.fromkeys(ATOMIC_MACROS & self.present, self.atomic)
        by_word[EMPTY_ISR] = self.empty_isr
        by_word |= dict.fromkeys(REGISTERS & self.present, self.register)
        done = 0
        for index in self._places(by_word):
            if index < done:
                continue
            handler = self.asm if self.kinds[index] == "asm" else by_word[self.words[index]]
            done = handler(index)

    def _places(self, by_word: Mapping[bytes, Callable[[int], int]]) -> list[int]:
        """The tokens that may have to be hidden, in order."""
        wanted = self.present & by_word.keys()
        if not self.typedefs:
            wanted -= {b"("}
        found = [i for i, word in enumerate(self.words) if word in wanted]
        return (
            sorted((*found, *(i for i, kind in enumerate(self.kinds) if kind == "asm")))
            if "asm" in self.kinds
            else found
        )

    def asm(self, i: int) -> int:
        self.hide("asm", i, i, b"0" if self.word(i + 1) == b";" else b";")
        return i + 1

    def at(self, i: int) -> int:
        """`__at (0x90)`, `__at 0x90`, `_at_ BASE + 2`."""
        last = i + 1
        if self.word(last) == b"(":
            last = self.closing(last)
        elif self.kind(last) in ("number", "identifier"):
            while self.word(last + 1) in (b"+", b"-", b"|", b"<<", b"^"):
                last += 2
        else:
            return i + 1
        last = min(last, len(self.words) - 1)
        self.hide("at", i, last)
        return last + 1

    def at_sign(self, i: int) -> int:
        """`@far` of COSMIC; `x @ 0x20` of IAR."""
        if self.word(i + 1) in AT_WORDS:
            self.hide("qual", i, i + 1)
            return i + 2
        if self.kind(i - 1) == "identifier" or self.word(i - 1) == b"]":
            return self.at(i)
        return i + 1

    def space(self, i: int) -> int:
        before, after = self.word(i - 1), self.word(i + 1)
        if self.words[i] in KEIL_SPACES and not self._is_space(i):
            return i + 1
        first = i - 1  # what stands before the words of the type
        while self.kind(first) == "identifier" and self.words[first] != b"typedef":
            first -= 1
        no_auto = self.word(first) in (b"*", b"(", b"typedef")
        if (before == b"(" and after == b"*") or (no_auto and len(self.words[i]) < 5):
            fill = b""  # no qualifier may stand in `(__code *f)(void)`, no `auto` in a cast or behind a star
        elif after in (b"=", b";", b",", b")", b"[") and before != b"*":
            fill = b""  # behind its declarator
        else:
            fill = b"const" if len(self.words[i]) >= 5 else b"auto"
        self.hide("space", i, i, fill)
        return i + 1

    def _is_space(self, i: int) -> bool:
        """Whether Keil's word, an ordinary name elsewhere, stands among a declaration's words here."""
        if self.word(i - 1) == b"(" and self.word(i + 1) == b"*" and self.word(i + 3) in (b")", b"["):
            return self.word(i + 4) == b"(" or self.word(i + 3) == b"["  # `void (code *handler)(void)`
        starts = self.kind(i + 1) == "identifier" or self.word(i + 1) == b"*"
        before = self.word(i - 1)
        follows = before in (b"", b";", b"{", b"}", b"(", b",", b"*") or (
            self.kind(i - 1) == "identifier" and before not in (b"return", b"goto", b"case", b"else", b"sizeof")
        )
        return starts and follows and (self.word(i + 1) != b"*" or self.kind(i - 1) == "identifier")

    def attribute(self, i: int) -> int:
        word = self.words[i]
        if word in KEIL_ATTRIBUTES and not self._is_attribute(i):
            return i + 1
        if word == b"__critical" and self.word(i + 1) == b"{" and self.word(i - 1) in _BEFORE_A_STATEMENT:
            self.hide("critical", i, i, _A_LABEL)
            return i + 1
        if word == b"__trap" and self.word(i + 1) == b";":
            self.hide("asm", i, i, b"0")
            return i + 1
        last = i
        if self.word(i + 1) == b"(" and word not in (b"__naked", b"__critical", b"__reentrant"):
            last = self.closing(i + 1)
        elif word in COUNTED_ATTRIBUTES and self.kind(i + 1) in ("number", "identifier"):
            last += self.word(i + 1) not in self.attributes
        self.hide("fattr", i, last)
        return last + 1

    def _is_attribute(self, i: int) -> bool:
        """Whether Keil's word follows a parameter list, perhaps behind other attributes."""
        j = i - 1
        while self.words[j] in KEIL_ATTRIBUTES or (self.words[j - 1] in COUNTED_ATTRIBUTES and j > 1):
            j -= 1
        return j >= 0 and self.word(j) == b")" and self.word(i + 1) != b"("

    def qualifier(self, i: int) -> int:
        bare = self.word(i - 1) in (b")", b"]") or self.word(i + 1) in (b"=", b";", b",", b")", b"{", b"(")
        self.hide("qual", i, i, b"" if bare else b"const")
        return i + 1

    def isr(self, i: int) -> int:
        """`INTERRUPT_HANDLER(name, 3) {` reads `void name() {`."""
        if self.word(i + 1) != b"(":
            return i + 1
        last = self.closing(i + 1)
        opens = self.word(last + 1) in (b"{", b";") and self.kind(i + 2) == "identifier"
        if not opens or self.kind(i - 1) == "identifier":
            return i + 1
        if self.end(last) - self.end(i + 2) < 2 or (self.word(last + 1) == b";" and last == i + 3):
            self.mark("isr", i, last)  # `ISR(name) {` is a function definition as it stands
            return last + 1
        self.hide("isr", i, i + 1, b"void" if len(self.words[i]) >= 4 else b"int")
        start, end = self.end(i + 2), self.end(last)
        self.buffer[start:end] = b"()" + blank(self.src[start + 2 : end])
        self.spans.append(Span("isr", start, end))
        return last + 1

    def atomic(self, i: int) -> int:
        """`ATOMIC_BLOCK(ATOMIC_FORCEON) {` reads `______: {`, as a critical block does."""
        last = self.closing(i + 1) if self.word(i + 1) == b"(" else i
        if self.word(last + 1) == b"{" and self.word(i - 1) in (*_BEFORE_A_STATEMENT, b")"):
            self.hide("critical", i, last, _A_LABEL)
        return last + 1

    def empty_isr(self, i: int) -> int:
        """`EMPTY_INTERRUPT(WDT_vect)` at file scope is no C; it counts as a piece of assembly."""
        last = self.closing(i + 1) if self.word(i + 1) == b"(" else i
        if last > i and self.word(i - 1) in (b"", b";", b"}"):
            self.hide("asm", i, last, b"0" if self.word(last + 1) == b";" else b";")
        return last + 1

    def register(self, i: int) -> int:
        """A declaration of SFRs or bits parses once its address is hidden; the whole of it is remembered."""
        if self.words[i] not in (b"sfr", b"sfr16", b"sbit") or self.kind(i + 1) == "identifier":
            first = last = i
            while self.word(first - 1) in (b"volatile", b"static", b"extern", b"const"):
                first -= 1
            while last + 1 < len(self.words) and self.words[last] not in (b";", b"{", b"}"):
                last += 1
            if self.words[last] == b";":
                self.mark("register", first, last)
        return i + 1

    def cast(self, i: int) -> int:
        """`(typedef_name)-x` is a subtraction to a parser that knows no typedefs."""
        name = self.word(i + 1)
        if name not in self.typedefs or self.word(i + 2) != b")":
            return i + 1
        before, after = self.word(i - 1), self.word(i + 3)
        if self.kind(i - 1) == "identifier" and before not in (b"return", b"case", b"else", b"do"):
            return i + 1
        if before in (b")", b"]") or after not in (b"-", b"+", b"*", b"&", b"("):
            return i + 1
        if len(name) >= 3:
            self.hide("cast", i + 1, i + 1, b"int")
        elif after != b"(":
            self.mark("short-cast", i, i + 3)
        return i + 3
