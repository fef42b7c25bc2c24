"""The C lexer: cuts any bytes into tokens without loss, so that strings, comments and asm can fool nobody."""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import accumulate, repeat
from typing import Literal, NamedTuple

from corpus.source.edits import Edit
from corpus.source.recent import Recent

Kind = Literal[
    "space", "newline", "comment", "string", "char", "number", "identifier", "punctuator", "hash", "asm", "broken"
]

_TOKEN = re.compile(
    rb"""
    (?P<space>(?:[ \t\r\f\v]|\\\r?\n|\xef\xbb\xbf)+)
  | (?P<newline>\n)
  | (?P<comment>//(?:[^\\\n]|\\\r?\n|\\.)*+ | /\*.*?\*/)
  | (?P<string>(?:u8|[uUL])?"(?:\\\r?\n|\\[^\n]|[^"\\\n])*+")
  | (?P<char>[uUL]?'(?:\\\r?\n|\\[^\n]|[^'\\\n])*+')
  | (?P<asm>_?_asm\b(?!\s*\().*?\b_?_endasm\b
          | \#[ \t]*(?:pragma[ \t]+)?(?:asm|ASM)\b.*?\#[ \t]*(?:pragma[ \t]+)?(?:endasm|ENDASM)\b)
  | (?P<broken>/\*.*+ | "[^\n]*+ | '[^\n]*+)
  | (?P<number>\.?[0-9](?:[eEpP][+-]|[\w.])*+)
  | (?P<identifier>[A-Za-z_$\x80-\xff][\w$\x80-\xff]*+)
  | (?P<punctuator>\.\.\.|<<=|>>=|->|\+\+|--|<<|>>|[<>=!&|^+\-*/%]=|&&|\|\||\#\#|.)
    """,
    re.VERBOSE | re.DOTALL,
)
# The same without groups, most frequent first: each of these begins with what begins nothing else.
_TEXTS = re.compile(
    rb"[ \t\r\f\v]++(?![\\\xef])|[A-KM-TV-Za-tv-z$][\w$\x80-\xff]*+|[(){}\[\];,?:~]|\n|[0-9](?:[eEpP][+-]|[\w.])*+|"
    + re.sub(rb"\(\?P<\w+>", b"(?:", _TOKEN.pattern),
    re.VERBOSE | re.DOTALL,
)
_MOST_TEXTS = 1 << 14


BLANK = frozenset(("space", "newline", "comment"))
"""The kinds of tokens that a compiler does not see."""


class Token(NamedTuple):
    """One token: `src[start:end]` in bytes.

    `hash` is the `#` that opens a directive; `asm` a whole `__asm ... __endasm` or `#pragma asm` block; `space` holds
    line splices and a byte order mark, `newline` a line's real end; `broken` an unterminated comment (to the end of
    the file), string or character (to the end of the line).
    """

    kind: Kind
    start: int
    end: int


@dataclass(frozen=True, eq=False)
class Lexed:
    """One text cut into tokens, and what many askers want of them.

    `bounds` are where the tokens begin, and the end of the text; `kinds` and `texts` go with them.
    """

    src: bytes
    kinds: tuple[Kind, ...]
    texts: tuple[bytes, ...]
    bounds: tuple[int, ...]

    @cached_property
    def tokens(self) -> tuple[Token, ...]:
        """All tokens; together they cover every byte."""
        places = zip(self.kinds, self.bounds, self.bounds[1:], strict=False)
        return tuple(map(tuple.__new__, repeat(Token), places))

    @cached_property
    def line_ends(self) -> tuple[int, ...]:
        """The places among the tokens that follow a line's end."""
        return tuple([at + 1 for at, kind in enumerate(self.kinds) if kind == "newline"])

    def of(self, *kinds: Kind) -> list[Token]:
        """The tokens of these kinds."""
        bounds, found, at = self.bounds, self.kinds, -1
        if len(kinds) > 1:
            return [Token(kind, bounds[at], bounds[at + 1]) for at, kind in enumerate(found) if kind in kinds]
        tokens = []
        for _ in range(found.count(kinds[0])):
            at = found.index(kinds[0], at + 1)
            tokens.append(Token(kinds[0], bounds[at], bounds[at + 1]))
        return tokens

    @cached_property
    def seen(self) -> tuple[int, ...]:
        """The places among the tokens of the significant ones: those that a compiler sees, without blanks, line ends
        and comments."""
        return tuple([at for at, kind in enumerate(self.kinds) if kind not in BLANK])

    @cached_property
    def starts(self) -> tuple[int, ...]:
        """Where each significant token begins."""
        return tuple(map(self.bounds.__getitem__, self.seen))

    @cached_property
    def words(self) -> tuple[tuple[Kind, bytes], ...]:
        """Kind and text of each significant token."""
        return tuple(zip(map(self.kinds.__getitem__, self.seen), map(self.texts.__getitem__, self.seen), strict=True))

    @cached_property
    def present(self) -> frozenset[bytes]:
        """The texts of the significant tokens, each once."""
        return frozenset([text for _, text in self.words])

    @cached_property
    def directives(self) -> tuple[tuple[int, int], ...]:
        """The index range of each preprocessor line among the tokens, `#` first, its newline excluded; a
        `#pragma asm` block is `asm`."""
        kinds = (*self.kinds, "newline")
        found: list[tuple[int, int]] = []
        at = 0
        for _ in range(self.kinds.count("hash")):
            first = kinds.index("hash", at)
            at = kinds.index("newline", first)
            found.append((first, at))
        return tuple(found)

    @cached_property
    def lines(self) -> tuple[tuple[int, int], ...]:
        """The index range of each preprocessor line among the significant tokens."""
        return tuple([(bisect_left(self.seen, first), bisect_left(self.seen, last)) for first, last in self.directives])

    @cached_property
    def code(self) -> tuple[tuple[int, int], ...]:
        """The index ranges of what is between preprocessor lines among the significant tokens."""
        ends = [0, *(end for _, end in self.lines)]
        return tuple(zip(ends, [*(start for start, _ in self.lines), len(self.seen)], strict=True))


def lex(src: bytes) -> list[Token]:
    """All tokens of `src` in order; together they cover every byte. Raises nothing."""
    return list(lexed(src).tokens)


def lexed(src: bytes) -> Lexed:
    """The same with what follows from them; the last 128 texts are remembered: one is looked at from many sides."""
    return _recent(src)


class Region(NamedTuple):
    """Whole lines in which two texts differ: the tokens `old[first:last]` of the one are `new_first:new_last` of the
    other."""

    first: int
    last: int
    new_first: int
    new_last: int


class Splice(NamedTuple):
    """A text cut by the tokens of another: outside of the regions both have the same tokens."""

    lexed: Lexed
    regions: tuple[Region, ...]


def lexed_near(src: bytes, base: Lexed, edits: Sequence[Edit]) -> Splice | None:
    """What `lexed` gives for `src`, which `edits` make of the base's text, and where the two differ.

    The base's tokens serve again, but for those of the lines that the edits touch. None where these lines could reach
    into others, or there is no edit; `lexed` then cuts all.
    """
    spliced = _spliced(base, src, edits)
    if spliced is not None and _recent.known(src) is None:
        _recent.put(src, spliced.lexed)
    return spliced


def _cut(src: bytes) -> Lexed:
    """All in C but for the `#`: what kind a text is does not depend on where it stands, and most texts come again."""
    texts = _TEXTS.findall(src)
    if len(_kinds) > _MOST_TEXTS:
        _kinds.clear()
    kinds = list(map(_kinds.__getitem__, texts))
    at = -1
    for _ in range(texts.count(b"#")):
        at = texts.index(b"#", at + 1)
        before = at - 1
        while before >= 0 and kinds[before] in ("space", "comment"):
            before -= 1
        if before < 0 or kinds[before] == "newline":
            kinds[at] = "hash"
    bounds = list(accumulate(map(len, texts), initial=0))
    return Lexed(src, tuple(kinds), tuple(texts), tuple(bounds))


def _spliced(base: Lexed, src: bytes, edits: Sequence[Edit]) -> Splice | None:
    """The base's tokens with those of the edited lines cut anew; None where they could reach into other lines.

    Behind a line's end that is no part of a comment or a splice the lexer begins afresh, whatever stood before.
    """
    kinds, texts, bounds = list[Kind](), list[bytes](), list[int]()
    regions: list[Region] = []
    done = shift = 0
    for first, last, grown in _edited_lines(base, edits):
        start, end = base.bounds[first], base.bounds[last]
        text = src[start + shift : end + shift + grown]
        cut = _cut(text)
        if (text and cut.kinds[-1] != "newline") or b"asm" in (text + base.src[start:end]).lower():
            return None
        kinds += base.kinds[done:first]
        texts += base.texts[done:first]
        bounds += [at + shift for at in base.bounds[done:first]] if shift else base.bounds[done:first]
        regions.append(Region(first, last, len(kinds), len(kinds) + len(cut.kinds)))
        kinds += cut.kinds
        texts += cut.texts
        here = start + shift
        bounds += [here + at for at in cut.bounds[:-1]]
        done = last
        shift += grown
    if not regions:
        return None
    kinds += base.kinds[done:]
    texts += base.texts[done:]
    bounds += [at + shift for at in base.bounds[done:]]
    return Splice(Lexed(src, tuple(kinds), tuple(texts), tuple(bounds)), tuple(regions))


_CLOSE = 24  # tokens between two edits that are cut as one region


def _edited_lines(base: Lexed, edits: Sequence[Edit]) -> list[tuple[int, int, int]]:
    """The tokens of the whole lines that edits touch, from and to, and by how many bytes these lines grow."""
    ends, bounds = base.line_ends, base.bounds
    found: list[tuple[int, int, int]] = []
    for edit in sorted(edits):
        number = bisect_right(ends, edit.start, key=bounds.__getitem__)
        first = ends[number - 1] if number else 0
        number = bisect_left(ends, max(edit.end, edit.start + 1), key=bounds.__getitem__)
        last = ends[number] if number < len(ends) else len(base.kinds)
        grown = len(edit.text) - edit.end + edit.start
        if found and first <= found[-1][1] + _CLOSE:
            start, end, before = found.pop()
            found.append((start, max(last, end), before + grown))
        else:
            found.append((first, last, grown))
    return found


class _Kinds(dict[bytes, Kind]):
    """The kind of a token by its text."""

    def __missing__(self, text: bytes) -> Kind:
        match = _TOKEN.match(text)
        assert match is not None
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        self[text] = kind
        return kind


_kinds = _Kinds()
_recent = Recent(_cut, 128)


def significant(tokens: Iterable[Token]) -> list[Token]:
    """The tokens that a compiler sees: without blanks, line ends and comments."""
    return [token for token in tokens if token[0] not in BLANK]
