"""What both branches of an if do: once before or behind it, or in each of them."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.unit import Unit
from generators.rewrites.blocks import Body, Layout, plain_ifs, rebuilt, tail
from generators.rewrites.flow import declares, ends_in_jump, has_labels, hides_flow, leaves_open_if
from generators.rewrites.independence import alike, is_simple, text_of
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import either_first, is_private, negated

_LONG = 40  # characters; a longer statement nobody writes twice


def _two_arms(unit: Unit) -> Iterator[tuple[Node, Node, Body, Body]]:
    """(if, condition, then, else) of the ifs of a block with two arms and no else-if."""
    for node, condition, then, other in plain_ifs(unit):
        if other is None or other.node.type == "if_statement" or node.parent is None:
            continue
        if node.parent.type == "compound_statement":
            yield node, condition, then, other


def _without(
    unit: Unit,
    layout: Layout,
    node: Node,
    condition: Node,
    then: tuple[Body, list[Node]],
    other: tuple[Body, list[Node]],
) -> bytes:
    """The if with these statements left in its arms; an arm without any goes away."""
    here, indent = layout.at(unit, node), unit.indent(node.start_byte)
    bodies = []
    for body, left in (then, other):
        braced = body.braced and (layout.braces_all or len(left) != 1 or not is_simple(unit, left[0]))
        bodies.append(Body(text_of(unit, left), braced, False, node))
    if not other[1]:
        return here.under(here.head(b"if", unit.text(condition)), bodies[0], indent)
    if not then[1]:
        return here.under(here.head(b"if", negated(unit, condition).text), bodies[1], indent)
    if bodies[0].braced or bodies[1].braced:  # nobody writes half of them
        bodies = [Body(body.text, True, False, node) for body in bodies]
    text = here.under(here.head(b"if", unit.text(condition)), bodies[0], indent)
    return here.otherwise(text, bodies[1], indent, closed=bodies[0].braced)


@rewrite(
    family="branches",
    en="Do what both branches end with once, behind the if",
    zh="两个分支末尾相同的语句提到 if 后面，只写一遍",
    changes=[
        (
            "void f(int n)\n{\n    if (n > 3) {\n        g(n);\n        n = 0; /* low */\n        h();\n    } else {\n"
            "        g(3);\n        h();\n    }\n}\n",
            "void f(int n)\n{\n    if (n > 3) {\n        g(n);\n        n = 0; /* low */\n    } else {\n"
            "        g(3);\n    }\n    h();\n}\n",
        ),
        (
            "int f(int n)\n{\n    if (n > 3) {\n        n++;\n        return n;\n    } else {\n        return n;\n"
            "    }\n}\n",
            "int f(int n)\n{\n    if (n > 3)\n        n++;\n    return n;\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    if (n) {\n        h();\n    } else {\n        h();\n    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n        g(1);\n        h();\n    } else if (n > 4) {\n        h();\n"
        "    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n        int n = g(1);\n        h(n);\n    } else {\n        g(3);\n"
        "        h(n);\n"
        "    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n        g(1);\n        h(); /* on */\n    } else {\n        g(3);\n"
        "        h();\n"
        "    }\n}\n",
        "void f(int n)\n{\n    if (n) {\n        g(1);\n        goto out;\n    } else {\n        g(3);\n"
        "        goto out;\n"
        "    }\nout:\n    h();\n}\n",
    ],
)
def common_end(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) { A; X } else { B; X }` as `if (c) { A } else { B } X`; an arm that was X alone goes away.

    Sound: X runs last on either way, and every name in it means the same in both arms. Refuses an else-if chain, arms
    with nothing else, statements over several lines, comments at them, labels and macros that may jump.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in _two_arms(unit):
        one, two = then.statements, other.statements
        count = 0
        while count < min(len(one), len(two)) and is_simple(unit, one[-1 - count]):
            if not alike(unit, one[-1 - count], two[-1 - count]):
                break
            count += 1
        if not count:
            continue
        if count == len(one) == len(two):
            yield Refusal(node.start_byte, "nothing-else")
        elif has_labels(unit, node) or hides_flow(unit, node):
            yield Refusal(node.start_byte, "label")
        else:
            kept = (then, one[:-count]), (other, two[:-count])
            text = _without(unit, layout, node, condition, *kept)
            lines = layout.lines(*(unit.text(x) for x in one[-count:]), indent=unit.indent(node.start_byte))
            whole = text + layout.newline + unit.indent(node.start_byte) + lines
            yield rebuilt(unit, node.start_byte, tail(unit, node), whole)


@rewrite(
    family="branches",
    en="Do what both branches begin with once, before the if",
    zh="两个分支开头相同的语句提到 if 前面，只写一遍",
    changes=[
        (
            "void f(int n)\n{\n    if (n > 3) {\n        h();\n        g(n);\n        n = 0;\n    } else {\n"
            "        h();\n        g(3);\n    }\n}\n",
            "void f(int n)\n{\n    h();\n    if (n > 3) {\n        g(n);\n        n = 0;\n    } else {\n        g(3);\n"
            "    }\n}\n",
        ),
        (
            "int m;\nvoid f(int n)\n{\n    if (n > 3) {\n        m = 0;\n    } else {\n        m = 0;\n        g(3);\n"
            "    }\n}\n",
            "int m;\nvoid f(int n)\n{\n    m = 0;\n    if (n <= 3) {\n        g(3);\n    }\n}\n",
        ),
    ],
    keeps=[
        "int m;\nvoid f(void)\n{\n    if (m) {\n        m = 0;\n        g(1);\n    } else {\n        m = 0;\n"
        "        g(3);\n    }\n}\n",
        "int m;\nvoid f(void)\n{\n    if (m) {\n        h();\n        g(1);\n    } else {\n        h();\n"
        "        g(3);\n    }\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    if (P1_0) {\n        P2 = 0;\n        g(1);\n    } else {\n"
        "        P2 = 0;\n        g(3);\n    }\n}\n",
        "void f(int n)\n{\n    if (g(n)) {\n        h();\n        g(1);\n    } else {\n        h();\n        g(3);\n"
        "    }\n}\n",
        "int m;\nvoid f(int n)\n{\n    if (n) {\n        return;\n    } else {\n        return;\n    }\n}\n",
        "#include <8052.h>\nint m;\nvoid f(void)\n{\n    if (m) {\n        EA = 0;\n        g(1);\n    } else {\n"
        "        EA = 0;\n        g(3);\n    }\n}\n",
    ],
)
def common_start(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) { X; A } else { X; B }` as `X; if (c) { A } else { B }`; an arm that was X alone goes away.

    Sound: X runs first on either way, and c is the same before and behind it: it has no effect, and X changes nothing
    that it reads; beside a call, a register or a pointer only private locals are certain of that. Refuses an else-if
    chain, arms with nothing else, comments at the statement, labels and macros that may jump.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in _two_arms(unit):
        one, two = then.statements, other.statements
        if not one or not two or one[0].type != "expression_statement" or not is_simple(unit, one[0]):
            continue
        if not alike(unit, one[0], two[0]):
            continue
        if len(one) == len(two) == 1:
            yield Refusal(node.start_byte, "nothing-else")
        elif has_labels(unit, node) or hides_flow(unit, node):
            yield Refusal(node.start_byte, "label")
        elif not _passes(unit, condition, one[0]):
            yield Refusal(node.start_byte, "condition-may-change")
        else:
            text = _without(unit, layout, node, condition, (then, one[1:]), (other, two[1:]))
            whole = unit.text(one[0]) + layout.newline + unit.indent(node.start_byte) + text
            yield rebuilt(unit, node.start_byte, tail(unit, node), whole)


def _passes(unit: Unit, condition: Node, statement: Node) -> bool:
    """Whether a statement may run before a condition is evaluated instead of behind it."""
    if not unit.symbols.pure(condition) or not either_first(unit, condition, statement):
        return False
    effects = unit.symbols.effects(statement)
    steady = all(is_private(unit, name) for name in unit.walk("identifier", under=condition))
    return steady or not (effects.volatile_reads or effects.volatile_writes)


@rewrite(
    family="branches",
    en="Move the statement behind the if into both of its branches",
    zh="把 if 后面的这条语句分别放进两个分支",
    changes=[
        (
            "void f(int n)\n{\n    if (n > 3)\n        g(n); /* high */\n    else\n        g(3);\n    h();\n"
            "    g(5);\n}\n",
            "void f(int n)\n{\n    if (n > 3) {\n        g(n); /* high */\n        h();\n    } else {\n        g(3);\n"
            "        h();\n    }\n    g(5);\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    if (n > 3) {\n        g(n);\n        return;\n    } else {\n        g(3);\n    }\n"
        "    h();\n}\n",
        "void f(int n)\n{\n    if (n > 3) {\n        int n = g(3);\n        h(n);\n    } else {\n        g(3);\n    }\n"
        "    h(n);\n}\n",
        "void f(int n)\n{\n    if (n > 3)\n        g(n);\n    else\n        g(3);\n    /* now */\n    h();\n}\n",
        "void f(int n)\n{\n    if (n > 3)\n        g(n);\n    else\n        g(3);\n\n    h();\n}\n",
        "void f(int n)\n{\n    if (n > 3)\n        g(n);\n    h();\n}\n",
    ],
)
def end_in_branches(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) A else B X` as `if (c) { A X } else { B X }`.

    Sound: as X once behind the if, read backwards. Refuses an else-if chain, an arm that is left by a jump or declares
    names, a statement that is long, over several lines, of another paragraph or with a comment, labels, and macros that
    may jump.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in _two_arms(unit):
        after = node.next_named_sibling
        if (
            after is None
            or not _may_be_copied(unit, after)
            or unit.line(after.start_byte) - unit.line(unit.end(node)) != 1
        ):
            continue
        if reason := _arms_closed(unit, then, other, after):
            yield Refusal(node.start_byte, reason)
        else:
            text = unit.text(after)
            whole = _with(unit, layout, node, condition, [then.text, text], [other.text, text])
            yield rebuilt(unit, node.start_byte, tail(unit, after), whole)


def _may_be_copied(unit: Unit, statement: Node) -> bool:
    simple = statement.type == "expression_statement" and is_simple(unit, statement)
    return simple and statement.end_byte - statement.start_byte <= _LONG


def _arms_closed(unit: Unit, then: Body, other: Body, statement: Node) -> str | None:
    """Why a statement may not be copied into these arms, or None."""
    if not then.statements or not other.statements:
        return "empty-arm"
    if any(has_labels(unit, one) or hides_flow(unit, one) for one in (then.node, other.node, statement)):
        return "label"
    if any(declares(body.node) or ends_in_jump(body.node) for body in (then, other)):
        return "declares-or-jumps"
    if any(not body.braced and leaves_open_if(body.node) for body in (then, other)):
        return "open-if"
    return None


def _with(unit: Unit, layout: Layout, node: Node, condition: Node, then: list[bytes], other: list[bytes]) -> bytes:
    here, indent = layout.at(unit, node), unit.indent(node.start_byte)
    first, second = (Body(b"\n".join(lines), True, False, node) for lines in (then, other))
    text = here.under(here.head(b"if", unit.text(condition)), first, indent)
    return here.otherwise(text, second, indent, closed=True)


@rewrite(
    family="branches",
    en="Move the statement in front of the if into both of its branches",
    zh="把 if 前面的这条语句分别放进两个分支",
    changes=[
        (
            "void f(int n)\n{\n    h();\n    if (n > 3)\n        g(n); /* high */\n    else\n        g(3);\n}\n",
            "void f(int n)\n{\n    if (n > 3) {\n        h();\n        g(n); /* high */\n    } else {\n        h();\n"
            "        g(3);\n    }\n}\n",
        ),
    ],
    keeps=[
        "void f(int n)\n{\n    n = h();\n    if (n > 3)\n        g(n);\n    else\n        g(3);\n}\n",
        "int n;\nvoid f(void)\n{\n    h();\n    if (n > 3)\n        g(n);\n    else\n        g(3);\n}\n",
        "void f(int n)\n{\n    h(); /* first */\n    if (n > 3)\n        g(n);\n    else\n        g(3);\n}\n",
        "void f(int n)\n{\n    h();\n    if (g(n))\n        g(n);\n    else\n        g(3);\n}\n",
        "void f(int n)\n{\n    h(n);\n    if (n > 3) {\n        int n = 3;\n        g(n);\n    } else\n"
        "        g(3);\n}\n",
    ],
)
def start_in_branches(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`X; if (c) A else B` as `if (c) { X A } else { X B }`.

    Sound: as X once before the if, read backwards: c is the same before and behind it. Refuses an else-if chain, an arm
    that declares names, a statement that is long, over several lines, of another paragraph or with a comment, labels,
    and macros that may jump.
    """
    layout = Layout.of(unit, context.style)
    for node, condition, then, other in _two_arms(unit):
        above = node.prev_named_sibling
        if (
            above is None
            or not _may_be_copied(unit, above)
            or unit.line(node.start_byte) - unit.line(unit.end(above)) != 1
        ):
            continue
        if not then.statements or not other.statements or declares(then.node) or declares(other.node):
            yield Refusal(node.start_byte, "declares-or-empty")
        elif any(has_labels(unit, one) or hides_flow(unit, one) for one in (node, above)):
            yield Refusal(node.start_byte, "label")
        elif not _passes(unit, condition, above):
            yield Refusal(node.start_byte, "condition-may-change")
        else:
            text = unit.text(above)
            whole = _with(unit, layout, node, condition, [text, then.text], [text, other.text])
            yield rebuilt(unit, above.start_byte, tail(unit, node), whole)


RULES = (common_end, common_start, end_in_branches, start_in_branches)
