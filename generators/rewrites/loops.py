"""Loops: the same passes in the same order, under another keyword."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import inner
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, body_of, rebuilt, tail
from generators.rewrites.counting import (
    assigned_in,
    counter_of,
    is_dead_outside,
    is_steady,
    runs_at_least_once,
    stepped,
)
from generators.rewrites.flow import ends_in_jump, has_labels, hides_flow
from generators.rewrites.heads import fixed_end, head_end, is_shadowed, parts_of, statements_of
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time, only_passes_time
from generators.rewrites.truth import condition_of, is_torn, spelt

_STARTS = ("expression_statement", "declaration")


@rewrite(
    family="loops",
    en="Write the for loop as a while loop",
    zh="把 for 循环改写成 while 循环",
    changes=[
        (
            "void f(char *p, int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++)\n        g(p[i]); /* one */\n}\n",
            "void f(char *p, int n)\n{\n    int i;\n\n    i = 0;\n    while (i < n) {\n        g(p[i]); /* one */\n"
            "        i++;\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n\tfor (int i = 0; i < n; i++)\n\t{\n\t\tg(i);\n\t}\n}\n",
            "void f(int n)\n{\n\tint i = 0;\n\twhile (i < n)\n\t{\n\t\tg(i);\n\t\ti++;\n\t}\n}\n",
        ),
        (
            "void f(void)\n{\n    for (; g();) {\n        h();\n    }\n}\n",
            "void f(void)\n{\n    while (g()) {\n        h();\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    int i;\n    for (i = 0; i < n; i++) {\n        if (g(i))\n            continue;\n"
        "        h();\n    }\n}\n",
        "void f(void)\n{\n    unsigned char i;\n    for (i = 0; i < 200; i++)\n        ;\n}\n",
        "void f(void)\n{\n    unsigned char i, j;\n    for (i = 0; i < 200; i++)\n"
        "        for (j = 0; j < 9; j++) {\n        }\n}\n",
        "void f(int n)\n{\n    for (int i = 0; i < n; i++)\n        g(i);\n    for (int i = 0; i < n; i++)\n"
        "        g(i);\n}\n",
        "void f(int n)\n{\n    int i;\n    if (n)\n        for (i = 0; i < n; i++)\n            g(i);\n}\n",
        "void f(int i)\n{\n    for (; i; i--) {\n        int i = 3;\n        g(i);\n    }\n}\n",
        "#include <8052.h>\nint f(void)\n{\n    unsigned char n;\n    for (n = 99; n; n--) {\n        if (P1_0)\n"
        "            return 1;\n    }\n    return 0;\n}\n",
        "#define SKIP continue\nvoid f(int i)\n{\n    for (; i; i--) {\n        if (g())\n            SKIP;\n"
        "        g(i);\n    }\n}\n",
    ],
)
def for_to_while(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (init; c; step) S` as `init; while (c) { S step; }`.

    Sound: C defines the for statement by this, except for `continue`, which would skip the step. Refuses a `continue`
    of this loop (also in macros), a loop that only passes the time, one that is no statement of a block, a variable of
    the loop that is named elsewhere in the function, and a body that shadows a name of the head.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("for_statement"):
        parts = parts_of(node)
        if parts is None or parts[1] is None:
            continue
        start, test, step, body = parts
        assert test is not None
        if step is not None:
            reason = fixed_end(unit, node, body)
        else:
            reason = "timing-loop" if only_passes_time(unit, node) else None
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        elif start is not None and (node.parent is None or node.parent.type != "compound_statement"):
            yield Refusal(node.start_byte, "not-in-a-block")
        elif is_shadowed(unit, body, step):
            yield Refusal(node.start_byte, "shadowed-name")
        elif start is not None and start.type == "declaration" and _named_elsewhere(unit, node):
            yield Refusal(node.start_byte, "name-used-elsewhere")
        elif ends_in_jump(body):
            yield Refusal(node.start_byte, "step-never-reached")
        else:
            indent, here = unit.indent(node.start_byte), layout.at(unit, node)
            held = body_of(unit, body, head_end(unit, node, body))
            head = here.head(b"while", unit.text(test))
            if step is None:
                loop = here.under(head, held, indent)
            else:
                inside = [b"" if held.text == b";" else held.text, *statements_of(unit, step)]
                loop = here.block(head, layout.lines(*inside).replace(layout.newline, b"\n"), indent)
            before = [text + layout.newline + indent for text in statements_of(unit, start)]
            yield rebuilt(unit, node.start_byte, tail(unit, node), b"".join(before) + loop)


def _named_elsewhere(unit: Unit, loop: Node) -> bool:
    """Whether a variable that the loop declares is named in the rest of its function or outside of code."""
    function = unit.enclosing_function(loop)
    if function is None:
        return True
    for symbol in unit.symbols.all("local", "static"):
        at = symbol.declaration
        start = loop.child_by_field_name("initializer")
        if at is None or start is None or not start.start_byte <= at.start_byte < start.end_byte:
            continue
        for spot in unit.symbols.occurrences(symbol.name):
            inside = loop.start_byte <= spot.start < loop.end_byte
            if not inside and (function.start_byte <= spot.start < function.end_byte or spot.where != "code"):
                return True
    return False


@rewrite(
    family="loops",
    en="Write the while loop with its counter as a for loop",
    zh="把带计数变量的 while 循环改写成 for 循环",
    changes=[
        (
            "void f(char *p, int n)\n{\n    int i;\n\n    i = 0;\n    while (i < n) {\n        g(p[i]); /* one */\n"
            "        i++;\n    }\n}\n",
            "void f(char *p, int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++) {\n        g(p[i]); /* one */\n"
            "    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    int i = 0;\n    while (i < n) {\n        g(i);\n        i++;\n    }\n}\n",
            "void f(int n)\n{\n    for (int i = 0; i < n; i++) {\n        g(i);\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    int i = 0;\n    while (i < n) {\n        g(i);\n        i++;\n    }\n    g(i);\n}\n",
        "void f(int n)\n{\n    int i;\n    i = 0;\n    while (i < n) {\n        if (g(i))\n"
        "            continue;\n        i++;\n    }\n}\n",
        "void f(int n)\n{\n    int i;\n    i = 0;\n    while (i < n) {\n        int k = g(i);\n        h(k);\n"
        "        i += k;\n    }\n}\n",
        "void f(int n)\n{\n    int i;\n    i = 0;\n    g(i);\n    while (i < n) {\n        g(i);\n        i++;\n"
        "    }\n}\n",
        "void f(int n)\n{\n    int i;\n    i = 0;\n    while (i < n)\n        i++;\n}\n",
    ],
)
def while_to_for(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`i = 0; while (i < n) { S; i++; }` as `for (i = 0; i < n; i++) { S }`.

    Sound: as the other way round. Refuses a `continue` of this loop, a start that is not right above, comments between
    or at the step, a step that uses what the body declares, and a declared counter that is used after the loop.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("while_statement"):
        body, test, above = node.child_by_field_name("body"), condition_of(node), node.prev_named_sibling
        if body is None or test is None or above is None or body.type != "compound_statement":
            continue
        inside = [child for child in body.named_children if child.type != "comment"]
        step = inner(inside[-1]) if inside and inside[-1].type == "expression_statement" else None
        name = stepped(unit, step) if step is not None else None
        start = inner(above) if above.type == "expression_statement" else above
        assigned = assigned_in(start) if start is not None and above.type in _STARTS else None
        if step is None or name is None or assigned is None or unit.text(assigned[0]) != name:
            continue
        reason = fixed_end(unit, node, body)
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        elif len(inside) < 2 or name not in unit.symbols.effects(test).reads:
            yield Refusal(node.start_byte, "not-a-counter")
        elif is_shadowed(unit, body, step):
            yield Refusal(node.start_byte, "shadowed-name")
        elif above.type == "declaration" and not _lives_in(unit, assigned[0], node):
            yield Refusal(node.start_byte, "used-after-the-loop")
        else:
            head = unit.text(above) + b" " + unit.text(test) + b"; " + unit.text(step)
            text = unit.src[body.start_byte + 1 : inside[-1].start_byte].rstrip()
            rest = unit.src[unit.end(inside[-1]) : unit.end(body) - 1].strip()
            if rest:
                yield Refusal(node.start_byte, "comment-at-the-step")
                continue
            opening = unit.src[unit.end(node.child_by_field_name("condition") or test) : body.start_byte + 1]
            closing = layout.newline + unit.indent(node.start_byte) + b"}"
            yield rebuilt(
                unit,
                above.start_byte,
                unit.end(node),
                layout.at(unit, node).head(b"for", head) + opening + text + closing,
            )


def _lives_in(unit: Unit, target: Node, loop: Node) -> bool:
    symbol = unit.symbols.resolve(target)
    if symbol is None or any(spot.where != "code" for spot in unit.symbols.occurrences(symbol.name)):
        return False
    return symbol.kind == "local" and all(loop.start_byte <= use.start_byte < loop.end_byte for use in symbol.uses)


@rewrite(
    family="loops",
    en="The loop always runs at least once: test at its end, with do-while",
    zh="这个循环至少执行一次，改用 do-while，在末尾判断",
    changes=[
        (
            "void f(char *p)\n{\n    unsigned char i;\n\n    for (i = 0; i < 8; i++) {\n        g(p[i]);\n    }\n}\n",
            "void f(char *p)\n{\n    unsigned char i;\n\n    i = 0;\n    do {\n        g(p[i]);\n        i++;\n"
            "    } while (i < 8);\n}\n",
        ),
    ],
    keeps=[
        "void f(char *p, int n)\n{\n    int i;\n    for (i = 0; i < n; i++)\n        g(p[i]);\n}\n",
        "void f(char *p)\n{\n    unsigned char i;\n    for (i = 0; i < 0; i++)\n        g(p[i]);\n}\n",
        "void f(char *p)\n{\n    unsigned char i;\n    for (i = 0; i < 8; i++) {\n        if (p[i])\n"
        "            continue;\n        g(i);\n    }\n}\n",
        "void f(void)\n{\n    unsigned char i;\n    for (i = 0; i < 8; i++)\n        ;\n}\n",
        "void f(void)\n{\n    unsigned char i;\n    for (i = 255; i > -1; i--)\n        g(i);\n}\n",
        "void f(void)\n{\n    volatile unsigned char i;\n    for (i = 0; i < 8; i++)\n        g(i);\n}\n",
    ],
)
def for_to_do_while(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (i = 0; i < 8; i++) S` as `i = 0; do { S i++; } while (i < 8);`.

    Sound: both bounds are constants of which the first passes the test, so the test that is left out was true. Refuses
    bounds that are not constants or do not fit the counter, a `continue` of this loop, and loops that pass the time.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("for_statement"):
        parts, counter = parts_of(node), counter_of(unit, node)
        if parts is None or counter is None:
            continue
        start, test, step, body = parts
        assert test is not None
        reason = fixed_end(unit, node, body)
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        elif not runs_at_least_once(unit, counter):
            yield Refusal(node.start_byte, "may-not-run")
        elif node.parent is None or node.parent.type != "compound_statement" or start is None:
            yield Refusal(node.start_byte, "not-in-a-block")
        elif start.type == "declaration" or ends_in_jump(body) or is_shadowed(unit, body, step, test):
            yield Refusal(node.start_byte, "scope-would-change")
        else:
            indent, here = unit.indent(node.start_byte), layout.at(unit, node)
            held = body_of(unit, body, head_end(unit, node, body))
            inside = layout.lines(held.text, *statements_of(unit, step)).replace(layout.newline, b"\n")
            text = unit.text(start) + b";" + layout.newline + indent + here.block(b"do", inside, indent)
            text += b" " + here.head(b"while", unit.text(test)) + b";"
            ask = ("Turn the for loop into a do-while that tests at its end", "把 for 循环改成 do-while，在末尾判断")
            yield rebuilt(unit, node.start_byte, tail(unit, node), text, ask)


@rewrite(
    family="loops",
    en="Count the other way: the loop only repeats, its counter is used nowhere",
    zh="计数方向反过来：循环只是重复若干次，计数值没有别的用处",
    changes=[
        (
            "void f(void)\n{\n    unsigned char i;\n\n    for (i = 0; i < 8; i++)\n        g();\n}\n",
            "void f(void)\n{\n    unsigned char i;\n\n    for (i = 8; i > 0; i--)\n        g();\n}\n",
        ),
        (
            "void f(unsigned char n)\n{\n    for (unsigned char i = n; i > 0; --i)\n        g();\n}\n",
            "void f(unsigned char n)\n{\n    for (unsigned char i = 0; i < n; ++i)\n        g();\n}\n",
        ),
    ],
    keeps=[
        "void f(char *p)\n{\n    unsigned char i;\n    for (i = 0; i < 8; i++)\n        g(p[i]);\n}\n",
        "void f(void)\n{\n    unsigned char i;\n    for (i = 0; i < 8; i++)\n        ;\n}\n",
        "void f(void)\n{\n    unsigned char i;\n    for (i = 0; i < 300; i++)\n        g();\n}\n",
        "int f(void)\n{\n    unsigned char i;\n    for (i = 0; i < 8; i++)\n        if (g())\n"
        "            break;\n    return i;\n}\n",
        "void f(int n)\n{\n    int i;\n    for (i = 0; i < n; i++)\n        g();\n}\n",
        "void f(unsigned n)\n{\n    unsigned char i;\n    for (i = 0; i < n; i++)\n        g();\n}\n",
        "void f(unsigned char n)\n{\n    unsigned char i;\n    for (i = 0; i < n; i++)\n        n = g();\n}\n",
    ],
)
def count_direction(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (i = 0; i < n; i++)` as `for (i = n; i > 0; i--)` and back, where only the number of passes counts.

    Sound: the counter is private, read nowhere but in the head, and dead after the loop; n is never negative, fits the
    counter and stays as it is, so both make n passes. Refuses everything else: an index, a limit that the loop may
    change, a counter that wraps, and loops that only pass the time.
    """
    for node in unit.walk("for_statement"):
        parts, counter = parts_of(node), counter_of(unit, node)
        if parts is None or counter is None or counter.symbol.type is None:
            continue
        start, test, step, body = parts
        assert start is not None and test is not None and step is not None
        down = not counter.up and counter.sign in (b">", b"!=") and unit.symbols.constant(counter.limit) == 0
        rising = counter.up and counter.sign == b"<" and unit.symbols.constant(counter.first) == 0
        if not down and not rising:
            continue
        limit = counter.first if down else counter.limit
        most, held = unit.symbols.range_of(limit), counter.symbol.type.range()
        if any(unit.text(name) == counter.name for name in unit.walk("identifier", under=body)):
            yield Refusal(node.start_byte, "counter-is-used")
        elif keeps_time(unit, node):
            yield Refusal(node.start_byte, "timing-function")
        elif has_labels(unit, body) or hides_flow(unit, body) or is_torn(unit, limit):
            yield Refusal(node.start_byte, "opaque")
        elif most is None or held is None or most[0] < 0 or most[1] > held[1] or not is_steady(unit, limit, node):
            yield Refusal(node.start_byte, "limit-may-not-fit")
        elif not is_dead_outside(unit, counter.symbol, node) or counter.symbol.type.volatile:
            yield Refusal(node.start_byte, "counter-is-used-later")
        elif unit.comments(start.start_byte, unit.end(step)) or unit.in_opaque(start.start_byte, step.end_byte):
            yield Refusal(node.start_byte, "opaque")
        else:
            first = b"0" if down else unit.text(limit)
            sign, bound = (b"<", spelt(unit, limit).within(10)) if down else (b">", b"0")
            old, new = (b"--", b"++") if down else (b"++", b"--")
            stepping = unit.text(step).replace(old, new).replace(b"-=" if down else b"+=", b"+=" if down else b"-=")
            yield Site(
                (
                    Edit(counter.first.start_byte, unit.end(counter.first), first),
                    Edit(test.start_byte, unit.end(test), counter.name + b" " + sign + b" " + bound),
                    Edit(step.start_byte, unit.end(step), stepping),
                ),
                ask=("Count up instead of down", "改为递增计数，次数不变")
                if down
                else ("Count down to zero instead of up", "改为递减到零计数，次数不变"),
                way="up" if down else "down",
            )


RULES = (for_to_while, while_to_for, for_to_do_while, count_direction)
