"""Assembler text in C may not include files or repeat itself, in blocks and in `__asm__("...")` alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

_ASM_WORDS = frozenset((b"asm", b"__asm", b"__asm__", b"_asm"))
_ASM_DIRECTIVE = re.compile(rb"(?i)\.(?:include|incbin|rept|irpc?|macro)\b")
# The preprocessor works inside asm blocks too. Conditions are honest there; a macro would escape the estimate of its
# expansion. `#5` and `#name` are the assembler's immediate operands.
_ASM_PREPROCESSOR = re.compile(
    rb"#\s*(?:include|include_next|import|embed|line|pragma|define)\b|\b(?:__has_\w+|_Pragma)\b"
)


Word = tuple[str, bytes]
"""Kind and text of a token."""


def asm_refusals(words: Sequence[Word]) -> Iterator[tuple[str, str]]:
    """The reason word and the evidence of each forbidden piece: `asm-directive`, `asm-operand`, `unterminated-asm`."""
    for index, (kind, text) in enumerate(words):
        if kind == "asm":
            yield from ((("pragma", _show(text)),) if text.startswith(b"#") else ())
            for match in (_ASM_DIRECTIVE.search(text), _ASM_PREPROCESSOR.search(text)):
                if match:
                    yield "asm-directive", _show(match.group())
        elif kind == "identifier" and text in _ASM_WORDS:
            yield from _asm_call(words, index + 1)


def _asm_call(words: Sequence[Word], index: int) -> Iterator[tuple[str, str]]:
    while index < len(words) and words[index][1] in (b"volatile", b"__volatile__", b"__volatile"):
        index += 1
    if index >= len(words) or words[index][1] != b"(":
        yield "unterminated-asm", _show(b" ".join(text for _, text in words[index - 1 : index + 3]))
        return
    said = b""
    for kind, text in words[index + 1 :]:
        if text == b")":
            break
        if kind != "string":
            # A macro's argument or an escape could spell what the text does not show.
            yield "asm-operand", _show(text)
            return
        said += text[1:-1]
    if re.search(rb"\\[^nt\"\\]", said):
        yield "asm-operand", _show(said)
    elif match := _ASM_DIRECTIVE.search(said):
        yield "asm-directive", _show(match.group())


def _show(text: bytes) -> str:
    return text.decode(errors="replace")[:120]
