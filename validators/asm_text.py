"""Assembler text in C may not include files or repeat itself, in blocks and in `__asm__("...")` alike."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from corpus.source.lexer import lex

_ASM_WORDS = frozenset((b"asm", b"__asm", b"__asm__", b"_asm"))
_ASM_DIRECTIVE = re.compile(rb"(?i)\.(?:include|incbin|rept|irpc?|macro|fill|nops?|dcb)\b")
# A plain number of at most five digits, or four hexadecimal ones, fills no more than a small chip has.
_ASM_FILLING = re.compile(
    rb"(?i)\.(?:space|skip|zero|org|align|balign|p2align|ds|blk)[bwl34]?\b(?!\s*(?:[0-9]{1,5}|0x[0-9a-f]{1,4})\s*(?:[;,\n\\]|$))"
)
# The preprocessor works inside asm blocks too. Conditions are honest there; a macro would escape the estimate of its
# expansion. `#5` and `#name` are the assembler's immediate operands.
_BETWEEN = rb"(?:\s|/\*(?:(?!\*/).)*+\*/)*+"
_ASM_PREPROCESSOR = re.compile(
    rb"(?s)(?:#|%:)"
    + _BETWEEN
    + rb"(?:(?:include|include_next|import|embed|line|pragma|define)\b|[0-9]+"
    + _BETWEEN
    + rb'")'
    rb"|\b(?:__has_\w+|_Pragma)\b"
)
# A string, a character or a comment that runs over the end of the block: compilers would go on after it where we do
# not, and the other way round.
_ASM_RAW_STRING = re.compile(rb'\b(?:u8|[uUL])?R"')
_ASM_LAST_LINE = re.compile(rb"[\"']|//|/\*(?!.*\*/)")


Word = tuple[str, bytes]
"""Kind and text of a token."""


def asm_refusals(words: Sequence[Word]) -> Iterator[tuple[str, str]]:
    """The reason word and the evidence of each forbidden piece: `asm-directive`, `asm-operand`, `unterminated-asm`."""
    for index, (kind, text) in enumerate(words):
        if kind == "asm":
            yield from ((("pragma", _show(text)),) if text.startswith(b"#") else ())
            for form in (_ASM_DIRECTIVE, _ASM_FILLING, _ASM_PREPROCESSOR):
                if match := form.search(text):
                    yield "asm-directive", _show(match.group())
            yield from _open_ends(text)
        elif kind == "identifier" and text in _ASM_WORDS:
            yield from _asm_call(words, index + 1)


def inner(text: bytes) -> bytes:
    """What stands between the words that open and close an asm block."""
    return re.sub(rb"^\W*\w+|\w+$", b"", text)


def _open_ends(text: bytes) -> Iterator[tuple[str, str]]:
    """Whatever could make a compiler see the block's end elsewhere than we do."""
    block = inner(text)
    last_line = block.rsplit(b"\n", 1)[-1]
    unclosed = any(token.kind == "broken" and block[token.start] != ord("'") for token in lex(block))
    if unclosed or _ASM_RAW_STRING.search(block) or _ASM_LAST_LINE.search(last_line):
        yield "unterminated-asm", _show(text.rsplit(b"\n", 1)[-1])


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
    elif match := _ASM_DIRECTIVE.search(said) or _ASM_FILLING.search(said):
        yield "asm-directive", _show(match.group())


def _show(text: bytes) -> str:
    return text.decode(errors="replace")[:120]
