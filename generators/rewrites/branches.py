"""Branches: the same decision with its arms in another order, or with another else."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.unit import Unit
from generators.rewrites.blocks import Body, Layout, lead, lifted, plain_ifs, rebuilt, rest_of, tail
from generators.rewrites.flow import declares, ends_in_jump, has_labels, leaves_open_if
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import negated

_SIMPLE = ("expression_statement", "return_statement", "break_statement", "continue_statement")


_LONG = 12  # lines
_MANY = 6  # statements; more than this nobody indents for the sake of an else


@rewrite(
    family="branches",
    en="Negate the condition and swap the two branches",
    zh="把条件取反，交换 if 和 else 两个分支",
    changes=[
        (
            "void f(int n)\n{\n    if (n == 3) {\n        g(1);\n        h();\n    } else {\n        g(2);\n    }\n}\n",
            "void f(int n)\n{\n    if (n != 3) {\n        g(2);\n    } else {\n        g(1);\n        h();\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    if (!n)\n        g(1); /* none */\n    else\n        g(2); /* some */\n}\n",
            "void f(int n)\n{\n    if (n)\n        g(2); /* some */\n    else\n        g(1); /* none */\n}\n",
        ),
        (
            "void f(int n)\n{\n\tif (n)\n\t{\n\t\tg(1);\n\t}\n\telse\n\t{\n\t\tg(2);\n\t}\n}\n",
            "void f(int n)\n{\n\tif (!n)\n\t{\n\t\tg(2);\n\t}\n\telse\n\t{\n\t\tg(1);\n\t}\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    if (n)\n        g(1);\n}\n",
        "void f(int n)\n{\n    if (n) {\n    } else {\n        g(1);\n    }\n}\n",
        "void f(int n)\n{\n    if (n)\n        g(1);\n    else if (n > 3)\n        g(2);\n}\n",
        "void f(int n)\n{\n    if (n)\n        g(1);\n    else\n        while (n)\n            if (h())\n"
        "                g(2);\n}\n",
        "void f(int n)\n{\n    if (n) {\n        g(1);\n    }\n    /* too few */\n    else {\n        g(2);\n"
        "    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n#ifdef X\n        g(1);\n#endif\n    } else {\n        g(2);\n    }\n}\n",
    ],
)
def invert_if(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) A else B` as `if (!c) B else A`, each arm with its comments.

    Sound: the condition is evaluated once, first, and the same arm is chosen. Refuses an else-if chain, an else arm
    whose open `if` would catch the new `else`, comments between the arms, and directives or asm inside.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in plain_ifs(unit):
        if other is None:
            continue
        if other.node.type == "if_statement":
            yield Refusal(node.start_byte, "else-if-chain")
        elif not then.statements or not other.statements:
            yield Refusal(node.start_byte, "empty-arm")
        elif leaves_open_if(other.node):
            yield Refusal(node.start_byte, "dangling-else")
        else:
            indent, here = unit.indent(node.start_byte), layout.at(unit, node)
            above = here.under(here.head(b"if", negated(unit, condition).text), other, indent)
            text = here.otherwise(above, then, indent, closed=other.braced)
            yield rebuilt(unit, node.start_byte, tail(unit, node), text)


@rewrite(
    family="branches",
    en="Drop the else after a branch that leaves anyway",
    zh="前一个分支已经返回，去掉多余的 else",
    changes=[
        (
            "int f(int n)\n{\n    if (n)\n        return 1;\n    else\n        return g();\n}\n",
            "int f(int n)\n{\n    if (n)\n        return 1;\n    return g();\n}\n",
        ),
        (
            "int f(int n)\n{\n    if (n) {\n        return 1;\n    } else {\n        /* nothing yet */\n        g();\n"
            "        h();\n    }\n    return 2;\n}\n",
            "int f(int n)\n{\n    if (n) {\n        return 1;\n    }\n    /* nothing yet */\n    g();\n    h();\n"
            "    return 2;\n}\n",
        ),
        (
            "int f(int n)\n{\n    if (n == 1)\n        return 1;\n    else if (n == 2)\n        return g();\n"
            "    return 2;\n}\n",
            "int f(int n)\n{\n    if (n == 1)\n        return 1;\n    if (n == 2)\n        return g();\n"
            "    return 2;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    if (n)\n        g();\n    else\n        return 1;\n    return 2;\n}\n",
        "int f(int n)\n{\n    if (n) {\n        return 1;\n    } else {\n        int m = g();\n"
        "        return m;\n    }\n}\n",
        "int f(int n)\n{\n    while (n)\n        if (g())\n            return 1;\n        else\n"
        "            n--;\n    return 2;\n}\n",
    ],
)
def else_after_return(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) return; else B` as `if (c) return;` with B behind it; break and continue likewise.

    Sound: B is reached in the same cases, since the first arm never runs off its end. Refuses where the if is not a
    statement of a block (B would fall out of a loop or an else), where B declares names of its own, and where a comment
    or a directive stands between.
    """
    layout = Layout.of(unit, context.style)
    for node, _, then, other in plain_ifs(unit):
        if other is None or not ends_in_jump(then.node):
            continue
        if node.parent is None or node.parent.type not in ("compound_statement", "case_statement"):
            yield Refusal(node.start_byte, "not-in-a-block")
        elif declares(other.node):
            yield Refusal(node.start_byte, "declares-names")
        elif not other.text or other.text == b";":
            yield Refusal(node.start_byte, "nothing-else")
        else:
            indent = unit.indent(node.start_byte)
            start = unit.end(then.node) if then.braced else tail(unit, then.node)
            text = layout.newline + layout.indented(other.text, indent)
            ask = ("Drop the else after a branch that leaves anyway", "前一个分支已经离开，去掉多余的 else")
            yield rebuilt(unit, start, tail(unit, node), text, ask)


@rewrite(
    family="branches",
    en="Put what follows the early exit into an else branch",
    zh="把提前返回后面的语句放进 else 分支",
    changes=[
        (
            "int f(int n)\n{\n    if (n) {\n        return 1;\n    }\n    g();\n    return 2; /* none */\n}\n",
            "int f(int n)\n{\n    if (n) {\n        return 1;\n    } else {\n        g();\n"
            "        return 2; /* none */\n"
            "    }\n}\n",
        ),
        (
            "int f(int n)\n{\n    if (n)\n        return 1;\n    return g();\n}\n",
            "int f(int n)\n{\n    if (n)\n        return 1;\n    else\n        return g();\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    if (n)\n        return 1;\nagain:\n    g();\n    return 2;\n}\n",
        "int f(int n)\n{\n    if (n)\n        g();\n    return 2;\n}\n",
        "int f(int n)\n{\n    if (n)\n        return 1;\n#ifdef X\n    g();\n#endif\n    return 2;\n}\n",
        "void f(int n)\n{\n    switch (n) {\n    case 1:\n        if (g())\n            break;\n        h();\n"
        "    }\n}\n",
        "int f(int n)\n{\n    if (n > 9)\n        return 1;\n    if (n < 0)\n        n = 0;\n    return n;\n}\n",
        "void f(int n)\n{\n    if (n > 9)\n        return;\n    /* below */\n    if (n < 0)\n        g();\n}\n",
    ],
)
def else_added(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) return; B` as `if (c) return; else B`, where B is the rest of the block.

    Sound: B was reached exactly when c was false, and its names end with the block as before. Refuses labels (a jump
    could reach B alone), directives, a rest that is empty or of more than six statements, one that begins with an `if`
    but cannot go on as `else if`, and the arms of a switch.
    """
    layout = Layout.of(unit, context.style)
    for node, _, then, other in plain_ifs(unit):
        if other is not None or not ends_in_jump(then.node):
            continue
        if node.parent is None or node.parent.type != "compound_statement" or leaves_open_if(then.node):
            yield Refusal(node.start_byte, "not-in-a-block")
            continue
        rest = rest_of(node)
        if not rest or len(rest) > _MANY or unit.line(unit.end(rest[-1])) - unit.line(rest[0].start_byte) > _LONG:
            yield Refusal(node.start_byte, "no-short-rest")
        elif rest[0].type == "if_statement" and (len(rest) > 1 or lead(unit, rest[0]) != rest[0].start_byte):
            yield Refusal(node.start_byte, "if-in-the-else")
        elif any(has_labels(unit, statement) for statement in rest):
            yield Refusal(node.start_byte, "label")
        else:
            yield _with_else(unit, layout, node, then, rest)


def _with_else(unit: Unit, layout: Layout, node: Node, then: Body, rest: list[Node]) -> Site | Refusal:
    indent = unit.indent(node.start_byte)
    end = unit.end(rest[-1]) if rest[-1].type == "compound_statement" else tail(unit, rest[-1])
    first = lead(unit, rest[0])
    alone = len(rest) == 1 and first == rest[0].start_byte
    bare = alone and not then.braced and rest[0].type in _SIMPLE
    body = Body(lifted(unit, first, end), not bare, False, rest[0])
    text = layout.at(unit, node).otherwise(b"", body, indent, closed=then.braced)
    if alone and rest[0].type == "if_statement":
        text = text[: text.index(b"else")] + b"else " + layout.lines(body.text, indent=indent)
    return rebuilt(unit, tail(unit, node), end, text)


RULES = (invert_if, else_after_return, else_added)
