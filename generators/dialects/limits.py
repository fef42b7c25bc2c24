"""What neither compiler's text can be made of: conditions on the compiler, and macros that make declarations."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.source.unit import Unit
from generators.dialects.conversion import Change, Trouble

_COMPILERS = re.compile(rb"\b(?:__SDCC\w*|SDCC\w*|__C51__|__CX51__|__KEIL__)\b")


def checked(unit: Unit) -> Iterator[Change | Trouble]:
    """Lines that ask which compiler this is, and macros that hide handlers, addresses or registers."""
    for start, end in unit.directives:
        if _COMPILERS.search(unit.src[start:end]) and not unit.src[start:end].startswith(b"#define"):
            words = "this line asks which compiler it is: keep the branch of one and convert that"
            yield Trouble(start, "compiler-condition", words)
        body = unit.src[start:end]
        if re.search(
            rb"#[ \t]*define\b.*(?:__interrupt|__using|__at\b|__sfr|__sbit|\binterrupt\s+\w|_at_|\bsbit\b|\bsfr\b)",
            body,
            re.DOTALL,
        ):
            yield Trouble(
                start, "macro", "a macro makes a declaration or a handler of this: write it out where it is used"
            )
    for span in unit.spans:
        if span.kind == "isr":
            yield Trouble(span.start, "macro", "this macro of another toolchain opens a handler: write the handler out")
