"""The C lexer: cuts any bytes into tokens without loss, so that strings, comments and asm can fool nobody."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import accumulate, repeat
from typing import Literal, NamedTuple

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
    """One text cut into tokens, and what many askers want of them."""

    src: bytes
    tokens: tuple[Token, ...]

    @cached_property
    def significant(self) -> tuple[Token, ...]:
        """The tokens that a compiler sees: without blanks, line ends and comments."""
        return tuple(significant(self.tokens))

    @cached_property
    def words(self) -> tuple[tuple[Kind, bytes], ...]:
        """Kind and text of each significant token."""
        src = self.src
        return tuple([(kind, src[start:end]) for kind, start, end in self.significant])

    @cached_property
    def present(self) -> frozenset[bytes]:
        """The texts of the significant tokens, each once."""
        return frozenset([text for _, text in self.words])

    @cached_property
    def directives(self) -> tuple[tuple[int, int], ...]:
        """The index range of each preprocessor line among the tokens: see `directives`."""
        return tuple(directives(self.tokens)) if b"#" in self.src else ()

    @cached_property
    def lines(self) -> tuple[tuple[int, int], ...]:
        """The index range of each preprocessor line among the significant tokens."""
        starts = [start for _, start, _ in self.significant]
        places = [(self.tokens[first].start, self.tokens[last - 1].end) for first, last in self.directives]
        return tuple([(bisect_left(starts, start), bisect_left(starts, end)) for start, end in places])

    @cached_property
    def code(self) -> tuple[tuple[int, int], ...]:
        """The index ranges of what is between preprocessor lines among the significant tokens."""
        ends = [0, *(end for _, end in self.lines)]
        return tuple(zip(ends, [*(start for start, _ in self.lines), len(self.significant)], strict=True))


def lex(src: bytes) -> list[Token]:
    """All tokens of `src` in order; together they cover every byte. Raises nothing."""
    return list(lexed(src).tokens)


@lru_cache(maxsize=128)
def lexed(src: bytes) -> Lexed:
    """The same with what follows from them; the last 128 texts are remembered, since one is looked at from many sides.

    All in C but for the `#`: what kind a text is does not depend on where it stands, and most texts come again.
    """
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
    return Lexed(src, tuple(map(tuple.__new__, repeat(Token), zip(kinds, bounds, bounds[1:], strict=False))))


class _Kinds(dict[bytes, Kind]):
    """The kind of a token by its text."""

    def __missing__(self, text: bytes) -> Kind:
        match = _TOKEN.match(text)
        assert match is not None
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        self[text] = kind
        return kind


_kinds = _Kinds()


BLANK = frozenset(("space", "newline", "comment"))
"""The kinds of tokens that a compiler does not see."""


def significant(tokens: Iterable[Token]) -> list[Token]:
    """The tokens that a compiler sees: without blanks, line ends and comments."""
    return [token for token in tokens if token[0] not in BLANK]


def directives(tokens: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """The index range of each preprocessor line, `#` first, its newline excluded; `#pragma asm` blocks are `asm`."""
    index = 0
    for first in [at for at, token in enumerate(tokens) if token[0] == "hash"]:
        if first >= index:
            index = first
            while index < len(tokens) and tokens[index].kind != "newline":
                index += 1
            yield first, index
