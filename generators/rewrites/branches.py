"""Branches: the same decision with its arms, exits or nesting laid out another way."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import stripped
from corpus.source.unit import Unit
from generators.rewrites.blocks import Body, Layout, arms, lead, lifted, rebuilt, tail
from generators.rewrites.flow import LOOPS, declares, ends_in_jump, has_labels, leaves_open_if
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import condition_of, is_torn, negated, operand, sides

_SIMPLE = ("expression_statement", "return_statement", "break_statement", "continue_statement")
_MANY = 6  # statements; more than this nobody indents for the sake of an else


def _ifs(unit: Unit) -> Iterator[tuple[Node, Node, Body, Body | None]]:
    """(if, condition, then, else) of the ifs whose condition is what it looks like."""
    for node in unit.walk("if_statement"):
        condition, found = condition_of(node), arms(unit, node)
        if condition is None or found is None or unit.in_opaque(condition.start_byte, condition.end_byte):
            continue
        if not unit.comments(condition.start_byte, condition.end_byte) and not is_torn(unit, condition):
            yield node, condition, *found


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
        "void f(int n)\n{\n    if (n)\n        g(1);\n    else if (n > 3)\n        g(2);\n}\n",
        "void f(int n)\n{\n    if (n)\n        g(1);\n    else\n        while (n)\n            if (h())\n                g(2);\n}\n",
        "void f(int n)\n{\n    if (n) {\n        g(1);\n    }\n    /* too few */\n    else {\n        g(2);\n    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n#ifdef X\n        g(1);\n#endif\n    } else {\n        g(2);\n    }\n}\n",
    ],
)
def invert_if(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) A else B` as `if (!c) B else A`, each arm with its comments.

    Sound: the condition is evaluated once, first, and the same arm is chosen. Refuses an else-if chain, an else arm
    whose open `if` would catch the new `else`, comments between the arms, and directives or asm inside.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in _ifs(unit):
        if other is None:
            continue
        if other.node.type == "if_statement":
            yield Refusal(node.start_byte, "else-if-chain")
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
            "int f(int n)\n{\n    if (n == 1)\n        return 1;\n    else if (n == 2)\n        return g();\n    return 2;\n}\n",
            "int f(int n)\n{\n    if (n == 1)\n        return 1;\n    if (n == 2)\n        return g();\n    return 2;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    if (n)\n        g();\n    else\n        return 1;\n    return 2;\n}\n",
        "int f(int n)\n{\n    if (n) {\n        return 1;\n    } else {\n        int m = g();\n        return m;\n    }\n}\n",
        "int f(int n)\n{\n    while (n)\n        if (g())\n            return 1;\n        else\n            n--;\n    return 2;\n}\n",
    ],
)
def else_after_return(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) return; else B` as `if (c) return;` with B behind it; break and continue likewise.

    Sound: B is reached in the same cases, since the first arm never runs off its end. Refuses where the if is not a
    statement of a block (B would fall out of a loop or an else), where B declares names of its own, and where a comment
    or a directive stands between.
    """
    layout = Layout.of(unit, context.style)
    for node, _, then, other in _ifs(unit):
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
            yield rebuilt(unit, start, tail(unit, node), text)


@rewrite(
    family="branches",
    en="Put what follows the early exit into an else branch",
    zh="把提前返回后面的语句放进 else 分支",
    changes=[
        (
            "int f(int n)\n{\n    if (n) {\n        return 1;\n    }\n    g();\n    return 2; /* none */\n}\n",
            "int f(int n)\n{\n    if (n) {\n        return 1;\n    } else {\n        g();\n        return 2; /* none */\n"
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
        "void f(int n)\n{\n    switch (n) {\n    case 1:\n        if (g())\n            break;\n        h();\n    }\n}\n",
    ],
)
def else_added(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) return; B` as `if (c) return; else B`, where B is the rest of the block.

    Sound: B was reached exactly when c was false, and its names end with the block as before. Refuses labels (a jump
    could reach B alone), directives, a rest that is empty or of more than six statements, and the arms of a switch.
    """
    layout = Layout.of(unit, context.style)
    for node, _, then, other in _ifs(unit):
        if other is not None or not ends_in_jump(then.node):
            continue
        if node.parent is None or node.parent.type != "compound_statement" or leaves_open_if(then.node):
            yield Refusal(node.start_byte, "not-in-a-block")
            continue
        rest = _rest(node)
        if not rest or len(rest) > _MANY:
            yield Refusal(node.start_byte, "no-short-rest")
        elif any(has_labels(unit, statement) for statement in rest):
            yield Refusal(node.start_byte, "label")
        else:
            yield _with_else(unit, layout, node, then, rest)


def _rest(node: Node) -> list[Node]:
    """The statements behind this one in its block."""
    found = []
    after = node.next_named_sibling
    while after is not None:
        if after.type != "comment":
            found.append(after)
        after = after.next_named_sibling
    return found


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


@rewrite(
    family="branches",
    en="Merge the nested ifs into one condition",
    zh="把嵌套的 if 合并成一个条件",
    changes=[
        (
            "void f(int n, int m)\n{\n    if (n) {\n        if (m == 3) {\n            g();\n            h();\n        }\n"
            "    }\n}\n",
            "void f(int n, int m)\n{\n    if (n && m == 3) {\n        g();\n        h();\n    }\n}\n",
        ),
        (
            "void f(int n, int m)\n{\n    if (n || h())\n        if (m)\n            g();\n}\n",
            "void f(int n, int m)\n{\n    if ((n || h()) && m)\n        g();\n}\n",
        ),
    ],
    keeps=[
        "void f(int n, int m)\n{\n    if (n) {\n        if (m)\n            g();\n        else\n            h();\n    }\n}\n",
        "void f(int n, int m)\n{\n    if (n) {\n        if (m)\n            g();\n    } else {\n        h();\n    }\n}\n",
        "void f(int n, int m)\n{\n    if (n) {\n        if (m)\n            g();\n        h();\n    }\n}\n",
        "void f(int n, int m)\n{\n    if (n) {\n        /* only then */\n        if (m)\n            g();\n    }\n}\n",
    ],
)
def merged_if(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (a) { if (b) S }` as `if (a && b) S`.

    Sound: `&&` evaluates b only where a holds, as the nested if did. Refuses an else on either (it would run in other
    cases), anything beside the inner if, and comments between the two.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in _ifs(unit):
        if other is not None or len(then.statements) != 1 or then.statements[0].type != "if_statement":
            continue
        inside = then.statements[0]
        second, found = condition_of(inside), arms(unit, inside)
        if second is None or found is None:
            continue
        if found[1] is not None:
            yield Refusal(node.start_byte, "inner-else")
        elif unit.line(second.start_byte) != unit.line(unit.end(second)) or is_torn(unit, second):
            yield Refusal(node.start_byte, "condition-not-plain")
        else:
            here = layout.at(unit, node)
            both = operand(unit, condition, b"&&") + b" && " + operand(unit, second)
            text = here.under(here.head(b"if", both), found[0], unit.indent(node.start_byte))
            yield rebuilt(unit, node.start_byte, max(tail(unit, node), tail(unit, inside)), text)


@rewrite(
    family="branches",
    en="Split the compound condition into nested ifs",
    zh="把用 && 连接的条件拆成嵌套的 if",
    changes=[
        (
            "void f(int n, int m)\n{\n    if (n && (m & 3)) {\n        g();\n    }\n}\n",
            "void f(int n, int m)\n{\n    if (n) {\n        if (m & 3) {\n            g();\n        }\n    }\n}\n",
        ),
        (
            "void f(int n, int m)\n{\n    if (n && m)\n        g(); /* both */\n}\n",
            "void f(int n, int m)\n{\n    if (n) {\n        if (m)\n            g(); /* both */\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n, int m)\n{\n    if (n && m)\n        g();\n    else\n        h();\n}\n",
        "void f(int n, int m)\n{\n    if (n || m)\n        g();\n}\n",
        "void f(int n, int m)\n{\n    if (n &&\n        m)\n        g();\n}\n",
    ],
)
def split_if(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (a && b) S` as `if (a) { if (b) S }`.

    Sound: as merging, read backwards; the braces keep an else of an if further out where it was. Refuses where there is
    an else, and conditions over several lines, whose break would be in the wrong place.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in _ifs(unit):
        found = sides(condition)
        if found is None or found[1] != b"&&":
            continue
        if other is not None:
            yield Refusal(node.start_byte, "has-else")
            continue
        if unit.line(condition.start_byte) != unit.line(unit.end(condition)):
            yield Refusal(node.start_byte, "condition-over-lines")
            continue
        first, second = (unit.text(stripped(side)) for side in (found[0], found[2]))
        here = layout.at(unit, node)
        inside = here.under(here.head(b"if", second), then, b"").replace(layout.newline, b"\n")
        text = here.block(here.head(b"if", first), inside, unit.indent(node.start_byte))
        yield rebuilt(unit, node.start_byte, tail(unit, node), text)


def _exit(unit: Unit, node: Node) -> bytes | None:
    """What leaves the body whose last statement this is: `return` of a void function, `continue` of a loop."""
    block = node.parent
    if block is None or block.type != "compound_statement" or block.parent is None:
        return None
    if block.parent.type in LOOPS:
        return b"continue"
    symbol = (
        unit.symbols.lookup(unit.function_name(block.parent)) if block.parent.type == "function_definition" else None
    )
    result = symbol.type.of if symbol is not None and symbol.type is not None else None
    return b"return" if result is not None and result.kind == "void" else None


@rewrite(
    family="branches",
    en="Use a guard clause and unindent the rest",
    zh="改成卫语句：条件不满足就提前退出，减少一层缩进",
    changes=[
        (
            "void f(int n)\n{\n    g();\n    if (n > 3) {\n        h();\n        g(); /* again */\n    }\n}\n",
            "void f(int n)\n{\n    g();\n    if (n <= 3)\n        return;\n    h();\n    g(); /* again */\n}\n",
        ),
        (
            "void f(int n)\n{\n    while (g()) {\n        if (n) {\n            h();\n            g();\n        }\n    }\n}\n",
            "void f(int n)\n{\n    while (g()) {\n        if (!n)\n            continue;\n        h();\n        g();\n    }\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    if (n > 3) {\n        h();\n        g();\n    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n        h();\n        g();\n    } else {\n        g();\n    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n        h();\n        g();\n    }\n    g();\n}\n",
        "void f(int n)\n{\n    int i = 3;\n    if (n) {\n        int i = 2;\n        g(i);\n    }\n}\n",
    ],
)
def guard_clause(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """A last `if (c) { B }` of a void function as `if (!c) return;` and B; of a loop body with `continue`.

    Sound: where c does not hold, nothing is left to do but what `return` or `continue` does; B runs in the same cases.
    Refuses an else, a body of one statement, labels, and a body that declares names used elsewhere in the function.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in _ifs(unit):
        leave = _exit(unit, node)
        if leave is None or other is not None or not then.braced or _rest(node):
            continue
        if len(then.statements) < 2:
            yield Refusal(node.start_byte, "too-short")
        elif has_labels(unit, then.node):
            yield Refusal(node.start_byte, "label")
        elif not _own_names(unit, then.node):
            yield Refusal(node.start_byte, "name-used-elsewhere")
        else:
            indent = unit.indent(node.start_byte)
            out = Body(leave + b";", layout.braces_all, False, node)
            here = layout.at(unit, node)
            text = here.under(here.head(b"if", negated(unit, condition).text), out, indent)
            text += layout.newline + layout.indented(then.text, indent)
            yield rebuilt(unit, node.start_byte, unit.end(node), text)


def _own_names(unit: Unit, block: Node) -> bool:
    """Whether what the block declares is named nowhere else in its function."""
    function = unit.enclosing_function(block)
    if function is None:
        return False
    for symbol in unit.symbols.all():
        if symbol.declaration is None or symbol.scope != block:
            continue
        for spot in unit.symbols.occurrences(symbol.name):
            outside = spot.start < block.start_byte or spot.start >= block.end_byte
            if outside and (function.start_byte <= spot.start < function.end_byte or spot.where != "code"):
                return False
    return True


@rewrite(
    family="branches",
    en="Wrap the rest in the condition instead of leaving early",
    zh="不要提前退出，把后面的语句包进 if 里",
    changes=[
        (
            "void f(int n)\n{\n    if (!n)\n        return;\n    h();\n    g(); /* again */\n}\n",
            "void f(int n)\n{\n    if (n) {\n        h();\n        g(); /* again */\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    for (;;) {\n        if (n == 3)\n            continue;\n        h();\n    }\n}\n",
            "void f(int n)\n{\n    for (;;) {\n        if (n != 3) {\n            h();\n        }\n    }\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    if (!n)\n        return 1;\n    return 2;\n}\n",
        "void f(int n)\n{\n    if (!n)\n        return;\nagain:\n    h();\n    goto again;\n}\n",
        "void f(int n)\n{\n    for (;;) {\n        if (n)\n            break;\n        h();\n    }\n}\n",
        "void f(int n)\n{\n    if (!n)\n        return; /* nothing to do */\n    h();\n}\n",
        "void f(int n)\n{\n    while (n) {\n        if (g()) {\n            if (n)\n                break;\n"
        "            n--;\n        }\n        h();\n    }\n}\n",
    ],
)
def wrapped_body(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) return;` and the rest of a void function as `if (!c) { rest }`; in a loop body with `continue`.

    Sound: as the guard clause, read backwards. Refuses labels in the rest, a comment at the exit (it would explain
    nothing any more), a rest that is empty or of more than six statements.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in _ifs(unit):
        if other is not None or len(then.statements) != 1:
            continue
        statement, leave = then.statements[0], _exit(unit, node)
        if leave is None or unit.text(statement).rstrip(b"; ") != leave:
            continue
        rest = _rest(node)
        if not rest or len(rest) > _MANY:
            yield Refusal(node.start_byte, "no-short-rest")
        elif any(has_labels(unit, one) for one in rest):
            yield Refusal(node.start_byte, "label")
        else:
            end = unit.end(rest[-1]) if rest[-1].type == "compound_statement" else tail(unit, rest[-1])
            inside = lifted(unit, lead(unit, rest[0]), end)
            here = layout.at(unit, node)
            head = here.head(b"if", negated(unit, condition).text)
            yield rebuilt(unit, node.start_byte, end, here.block(head, inside, unit.indent(node.start_byte)))


RULES = (invert_if, else_after_return, else_added, merged_if, split_if, guard_clause, wrapped_body)
