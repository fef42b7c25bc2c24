"""Names of the code in prose: renamed with the code, and checked to exist in it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from corpus.source.dialect import C_KEYWORDS

# Python's \b takes Chinese characters for letters of a word.
_NAME = re.compile(r"(?<![A-Za-z0-9_])[A-Za-z_][A-Za-z0-9_]*(?![A-Za-z0-9_])")
_QUOTED = re.compile(r"`[^`\n]*`")
_STRING = re.compile(r'"[^"\n]*"')
_KEYWORDS = frozenset(word.decode() for word in C_KEYWORDS) | {"main", "NULL", "stdint", "h", "sdcc", "mmcs51"}
# Units are spelt like names with a hump.
_UNITS = frozenset(("kHz", "kOhm", "kBaud", "kBit", "kByte", "mAh", "mOhm", "mVpp", "dBm"))


def renamed(text: str, aliases: Iterable[tuple[str, str]]) -> str:
    """The text with each name replaced that the code renamed: within backticks, and elsewhere if it looks like code."""
    names = dict(aliases)
    if not names:
        return text
    quoted = [match.span() for match in _QUOTED.finditer(text)]

    def new(match: re.Match[str]) -> str:
        name = match[0]
        inside = any(start < match.start() < end for start, end in quoted)
        return names.get(name, name) if inside or looks_like_code(name) else name

    return _NAME.sub(new, text)


def looks_like_code(word: str) -> bool:
    """Whether a word can only be a name of the code: it has an underscore between letters, or a hump."""
    if word in _UNITS:
        return False
    return bool(
        re.search(r"[A-Za-z0-9]_[A-Za-z0-9]", word) or re.fullmatch(r"[a-z]+[a-z0-9]*(?:[A-Z][a-z0-9]+)+", word)
    )


def missing(text: str, names: Collection[str], known: Collection[str] = ()) -> tuple[str, ...]:
    """The names of code that the text speaks of and the code does not have.

    `known` are names that need not stand in the code: the chip's registers, say.
    """
    spoken = [name for quote in _QUOTED.findall(text) for name in _NAME.findall(_STRING.sub("", quote))]
    spoken += [name for name in _NAME.findall(_QUOTED.sub(" ", text)) if looks_like_code(name)]
    return tuple(dict.fromkeys(n for n in spoken if n not in names and n not in known and n not in _KEYWORDS))
