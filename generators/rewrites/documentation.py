"""Documentation comments: what marks them, and the comment that opens a file."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from corpus.source.edits import Edit
from corpus.source.mask import Span
from corpus.source.unit import Unit
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_RULER = re.compile(rb"[*=/+#-]{4,}")
_MARK = re.compile(rb"[@\\][a-z]+")
_BRIEF = re.compile(rb"^[@\\](?:brief|short)[ \t]+")
_FILE = re.compile(rb"^[@\\]file\b[ \t]*")
# Licences, and what speaks to a tool.
_FIXED = re.compile(rb"(?i)SPDX|copyright|\(c\)|\blicen[cs]e|clang-format|NOLINT|cppcheck|splint|lint -")
# What begins a line of a comment: its delimiter, or the star of its column.
_EDGE = re.compile(rb"^[ \t]*(?:/\*[*!]?<?|//[/!]?<?|\*(?!/))?")
_LONGEST = 90  # a longer text stands on a line of its own
_DOCUMENTED = ("function_definition", "declaration", "type_definition", "struct_specifier", "enum_specifier")


@dataclass(frozen=True, slots=True)
class _Remark:
    """A comment, or `//` lines under one another, on lines of their own; `lines` are its words."""

    start: int
    end: int
    form: str  # block, doxygen, slashes or lines
    lines: tuple[bytes, ...]


def _remarks(unit: Unit) -> Iterator[_Remark]:
    run: list[Span] = []
    for comment in unit.comments():
        if unit.src[unit.line_start(comment.start) : comment.start].strip():
            continue
        slashes = unit.src.startswith(b"//", comment.start)
        if run and slashes and unit.line(comment.start) == unit.line(run[-1].start) + 1:
            same = unit.src.startswith(b"//", run[-1].start) and _form(unit, comment) == _form(unit, run[-1])
            if same and unit.column(comment.start) == unit.column(run[-1].start):
                run.append(comment)
                continue
        if run:
            yield _remark(unit, run)
        run = [comment]
    if run:
        yield _remark(unit, run)


def _form(unit: Unit, comment: Span) -> str:
    text = unit.src[comment.start : comment.end]
    if text.startswith(b"//"):
        return "slashes" if re.match(rb"//[/!](?!/)", text) else "lines"
    return "doxygen" if re.match(rb"/\*[*!](?![*/])", text) else "block"


def _remark(unit: Unit, run: list[Span]) -> _Remark:
    text = unit.src[run[0].start : run[-1].end].replace(b"\r", b"")
    form = _form(unit, run[0])
    body = text.removesuffix(b"*/") if text.startswith(b"/*") else text
    lines = [re.sub(rb"^[ \t]", b"", _EDGE.sub(b"", line, count=1)).rstrip() for line in body.split(b"\n")]
    while lines and not lines[0].strip():
        lines.pop(0)
    while lines and not lines[-1].strip():
        lines.pop()
    end = run[-1].end - unit.src.endswith(b"\r", run[-1].start, run[-1].end)
    return _Remark(run[0].start, end, form, tuple(lines))


def _kept(unit: Unit, remark: _Remark) -> str:
    """Why a comment keeps its form, or nothing."""
    text = unit.src[remark.start : remark.end]
    if not remark.lines or _RULER.search(text) or b"\t" in b"".join(remark.lines).lstrip(b"\t"):
        return "banner"
    if _FIXED.search(text):
        return "fixed-text"
    if remark.form in ("lines", "slashes") and (b"*/" in text or b"/*" in text or b"\\\n" in text):
        return "delimiter-in-text"
    if b"//" in text[2:] and remark.form in ("block", "doxygen"):
        return "delimiter-in-text"
    if text.endswith(b"\\") or unit.src[remark.end : unit.line_end(remark.end)].strip():
        return "code-after"
    return ""


def _above(unit: Unit, remark: _Remark) -> bool:
    """Whether a definition or declaration at file scope begins on the line below."""
    after = unit.line_end(remark.end) + 1
    if after >= len(unit.src) or unit.column(remark.start) != 1 or not unit.src[after : unit.line_end(after)].strip():
        return False
    node = unit.at(after)
    while node is not None and node.parent is not None and node.parent != unit.root:
        node = node.parent
    return node is not None and node.type in _DOCUMENTED and node.start_byte == after


def _opens(unit: Unit, remark: _Remark) -> bool:
    """Whether the comment opens the file and speaks of it: an include or a blank line follows."""
    if unit.src[: remark.start].strip(b"\xef\xbb\xbf \t\r\n"):
        return False
    after = unit.line_end(remark.end) + 1
    line = unit.src[after : unit.line_end(after)].strip()
    return after < len(unit.src) and (not line or line.startswith(b"#"))


def _documented(unit: Unit) -> Iterator[_Remark]:
    """The comments that are documentation, by where they stand."""
    return (remark for remark in _remarks(unit) if _above(unit, remark) or _opens(unit, remark))


def _made(unit: Unit, wanted: str, context: Context) -> Iterator[Site | Refusal]:
    edits = []
    for remark in _documented(unit):
        if remark.form == wanted or (wanted == "plain" and remark.form in ("block", "lines")):
            continue
        reason = _kept(unit, remark)
        if reason:
            yield Refusal(remark.start, reason)
            continue
        lines = _marked(list(remark.lines), wanted, _opens(unit, remark))
        text = _as(lines, wanted if wanted != "plain" else _plain_form(context))
        edits.append(Edit(remark.start, remark.end, text.replace(b"\n", unit.newline)))
    if edits:
        yield Site(tuple(edits))


def _plain_form(context: Context) -> str:
    return "lines" if context.style.comments == "line" else "block"


def _marked(lines: list[bytes], wanted: str, opens: bool) -> list[bytes]:
    """The lines with `@brief` (and `@file`) where documentation wants them, and without them elsewhere."""
    bare = [_BRIEF.sub(b"", line) for line in lines]
    if wanted == "plain":
        rest = [_FILE.sub(b"", line) if number == 0 else line for number, line in enumerate(bare)]
        return rest if rest[0] or len(rest) == 1 else rest[1:]
    if any(_MARK.match(line) for line in lines[:1]):
        return lines
    marked = [b"@brief " + bare[0], *bare[1:]] if wanted == "doxygen" or opens else bare
    return [b"@file", *marked] if opens else marked


def _as(lines: list[bytes], form: str) -> bytes:
    if form in ("lines", "slashes"):
        lead = b"///" if form == "slashes" else b"//"
        return b"\n".join(lead + b" " + line if line else lead for line in lines)
    if form == "block":
        body = b"\n".join(b" * " + line if line else b" *" for line in lines)
        return b"/* " + lines[0] + b" */" if len(lines) == 1 else b"/*" + body[2:] + b" */"
    if len(lines) == 1 and len(lines[0]) <= _LONGEST:
        return b"/** " + lines[0] + b" */"
    return b"/**\n" + b"\n".join(b" * " + line if line else b" *" for line in lines) + b"\n */"


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Turn the comments above functions and the file's comment into Doxygen comments",
    zh="把函数上方和文件开头的注释改成 Doxygen 注释",
    changes=[
        (
            "/* Counts keys. */\n#include <8052.h>\n\n/* Starts it. */\nvoid f(void)\n{\n    /* on */\n    P1 = 1;\n"
            "}\n\n"
            "// Adds\n// two.\nint g(void);\n",
            "/**\n * @file\n * @brief Counts keys.\n */\n#include <8052.h>\n\n/** @brief Starts it. */\n"
            "void f(void)\n{\n"
            "    /* on */\n    P1 = 1;\n}\n\n/**\n * @brief Adds\n * two.\n */\nint g(void);\n",
        ),
        (
            "/// Starts it.\n/// @param n how often\nvoid f(int n);\n",
            "/**\n * @brief Starts it.\n * @param n how often\n */\nvoid f(int n);\n",
        ),
    ],
    keeps=[
        "/** @brief Starts it. */\nvoid f(void);\n",
        "/* Two things. */\n\nint a;\nint b;\nvoid f(void)\n{\n    /* on */\n    g();\n}\n#define N 1 /* one */\n"[19:],
        "/******************\n * Starts it.     *\n ******************/\nvoid f(void);\n",
        "// SPDX-License-Identifier: Apache-2.0\n#include <8052.h>\n",
        "// see */ there\nvoid f(void);\n",
    ],
)
def doxygen_comments(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`/* Text. */` or `// Text.` above a function, type or variable as `/** @brief Text. */`; the comment that opens
    the file with `@file`.

    Sound: the compiler drops all of them; the words stay. Refuses comments inside functions and behind code, banners,
    licence lines and those for tools, and text that would end or open a comment. It acts for authors who use Doxygen.
    """
    if context.style.docs == "doxygen":
        yield from _made(unit, "doxygen", context)


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Mark the comments above functions with three slashes (`///`)",
    zh="函数上方的说明改成三斜线注释（`///`）",
    changes=[
        (
            "/* Starts it. */\nvoid f(void);\n\n/**\n * @brief Adds.\n * @param n how often\n */\nint g(int n);\n",
            "/// Starts it.\nvoid f(void);\n\n/// @brief Adds.\n/// @param n how often\nint g(int n);\n",
        ),
    ],
    keeps=[
        "/// Starts it.\nvoid f(void);\n",
        "void f(void)\n{\n    /* on */\n    g();\n}\n",
        "/* Reads http://host/. */\nvoid f(void);\n",
    ],
)
def slash_comments(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Documentation above a function, type or variable as lines that begin with `///`.

    Sound: the compiler drops all of them; the words and their marks (`@param`) stay. Refuses comments inside functions
    and behind code, banners, licence lines and those for tools, and text with `//` in it. It acts for authors who write
    so.
    """
    if context.style.docs == "slashes":
        yield from _made(unit, "slashes", context)


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Turn the Doxygen comments into plain comments",
    zh="把 Doxygen 注释改成普通注释",
    changes=[
        (
            "/**\n * @file\n * @brief Counts keys.\n */\n#include <8052.h>\n\n/** @brief Starts it. */\n"
            "void f(void);\n\n"
            "/// Adds.\n/// @param n how often\nint g(int n);\n",
            "/* Counts keys. */\n#include <8052.h>\n\n/* Starts it. */\nvoid f(void);\n\n"
            "/* Adds.\n * @param n how often */\nint g(int n);\n",
        ),
        ("/** Starts it. */\nvoid f(void);\n", "// Starts it.\nvoid f(void);\n"),
    ],
    keeps=[
        "/* Starts it. */\nvoid f(void);\n",
        "// Starts it.\nvoid f(void);\n",
        "void f(void)\n{\n    /** on */\n    g();\n}\n",
    ],
)
def plain_comments(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`/** @brief Text. */` and `/// Text.` as plain comments in the style's form; `@param` and the like stay.

    Sound: the compiler drops all of them. Refuses comments inside functions and behind code, banners, licence lines and
    those for tools. It acts for authors who use plain comments.
    """
    if context.style.docs == "plain":
        yield from _made(unit, "plain", context)


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Frame the comment at the top of the file",
    zh="给文件开头的注释加上边框",
    changes=[
        (
            "/* Counts keys. */\n#include <8052.h>\n",
            "/" + "*" * 78 + "\n * Counts keys.\n " + "*" * 77 + "/\n#include <8052.h>\n",
        ),
    ],
    keeps=[
        "#include <8052.h>\n",
        "/* The counter. */\nint a;\n",
        "/*****\n * Keys *\n *****/\n#include <8052.h>\n",
        "/** @file */\n#include <8052.h>\n",
        "// SPDX-License-Identifier: Apache-2.0\n#include <8052.h>\n",
    ],
)
def framed_header(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """The comment that opens the file, between two rows of stars.

    Sound: the compiler drops it; the words stay. Refuses a comment that belongs to a declaration, Doxygen's, banners,
    and licence lines. It acts for authors of plain block comments.
    """
    if context.style.docs != "plain" or context.style.comments != "block":
        return
    for remark in _remarks(unit):
        if not _opens(unit, remark) or remark.form not in ("block", "lines"):
            return
        if reason := _kept(unit, remark):
            yield Refusal(remark.start, reason)
            return
        body = b"\n".join(b" * " + line if line else b" *" for line in remark.lines)
        text = b"/" + b"*" * _WIDTH + b"\n" + body + b"\n " + b"*" * (_WIDTH - 1) + b"/"
        yield Site((Edit(remark.start, remark.end, text.replace(b"\n", unit.newline)),))
        return


_WIDTH = 78  # columns of a frame


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Take the frame off the comment at the top of the file",
    zh="去掉文件开头注释的边框",
    changes=[
        (
            "/" + "*" * 30 + "\n * Counts keys.\n * On P1.\n " + "*" * 29 + "/\n#include <8052.h>\n",
            "/* Counts keys.\n * On P1. */\n#include <8052.h>\n",
        ),
        ("//=========\n// Counts keys.\n//=========\n#include <8052.h>\n", "// Counts keys.\n#include <8052.h>\n"),
    ],
    keeps=[
        "/* Counts keys. */\n#include <8052.h>\n",
        "/****************/\n#include <8052.h>\n",
        "/*****\n * Keys   *\n *****/\n#include <8052.h>\n",
        "/*****\n * SPDX-License-Identifier: MIT\n *****/\n#include <8052.h>\n",
    ],
)
def plain_header(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """The comment that opens the file without its rows of stars or dashes.

    Sound: the compiler drops it; the words stay. Refuses a box with an edge on the right, one without words, and
    licence lines.
    """
    for remark in _remarks(unit):
        text = unit.src[remark.start : remark.end]
        if not _opens(unit, remark) or not _RULER.search(text):
            return
        ruled = [_RULER.fullmatch(line.strip(b" \t*/")) or not line.strip(b" \t*/") for line in remark.lines]
        words = [line for line, rule in zip(remark.lines, ruled, strict=True) if not rule]
        edge = any(line.rstrip().endswith((b"*", b"|", b"=", b"#")) for line in words)
        if not words or edge or _FIXED.search(text) or any(_RULER.search(line) for line in words):
            yield Refusal(remark.start, "box")
            return
        while not words[0].strip():
            words.pop(0)
        form = "lines" if text.startswith(b"//") else "block"
        shown = _as([line.lstrip() for line in words], form)
        yield Site((Edit(remark.start, remark.end, shown.replace(b"\n", unit.newline)),))
        return


RULES = (doxygen_comments, slash_comments, plain_comments, framed_header, plain_header)
