"""The C lexer: cuts any bytes into tokens without loss, so that strings, comments and asm can fool nobody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from functools import lru_cache
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


class Token(NamedTuple):
    """One token: `src[start:end]` in bytes.

    `hash` is the `#` that opens a directive; `asm` a whole `__asm ... __endasm` or `#pragma asm` block; `space` holds
    line splices and a byte order mark, `newline` a line's real end; `broken` an unterminated comment (to the end of
    the file), string or character (to the end of the line).
    """

    kind: Kind
    start: int
    end: int


def lex(src: bytes) -> list[Token]:
    """All tokens of `src` in order; together they cover every byte. Raises nothing.

    The last 128 texts are remembered, since one source is looked at from many sides.
    """
    return list(_lexed(src))


@lru_cache(maxsize=128)
def _lexed(src: bytes) -> tuple[Token, ...]:
    tokens: list[Token] = []
    fresh = True  # nothing but blanks and comments since the line began
    for match in _TOKEN.finditer(src):
        kind: Kind = match.lastgroup  # type: ignore[assignment]
        if kind == "newline":
            fresh = True
        elif kind not in ("space", "comment"):
            if fresh and kind == "punctuator" and src[match.start()] == 0x23:
                kind = "hash" if match.end() == match.start() + 1 else kind
            fresh = False
        tokens.append(Token(kind, match.start(), match.end()))
    return tuple(tokens)


def significant(tokens: Iterable[Token]) -> list[Token]:
    """The tokens that a compiler sees: without blanks, line ends and comments."""
    return [token for token in tokens if token.kind not in ("space", "newline", "comment")]


def directives(tokens: list[Token]) -> Iterator[tuple[int, int]]:
    """The index range of each preprocessor line, `#` first, its newline excluded; `#pragma asm` blocks are `asm`."""
    index = 0
    for first in [at for at, token in enumerate(tokens) if token.kind == "hash"]:
        if first >= index:
            index = first
            while index < len(tokens) and tokens[index].kind != "newline":
                index += 1
            yield first, index
