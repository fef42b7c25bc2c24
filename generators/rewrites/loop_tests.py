"""Tests of loops: an exit inside the body or in the head, and a count that runs out in the test or in the step."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.expressions import stripped
from corpus.source.unit import Unit
from generators.rewrites.blocks import Body, Layout, body_of, rebuilt, tail
from generators.rewrites.flow import LOOPS, has_labels, hides_flow
from generators.rewrites.heads import head_end, is_endless
from generators.rewrites.independence import redeclared
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import only_passes_time
from generators.rewrites.truth import condition_of, exposed, is_torn, negated, operand, sides

_LONG = 60  # characters of a condition; a longer one is not joined with another


def _test_of(unit: Unit, loop: Node) -> Node | None:
    """The condition of a for or while statement that is what it looks like."""
    test = condition_of(loop)
    if test is None or is_torn(unit, test) or unit.line(test.start_byte) != unit.line(unit.end(test)):
        return None
    return None if unit.comments(test.start_byte, unit.end(test)) else test


@rewrite(
    family="loops",
    en="Leave the loop with a break instead of a second condition in its head",
    zh="循环条件里的第二个判断改成循环体开头的 break",
    changes=[
        (
            "void f(int n, char *p)\n{\n    while (n && p[n] != 3) {\n        g(p);\n        n--;\n    }\n}\n",
            "void f(int n, char *p)\n{\n    while (n) {\n        if (p[n] == 3)\n            break;\n        g(p);\n"
            "        n--;\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    int i;\n\n    for (i = 0; i < n && h(i); i++)\n        g(i); /* one */\n}\n",
            "void f(int n)\n{\n    int i;\n\n    for (i = 0; i < n; i++) {\n        if (!h(i))\n            break;\n"
            "        g(i); /* one */\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n, int m)\n{\n    while (n || m)\n        g();\n}\n",
        "void f(int n, int m)\n{\n    while (n && m)\n        ;\n}\n",
        "void f(int n, int m)\n{\n    while (n && m) {\n        int m = g();\n        h(m);\n    }\n}\n",
        "void f(int n, int m)\n{\n    do {\n        g();\n    } while (n && m);\n}\n",
        "#include <8052.h>\nvoid f(unsigned char n)\n{\n    while (n && !TI)\n        n--;\n}\n",
    ],
)
def condition_as_break(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (a && b) S` as `while (a) { if (!b) break; S }`; for statements too.

    Sound: b is evaluated where a holds, before the body, in both; `continue` goes to the same tests, and either exit
    leaves the loop at once. Refuses conditions with comments or over several lines, empty bodies, a body that
    declares a name of the condition, macros that may jump, and loops that pass the time.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("while_statement", "for_statement"):
        body, test = node.child_by_field_name("body"), _test_of(unit, node)
        found = sides(test) if test is not None else None
        if body is None or test is None or found is None or found[1] != b"&&":
            continue
        end = head_end(unit, node, body)
        held = body_of(unit, body, end)
        if not held.statements:
            yield Refusal(node.start_byte, "no-body")
        elif only_passes_time(unit, node):
            yield Refusal(node.start_byte, "timing-loop")
        elif redeclared(unit, body, test) or hides_flow(unit, body):
            yield Refusal(node.start_byte, "shadowed-name")
        else:
            here, indent = layout.at(unit, node), unit.indent(node.start_byte)
            head = unit.src[node.start_byte : test.start_byte] + unit.text(stripped(found[0]))
            head += unit.src[unit.end(test) : end]
            out = Body(b"break;", layout.braces_all, False, node)
            exit_ = here.under(here.head(b"if", negated(unit, stripped(found[2])).text), out, b"")
            inside = exit_.replace(layout.newline, b"\n") + b"\n" + held.text
            yield rebuilt(unit, node.start_byte, tail(unit, node), here.block(head, inside, indent))


@rewrite(
    family="loops",
    en="Put the break at the beginning of the body into the condition of the loop",
    zh="把循环体开头的 break 判断并入循环条件",
    changes=[
        (
            "void f(int n, char *p)\n{\n    while (n) {\n        if (p[n] == 3)\n            break;\n        g(p);\n"
            "        n--;\n    }\n}\n",
            "void f(int n, char *p)\n{\n    while (n && p[n] != 3) {\n        g(p);\n        n--;\n    }\n}\n",
        ),
        (
            "void f(int n)\n{\n    int i;\n\n    for (i = 0; i < n || n > 9; i++) {\n        if (!h(i)) {\n"
            "            break;\n        }\n        g(i); /* one */\n    }\n}\n",
            "void f(int n)\n{\n    int i;\n\n    for (i = 0; (i < n || n > 9) && h(i); i++) {\n"
            "        g(i); /* one */\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    while (1) {\n        if (n)\n            break;\n        g();\n    }\n}\n",
        "void f(int n)\n{\n    while (n) {\n        if (g())\n            break;\n        else\n            n--;\n"
        "        h();\n    }\n}\n",
        "void f(int n)\n{\n    while (n) {\n        int k = g();\n        if (k)\n            break;\n        n--;\n"
        "    }\n}\n",
        "void f(int n)\n{\n    while (n) {\n        if (g()) /* found */\n            break;\n        n--;\n    }\n}\n",
        "void f(int n)\n{\n    while (n) {\n        if (g())\n            break;\n    }\n}\n",
        "void f(int n)\n{\n    for (;; n++) {\n        if (g())\n            break;\n        h();\n    }\n}\n",
    ],
)
def break_in_condition(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (a) { if (b) break; S }` as `while (a && !b) { S }`; for statements too.

    Sound: as the break, read backwards: b is tested where a holds, before the body. Refuses an if with an else or with
    more than the break, comments at it, an endless loop, a loop with nothing else in it, and long conditions.
    """
    for node in unit.walk("while_statement", "for_statement"):
        body, test = node.child_by_field_name("body"), _test_of(unit, node)
        if body is None or test is None or body.type != "compound_statement" or is_endless(unit, node):
            continue
        inside = [child for child in body.named_children if child.type != "comment"]
        if len(inside) < 2 or inside[0].type != "if_statement":
            continue
        second, then = condition_of(inside[0]), inside[0].child_by_field_name("consequence")
        if second is None or then is None or inside[0].child_by_field_name("alternative") is not None:
            continue
        only = [child for child in then.named_children if child.type != "comment"]
        if then.type != "break_statement" and [child.type for child in only] != ["break_statement"]:
            continue
        length = unit.end(test) - test.start_byte + unit.end(second) - second.start_byte
        if unit.symbols.constant(test) is not None or is_torn(unit, second) or length > _LONG:
            yield Refusal(node.start_byte, "condition-not-plain")
        elif only_passes_time(unit, node) or unit.line(second.start_byte) != unit.line(unit.end(second)):
            yield Refusal(node.start_byte, "timing-loop")
        else:
            turned = negated(unit, second)
            other = turned.within(4) if turned.text.count(b"&&") else turned.within(8)
            both = operand(unit, test, b"&&") + b" && " + other
            opening = unit.src[unit.end(test) : body.start_byte + 1]
            text = unit.src[node.start_byte : test.start_byte] + both + opening
            yield rebuilt(
                unit, node.start_byte, unit.end(node), text + unit.src[tail(unit, inside[0]) : unit.end(node)]
            )


def _fixed_count(unit: Unit, loop: Node, name: Node) -> str | None:
    """Why the count of a loop may not run out in another place of its head, or None."""
    body, function = loop.child_by_field_name("body"), unit.enclosing_function(loop)
    symbol = unit.symbols.resolve(name)
    if body is None or function is None or symbol is None or symbol.kind not in ("local", "param"):
        return "count-not-private"
    t, spots = symbol.type, unit.symbols.occurrences(symbol.name)
    if t is None or t.kind != "int" or t.volatile or symbol.storage or exposed(symbol):
        return "count-not-private"
    if any(spot.where != "code" for spot in spots) or unit.enclosing(loop, *LOOPS) is not None:
        return "count-used-elsewhere"
    held = (loop.child_by_field_name("condition"), loop.child_by_field_name("update"))
    for use in symbol.uses:
        in_head = any(part is not None and part.start_byte <= use.start_byte < part.end_byte for part in held)
        if use.start_byte >= loop.start_byte and not in_head:
            return "count-used-elsewhere"
    if only_passes_time(unit, loop) or not body_of(unit, body, head_end(unit, loop, body)).statements:
        return "timing-loop"
    return "label" if has_labels(unit, function) or hides_flow(unit, body) else None


@rewrite(
    family="loops",
    en="Write the countdown as a for loop with the step in its head",
    zh="把 while (n--) 这样的倒计数循环写成 for",
    changes=[
        (
            "void f(unsigned char n)\n{\n    while (n--)\n        g(); /* once */\n}\n",
            "void f(unsigned char n)\n{\n    for (; n; n--)\n        g(); /* once */\n}\n",
        ),
        (
            "void f(unsigned char n, char *p)\n{\n    while (n-- > 0) {\n        if (!p)\n            continue;\n"
            "        g(p);\n"
            "    }\n}\n",
            "void f(unsigned char n, char *p)\n{\n    for (; n > 0; n--) {\n        if (!p)\n"
            "            continue;\n        g(p);\n"
            "    }\n}\n",
        ),
    ],
    keeps=[
        "void f(unsigned char n)\n{\n    while (n--)\n        g(n);\n}\n",
        "int f(unsigned char n)\n{\n    while (n--)\n        g();\n    return n;\n}\n",
        "void f(unsigned char n)\n{\n    while (n--)\n        ;\n}\n",
        "void f(unsigned char n)\n{\n    while (--n)\n        g();\n}\n",
        "void f(unsigned char n)\n{\n    while (h()) {\n        while (n--)\n            g();\n    }\n}\n",
        "unsigned char n;\nvoid f(void)\n{\n    while (n--)\n        g();\n}\n",
    ],
)
def countdown_as_for(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`while (n--) S` as `for (; n; n--) S`, where S does not look at n and nothing behind the loop does.

    Sound: both make as many passes as n says; `continue` goes through the step. Refuses a count that is read in the
    body or behind the loop (it is one more there), that is not a plain local, or that a loop further out needs again;
    labels, macros that may jump, and loops that pass the time.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("while_statement"):
        body, test = node.child_by_field_name("body"), _test_of(unit, node)
        if body is None or test is None:
            continue
        found = sides(test)
        step = stripped(found[0]) if found is not None else stripped(test)
        if found is not None and (found[1] not in (b">", b"!=") or unit.text(found[2]) != b"0"):
            continue
        name = step.child_by_field_name("argument") if step.type == "update_expression" else None
        if name is None or name.type != "identifier" or unit.text(step) != unit.text(name) + b"--":
            continue
        reason = _fixed_count(unit, node, name)
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        else:
            rest = unit.src[unit.end(step) : unit.end(test)] if found is not None else b""
            head = b"; " + unit.text(name) + rest + b"; " + unit.text(name) + b"--"
            end = head_end(unit, node, body)
            yield rebuilt(unit, node.start_byte, end, layout.at(unit, node).head(b"for", head))


@rewrite(
    family="loops",
    en="Write the for loop that only counts down as `while (n--)`",
    zh="只做倒计数的 for 循环改写成 while (n--)",
    changes=[
        (
            "void f(unsigned char n)\n{\n    for (; n; n--)\n        g(); /* once */\n}\n",
            "void f(unsigned char n)\n{\n    while (n--)\n        g(); /* once */\n}\n",
        ),
    ],
    keeps=[
        "void f(unsigned char n)\n{\n    for (; n; n--)\n        g(n);\n}\n",
        "int f(unsigned char n)\n{\n    for (; n; n--)\n        g();\n    return n;\n}\n",
        "void f(unsigned char n)\n{\n    for (; n; n--)\n        ;\n}\n",
        "void f(int n)\n{\n    for (; n > 0; n--)\n        g();\n}\n",
        "void f(unsigned char n)\n{\n    for (n = 3; n; n--)\n        g();\n}\n",
    ],
)
def for_as_countdown(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`for (; n; n--) S` as `while (n--) S`, where S does not look at n and nothing behind the loop does.

    Sound and refusing as the for loop, read backwards; also refuses a for with a start and any test but n itself (or
    `n > 0` and `n != 0` where n is never negative).
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("for_statement"):
        body, test, step = node.child_by_field_name("body"), _test_of(unit, node), node.child_by_field_name("update")
        if body is None or test is None or step is None or node.child_by_field_name("initializer") is not None:
            continue
        found = sides(test)
        name = stripped(found[0]) if found is not None else stripped(test)
        if name.type != "identifier" or unit.text(step) not in (unit.text(name) + b"--", b"--" + unit.text(name)):
            continue
        if found is not None and (unit.text(found[2]) != b"0" or found[1] not in (b">", b"!=")):
            continue
        reason = _fixed_count(unit, node, name)
        if reason is None and found is not None and not unit.symbols.non_negative(name):
            reason = "may-be-negative"
        if reason is not None:
            yield Refusal(node.start_byte, reason)
        else:
            head = layout.at(unit, node).head(b"while", unit.text(name) + b"--")
            yield rebuilt(unit, node.start_byte, head_end(unit, node, body), head)


RULES = (condition_as_break, break_in_condition, countdown_as_for, for_as_countdown)
