"""Normal forms of C text: the token stream, its renaming, shingles for near duplicates, and a unit's interface."""

from __future__ import annotations

import hashlib
from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from corpus.source.ctype import BUILTIN
from corpus.source.dialect import KEYWORDS
from corpus.source.headers import header_symbols, includes
from corpus.source.interface import Interface, interface
from corpus.source.lexer import Kind
from corpus.source.stream import kinds, token_stream

__all__ = ["Interface", "interface", "renamed", "shingles", "token_stream"]

_WORDS = KEYWORDS | BUILTIN.keys()


def renamed(src: bytes) -> tuple[bytes, ...]:
    """The token stream with this source's own names numbered by first use (b"$0", b"$1", ...), literals kept.

    Keywords, header files and what the included headers declare (P1, memcpy, uint8_t) keep their names, and so do
    words in asm. Where a header is not installed, names in capitals are kept, since they may be registers.
    """
    kept, capitals = _foreign(includes(src))
    numbers: dict[bytes, bytes] = {}
    stream: list[bytes] = []
    for kind, text in kinds(src):
        own = kind == "identifier" and text not in kept and text not in _WORDS
        if own and not (capitals and text.isupper()):
            text = numbers.setdefault(text, b"$%d" % len(numbers))
        stream.append(text)
    return tuple(stream)


@lru_cache(maxsize=1024)
def _foreign(names: tuple[str, ...]) -> tuple[frozenset[bytes], bool]:
    headers = [header_symbols(name) for name in names]
    declared = frozenset[bytes]().union(*(h.declared for h in headers if h is not None))
    return declared, None in headers


_CLASSES: dict[Kind, bytes] = {"number": b"0", "string": b'""', "char": b"''", "asm": b"__asm", "broken": b"?"}


@lru_cache(maxsize=65536)
def _code(kind: Kind, text: bytes) -> int:
    if kind == "identifier" and text not in KEYWORDS:
        text = b"I"
    return int.from_bytes(hashlib.blake2b(_CLASSES.get(kind, text), digest_size=8).digest(), "little")


def shingles(src: bytes, n: int = 8) -> NDArray[np.uint64]:
    """64-bit hashes of the windows of `n` tokens, sorted and distinct; the same on every machine.

    The form that finds renamed and reformatted copies but tells register tables apart ("id8m"): identifiers are one
    class, literals one class each, comments dropped, and the k-th occurrence of a window counts as its own shingle. A
    text of fewer than `n` tokens is one shingle, an empty one none.
    """
    codes = np.array([_code(kind, text) for kind, text in kinds(src) if kind != "newline"], dtype=np.uint64)
    if codes.size == 0:
        return codes
    width = min(n, codes.size)
    windows = np.lib.stride_tricks.sliding_window_view(codes, width)
    hashes = np.zeros(len(windows), dtype=np.uint64)
    for column in range(width):
        hashes = hashes * np.uint64(0x9E3779B97F4A7C15) + windows[:, column]
    hashes = np.sort(hashes)
    starts = np.flatnonzero(np.concatenate(([True], hashes[1:] != hashes[:-1])))
    occurrence = np.arange(hashes.size) - np.repeat(starts, np.diff(np.append(starts, hashes.size)))
    return np.sort(_mixed(hashes + occurrence.astype(np.uint64) * np.uint64(0xD1342543DE82EF95)))


def _mixed(hashes: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """The finaliser of splitmix64, so that low and high bits are equally good."""
    hashes = (hashes ^ (hashes >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    hashes = (hashes ^ (hashes >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return hashes ^ (hashes >> np.uint64(31))
