"""Author profiles: one consistent voice a variant, instead of a coin for every line."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True)
class Style:
    """How one author writes.

    `names`: case of functions and variables; `braces`: where an opening brace stands; `indent`: the unit of
    indentation; `comments`: `//` or `/* */`; `radix`: how bit masks are written; `step`: how a counter is bumped as a
    statement; `types`: how fixed-width integers are spelt; `constants_first`: whether equality tests have the constant
    on the left, as some houses ask so that `=` for `==` does not compile.
    """

    name: str
    names: Literal["snake", "camel", "hungarian", "terse"]
    braces: Literal["attached", "own-line"]
    indent: str
    comments: Literal["line", "block"]
    radix: Literal["hex-lower", "hex-upper", "binary", "decimal"]
    step: Literal["post", "pre", "plus-equal"]
    types: Literal["stdint", "short", "plain"]
    constants_first: bool = False


# Profiles seen again and again in 8051 code: a C99 writer, a Keil veteran, an Arduino convert, a Linux-style writer,
# a teacher, a terse old hand.
STYLES = (
    Style("c99", "snake", "attached", "    ", "line", "hex-upper", "post", "stdint"),
    Style("keil", "hungarian", "own-line", "    ", "block", "hex-upper", "post", "plain", constants_first=True),
    Style("arduino", "camel", "attached", "  ", "line", "binary", "post", "stdint"),
    Style("kernel", "snake", "attached", "\t", "block", "hex-lower", "post", "short"),
    Style("teacher", "camel", "own-line", "    ", "block", "hex-upper", "plus-equal", "plain"),
    Style("terse", "terse", "attached", "  ", "block", "hex-lower", "pre", "short"),
)
