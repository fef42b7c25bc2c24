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
    on the left, as some houses ask so that `=` for `==` does not compile; `widths`: whether Hungarian prefixes tell the
    width (`u8Count`) or the words of the type (`ucCount`); `file_scope`: what the variables of a file begin with,
    nothing, `g_`, or `s_` where they are static and `g_` where they are not; `docs`: how a comment above a function is
    marked as documentation; `from_keil`: whether the author learnt on Keil's C51, and so writes the memory space behind
    the type, and interrupts and addresses as bare numbers; `east_const`: whether qualifiers stand behind their type.
    """

    name: str
    names: Literal["snake", "camel", "hungarian", "terse"]
    braces: Literal["attached", "own-line"]
    indent: str
    comments: Literal["line", "block"]
    radix: Literal["hex-lower", "hex-upper", "binary", "decimal"]
    step: Literal["post", "pre", "plus-equal"]
    types: Literal["stdint", "short", "uchar", "byte", "plain"]
    constants_first: bool = False
    widths: bool = False
    file_scope: Literal["", "g", "s-g"] = ""
    docs: Literal["plain", "doxygen", "slashes"] = "plain"
    from_keil: bool = False
    east_const: bool = False

    @property
    def tight_keywords(self) -> bool:
        """Whether `if(x)` is written without a blank."""
        return self.name in ("keil", "terse")

    @property
    def attached_functions(self) -> bool:
        """Whether a function's opening brace stands at the end of its line where others do."""
        return self.name in ("arduino", "terse")

    @property
    def shortens(self) -> bool:
        """Whether words of names are shortened (`buf`, `cnt`)."""
        return self.names == "terse"

    @property
    def spells_out(self) -> bool:
        """Whether words of names are written out (`buffer`, `count`)."""
        return self.name == "teacher"


# Profiles seen again and again in microcontroller code: a C99 writer, a Keil veteran, an Arduino convert, a Linux-style
# writer, a teacher, a terse old hand, an automotive house, a student of a Chinese 8051 course, a Windows programmer,
# the author of a library for others.
STYLES = (
    Style("c99", "snake", "attached", "    ", "line", "hex-upper", "post", "stdint"),
    Style(
        "keil", "hungarian", "own-line", "    ", "block", "hex-upper", "post", "plain", True,
        file_scope="g", from_keil=True,
    ),
    Style("arduino", "camel", "attached", "  ", "line", "binary", "post", "stdint"),
    Style("kernel", "snake", "attached", "\t", "block", "hex-lower", "post", "short"),
    Style("teacher", "camel", "own-line", "    ", "block", "hex-upper", "plus-equal", "plain"),
    Style("terse", "terse", "attached", "  ", "block", "hex-lower", "pre", "short"),
    Style(
        "automotive", "hungarian", "own-line", "    ", "block", "hex-upper", "post", "stdint", True,
        widths=True, file_scope="s-g", docs="doxygen", east_const=True,
    ),
    Style("course", "snake", "own-line", "    ", "line", "hex-lower", "post", "uchar", from_keil=True),
    Style(
        "windows", "hungarian", "own-line", "    ", "line", "hex-upper", "post", "byte",
        file_scope="g", docs="slashes", from_keil=True,
    ),
    Style(
        "library", "snake", "attached", "    ", "block", "hex-upper", "post", "stdint",
        file_scope="s-g", docs="doxygen",
    ),
)  # fmt: skip
