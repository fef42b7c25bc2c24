"""Loops: the same passes in the same order, under another keyword."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import inner, stripped
from corpus.source.unit import Unit
from generators.rewrites.blocks import (
    LOOPS,
    Layout,
    body_of,
    ends_in_jump,
    has_labels,
    hides_flow,
    own_jumps,
    rebuilt,
    tail,
)
from generators.rewrites.counting import (
    assigned_in,
    counter_of,
    is_dead_outside,
    is_steady,
    only_passes_time,
    runs_at_least_once,
    stepped,
)
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import condition_of, is_torn, negated, spelt


def _parts(node: Node) -> tuple[Node | None, Node | None, Node | None, Node] | None:
    """(initializer, condition, update, body) of a for statement."""
    body = node.child_by_field_name("body")
    if body is None:
        return None
    start, test, step = (node.child_by_field_name(part) for part in ("initializer", "condition", "update"))
    return start, test, step, body


def _reason(unit: Unit, loop: Node, body: Node) -> str | None:
    """Why a loop's body may not get a statement more or less at its end, or None."""
    if only_passes_time(unit, loop):
        return "timing-loop"
    if own_jumps(body, "continue_statement"):
        return "own-continue"
    if has_labels(unit, body):
        return "label"
    return "macro-hides-flow" if hides_flow(unit, body) else None


def _shadowed(unit: Unit, body: Node, *headers: Node | None) -> bool:
    """Whether the body declares a name that a part of the loop's head uses for something further out."""
    own = {s.name for s in unit.symbols.all() if s.scope == body}
    return any(
        unit.text(name) in own for head in headers if head is not None for name in unit.walk("identifier", under=head)
    )


def _head_end(unit: Unit, loop: Node, body: Node) -> int:
    """Where the closing parenthesis of a loop's head ends."""
    before = body.prev_sibling
    while before is not None and before.type == "comment":
        before = before.prev_sibling
    return unit.end(before) if before is not None else loop.start_byte


def _commas(unit: Unit, node: Node | None) -> list[bytes]:
    """The expressions of a head's part as statements: `i = 0, j = 0` gives two."""
    if node is None:
        return []
    if node.type == "comma_expression":
        return _commas(unit, node.child_by_field_name("left")) + _commas(unit, node.child_by_field_name("right"))
    return [unit.text(node) + (b"" if node.type == "declaration" else b";")]


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
        "void f(int n)\n{\n    int i;\n    for (i = 0; i < n; i++) {\n        if (g(i))\n            continue;\n        h();\n    }\n}\n",
        "void f(void)\n{\n    unsigned char i;\n    for (i = 0; i < 200; i++)\n        ;\n}\n",
        "void f(void)\n{\n    unsigned char i, j;\n    for (i = 0; i < 200; i++)\n        for (j = 0; j < 9; j++) {\n        }\n}\n",
        "void f(int n)\n{\n    for (int i = 0; i < n; i++)\n        g(i);\n    for (int i = 0; i < n; i++)\n        g(i);\n}\n",
        "void f(int n)\n{\n    int i;\n    if (n)\n        for (i = 0; i < n; i++)\n            g(i);\n}\n",
        "void f(int i)\n{\n    for (; i; i--) {\n        int i = 3;\n        g(i);\n    }\n}\n",
        "#define SKIP continue\nvoid f(int i)\n{\n    for (; i; i--) {\n        if (g())\n            SKIP;\n        g(i);\n    }\n}\n",
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
        parts = _parts(node)
        if parts is None or parts[1] is None:
            continue
        start, test, step, body = parts
        assert test is not None
        reason = _reason(unit, node, body) if step is not None else None
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        elif start is not None and (node.parent is None or node.parent.type != "compound_statement"):
            yield Refusal(node.start_byte, "not-in-a-block")
        elif _shadowed(unit, body, step):
            yield Refusal(node.start_byte, "shadowed-name")
        elif start is not None and start.type == "declaration" and _named_elsewhere(unit, node):
            yield Refusal(node.start_byte, "name-used-elsewhere")
        elif ends_in_jump(body):
            yield Refusal(node.start_byte, "step-never-reached")
        else:
            indent = unit.indent(node.start_byte)
            held = body_of(unit, body, _head_end(unit, node, body))
            head = layout.head(b"while", unit.text(test))
            if step is None:
                loop = layout.under(head, held, indent)
            else:
                inside = [b"" if held.text == b";" else held.text, *_commas(unit, step)]
                loop = layout.block(head, layout.lines(*inside).replace(layout.newline, b"\n"), indent)
            before = [text + layout.newline + indent for text in _commas(unit, start)]
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
            "void f(char *p, int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++) {\n        g(p[i]); /* one */\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    int i = 0;\n    while (i < n) {\n        g(i);\n        i++;\n    }\n}\n",
            "void f(int n)\n{\n    for (int i = 0; i < n; i++) {\n        g(i);\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    int i = 0;\n    while (i < n) {\n        g(i);\n        i++;\n    }\n    g(i);\n}\n",
        "void f(int n)\n{\n    int i;\n    i = 0;\n    while (i < n) {\n        if (g(i))\n            continue;\n        i++;\n    }\n}\n",
        "void f(int n)\n{\n    int i;\n    i = 0;\n    while (i < n) {\n        int k = g(i);\n        h(k);\n        i += k;\n    }\n}\n",
        "void f(int n)\n{\n    int i;\n    i = 0;\n    g(i);\n    while (i < n) {\n        g(i);\n        i++;\n    }\n}\n",
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
        reason = _reason(unit, node, body)
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        elif len(inside) < 2 or name not in unit.symbols.effects(test).reads:
            yield Refusal(node.start_byte, "not-a-counter")
        elif _shadowed(unit, body, step):
            yield Refusal(node.start_byte, "shadowed-name")
        elif above.type == "declaration" and not _lives_in(unit, assigned[0], node):
            yield Refusal(node.start_byte, "used-after-the-loop")
        else:
            first = unit.text(above) if above.type == "declaration" else unit.text(above)
            head = first + b" " + unit.text(test) + b"; " + unit.text(step)
            text = unit.src[body.start_byte + 1 : inside[-1].start_byte].rstrip() + unit.src[unit.end(inside[-1]) :][:0]
            rest = unit.src[unit.end(inside[-1]) : unit.end(body) - 1].strip()
            if rest:
                yield Refusal(node.start_byte, "comment-at-the-step")
                continue
            opening = unit.src[unit.end(node.child_by_field_name("condition") or test) : body.start_byte + 1]
            closing = layout.newline + unit.indent(node.start_byte) + b"}"
            yield rebuilt(
                unit, above.start_byte, unit.end(node), layout.head(b"for", head) + opening + text + closing
            )


_STARTS = ("expression_statement", "declaration")


def _lives_in(unit: Unit, target: Node, loop: Node) -> bool:
    symbol = unit.symbols.resolve(target)
    if symbol is None or any(spot.where != "code" for spot in unit.symbols.occurrences(symbol.name)):
        return False
    return symbol.kind == "local" and all(loop.start_byte <= use.start_byte < loop.end_byte for use in symbol.uses)


@rewrite(
    family="loops",
    scope="file",
    en="Write endless loops the other way (`for (;;)` or `while (1)`), the same everywhere",
    zh="死循环统一换一种写法（`for (;;)` 或 `while (1)`）",
    changes=[
        ("void f(void)\n{\n    while (1) {\n        g();\n    }\n}\n", "void f(void)\n{\n    for (;;) {\n        g();\n    }\n}\n"),
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
            text = layout.head(b"for", b";;")
            ask = ("Write the endless loops as `for (;;)`", "死循环统一写成 `for (;;)`")
            yield Site((Edit(node.start_byte, unit.end(condition), text),), ask=ask)
    if endless:
        return
    for node in unit.walk("for_statement"):
        parts = _parts(node)
        if parts is None or any(part is not None for part in parts[:3]):
            continue
        end = _head_end(unit, node, parts[3])
        if unit.comments(node.start_byte, end) or unit.in_opaque(node.start_byte, end):
            yield Refusal(node.start_byte, "opaque")
        else:
            ask = ("Write the endless loops as `while (1)`", "死循环统一写成 `while (1)`")
            yield Site((Edit(node.start_byte, end, layout.head(b"while", b"1")),), ask=ask)


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
        "void f(char *p)\n{\n    unsigned char i;\n    for (i = 0; i < 8; i++) {\n        if (p[i])\n            continue;\n        g(i);\n    }\n}\n",
        "void f(void)\n{\n    unsigned char i;\n    for (i = 0; i < 8; i++)\n        ;\n}\n",
        "void f(void)\n{\n    unsigned char i;\n    for (i = 255; i > -1; i--)\n        g(i);\n}\n",
    ],
)
def for_to_do_while(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (i = 0; i < 8; i++) S` as `i = 0; do { S i++; } while (i < 8);`.

    Sound: both bounds are constants of which the first passes the test, so the test that is left out was true. Refuses
    bounds that are not constants or do not fit the counter, a `continue` of this loop, and loops that pass the time.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("for_statement"):
        parts, counter = _parts(node), counter_of(unit, node)
        if parts is None or counter is None:
            continue
        start, test, step, body = parts
        assert test is not None
        reason = _reason(unit, node, body)
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        elif not runs_at_least_once(unit, counter):
            yield Refusal(node.start_byte, "may-not-run")
        elif node.parent is None or node.parent.type != "compound_statement" or start is None:
            yield Refusal(node.start_byte, "not-in-a-block")
        elif start.type == "declaration" or ends_in_jump(body) or _shadowed(unit, body, step, test):
            yield Refusal(node.start_byte, "scope-would-change")
        else:
            indent = unit.indent(node.start_byte)
            held = body_of(unit, body, _head_end(unit, node, body))
            inside = layout.lines(held.text, *_commas(unit, step)).replace(layout.newline, b"\n")
            text = unit.text(start) + b";" + layout.newline + indent + layout.block(b"do", inside, indent)
            joint = layout.newline + indent if layout.else_own_line else b" "
            text += joint + layout.head(b"while", unit.text(test)) + b";"
            yield rebuilt(unit, node.start_byte, tail(unit, node), text)


@rewrite(
    family="loops",
    en="Leave the loop with a break inside instead of testing in its head",
    zh="改成死循环，在循环体里用 break 退出",
    changes=[
        (
            "void f(int n)\n{\n    while (n > 3) {\n        n -= g(n);\n    }\n}\n",
            "void f(int n)\n{\n    while (1) {\n        if (n <= 3)\n            break;\n        n -= g(n);\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    do {\n        n -= g(n);\n    } while (n);\n}\n",
            "void f(int n)\n{\n    while (1) {\n        n -= g(n);\n        if (!n)\n            break;\n    }\n}\n",
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
        held = body_of(unit, body, node.start_byte + len(b"do") if node.type == "do_statement" else _head_end(unit, node, body))
        if not held.statements:
            yield Refusal(node.start_byte, "no-body")
        elif only_passes_time(unit, node):
            yield Refusal(node.start_byte, "timing-loop")
        elif node.type == "do_statement" and (reason := _reason(unit, node, body)) is not None:
            yield Refusal(node.start_byte, reason)
        elif is_torn(unit, test) or unit.line(test.start_byte) != unit.line(unit.end(test)):
            yield Refusal(node.start_byte, "condition-not-plain")
        elif _shadowed(unit, body, test):
            yield Refusal(node.start_byte, "shadowed-name")
        else:
            out = layout.head(b"if", negated(unit, test).text) + b"\n" + layout.step + b"break;"
            inside = [out, held.text] if node.type == "while_statement" else [held.text, out]
            head = b"for (;;)" if b"for (;;)" in unit.src else layout.head(b"while", b"1")
            text = layout.block(head, b"\n".join(inside), unit.indent(node.start_byte))
            yield rebuilt(unit, node.start_byte, tail(unit, node), text)


@rewrite(
    family="loops",
    en="Put the exit test of the endless loop into the head of the loop",
    zh="把死循环开头的退出判断提到循环条件里",
    changes=[
        (
            "void f(int n)\n{\n    while (1) {\n        if (n <= 3)\n            break;\n        n -= g(n);\n    }\n}\n",
            "void f(int n)\n{\n    while (n > 3) {\n        n -= g(n);\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    while (1) {\n        if (n)\n            break;\n        else\n            g();\n    }\n}\n",
        "void f(int n)\n{\n    while (1) {\n        if (n)\n            return;\n        g();\n    }\n}\n",
        "void f(int n)\n{\n    while (1) {\n        int k = g();\n        if (k)\n            break;\n        g();\n    }\n}\n",
        "void f(int n)\n{\n    while (1) {\n        /* all done */\n        if (n)\n            break;\n        g();\n    }\n}\n",
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
        if body is None or body.type != "compound_statement" or not _is_endless(unit, node):
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
        head = layout.head(b"while", negated(unit, test).text)
        opening = unit.src[_head_end(unit, node, body) : body.start_byte + 1]
        text = head + opening + unit.src[tail(unit, inside[0]) : unit.end(node)]
        yield rebuilt(unit, node.start_byte, unit.end(node), text)


def _is_endless(unit: Unit, node: Node) -> bool:
    test = node.child_by_field_name("condition")
    if node.type == "for_statement":
        return not any(node.child_by_field_name(part) for part in ("initializer", "condition", "update"))
    return test is not None and unit.text(stripped(test)) in (b"1", b"true")


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
        "int f(void)\n{\n    unsigned char i;\n    for (i = 0; i < 8; i++)\n        if (g())\n            break;\n    return i;\n}\n",
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
        parts, counter = _parts(node), counter_of(unit, node)
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
        elif only_passes_time(unit, node) or has_labels(unit, body) or hides_flow(unit, body):
            yield Refusal(node.start_byte, "timing-loop" if only_passes_time(unit, node) else "opaque")
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
                ask=("Count up instead of down; only the number of passes matters", "改为递增计数，只要次数不变")
                if down
                else ("Count down to zero; only the number of passes matters", "改为递减到零计数，只要次数不变"),
            )


RULES = (
    for_to_while,
    while_to_for,
    endless_loop,
    for_to_do_while,
    exit_inside,
    exit_in_head,
    count_direction,
)
