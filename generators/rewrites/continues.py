"""Loops with `continue`: the same passes with an else in place of it, or under another keyword."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import inner
from corpus.source.unit import Unit
from generators.rewrites.blocks import Body, Layout, lead, lifted, plain_ifs, rebuilt, rest_of, tail
from generators.rewrites.counting import assigned_in, stepped
from generators.rewrites.flow import LOOPS, declares, ends_in_jump, has_labels, hides_flow, own_jumps
from generators.rewrites.heads import head_end, parts_of, statements_of
from generators.rewrites.independence import alike, redeclared, text_of, together
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import only_passes_time
from generators.rewrites.truth import condition_of

_MANY = 6  # statements; more than this nobody indents for the sake of an else
_FEW = 2  # jumps; beyond this a step in front of each of them is forgotten


def _is_loop_body(node: Node) -> bool:
    return node.type == "compound_statement" and node.parent is not None and node.parent.type in LOOPS


@rewrite(
    family="loops",
    en="Put the rest of the loop body into an else instead of using continue",
    zh="去掉 continue，把循环体剩下的语句放进 else 分支",
    changes=[
        (
            "void f(int n)\n{\n    while (g()) {\n        if (n == 3) {\n            h(); /* rare */\n"
            "            continue;\n        }\n        n++;\n        /* again */\n        h(n);\n    }\n}\n",
            "void f(int n)\n{\n    while (g()) {\n        if (n == 3) {\n            h(); /* rare */\n"
            "        } else {\n            n++;\n            /* again */\n            h(n);\n        }\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    for (; n; n--) {\n        if (n == 3) {\n            h();\n            continue;\n"
            "        }\n        if (n > 5)\n            g();\n    }\n}\n",
            "void f(int n)\n{\n    for (; n; n--) {\n        if (n == 3) {\n            h();\n"
            "        } else if (n > 5)\n            g();\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    while (g()) {\n        if (n)\n            continue;\n        h();\n    }\n}\n",
        "void f(int n)\n{\n    while (g()) {\n        if (n) {\n            h();\n            continue;\n"
        "        }\n    }\n}\n",
        "void f(int n)\n{\n    while (g()) {\n        if (n) {\n            h();\n            continue;\n        }\n"
        "again:\n        if (g())\n            goto again;\n    }\n}\n",
        "void f(int n)\n{\n    while (g()) {\n        if (n) {\n            h();\n            continue; /* done */\n"
        "        }\n        g();\n    }\n}\n",
        "void f(int n)\n{\n    while (g()) {\n        if (n) {\n            h();\n            continue;\n"
        "        } else {\n            g();\n        }\n        n++;\n    }\n}\n",
    ],
)
def continue_as_else(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) { A; continue; } rest` at the top of a loop body as `if (c) { A } else { rest }`.

    Sound: the rest ran exactly when c was false, and behind the if nothing is left of the body, which is where
    `continue` went. Refuses an if with an else, labels in the rest, comments at the continue, a rest that is empty or
    of more than six statements.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in plain_ifs(unit):
        if node.parent is None or not _is_loop_body(node.parent) or other is not None or not then.braced:
            continue
        kept, rest = then.statements[:-1], rest_of(node)
        if not kept or then.statements[-1].type != "continue_statement":
            continue
        if not rest or len(rest) > _MANY:
            yield Refusal(node.start_byte, "no-short-rest")
        elif any(has_labels(unit, one) for one in rest) or hides_flow(unit, then.node):
            yield Refusal(node.start_byte, "label")
        else:
            indent, here = unit.indent(node.start_byte), layout.at(unit, node)
            text = here.block(here.head(b"if", unit.text(condition)), text_of(unit, kept), indent)
            end = max(unit.end(rest[-1]), tail(unit, rest[-1]))
            inside = lifted(unit, lead(unit, rest[0]), end)
            if len(rest) == 1 and rest[0].type == "if_statement" and inside.startswith(b"if"):
                joint = layout.newline + indent if here.else_own_line else b" "
                text += joint + b"else " + here.indented(inside, indent)[len(indent) :]
            else:
                text = here.otherwise(text, Body(inside, True, False, node), indent, closed=True)
            yield rebuilt(unit, node.start_byte, end, text)


@rewrite(
    family="loops",
    en="Use continue at the end of the first branch and unindent the else",
    zh="在前一个分支末尾用 continue，省掉后面的 else",
    changes=[
        (
            "void f(int n)\n{\n    while (g()) {\n        if (n == 3) {\n            h(); /* rare */\n"
            "        } else {\n            n++;\n            h(n);\n        }\n    }\n}\n",
            "void f(int n)\n{\n    while (g()) {\n        if (n == 3) {\n            h(); /* rare */\n"
            "            continue;\n        }\n        n++;\n        h(n);\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    while (g()) {\n        if (n == 3) {\n            h();\n        } else {\n"
        "            g();\n            h();\n        }\n        n++;\n    }\n}\n",
        "void f(int n)\n{\n    while (g()) {\n        if (n == 3) {\n            h();\n        } else if (n > 4) {\n"
        "            g();\n        }\n    }\n}\n",
        "void f(int n)\n{\n    if (n == 3) {\n        h();\n    } else {\n        g();\n        h();\n    }\n}\n",
        "void f(int n)\n{\n    while (g()) {\n        if (n == 3) {\n            h();\n            break;\n"
        "        } else {\n            g();\n            h();\n        }\n    }\n}\n",
        "void f(int n)\n{\n    while (g()) {\n        if (n == 3) {\n            h();\n        } else {\n"
        "            int n = g();\n            h(n);\n        }\n    }\n}\n",
    ],
)
def else_as_continue(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) { A } else { B }` at the end of a loop body as `if (c) { A; continue; } B`.

    Sound: as the else, read backwards: behind the if nothing is left of the body. Refuses an else-if chain, an else of
    one statement (nothing is won), a first arm that is left by a jump already, and an else that declares names.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in plain_ifs(unit):
        if node.parent is None or not _is_loop_body(node.parent) or rest_of(node) or other is None:
            continue
        if other.node.type != "compound_statement" or len(other.statements) < 2 or not then.statements:
            continue
        if ends_in_jump(then.node):
            yield Refusal(node.start_byte, "left-by-a-jump")
        elif declares(other.node) or has_labels(unit, other.node) or hides_flow(unit, then.node):
            yield Refusal(node.start_byte, "declares-or-labels")
        else:
            indent, here = unit.indent(node.start_byte), layout.at(unit, node)
            inside = then.text + b"\ncontinue;"
            text = here.block(here.head(b"if", unit.text(condition)), inside, indent)
            text += layout.newline + layout.indented(other.text, indent)
            yield rebuilt(unit, node.start_byte, unit.end(node), text)


@rewrite(
    family="loops",
    en="Write the for loop as a while loop, with the step in front of each continue too",
    zh="把 for 改写成 while，每个 continue 之前也要写上步进语句",
    changes=[
        (
            "void f(char *p, int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++) {\n        if (!p[i])\n"
            "            continue; /* empty */\n        g(p[i]);\n    }\n}\n",
            "void f(char *p, int n)\n{\n    int i;\n\n    i = 0;\n    while (i < n) {\n        if (!p[i]) {\n"
            "            i++;\n            continue; /* empty */\n        }\n        g(p[i]);\n        i++;\n"
            "    }\n}\n",
        ),
        (
            "void f(int i)\n{\n    for (; i; --i) {\n        if (g(i)) {\n            h();\n            continue;\n"
            "        }\n        g(3);\n    }\n}\n",
            "void f(int i)\n{\n    while (i) {\n        if (g(i)) {\n            h();\n            --i;\n"
            "            continue;\n        }\n        g(3);\n        --i;\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int i)\n{\n    for (; i; --i) {\n        g(i);\n    }\n}\n",
        "void f(int i)\n{\n    for (; i; --i) {\n        int k = g(i);\n        {\n            int i = k;\n"
        "            if (i)\n                continue;\n        }\n        h();\n    }\n}\n",
        "void f(int i)\n{\n    for (; i; --i) {\n        if (g(1))\n            continue;\n        if (g(2))\n"
        "            continue;\n        if (g(3))\n            continue;\n        h();\n    }\n}\n",
        "void f(int n)\n{\n    for (int i = n; i; --i) {\n        if (g(i))\n            continue;\n        h();\n"
        "    }\n}\n",
        "void f(int i)\n{\n    for (; i; --i) {\n        if (g(i))\n            continue;\n        return;\n    }\n}\n",
        "void f(int i)\n{\n    for (; i; --i) {\n        if (g(i))\n            continue;\n        else\n"
        "            h();\n        g(3);\n    }\n}\n",
    ],
)
def step_before_continue(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (init; c; step) { if (a) continue; S }` as `init; while (c) { if (a) { step; continue; } S step; }`.

    Sound: `continue` in a for statement runs the step and then the test; so does the step in front of it in a while.
    Refuses more than two of them, a step of several expressions, names of the head that mean something else inside, a
    declaration in the head, labels, macros that may jump, and loops that pass the time.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("for_statement"):
        parts = parts_of(node)
        if parts is None or parts[1] is None or parts[2] is None:
            continue
        start, test, step, body = parts
        assert test is not None and step is not None
        jumps = sorted(own_jumps(body, "continue_statement"), key=lambda jump: jump.start_byte)
        inside = [child for child in body.named_children if child.type != "comment"]
        if not jumps:
            continue
        reason = _kept(unit, node, body, jumps)
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        elif step.type == "comma_expression" or (start is not None and start.type == "declaration"):
            yield Refusal(node.start_byte, "head-not-plain")
        elif start is not None and (node.parent is None or node.parent.type != "compound_statement"):
            yield Refusal(node.start_byte, "not-in-a-block")
        elif redeclared(unit, body, test, step):
            yield Refusal(node.start_byte, "shadowed-name")
        elif ends_in_jump(body) or unit.line(body.start_byte) == unit.line(inside[-1].start_byte):
            yield Refusal(node.start_byte, "step-never-reached")
        else:
            indent, words = unit.indent(node.start_byte), unit.text(step) + b";"
            head = b"".join(text + layout.newline + indent for text in statements_of(unit, start))
            head += layout.at(unit, node).head(b"while", unit.text(test))
            end = tail(unit, inside[-1])
            last = layout.newline + unit.indent(inside[-1].start_byte) + words
            yield together(
                rebuilt(unit, node.start_byte, head_end(unit, node, body), head),
                *(_stepped_jump(unit, layout, jump, words) for jump in jumps),
                rebuilt(unit, end, end, last),
            )


def _kept(unit: Unit, loop: Node, body: Node, jumps: list[Node]) -> str | None:
    """Why the continues of a loop may not get a step or lose it, or None."""
    if body.type != "compound_statement" or len(jumps) > _FEW:
        return "body-not-plain"
    if only_passes_time(unit, loop):
        return "timing-loop"
    if has_labels(unit, body):
        return "label"
    return "macro-hides-flow" if hides_flow(unit, body) else None


def _stepped_jump(unit: Unit, layout: Layout, jump: Node, step: bytes) -> Site | Refusal:
    """The `continue` with a step in front of it, in braces where it stood alone under an if."""
    parent = jump.parent
    if parent is not None and parent.type in ("compound_statement", "case_statement"):
        if unit.src[unit.line_start(jump.start_byte) : jump.start_byte].strip():
            return Refusal(jump.start_byte, "shares-its-line")
        put = step + layout.newline + unit.indent(jump.start_byte)
        return rebuilt(unit, jump.start_byte, jump.start_byte, put)
    if parent is None or parent.type != "if_statement" or parent.child_by_field_name("alternative") is not None:
        return Refusal(jump.start_byte, "has-else")
    condition = parent.child_by_field_name("condition")
    if condition is None or unit.src[unit.end(condition) : jump.start_byte].strip():
        return Refusal(jump.start_byte, "comment-in-the-way")
    end = tail(unit, jump)
    inside = step + b"\n" + unit.src[jump.start_byte : end]
    here = layout.at(unit, parent)
    return rebuilt(unit, unit.end(condition), end, here.block(b"", inside, unit.indent(parent.start_byte)))


@rewrite(
    family="loops",
    en="Write the while loop as a for loop, so that the step stands in one place and not before each continue",
    zh="把 while 改写成 for，步进只写一处，不必在每个 continue 前重复",
    changes=[
        (
            "void f(char *p, int n)\n{\n    int i;\n\n    i = 0;\n    while (i < n) {\n        if (!p[i]) {\n"
            "            i++;\n            continue; /* empty */\n        }\n        g(p[i]);\n        i++;\n"
            "    }\n}\n",
            "void f(char *p, int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++) {\n        if (!p[i]) {\n"
            "            continue; /* empty */\n        }\n        g(p[i]);\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    int i;\n    i = 0;\n    while (i < n) {\n        if (g(i))\n            continue;\n"
        "        h();\n        i++;\n    }\n}\n",
        "void f(int n)\n{\n    int i;\n    i = 0;\n    while (i < n) {\n        if (g(i)) {\n            i += 2;\n"
        "            continue;\n        }\n        h();\n        i++;\n    }\n}\n",
        "void f(int n)\n{\n    int i;\n    i = 0;\n    while (i < n) {\n        if (g(i)) {\n            int i = 3;\n"
        "            i++;\n            continue;\n        }\n        h();\n        i++;\n    }\n}\n",
        "void f(int n)\n{\n    int i;\n    i = 0;\n    while (i < n) {\n        h();\n        i++;\n    }\n}\n",
    ],
)
def step_in_head(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`i = 0; while (c) { if (a) { i++; continue; } S i++; }` as `for (i = 0; c; i++) { if (a) { continue; } S }`.

    Sound: as the step before each continue, read backwards: every way back to the test runs the same step last.
    Refuses a continue without this very step in front of it, a start that is not right above, names of the head that
    mean something else inside, labels, macros that may jump, and loops that pass the time.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("while_statement"):
        body, test, above = node.child_by_field_name("body"), condition_of(node), node.prev_named_sibling
        if body is None or test is None or above is None or above.type != "expression_statement":
            continue
        inside = [child for child in body.named_children if child.type != "comment"]
        jumps = sorted(own_jumps(body, "continue_statement"), key=lambda jump: jump.start_byte)
        step = inner(inside[-1]) if len(inside) > 1 and inside[-1].type == "expression_statement" else None
        start = inner(above)
        name, assigned = stepped(unit, step) if step is not None else None, assigned_in(start) if start else None
        if not jumps or step is None or name is None or assigned is None or unit.text(assigned[0]) != name:
            continue
        reason = _kept(unit, node, body, jumps)
        before = [jump.prev_named_sibling for jump in jumps]
        steps = [one for one in before if one is not None and alike(unit, one, inside[-1])]
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        elif len(steps) < len(jumps):
            yield Refusal(node.start_byte, "continue-without-step")
        elif name not in unit.symbols.effects(test).reads or redeclared(unit, body, test, step):
            yield Refusal(node.start_byte, "not-a-counter")
        else:
            head = layout.at(unit, node).head(
                b"for", unit.text(above) + b" " + unit.text(test) + b"; " + unit.text(step)
            )
            opening = rebuilt(unit, above.start_byte, head_end(unit, node, body), head)
            yield together(opening, *(_gone(unit, one) for one in [*steps, inside[-1]]))


def _gone(unit: Unit, statement: Node) -> Site | Refusal:
    """The statement taken away with its line."""
    start, end = unit.line_start(statement.start_byte), unit.line_end(unit.end(statement)) + 1
    if unit.src[start : statement.start_byte].strip() or unit.src[unit.end(statement) : end].strip():
        return Refusal(statement.start_byte, "shares-its-line")
    return rebuilt(unit, start, end, b"")


RULES = (continue_as_else, else_as_continue, step_before_continue, step_in_head)
