"""Blanks: beside keywords and stars, and the empty lines that group statements."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.blocks import code, lead
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_LONG = 4  # lines of a function whose last return stands apart
_LOOSE = frozenset({"for_statement", "while_statement", "do_statement", "switch_statement", "if_statement"})


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Use one spacing between keywords and their parentheses",
    zh="统一关键字与括号之间的空格",
    changes=[
        ("void f(int n)\n{\n    if (n)\n        g();\n}\n", "void f(int n)\n{\n    if(n)\n        g();\n}\n"),
        ("void f(int n)\n{\n    while(n)\n        g();\n}\n", "void f(int n)\n{\n    while (n)\n        g();\n}\n"),
    ],
    keeps=["#define F(x) if (x) g()\n", "void f(int n)\n{\n    g(n);\n}\n"],
)
def keyword_space(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (x)` or `if(x)`, for `if`, `for`, `while` and `switch` alike.

    Sound: only a blank between two tokens comes or goes. Refuses a keyword and a bracket with more than a blank between
    them, and leaves macros alone.
    """
    tight = context.style.tight_keywords
    edits = []
    for token, after in pairwise(code(unit).tokens):
        if token.kind != "identifier" or unit.src[token.start : token.end] not in _HEADED:
            continue
        if unit.src[after.start : after.end] != b"(" or unit.in_opaque(token.start, after.end):
            continue
        between = unit.src[token.end : after.start]
        wanted = b"" if tight else b" "
        if between in (b"", b" ") and between != wanted:
            edits.append(Edit(token.end, after.start, wanted))
    if edits:
        yield Site(aligned(unit, edits), ask=_KEYWORDS[tight], way="tight" if tight else "spaced")


_HEADED = frozenset((b"if", b"for", b"while", b"switch"))
_KEYWORDS = (
    (
        "Put a space between keywords such as `if` and the parenthesis",
        "在 `if`、`for` 这类关键字和左括号之间加一个空格",
    ),
    (
        "Drop the space between keywords such as `if` and the parenthesis",
        "让 `if`、`for` 这类关键字紧跟左括号，不留空格",
    ),
)


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Write the pointer star on the same side everywhere",
    zh="统一指针星号的位置",
    changes=[
        ("int f(const char *s)\n{\n    return *s;\n}\n", "int f(const char* s)\n{\n    return *s;\n}\n"),
        ("char* g(char* s)\n{\n    return s;\n}\n", "char *g(char *s)\n{\n    return s;\n}\n"),
    ],
    keeps=["char *a, b;\n", "char **p;\n", "int f(int a, int b)\n{\n    return a * b;\n}\n", "char * const p = 0;\n"],
)
def pointer_star(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`char *p` or `char* p`, in declarations, parameters and results.

    Sound: only the blank beside the star moves. Refuses declarations of several names, where a star at the type would
    deceive, pointers to pointers and qualified ones.
    """
    at_type = context.style.names == "camel"
    edits = []
    for node in unit.walk("pointer_declarator"):
        name, parent = node.child_by_field_name("declarator"), node.parent
        if parent is not None and parent.type == "init_declarator":
            parent = parent.parent
        if name is None or parent is None or node.child_count != 2 or name.type == "pointer_declarator":
            continue
        if parent.type not in ("declaration", "parameter_declaration", "function_definition", "field_declaration"):
            continue
        if len(parent.children_by_field_name("declarator")) > 1 or unit.in_opaque(node.start_byte, name.start_byte):
            continue
        star = node.start_byte
        left = star - len(unit.src[:star]) + len(unit.src[:star].rstrip(b" "))
        gaps = unit.src[left:star], unit.src[star + 1 : name.start_byte]
        if gaps == ((b" ", b"") if at_type else (b"", b" ")):
            edits += [
                Edit(left, star, b"" if at_type else b" "),
                Edit(star + 1, name.start_byte, b" " if at_type else b""),
            ]
    if edits:
        yield Site(tuple(edits), ask=_STARS[at_type], way="at-type" if at_type else "at-name")


_STARS = (
    ("Write the pointer star next to the name (`char *p`)", "指针星号紧挨变量名（`char *p`）"),
    ("Write the pointer star next to the type (`char* p`)", "指针星号紧挨类型（`char* p`）"),
)


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Group the statements with blank lines",
    zh="用空行把语句分组",
    changes=[
        (
            "int f(int n)\n{\n    int m = n;\n    m++;\n    n++;\n    /* until */\n    while (n < m) {\n"
            "        n++;\n    }\n"
            "    return n;\n}\n",
            "int f(int n)\n{\n    int m = n;\n\n    m++;\n    n++;\n\n    /* until */\n    while (n < m) {\n"
            "        n++;\n    }\n\n"
            "    return n;\n}\n",
        ),
        (
            "int f(int n)\n{\n    int m = n;\n\n    m++;\n\n    return m;\n}\n",
            "int f(int n)\n{\n    int m = n;\n    m++;\n    return m;\n}\n",
        ),
    ],
    keeps=["void f(void)\n{\n    g();\n}\n", "int a;\n\nint b;\n"],
)
def blank_lines(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Blank lines in function bodies: after declarations, around the outer loops and branches, before the last return;
    or, for a terse author, none.

    Sound: only empty lines come or go. Refuses places beside directives and asm; file scope keeps its layout.
    """
    none = context.style.names == "terse"
    edits: list[Edit] = []
    for block in unit.walk("compound_statement"):
        body = [child for child in block.named_children if child.type != "comment"]
        for before, after in pairwise(body):
            edit = _between(unit, before, after, none, block)
            if edit is not None:
                edits.append(edit)
    if edits:
        yield Site(tuple(edits), ask=_BLANKS[none], way="none" if none else "groups")


_BLANKS = (
    ("Separate the logical groups of statements with blank lines", "用空行把函数里的语句按逻辑分组"),
    ("Drop the blank lines inside the functions", "去掉函数体内的空行"),
)


def _between(unit: Unit, before: Node, after: Node, none: bool, block: Node) -> Edit | None:
    start = unit.line_end(unit.end(before))
    end = unit.line_start(lead(unit, after))
    if start >= end or unit.in_opaque(unit.end(before), after.start_byte):
        return None
    between = unit.src[start:end]
    if between.strip():
        return None
    lines = between.count(b"\n") - 1
    if none:
        return Edit(start, end, b"\n") if lines > 0 else None
    outer = block.parent is not None and block.parent.type == "function_definition"
    ends = (before, after) if outer else ()
    apart = (before.type == "declaration") != (after.type == "declaration")
    apart = apart or any(n.type in _LOOSE and unit.line(unit.end(n)) - unit.line(n.start_byte) > 1 for n in ends)
    long = unit.line(after.end_byte) - unit.line(block.start_byte) > _LONG
    apart = apart or (after.type == "return_statement" and outer and long)
    return Edit(start, end, b"\n" + unit.newline) if apart and not lines and after.type != "case_statement" else None


RULES = (keyword_space, pointer_star, blank_lines)
