"""sdcc's dialect, turned into what gcc parses with the shim in front; line numbers stay."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path

from corpus.source.lexer import lexed

_FOLDERS = (Path("/usr/share/sdcc/include"), Path("/usr/local/share/sdcc/include"))
SHIM = "dialect_shim.h"
_DEVICES = "mcs51"
# Headers of sdcc's C library for a compiler that has none for its target. What a freestanding compiler brings itself
# (stdint.h, limits.h and the like) is its own.
_LIBRARY = frozenset(
    (
        *("assert.h", "ctype.h", "errno.h", "math.h", "setjmp.h", "stdio.h", "stdlib.h", "string.h", "time.h"),
        *("sdcc-lib.h", "asm/mcs51/features.h"),
    )
)
_WITH_A_NUMBER = (b"__at", b"__interrupt", b"__using")


ARGUMENTS = ("-isystem", _DEVICES, "-include", SHIM)
"""What gcc and clang are told, so that they find what `gcc_inputs` adds."""


def gcc_inputs(files: Mapping[str, bytes], *, library: bool = False) -> Mapping[str, bytes]:
    """C files in gcc's dialect, with the shim and the device headers that they name; other files as they are.

    With `library` also the headers of sdcc's C library that they name.
    """
    own = {name: for_gcc(data) if name.endswith((".c", ".h")) else data for name, data in files.items()}
    devices = device_headers(own.values(), library=library)
    own.update((f"{_DEVICES}/{name}", data) for name, data in devices.items())
    own[SHIM] = _shim()
    return own


def for_gcc(src: bytes) -> bytes:
    """The source with asm blocks blanked and `__at 0x80` written as `__at(0x80)`, which a macro can take."""
    cut = lexed(src)
    parts: list[bytes] = []
    done = 0
    for place, (kind, text) in enumerate(cut.words):
        if kind == "asm":
            parts += [src[done : cut.starts[place]], _blank(text)]
            done = cut.starts[place] + len(text)
        elif text in _WITH_A_NUMBER:
            after, number = cut.words[place + 1] if place + 1 < len(cut.words) else ("", b"")
            if after in ("number", "identifier"):
                parts += [src[done : cut.starts[place + 1]], b"(", number, b")"]
                done = cut.starts[place + 1] + len(number)
    return b"".join([*parts, src[done:]]) if parts else src


def _blank(text: bytes) -> bytes:
    """As many lines as before, and the splices that keep a macro's lines together."""
    lines = text.split(b"\n")
    return b"\n".join(b" \\" if line.rstrip().endswith(b"\\") else b" " for line in lines)


def device_headers(sources: Iterable[bytes], *, library: bool = False) -> Mapping[str, bytes]:
    """sdcc's device headers that the sources include, and those that these include, by name and for gcc."""
    found: dict[str, bytes] = {}
    waiting = [name for src in sources for name in included(src)]
    while waiting:
        name = waiting.pop()
        if name not in found and (entry := _header(name, library)) is not None:
            found[name], more = entry
            waiting += more
    return dict(sorted(found.items()))


def included(src: bytes) -> list[str]:
    """The names in `#include <name>` and `#include "name"`, in order."""
    cut = lexed(src)
    names = []
    for first, last in cut.lines:
        if last > first + 2 and cut.words[first + 1][1] == b"include":
            name = src[cut.starts[first + 2] : cut.bounds[cut.seen[last - 1] + 1]]
            if (name[:1], name[-1:]) in ((b"<", b">"), (b'"', b'"')):
                names.append(name[1:-1].decode(errors="replace"))
    return names


@cache
def _shim() -> bytes:
    return (Path(__file__).parent / SHIM).read_bytes()


@cache
def _header(name: str, library: bool) -> tuple[bytes, tuple[str, ...]] | None:
    """One header for gcc, and the names it includes; None for what is no header of sdcc's that is wanted."""
    if library and name in _LIBRARY:
        paths = [folder / name for folder in _FOLDERS]
    elif "/" in name or "\0" in name:
        return None
    else:
        paths = [folder / "mcs51" / name for folder in _FOLDERS]
    path = next((path for path in paths if path.is_file()), None)
    if path is None:
        return None
    text = path.read_bytes()
    return for_gcc(text), tuple(included(text))
