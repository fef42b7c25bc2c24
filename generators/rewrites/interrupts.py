"""Flags that an interrupt or a peripheral sets: how a program waits for them and takes them."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, rebuilt
from generators.rewrites.heads import is_endless
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import only_passes_time
from generators.rewrites.truth import condition_of, is_torn, negated


@rewrite(
    family="loops",
    en="Write the polling loop as an endless loop that breaks once the flag is set",
    zh="把轮询等待改成死循环，标志置位后 break 跳出",
    changes=[
        (
            "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        ;\n    TI = 0;\n}\n",
            "#include <8052.h>\nvoid f(void)\n{\n    for (;;) {\n        if (TI)\n            break;\n    }\n"
            "    TI = 0;\n}\n",
        ),
        (
            "#include <8052.h>\nvoid f(void)\n{\n    do {\n    } while (P1 & 0x80);\n}\n",
            "#include <8052.h>\nvoid f(void)\n{\n    for (;;) {\n        if (!(P1 & 0x80))\n            break;\n"
            "    }\n}\n",
        ),
    ],
    keeps=[
        "void f(unsigned char n)\n{\n    while (n--)\n        ;\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        g();\n}\n",
        "void f(void)\n{\n    while (1)\n        ;\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    while (!TI) {\n        /* wait */\n    }\n}\n",
        "#define BUSY P1_0 || P1_1\n#include <8052.h>\nvoid f(void)\n{\n    while (BUSY)\n        ;\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    if (RI)\n        while (!TI)\n            ;\n    else\n"
        "        g();\n}\n",
    ],
)
def poll_with_break(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (!flag);` as `for (;;) { if (flag) break; }`, and an empty do-while likewise.

    Sound: both read the flag once each time round and end at the first read that finds it set. Refuses loops that only
    pass the time, constant conditions, a loop that is the body of something without braces, and comments inside.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("while_statement", "do_statement"):
        test, body = condition_of(node), node.child_by_field_name("body")
        if test is None or body is None or not _empty(body) or unit.symbols.constant(test) is not None:
            continue
        if only_passes_time(unit, node):
            yield Refusal(node.start_byte, "timing-loop")
        elif is_torn(unit, test) or node.parent is None or node.parent.type not in _BLOCKS:
            yield Refusal(node.start_byte, "not-plain")
        else:
            indent = unit.indent(node.start_byte)
            test_line = layout.head(b"if", negated(unit, test).text)
            step = layout.newline + layout.step
            inside = layout.block(test_line, b"break;", b"") if layout.braces_all else test_line + step + b"break;"
            text = layout.block(layout.head(b"for", b";;"), inside.replace(b"\r\n", b"\n"), indent)
            yield rebuilt(unit, node.start_byte, unit.end(node), text)


_BLOCKS = ("compound_statement", "case_statement")


def _empty(body: Node) -> bool:
    return body.type in ("expression_statement", "compound_statement") and not body.named_children


@rewrite(
    family="loops",
    en="Poll the flag in the head of a while loop instead of breaking out of an endless one",
    zh="轮询改成把标志写在 while 条件里，不用死循环加 break",
    changes=[
        (
            "#include <8052.h>\nvoid f(void)\n{\n    for (;;) {\n        if (TI)\n            break;\n    }\n"
            "    TI = 0;\n}\n",
            "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        ;\n    TI = 0;\n}\n",
        ),
        (
            "#include <8052.h>\nvoid f(void)\n{\n    while (1)\n        if (!(P1 & 0x80))\n            break;\n}\n",
            "#include <8052.h>\nvoid f(void)\n{\n    while (P1 & 0x80)\n        ;\n}\n",
        ),
    ],
    keeps=[
        "#include <8052.h>\nvoid f(void)\n{\n    for (;;) {\n        if (TI)\n            break;\n        g();\n"
        "    }\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    for (;;) {\n        /* sent? */\n        if (TI)\n"
        "            break;\n    }\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    for (;;) {\n        if (TI)\n            return;\n    }\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    for (;;) {\n        if (TI)\n            break;\n        else\n"
        "            g();\n"
        "    }\n}\n",
        "void f(unsigned char n)\n{\n    for (;;) {\n        if (!--n)\n            break;\n    }\n}\n",
    ],
)
def poll_in_head(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (;;) { if (flag) break; }` as `while (!flag);`.

    Sound: as the other way, read backwards. Refuses a loop with anything else in it, an if with an else, a condition
    that writes (it counts time), and comments inside.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("while_statement", "for_statement"):
        body = node.child_by_field_name("body")
        if body is None or not is_endless(unit, node):
            continue
        inside = body.named_children if body.type == "compound_statement" else [body]
        if [child.type for child in inside] != ["if_statement"]:
            continue
        test, then = condition_of(inside[0]), inside[0].child_by_field_name("consequence")
        if test is None or then is None or inside[0].child_by_field_name("alternative") is not None:
            continue
        only = then.named_children if then.type == "compound_statement" else [then]
        if [child.type for child in only] != ["break_statement"]:
            continue
        if is_torn(unit, test) or unit.symbols.effects(test).writes or unit.symbols.effects(test).calls:
            yield Refusal(node.start_byte, "condition-not-plain")
            continue
        indent = unit.indent(node.start_byte)
        head = layout.head(b"while", negated(unit, test).text)
        yield rebuilt(unit, node.start_byte, unit.end(node), head + layout.newline + indent + layout.step + b";")


RULES = (poll_with_break, poll_in_head)
