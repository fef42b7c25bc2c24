"""Braces and parentheses that C does not need: put in or left out, the same everywhere."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import inner
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, arms, body_of, rebuilt, tail
from generators.rewrites.flow import hides_flow, leaves_open_if
from generators.rewrites.heads import head_end
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import BINARY, EQUALITY, RELATION, is_torn, sides

_HEADED = ("if_statement", "else_clause", "for_statement", "while_statement")
_SIMPLE = ("expression_statement", "return_statement", "break_statement", "continue_statement", "goto_statement")


def _bodies(unit: Unit) -> Iterator[tuple[Node, Node]]:
    """(head, body) of every branch and loop but do, an else if apart."""
    for node in unit.walk(*_HEADED):
        if node.type == "if_statement":
            body = node.child_by_field_name("consequence")
        elif node.type == "else_clause":
            body = next((child for child in node.named_children if child.type != "comment"), None)
        else:
            body = node.child_by_field_name("body")
        if body is not None and not (node.type == "else_clause" and body.type == "if_statement"):
            yield node, body


@rewrite(
    family="branches",
    scope="file",
    en="Put braces round every single statement under an if, else or loop",
    zh="if、else 和循环下的单条语句一律加上大括号",
    changes=[
        (
            "void f(int n)\n{\n    if (n)\n        g(); /* some */\n    else\n        h();\n}\n",
            "void f(int n)\n{\n    if (n) {\n        g(); /* some */\n    } else {\n        h();\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    while (n) n -= g();\n    if (n)\n    {\n        h();\n    }\n}\n",
            "void f(int n)\n{\n    while (n)\n    {\n        n -= g();\n    }\n    if (n)\n    {\n        h();\n"
            "    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    if (n) {\n        g();\n    } else if (n > 3) {\n        h();\n    }\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        ;\n}\n",
        "void f(int n)\n{\n    if (n)\n#ifdef X\n        g();\n#else\n        h();\n#endif\n}\n",
        "#define IF(n) if (n) g()\n",
    ],
)
def braces_added(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """Braces round the single statements under if, else, for and while.

    Sound: a statement and a block of just this statement do the same, and the braces can only keep an else where it
    belongs. Refuses empty statements, bodies that are branches or loops themselves, and what has directives inside.
    """
    layout = Layout.of(unit, context.style)
    for node, body in _bodies(unit):
        if body.type == "compound_statement":
            continue
        if body.type not in _SIMPLE or (body.child_count == 1 and body.type == "expression_statement"):
            yield Refusal(body.start_byte, "not-a-simple-statement")
            continue
        start = node.start_byte + len(b"else") if node.type == "else_clause" else head_end(unit, node, body)
        held, indent, end = body_of(unit, body, start), unit.indent(node.start_byte), tail(unit, body)
        text = layout.block(b"", held.text, indent)
        after = node.child_by_field_name("alternative") if node.type == "if_statement" else None
        if after is not None:
            if unit.src[end : after.start_byte].strip():
                yield Refusal(body.start_byte, "comment-in-the-way")
                continue
            text, end = text + (layout.newline + indent if layout.else_own_line else b" "), after.start_byte
        yield rebuilt(unit, start, end, text, same_code=True)


@rewrite(
    family="branches",
    scope="file",
    en="Leave out the braces round single statements",
    zh="单条语句去掉大括号",
    changes=[
        (
            "void f(int n)\n{\n    if (n) {\n        g(); /* some */\n    } else {\n        h();\n    }\n}\n",
            "void f(int n)\n{\n    if (n)\n        g(); /* some */\n    else\n        h();\n}\n",
        ),
        (
            "void f(int n)\n{\n    while (n)\n    {\n        n -= g();\n    }\n}\n",
            "void f(int n)\n{\n    while (n)\n        n -= g();\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    if (n) {\n        g();\n        h();\n    } else {\n        h();\n    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n        if (g())\n            h();\n    } else {\n        h();\n    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n        /* some */\n        g();\n    }\n}\n",
        "#define BOTH() g(); h()\nvoid f(int n)\n{\n    if (n) {\n        BOTH();\n    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n        int m;\n    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n        SPI_START();\n    }\n}\n",
    ],
)
def braces_dropped(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """No braces round a single simple statement, where every arm of the same if can do without.

    Sound: as adding them, read backwards. Refuses a block in which anything else stands (a comment line, a
    declaration), a macro that may be several statements, a nested branch or loop, and an if with an arm that keeps its
    braces: nobody writes half of them.
    """
    layout = Layout.of(unit, context.style)
    for node, body in _bodies(unit):
        if body.type != "compound_statement" or sum(child.type != "comment" for child in body.named_children) != 1:
            continue
        reason = _needs_braces(unit, node, body)
        if reason is not None:
            yield Refusal(body.start_byte, reason)
            continue
        statement = next(child for child in body.named_children if child.type != "comment")
        start = node.start_byte + len(b"else") if node.type == "else_clause" else head_end(unit, node, body)
        indent, end = unit.indent(node.start_byte), unit.end(body)
        inside = unit.src[statement.start_byte : tail(unit, statement)]
        text = layout.newline + indent + layout.step + inside
        after = node.child_by_field_name("alternative") if node.type == "if_statement" else None
        if after is not None:
            text, end = text + layout.newline + indent, after.start_byte
        yield rebuilt(unit, start, end, text, same_code=True)


def _needs_braces(unit: Unit, node: Node, body: Node) -> str | None:
    top = node
    while top.type == "else_clause" or (top.parent is not None and top.parent.type == "else_clause"):
        assert top.parent is not None
        top = top.parent
    chain = [body]
    if top.type == "if_statement":
        chain = []
        at: Node | None = top
        while at is not None and at.type == "if_statement":
            found = arms(unit, at)
            if found is None:
                return "not-plain"
            chain.append(found[0].node)
            last = found[1].node if found[1] is not None else None
            at = last if last is not None and last.type == "if_statement" else None
            if last is not None and at is None:
                chain.append(last)
    for one in chain:
        statements = [child for child in one.named_children if child.type != "comment"]
        if one.type != "compound_statement":
            continue
        if len(statements) != 1 or statements[0].type not in _SIMPLE:
            return "not-a-simple-statement"
        if unit.line(statements[0].start_byte) != unit.line(unit.end(statements[0])):
            return "over-several-lines"
        if unit.src[one.start_byte + 1 : statements[0].start_byte].strip():
            return "comment-in-the-way"
        if unit.src[tail(unit, statements[0]) : unit.end(one) - 1].strip():
            return "comment-in-the-way"
        if hides_flow(unit, statements[0]) or leaves_open_if(statements[0]):
            return "macro-may-be-several"
    return None


@rewrite(
    family="conditions",
    scope="file",
    en="Put parentheses round the comparisons in compound conditions (or drop them, if they are there)",
    zh="复合条件里的每个比较都加上括号（原来有的就去掉）",
    changes=[
        (
            "int f(int n, int m)\n{\n    return n == 3 && m < 4;\n}\n",
            "int f(int n, int m)\n{\n    return (n == 3) && (m < 4);\n}\n",
        ),
        (
            "int f(int n, int m)\n{\n    return (n == 3) || m || (m < 4);\n}\n",
            "int f(int n, int m)\n{\n    return n == 3 || m || m < 4;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n, int m)\n{\n    return (n && m) || (m && !n);\n}\n",
        "int f(int n, int m)\n{\n    return (n & 3) && m;\n}\n",
        "int f(int n)\n{\n    return (n == 3);\n}\n",
        "int f(int n, int m)\n{\n    return (/* full */ n == 3) && m;\n}\n",
    ],
)
def compared_in_parentheses(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`a == 1 && b < 2` as `(a == 1) && (b < 2)`; in a file that has such parentheses, back.

    Sound: comparisons bind tighter than `&&` and `||`, so the tree is the same. Refuses any other parentheses: those
    round a bit operator are needed, those round an && under an || keep compilers quiet. Refuses comments inside.
    """
    operands = [
        side
        for node in unit.walk("binary_expression")
        if (found := sides(node)) is not None and found[1] in (b"&&", b"||")
        for side in (found[0], found[2])
        if not unit.in_opaque(side.start_byte, side.end_byte) and not is_torn(unit, side)
    ]
    wrapped = [side for side in operands if side.type == "parenthesized_expression" and _compares(inner(side))]
    for side in wrapped:
        within = inner(side)
        assert within is not None
        if unit.comments(side.start_byte, side.end_byte):
            yield Refusal(side.start_byte, "comment-inside")
        else:
            ask = ("Drop the parentheses round the comparisons", "去掉比较两边多余的括号")
            yield Site((Edit(side.start_byte, unit.end(side), unit.text(within)),), ask=ask, way="dropped")
    for side in operands if not wrapped else []:
        if _compares(side):
            ask = ("Put parentheses round the comparisons in compound conditions", "复合条件里的每个比较都加上括号")
            edits = (Edit(side.start_byte, side.start_byte, b"("), Edit(unit.end(side), unit.end(side), b")"))
            yield Site(edits, ask=ask, way="added")


def _compares(node: Node | None) -> bool:
    found = sides(node) if node is not None else None
    return found is not None and BINARY[found[1]] in (EQUALITY, RELATION)


@rewrite(
    family="conditions",
    scope="file",
    en="Write return values without parentheses (or with them, if none has any now)",
    zh="return 的返回值不加括号（原来都没有的就加上）",
    changes=[
        ("int f(int n)\n{\n    return (n + 1);\n}\n", "int f(int n)\n{\n    return n + 1;\n}\n"),
        ("int f(int n)\n{\n    return n & 3;\n}\n", "int f(int n)\n{\n    return (n & 3);\n}\n"),
    ],
    keeps=[
        "int f(void)\n{\n    return 3;\n}\n",
        "int f(int n)\n{\n    return (n + 1) * (n - 1) /* area */;\n}\n",
        "void f(void)\n{\n    return;\n}\n",
        "int f(int n)\n{\n    return ((n) /* as it was */);\n}\n",
    ],
)
def return_parentheses(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`return (x);` as `return x;`; in a file without any, operators in parentheses.

    Sound: parentheses round a whole expression change nothing. Refuses comments inside, and single names and numbers,
    which nobody puts in parentheses.
    """
    values = [
        (node, value)
        for node in unit.walk("return_statement")
        if (value := inner(node)) is not None and not unit.in_opaque(node.start_byte, node.end_byte)
    ]
    wrapped = [(node, value) for node, value in values if value.type == "parenthesized_expression"]
    for node, value in wrapped:
        within = inner(value)
        if within is None or unit.comments(node.start_byte, unit.end(node)):
            yield Refusal(node.start_byte, "comment-inside")
        else:
            blank = b" " if unit.src[value.start_byte - 1 : value.start_byte].isalnum() else b""
            ask = ("Write return values without parentheses", "return 的返回值去掉外面的括号")
            edit = Edit(value.start_byte, unit.end(value), blank + unit.text(within))
            yield Site((edit,), ask=ask, way="dropped")
    for node, value in values if not wrapped else []:
        if value.type in ("binary_expression", "conditional_expression"):
            if unit.comments(node.start_byte, unit.end(node)):
                yield Refusal(node.start_byte, "comment-inside")
            else:
                ask = ("Put return values in parentheses", "return 的返回值加上括号")
                edits = (Edit(value.start_byte, value.start_byte, b"("), Edit(unit.end(value), unit.end(value), b")"))
                yield Site(edits, ask=ask, way="added")


RULES = (braces_added, braces_dropped, compared_in_parentheses, return_parentheses)
