"""The token stream: C text without its layout and comments."""

from __future__ import annotations

from functools import lru_cache

from corpus.source.lexer import BLANK, Kind, lex, lexed


def kinds(src: bytes) -> list[tuple[Kind, bytes]]:
    """The significant tokens with their kinds.

    A directive ends with a newline token; its first word and the parts of a header's name are punctuators.
    """
    found: list[tuple[Kind, bytes]] = []
    directive = including = False
    for kind, start, end in lex(src):
        if kind in ("space", "comment"):
            continue
        if kind == "newline":
            if directive:
                found.append((kind, b"\n"))
            directive = including = False
            continue
        if kind == "identifier" and (including or (found and found[-1][0] == "hash")):
            kind = "punctuator"
            including = including or src[start:end] == b"include"
        directive = directive or kind == "hash"
        found.append((kind, src[start:end]))
    return found


@lru_cache(maxsize=64)  # a parent is compared with each of its variants
def token_stream(src: bytes) -> tuple[bytes, ...]:
    """The tokens without comments and blanks; a directive's tokens end with a newline, an asm block is one token."""
    found = lexed(src)
    if not found.directives:
        return tuple([text for _, text in found.words])
    ends = {last for _, last in found.directives}
    places = enumerate(zip(found.kinds, found.texts, strict=True))
    return tuple([text for at, (kind, text) in places if kind not in BLANK or at in ends])
