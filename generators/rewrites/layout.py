"""Layout: braces, indentation and blanks as another author sets them; the compiler sees the same tokens."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.lexer import Token, lexed
from corpus.source.unit import Unit
from generators.rewrites.alignment import aligned
from generators.rewrites.blocks import Layout, code
from generators.rewrites.remembered import per_unit
from generators.rewrites.rule import Context, Refusal, Site, rewrite

_CONTROL = ("if_statement", "else_clause", "for_statement", "while_statement", "do_statement", "switch_statement")
_TYPES = ("struct_specifier", "union_specifier", "enum_specifier")
_BODIES = ("compound_statement", "field_declaration_list", "enumerator_list")


@per_unit
def _gap(unit: Unit, start: int) -> tuple[int, list[Token]]:
    """Where the token of code before `start` ends, and the comments between; (-1, []) behind a directive."""
    tokens, places = code(unit).tokens, code(unit).places
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
            "void f(int n)\n{\n    if (n) /* some */\n    {\n        n = 1;\n    }\n    else\n    {\n"
            "        n = 2;\n    }\n}\n",
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
    attach_functions = context.style.attached_functions
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
        edit = _brace(unit, node, parent, wanted)
        if edit is not None:
            edits.append(edit)
    for other in unit.walk("else_clause"):
        end, comments = _gap(unit, other.start_byte)
        if end < 0 or comments or unit.src[end - 1 : end] != b"}":
            continue
        holder = other.parent
        if holder is not None and unit.line(holder.start_byte) != unit.line(end):
            text = unit.newline + unit.indent(end - 1) if own else b" "
            edits.append(Edit(end, other.start_byte, text))
    edits = [edit for edit in edits if unit.src[edit.start : edit.end] != edit.text]
    if edits:
        yield Site(tuple(edits), ask=_BRACES[own], way="own-line" if own else "attached")


_BRACES = (
    ("Put opening braces at the end of the line (K&R)", "左花括号放到行尾（K&R 风格）"),
    ("Put every opening brace on a line of its own (Allman)", "左花括号单独占一行（Allman 风格）"),
)


def _brace(unit: Unit, node: Node, parent: Node, own: bool) -> Edit | None:
    start = node.start_byte
    end, comments = _gap(unit, start)
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
    if old == new or (old.strip(b" ") != b"" and old != b"\t"):
        return
    levels = _levels(unit, old)
    if isinstance(levels, Refusal):
        yield levels
        return
    edits = [Edit(start, start + units * len(old), new * units) for start, units in levels if units]
    if edits:
        way = _WAYS.get(context.style.indent, "")
        yield Site(aligned(unit, edits), ask=_STEPS.get(context.style.indent), way=way)


@per_unit
def _levels(unit: Unit, old: bytes) -> list[tuple[int, int]] | Refusal:
    """Where the lines begin that are laid out, and how many steps of indentation each has."""
    levels: dict[int, int] = {}
    found: list[tuple[int, int]] = []
    within = {unit.line(t.start): unit.line(t.end - 1) for t in lexed(unit.src).of("string", "broken", "asm")}
    skipped = {line for first, last in within.items() for line in range(first + 1, last + 1)}
    inner = {
        line: unit.line(c.start)
        for c in unit.comments()
        for line in range(unit.line(c.start) + 1, unit.line(c.end) + 1)
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
                return Refusal(start, "tabs-and-blanks")
            levels[line] = units
            found.append((start, units))
        start = end + 1
    return found


_WAYS = {"    ": "four", "  ": "two", "\t": "tabs"}
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
        if (
            opening is not None
            and opening.type in ("(", "[", "{")
            and unit.line(opening.start_byte) < unit.line(offset)
        ):
            after = opening.end_byte
            if unit.column(after) == unit.column(offset) and unit.src[after : unit.line_end(after)].strip():
                return opening.start_byte
        node = node.parent
    return None


RULES = (brace_style, indentation)
