"""Fragments of a source, to be inspired by."""

from __future__ import annotations

import random

from corpus.source.lexer import lex

# OSS-Instruct (Wei et al. 2023, arXiv:2312.02120, section 2.1) takes 1 to 15 lines; below 4 there is seldom an idea.
LEAST_LINES = 4
MOST_LINES = 15


def snippet_of(source: str, rng: random.Random) -> str:
    """LEAST_LINES to MOST_LINES consecutive lines of a C source without its comments and blank lines; the whole where
    it has fewer."""
    lines = _plain_lines(source)
    count = rng.randint(LEAST_LINES, MOST_LINES)
    first = rng.randint(0, max(0, len(lines) - count))
    return "\n".join(lines[first : first + count])


def _plain_lines(source: str) -> list[str]:
    src = source.encode("utf-8", "replace")
    parts, end = [], 0
    for token in lex(src):
        if token.kind == "comment":
            parts += [src[end : token.start], b"\n" * src.count(b"\n", token.start, token.end) or b" "]
            end = token.end
    text = b"".join([*parts, src[end:]]).decode("utf-8", "replace")
    return [line.rstrip() for line in text.splitlines() if line.strip()]
