"""Nesting: ifs inside ifs and early exits, with one level more or less."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from tree_sitter import Node

from corpus.source.expressions import stripped
from corpus.source.unit import Unit
from generators.rewrites.blocks import Body, Layout, arms, lead, lifted, plain_ifs, rebuilt, rest_of, tail
from generators.rewrites.flow import LOOPS, has_labels
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import condition_of, is_torn, negated, operand, sides

_MANY = 6  # statements; more than this nobody indents for the sake of an else


@rewrite(
    family="branches",
    en="Merge the nested ifs into one condition",
    zh="把嵌套的 if 合并成一个条件",
    changes=[
        (
            "void f(int n, int m)\n{\n    if (n) {\n        if (m == 3) {\n            g();\n            h();\n"
            "        }\n"
            "    }\n}\n",
            "void f(int n, int m)\n{\n    if (n && m == 3) {\n        g();\n        h();\n    }\n}\n",
        ),
        (
            "void f(int n, int m)\n{\n    if (n || h())\n        if (m)\n            g();\n}\n",
            "void f(int n, int m)\n{\n    if ((n || h()) && m)\n        g();\n}\n",
        ),
    ],
    keeps=[
        "void f(int n, int m)\n{\n    if (n) {\n        if (m)\n            g();\n        else\n"
        "            h();\n    }\n}\n",
        "void f(int n, int m)\n{\n    if (n) {\n        if (m)\n            g();\n    } else {\n        h();\n"
        "    }\n}\n",
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
    for node, condition, then, other in plain_ifs(unit):
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
            both = operand(unit, condition, b"&&") + b" && " + operand(unit, second, b"&&")
            # In a chain the other arms have braces too; alone, they were there for the inner if only.
            in_chain = node.parent is not None and node.parent.type == "else_clause" and then.braced
            body = replace(found[0], braced=found[0].braced or in_chain)
            text = here.under(here.head(b"if", both), body, unit.indent(node.start_byte))
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
    for node, condition, then, other in plain_ifs(unit):
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
            "void f(int n)\n{\n    while (g()) {\n        if (n) {\n            h();\n            g();\n"
            "        }\n    }\n}\n",
            "void f(int n)\n{\n    while (g()) {\n        if (!n)\n            continue;\n        h();\n"
            "        g();\n    }\n}\n",
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
    for node, condition, then, other in plain_ifs(unit):
        leave = _exit(unit, node)
        if leave is None or other is not None or not then.braced or rest_of(node):
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
            yield rebuilt(unit, node.start_byte, unit.end(node), text, way=leave.decode())


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
    for node, condition, then, other in plain_ifs(unit):
        if other is not None or len(then.statements) != 1:
            continue
        statement, leave = then.statements[0], _exit(unit, node)
        if leave is None or unit.text(statement).rstrip(b"; ") != leave:
            continue
        rest = rest_of(node)
        if not rest or len(rest) > _MANY:
            yield Refusal(node.start_byte, "no-short-rest")
        elif any(has_labels(unit, one) for one in rest):
            yield Refusal(node.start_byte, "label")
        else:
            end = unit.end(rest[-1]) if rest[-1].type == "compound_statement" else tail(unit, rest[-1])
            inside = lifted(unit, lead(unit, rest[0]), end)
            here = layout.at(unit, node)
            head = here.head(b"if", negated(unit, condition).text)
            text = here.block(head, inside, unit.indent(node.start_byte))
            yield rebuilt(unit, node.start_byte, end, text, way=leave.decode())


RULES = (merged_if, split_if, guard_clause, wrapped_body)
