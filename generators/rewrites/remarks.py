"""Remarks: comments in another form or at another place; their words stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from corpus.source.edits import Edit
from corpus.source.mask import Span
from corpus.source.unit import STATEMENTS, Unit
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_BANNER = re.compile(rb"/\*[*!]|///|//!|//[/*=-]{3}|[*=-]{4}")
_STAR = re.compile(rb"^[ \t]*(?:\*(?!/)[ \t]?)?[ \t]*")


def _all(unit: Unit) -> tuple[Span, ...]:
    """The comments, without the carriage return that ends a line of some files."""
    return tuple(c._replace(end=c.end - unit.src.endswith(b"\r", c.start, c.end)) for c in unit.comments())


def _alone(unit: Unit, comment: Span) -> bool:
    """Whether nothing but blanks stands before the comment on its line."""
    return not unit.src[unit.line_start(comment.start) : comment.start].strip()


def _runs(unit: Unit) -> Iterator[list[Span]]:
    """Comments; `//` comments on lines of their own, one right under the other at the same column, as one."""
    run: list[Span] = []
    for comment in _all(unit):
        joined = (
            run
            and all(unit.src.startswith(b"//", c.start) and _alone(unit, c) for c in (run[-1], comment))
            and unit.line(comment.start) == unit.line(run[-1].start) + 1
            and unit.column(comment.start) == unit.column(run[-1].start)
        )
        if run and not joined:
            yield run
            run = []
        run.append(comment)
    if run:
        yield run


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Use one style of comments throughout",
    zh="统一注释的写法",
    changes=[
        ("/* one */\nint a; /* two\n          lines */\n", "// one\nint a; // two\n       // lines\n"),
        (
            "// one\n// two\nint a; // three\n#define B 1 // four\n",
            "/* one\n * two */\nint a; /* three */\n#define B 1 /* four */\n",
        ),
        (
            "//\n// one\n//\n//   two\n//\nint a; // three\n",
            "/*\n * one\n *\n * two\n */\nint a; /* three */\n",
        ),
    ],
    keeps=[
        "int f(int a /* first */, int b);\n",
        "/** Doc. */\nint a; /// doc\n",
        "/*** banner ***/\n",
        "// see */ there\n// /* open\n",
        "#define F(x) g(x); /* a */ \\\n    h(x)\n",
        "void f(void)\n{\n    __asm\n        nop ; // a\n    __endasm;\n}\n",
        "//\n//\nint a; //\n",
    ],
)
def comment_style(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`/* ... */` as `//` and back.

    Sound: the compiler drops both. Refuses a block comment with code after it, what would end or continue a comment
    otherwise (`*/` in the text, a backslash at the end), documentation comments, and banners of stars.
    """
    to_line = context.style.comments == "line"
    edits = []
    for run in _runs(unit):
        text = unit.src[run[0].start : run[-1].end]
        if (text[:2] == b"//") == to_line:
            continue
        reason = _stays(unit, run, text)
        if reason:
            yield Refusal(run[0].start, reason)
        elif to_line:
            edits.append(Edit(run[0].start, run[-1].end, _as_lines(unit, run[0], text)))
        else:
            edits.append(Edit(run[0].start, run[-1].end, _as_block(unit, run)))
    if edits:
        yield Site(tuple(edits), ask=_ASK[to_line], way="line" if to_line else "block")


_ASK = (
    ("Turn the `//` comments into `/* */` comments, for a C90 compiler", "把 `//` 注释改成 `/* */`，照顾 C90 编译器"),
    ("Use `//` comments instead of `/* */`", "注释统一用 `//`，不用 `/* */`"),
)


def _stays(unit: Unit, run: list[Span], text: bytes) -> str:
    if _BANNER.search(text):
        return "banner"
    if b"\\\n" in text or text.endswith(b"\\") or b"\\\r" in text:
        return "backslash"
    if text.startswith(b"//"):
        if not any(unit.src[c.start + 2 : c.end].strip() for c in run):
            return "empty"
        return "delimiter-in-text" if b"*/" in text or b"/*" in text else ""
    after = unit.src[run[-1].end : unit.line_end(run[-1].end)].strip()
    if after:
        return "code-after"
    if b"\n" in text and any(a <= run[0].start < b for a, b in unit.directives):
        return "in-a-directive"
    return "" if text.endswith(b"*/") and len(text) > 4 else "empty"


def _as_lines(unit: Unit, comment: Span, text: bytes) -> bytes:
    words = [_STAR.sub(b"", line).strip() for line in text[2:-2].split(b"\n")]
    while len(words) > 1 and not words[0]:
        words.pop(0)
    while len(words) > 1 and not words[-1]:
        words.pop()
    before = unit.src[unit.line_start(comment.start) : comment.start]
    column = re.sub(rb"[^\t]", b" ", before)
    lines = [b"// " + line if line else b"//" for line in words]
    return (unit.newline + column).join(lines)


def _as_block(unit: Unit, run: list[Span]) -> bytes:
    words = [unit.src[c.start + 2 : c.end].strip() for c in run]
    column = unit.src[unit.line_start(run[0].start) : run[0].start] if len(run) > 1 else b""
    opening, closing = b"/*", b" */"
    if not words[0]:
        words = words[1:]
        opening += unit.newline + column + b" *"
    if not words[-1]:
        words = words[:-1]
        closing = unit.newline + column + closing
    joint = unit.newline + column + b" *"
    return opening + joint.join(b" " + line if line else b"" for line in words) + closing


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Move the comments at the ends of lines onto lines of their own, above the code",
    zh="把行尾注释移到代码上方单独一行",
    changes=[
        (
            "void f(void)\n{\n    P1 = 1; /* on */\n    if (n) {\n        g(); // then\n    }\n}\n",
            "void f(void)\n{\n    /* on */\n    P1 = 1;\n    if (n) {\n        // then\n        g();\n    }\n}\n",
        ),
    ],
    keeps=[
        "int a; /* at file scope */\n",
        "void f(void)\n{\n    if (n)\n        g(); /* body */\n    P1 = 1; /* two\n               lines */\n}\n",
        "void f(void)\n{\n    if (n) { /* open */\n        g();\n    }\n    a = 1; b = 2; /* both */\n}\n",
        "void f(void)\n{\n    int a; /* a table */\n    int b; /* of names */\n}\n",
    ],
)
def comments_above(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A comment behind a statement becomes a line above it.

    Sound: the compiler drops comments. Refuses comments of several lines, bodies without braces (a reader would take
    the comment for the next statement's), lines with two statements, and tables of declarations.
    """
    edits = []
    for comment in _all(unit):
        start = unit.line_start(comment.start)
        code = unit.src[start : comment.start]
        if not code.strip() or unit.in_opaque(start, comment.end) or b"\n" in unit.src[comment.start : comment.end]:
            continue
        first = start + len(unit.indent(start))
        node = unit.at(first)
        while node is not None and node.parent is not None and node.type not in STATEMENTS:
            node = node.parent
        if node is None or node.start_byte != first or node.parent is None or unit.enclosing_function(node) is None:
            continue
        after = unit.src[comment.end : unit.line_end(comment.end)].strip()
        whole = unit.end(node) <= comment.start and not unit.src[unit.end(node) : comment.start].strip() and not after
        if node.parent.type != "compound_statement" or not whole or node.type in ("declaration", "compound_statement"):
            yield Refusal(comment.start, "no-statement-of-its-own")
            continue
        text = unit.src[comment.start : comment.end]
        edits.append(Edit(first, first, text + unit.newline + unit.indent(start)))
        edits.append(Edit(start + len(code.rstrip()), comment.end, b""))
    if edits:
        yield Site(tuple(edits))


RULES = (comment_style, comments_above)
