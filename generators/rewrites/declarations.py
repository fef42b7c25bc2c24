"""Declarations: several names in one or one each, initialised or assigned."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.stream import token_stream
from corpus.source.unit import Unit
from generators.rewrites.blocks import lead
from generators.rewrites.declared import (
    automatic,
    beside,
    declarators,
    head,
    known_type,
    mentions,
    opening,
    passes,
    plain,
    removal,
    single,
)
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time

_WIDEST = 88  # columns of a declaration that a person would still put on one line


@rewrite(
    family="declarations",
    scope="file",
    en="Declare each variable on a line of its own",
    zh="每个变量单独一行声明",
    changes=[
        (
            "void f(void)\n{\n    unsigned char i, *p = 0;\n\n    g();\n}\n",
            "void f(void)\n{\n    unsigned char i;\n    unsigned char *p = 0;\n\n    g();\n}\n",
        ),
        ("static __xdata char a[4], b;\n", "static __xdata char a[4];\nstatic __xdata char b;\n"),
    ],
    keeps=[
        "struct { int x; } a, b;\n",
        "void f(void)\n{\n    for (int i = 0, j = 9; i < j; i++)\n        g();\n}\n",
        "int a, b; /* both */\n",
        "int a /* one */, b;\n",
        "int f(int a, int b);\n",
        "#define bytep unsigned char *\nbytep a, b;\n",
        '#include "types.h"\nbytep a, b;\n',
    ],
)
def split_declarators(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`int i, *p;` as `int i;` and `int *p;`.

    Sound: C takes a list of declarators for so many declarations in order; the star belongs to its name, storage,
    qualifiers and memory space to all. Refuses a head that defines a struct or enum, a type that is a macro or of a
    header that is not here, addresses, the head of a `for`, and declarations with a comment, which may speak of all
    names."""
    for node in unit.walk("declaration"):
        names = declarators(node)
        if len(names) < 2 or node.parent is None or node.parent.type not in ("compound_statement", "translation_unit"):
            continue
        if not plain(unit, node):
            yield Refusal(node.start_byte, "not-plain")
        elif not known_type(unit, node):
            yield Refusal(node.start_byte, "type-unknown")
        elif beside(unit, node):
            yield Refusal(node.start_byte, "comment-beside")
        else:
            joint = unit.newline + unit.indent(node.start_byte)
            lines = (head(unit, node) + b" " + unit.text(name) + b";" for name in names)
            yield Site((Edit(node.start_byte, unit.end(node), joint.join(lines)),))


@rewrite(
    family="declarations",
    scope="file",
    en="Declare the variables of one type together on one line",
    zh="同一类型的变量合并到一行声明",
    changes=[
        (
            "void f(void)\n{\n    unsigned char i;\n    unsigned char n;\n    int k;\n\n    g();\n}\n",
            "void f(void)\n{\n    unsigned char i, n;\n    int k;\n\n    g();\n}\n",
        ),
    ],
    keeps=[
        "void f(void)\n{\n    int i; /* index */\n    int n;\n}\n",
        "void f(void)\n{\n    int i;\n\n    int n;\n}\n",
        "void f(void)\n{\n    int i = 0;\n    int n;\n}\n",
        "void f(void)\n{\n    int *i;\n    int n;\n}\n",
        "int a;\nint b;\n",
        "#define bytep unsigned char *\nvoid f(void)\n{\n    bytep a;\n    bytep b;\n}\n",
        '#include "types.h"\nvoid f(void)\n{\n    bytep a;\n    bytep b;\n}\n',
    ],
)
def merge_declarators(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Declarations of locals with the same head, one under the other, as one.

    Sound: as the split, read backwards. Refuses initialisers, pointers and arrays (a list would hide them), comments,
    and lines that would get too long; file scope keeps one name a line.
    """
    for block in unit.walk("compound_statement"):
        run: list[Node] = []
        for node in [*block.named_children, None]:
            if node is not None and _bare(unit, node) and (not run or _same_head(unit, run[-1], node)):
                run.append(node)
                continue
            if len(run) > 1:
                yield _merged(unit, run)
            run = [node] if node is not None and _bare(unit, node) else []


def _bare(unit: Unit, node: Node) -> bool:
    names = declarators(node) if node.type == "declaration" else []
    return (
        bool(names)
        and all(name.type == "identifier" for name in names)
        and plain(unit, node)
        and known_type(unit, node)
        and not unit.comments(unit.end(node), unit.line_end(unit.end(node)))
    )


def _same_head(unit: Unit, first: Node, second: Node) -> bool:
    next_line = unit.line(second.start_byte) == unit.line(unit.end(first)) + 1
    return next_line and token_stream(head(unit, first)) == token_stream(head(unit, second))


def _merged(unit: Unit, run: list[Node]) -> Site | Refusal:
    names = b", ".join(unit.text(name) for node in run for name in declarators(node))
    text = head(unit, run[0]) + b" " + names + b";"
    if len(text) > _WIDEST - 8:
        return Refusal(run[0].start_byte, "too-long")
    return Site((Edit(run[0].start_byte, unit.end(run[-1]), text),))


@rewrite(
    family="declarations",
    en="Declare first and assign afterwards instead of initialising in the declaration",
    zh="先声明变量再赋值，不要在声明里初始化",
    changes=[
        (
            "int f(int a)\n{\n    int n = a + 1;\n    int m;\n\n    m = n;\n    return m;\n}\n",
            "int f(int a)\n{\n    int n;\n    int m;\n\n    n = a + 1;\n    m = n;\n    return m;\n}\n",
        ),
        (
            "void f(void)\n{\n    __bit was = EA; /* kept */\n    EA = 0;\n    EA = was;\n}\n",
            "void f(void)\n{\n    __bit was; /* kept */\n    was = EA;\n    EA = 0;\n    EA = was;\n}\n",
        ),
    ],
    keeps=[
        "int f(int a)\n{\n    int n = a, m = n;\n    return m;\n}\n",
        "int f(int a)\n{\n    int n = g();\n    const int m = n;\n\n    return m;\n}\n",
        "int f(void)\n{\n    static int n = 1;\n    return n++;\n}\n",
        "int f(void)\n{\n    const int n = 1;\n    return n;\n}\n",
        "int f(void)\n{\n    char s[3] = {1, 2, 3};\n    return s[0];\n}\n",
        "int a = 1;\n",
    ],
)
def split_initialiser(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`int n = a;` as `int n;` and, behind the declarations, `n = a;`.

    Sound: the value is computed once at the beginning of the block, with the same conversion. Refuses static and const
    variables, arrays and structs, several names in a declaration, initialisers that another one behind depends on or
    that may not pass it, and functions that keep time.
    """
    for block in unit.walk("compound_statement"):
        run = opening(block)
        for index, node in enumerate(run):
            found = single(unit, node)
            value = found[1] if found is not None else None
            if found is None or value is None:
                continue
            name = found[0]
            if automatic(unit, name) is None:
                yield Refusal(node.start_byte, "not-automatic")
                continue
            if keeps_time(unit, node):
                yield Refusal(node.start_byte, "keeps-time")
                continue
            if not passes(unit, value, unit.text(name), run[index + 1 :]):
                yield Refusal(node.start_byte, "order-of-initialisers")
                continue
            declarator = declarators(node)[0].child_by_field_name("declarator")
            place = _behind(unit, run[-1])
            if declarator is None or place is None or unit.in_opaque(unit.end(run[-1]), place):
                yield Refusal(node.start_byte, "no-room")
                continue
            text = unit.indent(node.start_byte) + unit.text(name) + b" = " + unit.text(value) + b";" + unit.newline
            named = (("name", unit.text(name).decode()),)
            yield Site((Edit(unit.end(declarator), unit.end(value), b""), Edit(place, place, text)), named)


def _behind(unit: Unit, last: Node) -> int | None:
    """Where the line after the declarations begins, behind one empty line if there is one."""
    end = unit.line_end(unit.end(last))
    rest = unit.src[unit.end(last) : end].strip()
    if end >= len(unit.src) or (rest and not rest.startswith((b"//", b"/*"))):
        return None
    if rest.startswith(b"/*") and not rest.endswith(b"*/"):
        return None
    after = unit.line_end(end + 1)
    return after + 1 if not unit.src[end + 1 : after].strip() and after < len(unit.src) else end + 1


@rewrite(
    family="declarations",
    en="Initialise the variable where it is declared",
    zh="在声明处直接初始化变量",
    changes=[
        (
            "int f(int a)\n{\n    int n;\n    int m;\n\n    n = a + 1;\n    m = n;\n    return m;\n}\n",
            "int f(int a)\n{\n    int n = a + 1;\n    int m;\n\n    m = n;\n    return m;\n}\n",
        ),
    ],
    keeps=[
        "int f(int a)\n{\n    int n;\n    int m = g();\n\n    n = a;\n    return n + m;\n}\n",
        "int f(int a)\n{\n    int n;\n    int m;\n\n    n = m;\n    return n;\n}\n",
        "int f(int a)\n{\n    static int n;\n\n    n = a;\n    return n;\n}\n",
        "int f(int a)\n{\n    int n;\n\n    n = a; /* why */\n    return n;\n}\n",
        "int f(int a)\n{\n    int n;\n\n    n += a;\n    return n;\n}\n",
    ],
)
def join_initialiser(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """An assignment that is the first statement behind the declarations goes into the variable's declaration.

    Sound and refusing as the split, read backwards; also refuses an assignment that has a comment, or that needs a
    variable declared later.
    """
    for block in unit.walk("compound_statement"):
        run = opening(block)
        statements = [n for n in block.named_children if n.type != "comment"][len(run) :]
        if not run or len(statements) < 2 or statements[0].type != "expression_statement":
            continue
        assignment = next(iter(statements[0].named_children), None)
        if assignment is None or assignment.type != "assignment_expression":
            continue
        left, sign, right = (assignment.child_by_field_name(name) for name in ("left", "operator", "right"))
        if left is None or right is None or sign is None or unit.text(sign) != b"=" or left.type != "identifier":
            continue
        for index, node in enumerate(run):
            found = single(unit, node)
            if found is None or found[1] is not None or unit.text(found[0]) != unit.text(left):
                continue
            name, later = unit.text(left), run[index + 1 :]
            declared = [name, *(unit.text(n) for d in later for n in unit.walk("identifier", under=d))]
            gone = removal(unit, statements[0])
            if automatic(unit, found[0]) is None:
                yield Refusal(node.start_byte, "not-automatic")
            elif keeps_time(unit, node):
                yield Refusal(node.start_byte, "keeps-time")
            elif mentions(unit, right, declared) or not passes(unit, right, name, later):
                yield Refusal(node.start_byte, "order-of-initialisers")
            elif beside(unit, statements[0]) or lead(unit, statements[0]) != statements[0].start_byte:
                yield Refusal(node.start_byte, "comment-beside")
            elif gone is None or unit.in_opaque(node.start_byte, gone.end):
                yield Refusal(node.start_byte, "shares-its-line")
            elif unit.comments(assignment.start_byte, unit.end(assignment)) or b"\n" in unit.text(right):
                yield Refusal(node.start_byte, "comment-inside")
            else:
                end = unit.end(declarators(node)[0])
                yield Site((Edit(end, end, b" = " + unit.text(right)), gone), (("name", name.decode()),))


RULES = (split_declarators, merge_declarators, split_initialiser, join_initialiser)
