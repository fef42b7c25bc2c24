"""Layout: braces, indentation and blanks as another author sets them; the compiler sees the same tokens."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.lexer import Token
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.blocks import Layout, lead
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_CONTROL = ("if_statement", "else_clause", "for_statement", "while_statement", "do_statement", "switch_statement")
_TYPES = ("struct_specifier", "union_specifier", "enum_specifier")
_BODIES = ("compound_statement", "field_declaration_list", "enumerator_list")
_LONG = 4  # lines of a function whose last return stands apart
_LOOSE = frozenset({"for_statement", "while_statement", "do_statement", "switch_statement", "if_statement"})


def _code(unit: Unit) -> list[Token]:
    return [token for token in unit.tokens if token.kind not in ("space", "newline")]


def _gap(unit: Unit, tokens: list[Token], places: dict[int, int], start: int) -> tuple[int, list[Token]]:
    """Where the token of code before `start` ends, and the comments between; (-1, []) behind a directive."""
    index = places.get(start, 0) - 1
    comments: list[Token] = []
    while index >= 0 and tokens[index].kind == "comment":
        comments.insert(0, tokens[index])
        index -= 1
    if index < 0 or unit.in_opaque(tokens[index].start, tokens[index].end):
        return -1, []
    return tokens[index].end, comments


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Put the opening braces where the rest of our code has them",
    zh="把花括号的位置改成团队统一的风格",
    changes=[
        (
            "void f(int n)\n{\n    if (n) { /* some */\n        n = 1;\n    } else {\n        n = 2;\n    }\n}\n",
            "void f(int n)\n{\n    if (n) /* some */\n    {\n        n = 1;\n    }\n    else\n    {\n        n = 2;\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    while (n) // some\n    {\n        n--;\n    }\n}\n",
            "void f(int n)\n{\n    while (n) { // some\n        n--;\n    }\n}\n",
        ),
        ("typedef struct {\n    int a;\n} pair;\n", "typedef struct\n{\n    int a;\n} pair;\n"),
    ],
    keeps=[
        "int t[2] = {\n    1, 2\n};\n",
        "enum { A, B };\n",
        "#define F(x) if (x) { g(); }\n",
        "void f(int n)\n#if 1\n{\n    g();\n}\n#endif\n",
    ],
)
def brace_style(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Opening braces at the end of the line or on a line of their own; `else` goes with them.

    Sound: only blanks and line ends between tokens change, and a comment beside the brace stays beside it. Refuses
    braces of initialisers, blocks on one line, and what touches a directive or asm.
    """
    own = context.style.braces == "own-line"
    attach_functions = context.style.name in ("arduino", "terse")
    tokens = _code(unit)
    places = {token.start: index for index, token in enumerate(tokens)}
    edits: list[Edit] = []
    for node in unit.walk(*_BODIES):
        parent = node.parent
        if parent is None or unit.line(node.start_byte) == unit.line(unit.end(node)):
            continue
        if parent.type not in (*_CONTROL, *_TYPES, "function_definition"):
            continue
        if unit.in_opaque(node.start_byte, node.start_byte + 1):
            continue
        wanted = own or (parent.type == "function_definition" and not attach_functions)
        edit = _brace(unit, tokens, places, node, parent, wanted)
        if edit is not None:
            edits.append(edit)
    for other in unit.walk("else_clause"):
        end, comments = _gap(unit, tokens, places, other.start_byte)
        if end < 0 or comments or unit.src[end - 1 : end] != b"}":
            continue
        holder = other.parent
        if holder is not None and unit.line(holder.start_byte) != unit.line(end):
            text = unit.newline + unit.indent(end - 1) if own else b" "
            edits.append(Edit(end, other.start_byte, text))
    edits = [edit for edit in edits if unit.src[edit.start : edit.end] != edit.text]
    if edits:
        yield Site(tuple(edits), ask=_BRACES[own])


_BRACES = (
    ("Put opening braces at the end of the line (K&R)", "左花括号放到行尾（K&R 风格）"),
    ("Put every opening brace on a line of its own (Allman)", "左花括号单独占一行（Allman 风格）"),
)


def _brace(
    unit: Unit, tokens: list[Token], places: dict[int, int], node: Node, parent: Node, own: bool
) -> Edit | None:
    start = node.start_byte
    end, comments = _gap(unit, tokens, places, start)
    if end < 0 or unit.src[end - 1 : end] == b";":
        return None
    between = unit.src[end:start]
    if own == (b"\n" in between) or len(comments) > 1:
        return None
    if own:
        beside = next(iter(unit.comments(start + 1, unit.line_end(start))), None)
        indent = unit.newline + unit.indent(_owner(parent).start_byte)
        alone = beside is not None and not unit.src[beside.end : unit.line_end(start)].strip()
        if beside is None or not alone or unit.src[start + 1 : beside.start].strip() or comments:
            return Edit(end + len(between.rstrip()), start, indent)
        return Edit(end, beside.end, b" " + unit.src[beside.start : beside.end] + indent + b"{")
    if not comments:
        return Edit(end, start, b" ")
    comment = unit.src[comments[0].start : comments[0].end]
    if b"\n" in comment or unit.src[start + 1 : unit.line_end(start)].strip():
        return None
    return Edit(end, start + 1, b" { " + comment)


def _owner(parent: Node) -> Node:
    """Whose line gives a brace its indentation."""
    if parent.type in _TYPES and parent.parent is not None:
        return parent.parent
    return parent


@rewrite(
    family="layout",
    scope="file",
    tokens_kept=True,
    en="Change the indentation to the project's setting",
    zh="把缩进改成项目规定的方式",
    changes=[
        (
            "void f(int n)\n{\n    if (n)\n        g(n,\n          2); /* a\n                 b */\n}\n",
            "void f(int n)\n{\n\tif (n)\n\t\tg(n,\n\t\t  2); /* a\n\t\t         b */\n}\n",
        ),
        ("void f(void)\n{\n\tg();\n}\n", "void f(void)\n{\n  g();\n}\n"),
        (
            "void f(void)\n{\n    while (1)   /* x */\n        g();    /* y */\n}\n",
            "void f(void)\n{\n  while (1)   /* x */\n    g();      /* y */\n}\n",
        ),
    ],
    keeps=["void f(void)\n{\n}\n", "void f(void)\n{\n    \tg();\n}\n", "#define F(x) \\\n    g(x)\n"],
)
def indentation(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """The step of the indentation: four blanks, two, a tab.

    Sound: only blanks at the beginning of lines change. Refuses files that mix tabs and blanks; lines of directives,
    asm and strings stay, and what is lined up under a bracket or a comment keeps its distance.
    """
    old, new = Layout.of(unit, context.style).step, context.style.indent.encode()
    if old == new or (not old.strip(b" ") == b"" and old != b"\t"):
        return
    levels: dict[int, int] = {}
    edits: list[Edit] = []
    within = {unit.line(t.start): unit.line(t.end - 1) for t in unit.tokens if t.kind in ("string", "broken", "asm")}
    skipped = {line for first, last in within.items() for line in range(first + 1, last + 1)}
    inner = {
        line: unit.line(c.start) for c in unit.comments() for line in range(unit.line(c.start) + 1, unit.line(c.end) + 1)
    }
    start, line = 0, 0
    while start < len(unit.src):
        line += 1
        end = unit.line_end(start)
        blanks = unit.indent(start)
        text = start + len(blanks)
        if line not in skipped and text < end and not unit.in_opaque(text, text + 1):
            if line in inner:
                units = min(levels.get(inner[line], 0), _count(blanks, old))
            else:
                bracket = _bracket(unit, text)
                units = _count(blanks, old) if bracket is None else levels.get(unit.line(bracket), 0)
            rest = blanks[units * len(old) :]
            if b"\t" in rest:
                yield Refusal(start, "tabs-and-blanks")
                return
            levels[line] = units
            if units:
                edits.append(Edit(start, start + units * len(old), new * units))
        start = end + 1
    if edits:
        yield Site(aligned(unit, edits), ask=_STEPS.get(context.style.indent))


_STEPS = {
    "    ": ("Indent with four spaces", "缩进统一为四个空格"),
    "  ": ("Indent with two spaces", "缩进统一为两个空格"),
    "\t": ("Indent with tabs instead of spaces", "缩进用制表符，不用空格"),
}


def _count(blanks: bytes, step: bytes) -> int:
    units = 0
    while blanks.startswith(step, units * len(step)):
        units += 1
    return units


def _bracket(unit: Unit, offset: int) -> int | None:
    """The bracket on an earlier line that this line is lined up under, if it is."""
    node = unit.at(offset)
    while node is not None and node.type not in ("compound_statement", "translation_unit"):
        opening = node.children[0] if node.child_count else None
        if opening is not None and opening.type in ("(", "[", "{") and unit.line(opening.start_byte) < unit.line(offset):
            after = opening.end_byte
            if unit.column(after) == unit.column(offset) and unit.src[after : unit.line_end(after)].strip():
                return opening.start_byte
        node = node.parent
    return None


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
    tight = context.style.name in ("keil", "terse")
    tokens = _code(unit)
    edits = []
    for token, after in zip(tokens, tokens[1:], strict=False):
        if unit.src[token.start : token.end] not in (b"if", b"for", b"while", b"switch"):
            continue
        if unit.src[after.start : after.end] != b"(" or unit.in_opaque(token.start, after.end):
            continue
        between = unit.src[token.end : after.start]
        wanted = b"" if tight else b" "
        if between in (b"", b" ") and between != wanted:
            edits.append(Edit(token.end, after.start, wanted))
    if edits:
        yield Site(aligned(unit, edits), ask=_KEYWORDS[tight])


_KEYWORDS = (
    ("Put a space between keywords such as `if` and the parenthesis", "`if`、`for` 这类关键字和左括号之间加一个空格"),
    ("Drop the space between keywords such as `if` and the parenthesis", "`if`、`for` 这类关键字后面紧跟左括号，不留空格"),
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
            edits += [Edit(left, star, b"" if at_type else b" "), Edit(star + 1, name.start_byte, b" " if at_type else b"")]
    if edits:
        yield Site(tuple(edits), ask=_STARS[at_type])


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
            "int f(int n)\n{\n    int m = n;\n    m++;\n    n++;\n    /* until */\n    while (n < m) {\n        n++;\n    }\n"
            "    return n;\n}\n",
            "int f(int n)\n{\n    int m = n;\n\n    m++;\n    n++;\n\n    /* until */\n    while (n < m) {\n        n++;\n    }\n\n"
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
        for before, after in zip(body, body[1:], strict=False):
            edit = _between(unit, before, after, none, block)
            if edit is not None:
                edits.append(edit)
    if edits:
        yield Site(tuple(edits), ask=_BLANKS[none])


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
        return Edit(start, end, unit.newline) if lines > 0 else None
    outer = block.parent is not None and block.parent.type == "function_definition"
    ends = (before, after) if outer else ()
    apart = (before.type == "declaration") != (after.type == "declaration")
    apart = apart or any(n.type in _LOOSE and unit.line(unit.end(n)) - unit.line(n.start_byte) > 1 for n in ends)
    long = unit.line(after.end_byte) - unit.line(block.start_byte) > _LONG
    apart = apart or (after.type == "return_statement" and outer and long)
    return Edit(start, end, unit.newline * 2) if apart and not lines and after.type != "case_statement" else None


RULES = (brace_style, indentation, keyword_space, pointer_star, blank_lines)
