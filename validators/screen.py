"""The textual gate before any compiler: what could read the host, never end or take all memory is not even tried.

The sandbox holds without it; this spares the CPU seconds, and refuses what a training set should not teach.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import accumulate

from corpus.chips import Family
from corpus.records import Verdict
from corpus.source.lexer import Lexed, lexed
from validators.array_bounds import array_bounds
from validators.asm_text import Word, asm_refusals
from validators.expansion import expanded_tokens

GATE = "screen"

_SPLICE = re.compile(rb"\\[ \t\f]*\r?\n")
_TRIGRAPH = re.compile(rb"\?\?[=/'()!<>-]")
_DIGRAPH = re.compile(rb"<:|:>|<%|%>|%:")
_CONTROL = re.compile(rb"[\x00-\x08\x0b\x0e-\x1f\x7f]|\r(?!\n)")
_ORDINARY = b"\t\n\f" + bytes(range(0x20, 0x7F)) + bytes(range(0x80, 0x100))
_RAW = frozenset((b"R", b"LR", b"uR", b"UR", b"u8R"))
# Operators that nest without a bracket.
_CHAINED = re.compile(rb"[-+*/%&|^!~<>=?:.]+")
# Characters that reorder or hide text on a reader's screen (CVE-2021-42574).
_HIDDEN = re.compile("[\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff]")

_LIBRARY = (
    "assert|ctype|errno|float|iso646|limits|math|setjmp|stdalign|stdarg|stdbool|stddef|stdint|stdio|stdlib|stdnoreturn|"
    "string|time"
)
# sdcc's device headers have a digit in their names (8052.h, C8051F020.h, mcs51reg.h, stc12.h), but for these few.
_DEVICES = r"[A-Za-z_]*[0-9]\w*|compiler|lint|sdcc-lib|ser|ser_ir|serial|serial_IO"
HEADERS = rf"(?:{_LIBRARY}|{_DEVICES})\.h"
"""Headers that both the C library and sdcc have, and sdcc's device headers: a pattern without folders."""

_DIRECTIVES = frozenset(
    ("define", "undef", "if", "ifdef", "ifndef", "elif", "else", "endif", "include", "pragma", "error", "warning")
)
_PRAGMAS = frozenset(
    (
        *("once", "save", "restore", "disable_warning", "less_pedantic", "nooverlay", "callee_saves"),
        *("opt_code_balanced", "opt_code_speed", "opt_code_size"),
        *("std_c89", "std_c99", "std_c11", "std_sdcc89", "std_sdcc99", "std_sdcc11"),
        *("nogcse", "noinduction", "noinvariant", "noloopreverse", "noiv", "nojtbound", "stackauto"),
    )
)
_ENDS = frozenset((b",", b";", b"{", b"}"))
_STEPS = {b"(": 1, b"[": 1, b"{": 1, b")": -1, b"]": -1, b"}": -1}
_WORDS = {
    b"__has_include": "has-include",
    b"__has_include_next": "has-include",
    b"__has_embed": "has-include",
    b"_Pragma": "pragma-operator",
    b"__pragma": "pragma-operator",
    b"__attribute__": "attribute",
    b"__attribute": "attribute",
    b"__declspec": "attribute",
    # Their values change from build to build, and the object code with them.
    b"__DATE__": "build-time",
    b"__TIME__": "build-time",
    b"__TIMESTAMP__": "build-time",
}


@dataclass(frozen=True, slots=True)
class Screen:
    """The screen with its thresholds; `screen` is the one with the defaults.

    `headers` is the pattern of allowed header names and `beside` the names of files that will lie beside the program.
    """

    headers: str = HEADERS
    beside: frozenset[str] = frozenset()
    source_bytes: int = 64 << 10
    """Source size: as much text as the 8051 has program memory; the largest file of sdcc's own library has 39 KB."""
    lines: int = 4000
    """Physical lines; that library's largest file has 1721."""
    line_bytes: int = 2000
    """Bytes of one line, splices removed; beyond, it is data or an attack."""
    nesting: int = 63
    """Brackets within brackets and #if within #if; C99 5.2.4.1 asks compilers for 63, and gcc died of 300000."""
    operators: int = 500
    """Operators of one expression: they nest as brackets do, and gcc, clang and sdcc died of 60000."""
    array: int = 1 << 24
    """Largest array bound; 256 times the 8051's address space, as less would refuse honest index arithmetic."""
    tokens: int = 100_000
    """Tokens after macro expansion, estimated from above; 64 KB of plain C have about 20000."""

    def __call__(self, source: str) -> Verdict:
        """Passed, or failed with one reason word and the text that gave it as evidence."""
        reason, evidence = next(self._refusals(source), ("", ""))
        return Verdict(GATE, "failed" if reason else "passed", reason, evidence)

    def _refusals(self, source: str) -> Iterator[tuple[str, str]]:
        """What is wrong, in an order in which each check may rely on those before."""
        try:
            raw = source.encode()
        except UnicodeEncodeError as error:
            yield "not-unicode", f"a lone surrogate at character {error.start}"
            return
        if hidden := _HIDDEN.search(source):
            yield "hidden-text", f"U+{ord(hidden.group()):04X}"
        yield from _found("control-character", _CONTROL, raw) if raw.translate(None, _ORDINARY) else ()
        yield from _found("trigraph", _TRIGRAPH, raw)
        src = _SPLICE.sub(b"", raw)
        if len(raw) > self.source_bytes:
            yield "too-large", f"{len(raw)} bytes, at most {self.source_bytes}"
        lines = raw.count(b"\n") + 1
        if lines > self.lines:
            yield "too-many-lines", f"{lines} lines, at most {self.lines}"
        if (longest := max(map(len, src.split(b"\n")))) > self.line_bytes:
            yield "line-too-long", f"{longest} bytes, at most {self.line_bytes}"
        cut = lexed(src)
        yield from _broken(cut)
        yield from self._directives(cut)
        yield from _words(cut)
        yield from asm_refusals(cut.words) if b"asm" in src.lower() else ()
        yield from _ranges(cut)
        yield from self._nesting(cut.words)
        for bound, text in array_bounds(cut):
            if bound > self.array:
                yield "giant-array", f"[{_show(text)}] may reach {bound}, at most {self.array}"
        if (expanded := expanded_tokens(cut)) > self.tokens:
            yield "macro-bomb", f"about {expanded} tokens after expansion, at most {self.tokens}"

    def _directives(self, cut: Lexed) -> Iterator[tuple[str, str]]:
        src, depth = cut.src, 0
        for first, last in cut.lines:
            end = cut.bounds[cut.seen[last - 1] + 1]
            text = _show(src[cut.starts[first] : end])
            if last == first + 1:
                continue
            kind, word = cut.words[first + 1]
            name = word.decode(errors="replace")
            rest = src[cut.starts[first + 2] : end].decode(errors="replace") if last > first + 2 else ""
            if name == "line" or kind == "number":
                yield "line-marker", text
            elif name == "embed":
                yield "embed", text
            elif name not in _DIRECTIVES:
                yield "unknown-directive", text
            elif name == "include":
                yield from self._include(rest, text)
            elif name == "pragma" and rest.split(" ")[0] not in _PRAGMAS:
                yield "pragma", text
            depth += name.startswith("if") - (name == "endif")
            if depth > self.nesting:
                yield "too-deep", f"#if within more than {self.nesting} others"

    def _include(self, rest: str, text: str) -> Iterator[tuple[str, str]]:
        match = re.fullmatch(r'<([^<>"]+)>|"([^<>"]+)"', rest)
        if match is None:
            yield "computed-include", text
            return
        name = match[1] or match[2]
        if name.startswith("/") or ".." in name.split("/") or "\\" in name:
            yield "include-path", text
        elif name not in self.beside and not re.fullmatch(self.headers, name):
            yield "unknown-header", text

    def _nesting(self, words: Sequence[Word]) -> Iterator[tuple[str, str]]:
        marks = [text for kind, text in words if kind == "punctuator"]
        operators = 0
        many = len(marks) > self.operators and sum(map(_is_operator, marks)) > self.operators
        for text in marks if many else ():
            operators = 0 if text in _ENDS else operators + _is_operator(text)
            if operators > self.operators:
                yield "too-deep", f"an expression of more than {self.operators} operators"
                return
        if max(accumulate([_STEPS[text] for text in marks if text in _STEPS]), default=0) > self.nesting:
            yield "too-deep", f"brackets within more than {self.nesting} others"


@lru_cache(maxsize=256)
def _is_operator(text: bytes) -> bool:
    return _CHAINED.fullmatch(text) is not None


screen = Screen()

AVR_HEADERS = rf"{HEADERS}|(?:avr/(?:boot|eeprom|interrupt|io|pgmspace|power|sleep|wdt)|util/(?:atomic|crc16|delay))\.h"
"""And those of avr-libc that say what an AVR has."""

_avr_screen = Screen(headers=AVR_HEADERS)


def screen_for(target: Family) -> Screen:
    """The screen with the defaults for programs of one target."""
    return _avr_screen if target == "avr" else screen


def _found(reason: str, pattern: re.Pattern[bytes], src: bytes) -> Iterator[tuple[str, str]]:
    if match := pattern.search(src):
        line = src.count(b"\n", 0, match.start()) + 1
        yield reason, f"line {line}: {match.group().decode(errors='replace')!r}"


def _show(text: bytes) -> str:
    return text.decode(errors="replace")[:120]


def _broken(cut: Lexed) -> Iterator[tuple[str, str]]:
    """Unterminated literals and comments; sdcc never ends on a string."""
    src, bounds = cut.src, cut.bounds
    prose: set[int] = set()
    for first, last in cut.lines:
        if last > first + 1 and cut.words[first + 1][1] in (b"error", b"warning"):
            prose.update(cut.seen[first:last])
    may_be_digraphs = _DIGRAPH.search(src) is not None
    if not may_be_digraphs and "broken" not in cut.kinds and cut.present.isdisjoint(_RAW):
        return
    for at, (kind, text) in enumerate(zip(cut.kinds, cut.texts, strict=True)):
        if kind == "identifier" and text in _RAW:
            if cut.kinds[at + 1 : at + 2] in (("string",), ("broken",)):
                # Its end is another than that of the strings we know, and what looks like a comment may be code.
                yield "raw-string", _show(src[bounds[at] : bounds[at + 2]])
        elif kind == "broken":
            what = {b'"': "string", b"'": "char"}.get(text[:1], "comment")
            # An apostrophe in a message is a warning at most.
            if what != "char" or at not in prose:
                yield f"unterminated-{what}", _show(text)
        elif may_be_digraphs and kind == "punctuator" and _DIGRAPH.match(src, bounds[at], bounds[at] + 2):
            yield "digraph", _show(src[bounds[at] : bounds[at] + 20])


def _words(cut: Lexed) -> Iterator[tuple[str, str]]:
    for text in sorted(_WORDS.keys() & cut.present):
        yield _WORDS[text], _show(text)
    for text in sorted(cut.present) if b"__builtin_" in cut.src else ():
        if text.startswith(b"__builtin_") and text not in (b"__builtin_unreachable", b"__builtin_expect"):
            yield "builtin", _show(text)


def _ranges(cut: Lexed) -> Iterator[tuple[str, str]]:
    """`...` but at the end of a parameter list: GNU ranges let one line fill gigabytes."""
    words = cut.words
    for index, (_, text) in enumerate(words if b"..." in cut.present else ()):
        if text == b"..." and (index + 1 == len(words) or words[index + 1][1] != b")"):
            yield "range", _show(b" ".join(text for _, text in words[max(0, index - 2) : index + 2]))
