"""The token stream: C text without its layout and comments."""

from __future__ import annotations

from corpus.source.lexer import Kind, lex


def kinds(src: bytes) -> list[tuple[Kind, bytes]]:
    """The significant tokens with their kinds; a directive ends with a newline, its first word is no identifier."""
    found: list[tuple[Kind, bytes]] = []
    directive = False
    for kind, start, end in lex(src):
        if kind in ("space", "comment"):
            continue
        if kind == "newline":
            if directive:
                found.append((kind, b"\n"))
            directive = False
            continue
        if kind == "identifier" and found and found[-1][0] == "hash":
            kind = "punctuator"
        directive = directive or kind == "hash"
        found.append((kind, src[start:end]))
    return found


def token_stream(src: bytes) -> tuple[bytes, ...]:
    """The tokens without comments and blanks; a directive's tokens end with a newline, an asm block is one token."""
    return tuple(text for _, text in kinds(src))
