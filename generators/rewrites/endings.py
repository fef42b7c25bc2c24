"""Endless loops and waiting loops: where a loop is left, and how an empty body is written."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import stripped
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, body_of, rebuilt, tail
from generators.rewrites.heads import fixed_end, head_end, is_endless, is_shadowed, parts_of
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import only_passes_time
from generators.rewrites.truth import condition_of, is_torn, negated


@rewrite(
    family="loops",
    scope="file",
    en="Write endless loops the other way (`for (;;)` or `while (1)`), the same everywhere",
    zh="死循环统一换一种写法（`for (;;)` 或 `while (1)`）",
    changes=[
        (
            "void f(void)\n{\n    while (1) {\n        g();\n    }\n}\n",
            "void f(void)\n{\n    for (;;) {\n        g();\n    }\n}\n",
        ),
        ("void f(void)\n{\n    for (;;)\n        g();\n}\n", "void f(void)\n{\n    while (1)\n        g();\n}\n"),
    ],
    keeps=[
        "void f(void)\n{\n    while (g())\n        ;\n}\n",
        "void f(void)\n{\n    for (g();;)\n        h();\n}\n",
        "#define FOREVER for (;;)\n",
    ],
)
def endless_loop(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (1)` as `for (;;)`; in a file with none of these, back.

    Sound: a missing condition is a true one; `continue` goes to the head in both. Refuses `for` with anything in its
    head, conditions that are not the constant 1 or true, and macros.
    """
    layout = Layout.of(unit, context.style)
    whiles = [(n, c) for n in unit.walk("while_statement") if (c := n.child_by_field_name("condition")) is not None]
    endless = [(n, c) for n, c in whiles if unit.text(stripped(c)) in (b"1", b"true", b"1u", b"1U")]
    for node, condition in endless:
        if unit.comments(node.start_byte, unit.end(condition)) or unit.in_opaque(node.start_byte, condition.end_byte):
            yield Refusal(node.start_byte, "opaque")
        else:
            text = layout.at(unit, node).head(b"for", b";;")
            ask = ("Write the endless loops as `for (;;)`", "死循环统一写成 `for (;;)`")
            yield Site((Edit(node.start_byte, unit.end(condition), text),), ask=ask, way="for")
    if endless:
        return
    for node in unit.walk("for_statement"):
        parts = parts_of(node)
        if parts is None or any(part is not None for part in parts[:3]):
            continue
        end = head_end(unit, node, parts[3])
        if unit.comments(node.start_byte, end) or unit.in_opaque(node.start_byte, end):
            yield Refusal(node.start_byte, "opaque")
        else:
            ask = ("Write the endless loops as `while (1)`", "死循环统一写成 `while (1)`")
            head = layout.at(unit, node).head(b"while", b"1")
            yield Site((Edit(node.start_byte, end, head),), ask=ask, way="while")


@rewrite(
    family="loops",
    en="Leave the loop with a break inside instead of testing in its head",
    zh="改成死循环，在循环体里用 break 退出",
    changes=[
        (
            "void f(int n)\n{\n    while (n > 3) {\n        h();\n        n -= g(n);\n    }\n}\n",
            "void f(int n)\n{\n    while (1) {\n        if (n <= 3)\n            break;\n        h();\n"
            "        n -= g(n);\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    do {\n        h();\n        n -= g(n);\n    } while (n);\n}\n",
            "void f(int n)\n{\n    while (1) {\n        h();\n        n -= g(n);\n        if (!n)\n            break;\n"
            "    }\n}\n",
        ),
    ],
    keeps=[
        "void f(void)\n{\n    while (1)\n        g();\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        ;\n}\n",
        "void f(int n)\n{\n    do {\n        if (g(n))\n            continue;\n        n--;\n    } while (n);\n}\n",
        "void f(int n)\n{\n    do {\n        g(n);\n    } while (0);\n}\n",
    ],
)
def exit_inside(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (c) S` as `while (1) { if (!c) break; S }`, and a do-while with the test behind S.

    Sound: the test is made at the same points, and `break` leaves the same loop. Refuses constant conditions, waiting
    loops without a body, loops that pass the time, and in a do-while a `continue`, which would skip the test.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("while_statement", "do_statement"):
        body, test = node.child_by_field_name("body"), condition_of(node)
        if body is None or test is None or unit.symbols.constant(test) is not None:
            continue
        held = body_of(
            unit, body, node.start_byte + len(b"do") if node.type == "do_statement" else head_end(unit, node, body)
        )
        if len(held.statements) < 2:
            yield Refusal(node.start_byte, "too-short")
        elif only_passes_time(unit, node):
            yield Refusal(node.start_byte, "timing-loop")
        elif node.type == "do_statement" and (reason := fixed_end(unit, node, body)) is not None:
            yield Refusal(node.start_byte, reason)
        elif is_torn(unit, test) or unit.line(test.start_byte) != unit.line(unit.end(test)):
            yield Refusal(node.start_byte, "condition-not-plain")
        elif is_shadowed(unit, body, test):
            yield Refusal(node.start_byte, "shadowed-name")
        else:
            here = layout.at(unit, node)
            out = here.head(b"if", negated(unit, test).text) + b"\n" + layout.step + b"break;"
            inside = [out, held.text] if node.type == "while_statement" else [held.text, out]
            head = b"for (;;)" if b"for (;;)" in unit.src else here.head(b"while", b"1")
            text = here.block(head, b"\n".join(inside), unit.indent(node.start_byte))
            yield rebuilt(unit, node.start_byte, tail(unit, node), text)


@rewrite(
    family="loops",
    en="Put the exit test of the endless loop into the head of the loop",
    zh="把死循环开头的退出判断提到循环条件里",
    changes=[
        (
            "void f(int n)\n{\n    while (1) {\n        if (n <= 3)\n            break;\n        n -= g(n);\n"
            "    }\n}\n",
            "void f(int n)\n{\n    while (n > 3) {\n        n -= g(n);\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    while (1) {\n        if (n)\n            break;\n        else\n            g();\n"
        "    }\n}\n",
        "void f(int n)\n{\n    while (1) {\n        if (n)\n            return;\n        g();\n    }\n}\n",
        "void f(int n)\n{\n    while (1) {\n        int k = g();\n        if (k)\n            break;\n"
        "        g();\n    }\n}\n",
        "void f(int n)\n{\n    while (1) {\n        /* all done */\n        if (n)\n            break;\n"
        "        g();\n    }\n}\n",
    ],
)
def exit_in_head(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (1) { if (c) break; S }` as `while (!c) { S }`.

    Sound: c is tested at the same points and what follows the loop is reached in the same cases. Refuses an if with an
    else or with more than the break, comments at the test, and a loop with nothing else in it.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("while_statement", "for_statement"):
        body = node.child_by_field_name("body")
        if body is None or body.type != "compound_statement" or not is_endless(unit, node):
            continue
        inside = [child for child in body.named_children if child.type != "comment"]
        if len(inside) < 2 or inside[0].type != "if_statement":
            continue
        test, then = condition_of(inside[0]), inside[0].child_by_field_name("consequence")
        if test is None or then is None or inside[0].child_by_field_name("alternative") is not None:
            continue
        only = [child for child in then.named_children if child.type != "comment"]
        if then.type != "break_statement" and [child.type for child in only] != ["break_statement"]:
            continue
        if is_torn(unit, test):
            yield Refusal(node.start_byte, "condition-not-plain")
            continue
        head = layout.at(unit, node).head(b"while", negated(unit, test).text)
        opening = unit.src[head_end(unit, node, body) : body.start_byte + 1]
        text = head + opening + unit.src[tail(unit, inside[0]) : unit.end(node)]
        yield rebuilt(unit, node.start_byte, unit.end(node), text)


@rewrite(
    family="loops",
    scope="file",
    en="Write the empty bodies of the waiting loops another way (a semicolon of its own, or empty braces)",
    zh="等待循环的空循环体统一换一种写法（单独的分号或空的大括号）",
    changes=[
        (
            "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        ;\n}\n",
            "#include <8052.h>\nvoid f(void)\n{\n    while (!TI) {\n    }\n}\n",
        ),
        (
            "#include <8052.h>\nvoid f(void)\n{\n    while (!TI) {\n        /* wait */\n    }\n}\n",
            "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        /* wait */;\n}\n",
        ),
        (
            "#include <8052.h>\nvoid f(void)\n{\n    while (!TI); /* wait */\n}\n",
            "#include <8052.h>\nvoid f(void)\n{\n    while (!TI) {\n        /* wait */\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(unsigned char n)\n{\n    while (n--)\n        ;\n}\n",
        "void f(void)\n{\n    unsigned char i;\n    for (i = 0; i < 200; i++);\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    do ; while (!TI);\n}\n",
    ],
)
def empty_body(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (!TI);` with its semicolon as `{ }`; in a file that has braces there, back.

    Sound: an empty statement and an empty block do the same nothing. Refuses loops that only pass the time, and
    directives inside.
    """
    layout = Layout.of(unit, context.style)
    empty = [found for node in unit.walk("while_statement", "for_statement") if (found := _empty(node)) is not None]
    with_braces = not any(body.type == "expression_statement" for _, body in empty)
    for node, body in empty:
        if (body.type == "compound_statement") != with_braces:
            continue
        start = head_end(unit, node, body)
        if only_passes_time(unit, node):
            yield Refusal(node.start_byte, "timing-loop")
            continue
        if body.type == "compound_statement":
            words = unit.src[body.start_byte + 1 : unit.end(body) - 1].strip()
            text = layout.newline + unit.indent(node.start_byte) + layout.step + words + b";"
            if b"//" in words or b"\n" in words:
                yield Refusal(node.start_byte, "comment-in-the-way")
                continue
        else:
            words = unit.src[start : body.start_byte].strip() + unit.src[unit.end(body) : tail(unit, body)].strip()
            text = layout.block(b"", words, unit.indent(node.start_byte))
        ask, way = (_SEMICOLON, "semicolon") if body.type == "compound_statement" else (_BRACES, "braces")
        yield rebuilt(unit, start, tail(unit, body), text, ask, way, same_code=True)


_SEMICOLON = ("Write the empty bodies of the waiting loops as a semicolon", "等待循环的空循环体写成单独的分号")
_BRACES = ("Write the empty bodies of the waiting loops as empty braces", "等待循环的空循环体写成空的大括号")


def _empty(node: Node) -> tuple[Node, Node] | None:
    """A loop and its body where there is nothing in it."""
    body = node.child_by_field_name("body")
    if body is None or body.type not in ("expression_statement", "compound_statement"):
        return None
    return None if any(child.type != "comment" for child in body.named_children) else (node, body)


@rewrite(
    family="loops",
    en="Write the polling loop as an empty do-while (or back as a while)",
    zh="把轮询等待写成空的 do-while（或者反过来写成 while）",
    changes=[
        (
            "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        ;\n    TI = 0;\n}\n",
            "#include <8052.h>\nvoid f(void)\n{\n    do {\n    } while (!TI);\n    TI = 0;\n}\n",
        ),
        (
            "#include <8052.h>\nvoid f(void)\n{\n    do {\n    } while (!TI);\n}\n",
            "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        ;\n}\n",
        ),
    ],
    keeps=[
        "void f(unsigned char n)\n{\n    while (n--)\n        ;\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        g();\n}\n",
        "void f(void)\n{\n    while (1)\n        ;\n}\n",
    ],
)
def polling_form(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (!TI);` as `do { } while (!TI);` and back.

    Sound: with nothing in the body, both test until the condition fails, and read the flag once a test. Refuses loops
    that only pass the time, constant conditions, and comments inside.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("while_statement", "do_statement"):
        test = condition_of(node)
        if test is None or _empty(node) is None or unit.symbols.constant(test) is not None:
            continue
        indent = unit.indent(node.start_byte)
        head = layout.at(unit, node).head(b"while", unit.text(test))
        if only_passes_time(unit, node):
            yield Refusal(node.start_byte, "timing-loop")
        elif node.type == "do_statement":
            text = head + layout.newline + indent + layout.step + b";"
            ask = ("Write the empty do-while that polls as a while loop", "把轮询用的空 do-while 写成 while 循环")
            yield rebuilt(unit, node.start_byte, unit.end(node), text, ask, "while")
        else:
            text = layout.block(b"do", b"", indent) + b" " + head + b";"
            ask = ("Write the polling loop as an empty do-while", "把轮询等待写成空的 do-while")
            yield rebuilt(unit, node.start_byte, unit.end(node), text, ask, "do-while")


RULES = (endless_loop, exit_inside, exit_in_head, empty_body, polling_form)
