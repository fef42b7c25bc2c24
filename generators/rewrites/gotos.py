"""Loops written with a label and a goto: a retry as it is found in drivers, and as a loop."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import inner
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, body_of, lead, lifted, rebuilt, tail
from generators.rewrites.flow import declares, has_labels, hides_flow, own_jumps
from generators.rewrites.heads import head_end
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import only_passes_time
from generators.rewrites.truth import condition_of, is_torn

_LABELS = (b"again", b"retry", b"repeat")


@rewrite(
    family="loops",
    en="Write the retry loop with a label and a goto",
    zh="把这个重试循环改用标号加 goto 来写",
    changes=[
        (
            "int f(int n)\n{\n    do {\n        n--;\n        h();\n    } while (n && !g(n)); /* tries */\n"
            "    return n;\n}\n",
            "int f(int n)\n{\nagain:\n    n--;\n    h();\n    if (n && !g(n))\n        goto again; /* tries */\n"
            "    return n;\n}\n",
        ),
        (
            "void f(int n)\n{\n    while (g(n)) {\n        /* one more */\n        h();\n        n--;\n    }\n}\n",
            "void f(int n)\n{\nagain:\n    if (g(n)) {\n        /* one more */\n        h();\n        n--;\n"
            "        goto again;\n    }\n}\n",
        ),
    ],
    keeps=[
        "#include <8052.h>\nvoid f(void)\n{\n    do {\n    } while (!TI);\n}\n",
        "void f(int n)\n{\n    do {\n        n--;\n        p[n] = 0;\n    } while (n);\n}\n",
        "void f(int n)\n{\n    do {\n        if (g(n))\n            break;\n        n--;\n    } while (n);\n}\n",
        "void f(int n)\n{\n    do {\n        int k = g(n);\n        n -= k;\n    } while (n);\n}\n",
        "void f(void)\n{\n    while (1) {\n        g();\n        h();\n    }\n}\n",
        "void f(int n)\n{\n    do {\n        g();\n        n--;\n    } while (n);\n    if (n)\n        goto out;\n"
        "    h();\n"
        "out:\n    g();\n}\n",
        "void f(int n, int m)\n{\n    while (m--) {\n        do {\n            g();\n            n--;\n"
        "        } while (n);\n    }\n}\n",
    ],
)
def loop_as_goto(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`do { S } while (c);` as `again: S if (c) goto again;`, `while (c) { S }` as `again: if (c) { S goto again; }`.

    Sound: these are the jumps that C defines the loops by. Only for loops that try again: the body calls something, and
    the loop is a statement of the function's own block. Refuses constant conditions, `break` and `continue` of the
    loop, declarations, a function that has labels, macros that may jump, and loops that pass the time.
    """
    layout = Layout.of(unit, context.style)
    name = next((label for label in _LABELS if unit.symbols.is_free(label)), None)
    for node in unit.walk("while_statement", "do_statement"):
        body, test, function = node.child_by_field_name("body"), condition_of(node), unit.enclosing_function(node)
        if body is None or test is None or function is None or node.parent != function.child_by_field_name("body"):
            continue
        start = node.start_byte + len(b"do") if node.type == "do_statement" else head_end(unit, node, body)
        held = body_of(unit, body, start)
        if len(held.statements) < 2 or unit.symbols.constant(test) is not None:
            continue
        if not unit.symbols.effects(body).calls or only_passes_time(unit, node):
            yield Refusal(node.start_byte, "does-not-try-again")
        elif name is None or has_labels(unit, function) or hides_flow(unit, node):
            yield Refusal(node.start_byte, "label")
        elif _own(body) or declares(body) or is_torn(unit, test):
            yield Refusal(node.start_byte, "jumps-or-declares")
        elif unit.src[unit.line_start(node.start_byte) : node.start_byte].strip():
            yield Refusal(node.start_byte, "shares-its-line")
        else:
            indent, here = unit.indent(node.start_byte), layout.at(unit, node)
            head, jump = here.head(b"if", unit.text(test)), b"goto " + name + b";"
            end = tail(unit, node)
            if node.type == "while_statement":
                lines = here.block(head, held.text + b"\n" + jump, indent)
            else:
                jump += unit.src[unit.end(node) : end]
                inside = layout.block(head, jump, b"") if layout.braces_all else head + b"\n" + layout.step + jump
                lines = layout.lines(held.text, inside.replace(layout.newline, b"\n"), indent=indent)
            label = unit.indent(function.start_byte) + name + b":" + layout.newline + indent
            yield rebuilt(unit, unit.line_start(node.start_byte), end, label + lines)


def _own(*bodies: Node) -> bool:
    return any(own_jumps(one, kind) for one in bodies for kind in ("break_statement", "continue_statement"))


@rewrite(
    family="loops",
    en="Replace the backward goto with a loop",
    zh="把往回跳的 goto 改写成循环",
    changes=[
        (
            "int f(int n)\n{\nagain:\n    n--;\n    h(); /* each time */\n    if (n && !g(n))\n        goto again;\n"
            "    return n;\n}\n",
            "int f(int n)\n{\n    do {\n        n--;\n        h(); /* each time */\n    } while (n && !g(n));\n"
            "    return n;\n}\n",
        ),
        (
            "void f(int n)\n{\n  retry:\n    if (g(n)) {\n        h();\n        n--;\n        goto retry;\n    }\n}\n",
            "void f(int n)\n{\n    while (g(n)) {\n        h();\n        n--;\n    }\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\nagain:\n    n--;\n    if (n == 3)\n        goto again;\n    if (n)\n        goto again;\n"
        "    return n;\n}\n",
        "int f(int n)\n{\n    while (n) {\nagain:\n        n--;\n        if (g(n))\n            break;\n        h();\n"
        "        if (n)\n            goto again;\n    }\n    return n;\n}\n",
        "int f(int n)\n{\nagain:\n    n--;\n    int k = g(n);\n    if (n)\n        goto again;\n    return k;\n}\n",
        "int f(int n)\n{\nagain:\n    n--;\n    h();\n    if (n)\n        goto again;\n    else\n        g(n);\n"
        "    return n;\n}\n",
        "void f(int n)\n{\nretry:\n    if (g(n)) {\n        h();\n        n--;\n        goto retry;\n    } else {\n"
        "        h();\n    }\n}\n",
        "int f(int n)\n{\n    if (n)\n        goto again;\n    h();\nagain:\n    n--;\n    h();\n    if (n)\n"
        "        goto again;\n    return n;\n}\n",
        "int f(int n)\n{\nagain:\n    n--;\n    h();\nnext:\n    g(n);\n    if (n)\n        goto again;\n"
        "    goto next;\n}\n",
    ],
)
def goto_as_loop(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`again: S if (c) goto again;` as `do { S } while (c);`, `again: if (c) { S goto again; }` as `while (c) { S }`.

    Sound: as the goto, read backwards. Refuses a label that is reached from elsewhere, other labels between, a `break`
    or `continue` there that would leave the new loop, declarations, an else, and macros that may jump.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("labeled_statement"):
        first, block = _labelled(node), node.parent
        jumps = jumps_to(unit, node)
        if first is None or block is None or block.type != "compound_statement" or len(jumps) != 1:
            continue
        reason = _between(unit, node, first)
        if reason is not None:
            yield Refusal(node.start_byte, reason)
            continue
        indent, here = unit.indent(first.start_byte), layout.at(unit, first)
        start, found = unit.line_start(node.start_byte), _while_of(unit, first, jumps[0])
        if found is not None:
            head, stop = found
            body = first.child_by_field_name("consequence")
            assert body is not None
            inside = lifted(unit, lead(unit, _first(body)), stop)
            text = indent + here.block(here.head(b"while", unit.text(head)), inside, indent)
            yield rebuilt(unit, start, unit.end(first), text)
            continue
        last = _last(node, jumps[0])
        test = condition_of(last) if last is not None else None
        run = _run(node, first, last) if last is not None else []
        if test is None or last is None or not run or is_torn(unit, test):
            continue
        if any(one.type in ("declaration", "type_definition") for one in run):
            yield Refusal(node.start_byte, "declares")
        elif any(has_labels(unit, one) or hides_flow(unit, one) for one in run) or _own(*run):
            yield Refusal(node.start_byte, "jumps-or-labels")
        else:
            inside = lifted(unit, first.start_byte, tail(unit, run[-1]))
            text = indent + layout.block(b"do", inside, indent) + b" " + layout.head(b"while", unit.text(test)) + b";"
            end = tail(unit, last)
            yield rebuilt(unit, start, end, text + unit.src[unit.end(last) : end])


def _labelled(node: Node) -> Node | None:
    """The statement behind a label."""
    found = [child for child in node.named_children if child.type not in ("comment", "statement_identifier")]
    return found[0] if len(found) == 1 else None


def jumps_to(unit: Unit, node: Node) -> list[Node]:
    """The gotos of a function that go to this label."""
    label, function = node.child_by_field_name("label"), unit.enclosing_function(node)
    if label is None or function is None:
        return []
    gotos = unit.walk("goto_statement", under=function)
    return [one for one in gotos if unit.text(label) in (unit.text(name) for name in one.named_children)]


def _between(unit: Unit, node: Node, first: Node) -> str | None:
    label = node.child_by_field_name("label")
    if label is None or len(unit.symbols.occurrences(unit.text(label))) != 2:
        return "label-named-elsewhere"
    if unit.src[unit.line_start(node.start_byte) : node.start_byte].strip():
        return "shares-its-line"
    if unit.src[label.end_byte : first.start_byte].strip() != b":":
        return "comment-in-the-way"
    return "shares-its-line" if unit.line(label.start_byte) == unit.line(first.start_byte) else None


def _first(body: Node) -> Node:
    return next(child for child in body.named_children if child.type != "comment")


def _while_of(unit: Unit, first: Node, jump: Node) -> tuple[Node, int] | None:
    """(condition, end of the last statement but the goto) of `if (c) { S goto again; }`."""
    test, body = condition_of(first) if first.type == "if_statement" else None, jump.parent
    if test is None or body is None or body != first.child_by_field_name("consequence") or is_torn(unit, test):
        return None
    inside = [child for child in body.named_children if child.type != "comment"]
    if body.type != "compound_statement" or len(inside) < 2 or inside[-1] != jump:
        return None
    if first.child_by_field_name("alternative") is not None or _own(body) or hides_flow(unit, body):
        return None
    if any(unit.walk("labeled_statement", "case_statement", under=body)):
        return None
    return test, tail(unit, inside[-2])


def _last(node: Node, jump: Node) -> Node | None:
    """The `if (c) goto again;` beside the label, without an else."""
    last = jump.parent
    if last is not None and last.type == "compound_statement":
        if sum(child.type != "comment" for child in last.named_children) != 1:
            return None
        last = last.parent
    if last is None or last.type != "if_statement" or last.parent != node.parent:
        return None
    behind = last.start_byte > node.start_byte and last.child_by_field_name("alternative") is None
    return last if behind else None


def _run(node: Node, first: Node, last: Node) -> list[Node]:
    """The statements from the label up to the if."""
    run = [first]
    at: Node | None = node.next_named_sibling
    while at is not None and at != last:
        if at.type != "comment":
            run.append(at)
        at = at.next_named_sibling
    return run if not (first.type == "expression_statement" and inner(first) is None) else []


RULES = (loop_as_goto, goto_as_loop)
