"""Order that does not count: assignments and declarations beside one another that do not need each other."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from itertools import pairwise

from tree_sitter import Node

from corpus.source.expressions import inner
from corpus.source.unit import Unit
from generators.rewrites.blocks import lead, rebuilt, tail
from generators.rewrites.declared import declarators, plain
from generators.rewrites.flow import hides_flow
from generators.rewrites.independence import independent, is_simple
from generators.rewrites.rule import Context, Refusal, Site, rewrite


def _assigns(statement: Node) -> bool:
    what = inner(statement) if statement.type == "expression_statement" else None
    return what is not None and what.type in ("assignment_expression", "update_expression")


@rewrite(
    family="declarations",
    en="Swap the two neighbouring assignments that do not depend on each other",
    zh="交换这两条互不依赖的相邻赋值语句",
    changes=[
        (
            "int f(int n)\n{\n    int a, b;\n\n    a = n + 1; /* more */\n    b = n - 1;\n    return a * b;\n}\n",
            "int f(int n)\n{\n    int a, b;\n\n    b = n - 1;\n    a = n + 1; /* more */\n    return a * b;\n}\n",
        ),
        (
            "int p[3], m;\nvoid f(int n)\n{\n    p[n] = 0;\n    m += n;\n}\n",
            "int p[3], m;\nvoid f(int n)\n{\n    m += n;\n    p[n] = 0;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    int a, b;\n\n    a = n + 1;\n    b = a - 1;\n    return a * b;\n}\n",
        "int f(int n)\n{\n    int a, b;\n\n    a = n++;\n    b = n - 1;\n    return a * b;\n}\n",
        "#include <8052.h>\nvoid f(int n)\n{\n    P1 = n;\n    n = 3;\n    P2 = n;\n}\n",
        "int m;\nvoid f(int *p)\n{\n    *p = 0;\n    m = 3;\n}\n",
        "int m, k;\nvoid f(int n)\n{\n    m = g(n);\n    k = 3;\n}\n",
        "int m, k;\nvoid t(void) __interrupt(1)\n{\n    g(m, k);\n}\nvoid f(int n)\n{\n    m = n;\n    k = 3;\n}\n",
        "void f(int n)\n{\n    int a, b;\n\n    /* both */\n    a = n;\n    b = n;\n    g(a, b);\n}\n",
        "int m, k;\nvoid f(int n)\n{\n    m = n;\n\n    k = 3;\n}\n",
    ],
)
def independent_assignments(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`a = x; b = y;` as `b = y; a = x;`.

    Sound: neither calls, touches a register or a volatile variable, or writes what the other reads or writes, also not
    through a pointer; where there are interrupts or variables with an address, both write private locals. Refuses all
    else, statements over several lines, of different paragraphs, under a comment, or with one and the same target.
    """
    for block in unit.walk("compound_statement", "case_statement"):
        children = [child for child in block.named_children if child.type != "comment"]
        for one, other in pairwise(children):
            if not (_assigns(one) and _assigns(other) and is_simple(unit, one) and is_simple(unit, other)):
                continue
            if unit.line(other.start_byte) - unit.line(one.start_byte) != 1 or not independent(unit, one, other):
                yield Refusal(one.start_byte, "depend-on-each-other")
            elif lead(unit, one) != one.start_byte:
                yield Refusal(one.start_byte, "comment-above")
            elif hides_flow(unit, one) or hides_flow(unit, other):
                yield Refusal(one.start_byte, "macro-hides-flow")
            else:
                yield _swapped(unit, one, other, _targets(unit, one), _targets(unit, other))


def _targets(unit: Unit, statement: Node) -> set[bytes]:
    """The variable that an assignment sets, where it is a name alone."""
    what = inner(statement)
    target = (what.child_by_field_name("left") or what.child_by_field_name("argument")) if what is not None else None
    return {unit.text(target)} if target is not None and target.type == "identifier" else set()


def _swapped(unit: Unit, one: Node, other: Node, names: set[bytes], others: set[bytes]) -> Site | Refusal:
    """Two statements below one another in the other order, each with the comment behind it, and whose they are."""
    first, second = tail(unit, one), tail(unit, other)
    between = unit.src[first : other.start_byte]
    text = unit.src[other.start_byte : second] + between + unit.src[one.start_byte : first]
    found = rebuilt(unit, one.start_byte, second, text)
    if isinstance(found, Refusal) or len(names) != 1 or len(others) != 1:
        return found
    first_name, second_name = (min(some).decode() for some in (names, others))
    return replace(found, params=(("name", first_name), ("last", second_name)))


@rewrite(
    family="declarations",
    en="Swap the two neighbouring declarations of local variables",
    zh="交换这两条相邻的局部变量声明",
    changes=[
        (
            "int f(char *p)\n{\n    int n = 0; /* so far */\n    char c;\n\n    while ((c = *p++))\n"
            "        n += g(c);\n    return n;\n}\n",
            "int f(char *p)\n{\n    char c;\n    int n = 0; /* so far */\n\n    while ((c = *p++))\n"
            "        n += g(c);\n    return n;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    int a = n + 1;\n    int b = a;\n\n    return a * b;\n}\n",
        "int f(int n)\n{\n    int a = g(n);\n    int b = h(n);\n\n    return a * b;\n}\n",
        "int f(int n)\n{\n    char a[4];\n    int b = sizeof a;\n\n    return a[n] * b;\n}\n",
        "int f(int n)\n{\n    /* both */\n    int a;\n    int b;\n\n    a = b = n;\n    return a * b;\n}\n",
        "#include <8052.h>\nint f(void)\n{\n    int a = P1;\n    int b = P2;\n\n    return a * b;\n}\n",
        "int a;\nint b;\n",
        "int a;\nint f(int n)\n{\n    int b = a;\n    int a = n;\n\n    return a * b;\n}\n",
    ],
)
def independent_declarations(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`int a = x; char b;` as `char b; int a = x;`.

    Sound: neither names the other, and their initialisers have no effect and read nothing that the other sets. Refuses
    initialisers with calls or registers, static variables, definitions of types, declarations that are not on lines of
    their own below one another, and those under a comment.
    """
    for block in unit.walk("compound_statement"):
        children = [child for child in block.named_children if child.type != "comment"]
        for one, other in pairwise(children):
            if one.type != "declaration" or other.type != "declaration":
                continue
            if not (plain(unit, one) and plain(unit, other)) or _is_kept(unit, one) or _is_kept(unit, other):
                yield Refusal(one.start_byte, "not-plain")
            elif not independent(unit, one, other) or _speak_of_each_other(unit, one, other):
                yield Refusal(one.start_byte, "depend-on-each-other")
            elif not _on_lines(unit, one, other) or lead(unit, one) != one.start_byte:
                yield Refusal(one.start_byte, "comment-above")
            else:
                yield _swapped(unit, one, other, _names(unit, one), _names(unit, other))


def _on_lines(unit: Unit, one: Node, other: Node) -> bool:
    """Whether each stands on one line, the other right below."""
    lines = [unit.line(at) for node in (one, other) for at in (node.start_byte, unit.end(node))]
    return lines[0] == lines[1] == lines[2] - 1 == lines[3] - 1


def _is_kept(unit: Unit, declaration: Node) -> bool:
    """Whether this declares anything but automatic variables: a static one, a prototype, an extern, a bit."""
    words = [unit.text(child) for child in declaration.children if child.type == "storage_class_specifier"]
    if words or any(unit.walk("function_declarator", under=declaration)):
        return True
    return any(span.kind in ("at", "space") for span in unit.dialect(declaration.start_byte, unit.end(declaration)))


def _names(unit: Unit, declaration: Node) -> set[bytes]:
    """The names that a declaration declares."""
    found = set()
    for at in declarators(declaration):
        node: Node | None = at
        while node is not None and node.type != "identifier":
            node = node.child_by_field_name("declarator") or inner(node)
        found |= {unit.text(node)} if node is not None else set()
    return found


def _speak_of_each_other(unit: Unit, one: Node, other: Node) -> bool:
    return bool(_names(unit, one) & _words(unit, other) or _names(unit, other) & _words(unit, one))


def _words(unit: Unit, declaration: Node) -> set[bytes]:
    return {unit.text(name) for name in unit.walk("identifier", "type_identifier", under=declaration)}


RULES = (independent_assignments, independent_declarations)
