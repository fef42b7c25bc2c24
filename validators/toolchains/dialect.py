"""sdcc's dialect, turned into what gcc parses with the shim in front; line numbers stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from itertools import zip_longest
from pathlib import Path

from corpus.source.lexer import directives, lex, significant

_FOLDERS = (Path("/usr/share/sdcc/include/mcs51"), Path("/usr/local/share/sdcc/include/mcs51"))
_WITH_A_NUMBER = (b"__at", b"__interrupt", b"__using")


def for_gcc(src: bytes) -> bytes:
    """The source with asm blocks blanked and `__at 0x80` written as `__at(0x80)`, which a macro can take."""
    parts: list[bytes] = []
    done = 0
    tokens = significant(lex(src))
    for token, after in zip_longest(tokens, tokens[1:]):
        if token.kind == "asm":
            parts += [src[done : token.start], _blank(src[token.start : token.end])]
            done = token.end
        elif after is not None and after.kind in ("number", "identifier"):
            word = src[token.start : token.end]
            if token.kind == "identifier" and word in _WITH_A_NUMBER:
                parts += [src[done : after.start], b"(", src[after.start : after.end], b")"]
                done = after.end
    return b"".join([*parts, src[done:]])


def _blank(text: bytes) -> bytes:
    """As many lines as before, and the splices that keep a macro's lines together."""
    lines = text.split(b"\n")
    return b"\n".join(b" \\" if line.rstrip().endswith(b"\\") else b" " for line in lines)


def device_headers(sources: Iterable[bytes]) -> Mapping[str, bytes]:
    """sdcc's device headers that the sources include, and those that these include, by name and for gcc."""
    found: dict[str, bytes] = {}
    waiting = [name for src in sources for name in included(src)]
    while waiting:
        name = waiting.pop()
        if name not in found and (entry := _device_header(name)) is not None:
            found[name], more = entry
            waiting += more
    return dict(sorted(found.items()))


def included(src: bytes) -> list[str]:
    """The names in `#include <name>` and `#include "name"`, in order."""
    tokens = lex(src)
    names = []
    for first, end in directives(tokens):
        line = significant(tokens[first:end])
        if len(line) > 2 and src[line[1].start : line[1].end] == b"include":
            name = src[line[2].start : line[-1].end]
            if (name[:1], name[-1:]) in ((b"<", b">"), (b'"', b'"')):
                names.append(name[1:-1].decode(errors="replace"))
    return names


@cache
def _device_header(name: str) -> tuple[bytes, tuple[str, ...]] | None:
    """One header for gcc, and the names it includes; None for what is no device header of sdcc's."""
    if "/" in name or "\0" in name:
        return None
    path = next((folder / name for folder in _FOLDERS if (folder / name).is_file()), None)
    if path is None:
        return None
    text = path.read_bytes()
    return for_gcc(text), tuple(included(text))
