"""How large the array bounds of a source may become, from above and without a parser."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.source.lexer import Lexed

_MACROS_DEEP = 8


def array_bounds(source: Lexed) -> Iterator[tuple[int, bytes]]:
    """For each pair of square brackets, the largest product or shift that its constants can spell, and its text.

    Object macros count with their constants. Sums are passed over: it takes a product, a shift or a long number to
    make an array that hurts.
    """
    if b"[" not in source.present:
        return
    named = _object_macros(source)
    opened: list[int] = []
    words = [text for _, text in source.words]
    for index in [at for at, word in enumerate(words) if word in (b"[", b"]")]:
        if words[index] == b"[":
            opened.append(index)
        elif opened:
            inside = words[opened.pop() + 1 : index]
            yield _largest(inside, named, 0), b" ".join(inside)


def _object_macros(source: Lexed) -> dict[bytes, list[bytes]]:
    found = {}
    for first, last in source.lines:
        words = [text for _, text in source.words[first:last]]
        if len(words) > 3 and words[1] == b"define":
            found[words[2]] = words[3:]
    return found


def _largest(words: Sequence[bytes], named: dict[bytes, list[bytes]], depth: int) -> int:
    """The largest product or shift that a constant expression spells, whatever else it does."""
    largest = product = 1
    shift = False
    for word in words:
        if word in (b"*", b"(", b")"):
            continue
        if word == b"<<":
            shift = True
            continue
        value = _largest(named[word], named, depth + 1) if word in named and depth < _MACROS_DEEP else _number(word)
        if value is None:
            product = 1
        else:
            product = min(1 << 64, product * (1 << min(value, 64) if shift else max(value, 1)))
            largest = max(largest, product)
        shift = False
    return largest


def _number(word: bytes) -> int | None:
    match = re.fullmatch(rb"(0[xX][0-9a-fA-F]+|0[bB][01]+|[0-9]+)[uUlL]*", word)
    if match is None:
        return None
    digits = match[1]
    return int(digits, 0 if digits[:2].lower() in (b"0x", b"0b") else 10)
