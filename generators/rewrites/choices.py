"""Choices of a value: an if, a conditional expression, or the condition itself."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import CType, promoted
from corpus.source.expressions import inner, operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.blocks import Layout, arms, rebuilt, tail
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.truth import CONDITIONAL, EQUALITY, condition_of, is_torn, is_truth, negated, spelt

_TRUE, _FALSE = (b"1", b"true"), (b"0", b"false")


def _value(statement: Node) -> Node | None:
    """What `return v;` returns."""
    return inner(statement) if statement.type == "return_statement" else None


def _assignment(statement: Node) -> tuple[Node, Node] | None:
    """(target, value) of a plain assignment as a statement."""
    what = inner(statement) if statement.type == "expression_statement" else None
    if what is None or what.type != "assignment_expression" or operator(what) != b"=":
        return None
    left, right = what.child_by_field_name("left"), what.child_by_field_name("right")
    return (left, right) if left is not None and right is not None else None


def _single(statement: Node) -> Node | None:
    """The only statement of an arm, with or without braces."""
    if statement.type != "compound_statement":
        return statement
    inside = [child for child in statement.named_children if child.type != "comment"]
    return inside[0] if len(inside) == 1 else None


def _same_kind(unit: Unit, one: Node, other: Node) -> bool:
    """Whether two values as the arms of a conditional stay what they are: its common type is that of both."""
    first, second = (_arithmetic(unit.symbols.type_of(node)) for node in (one, other))
    return first is not None and first == second


def _arithmetic(t: CType | None) -> CType | None:
    return promoted(t) if t is not None and (t.integer or t.kind == "pointer") else None


def _plain_target(unit: Unit, target: Node) -> bool:
    return target.type == "identifier" or (target.type in _MEMBERS and unit.symbols.pure(target))


_MEMBERS = ("field_expression", "subscript_expression", "pointer_expression")


def _fits(unit: Unit, test: Node, *values: Node) -> bool:
    """Whether all of it goes on one line without anything hidden in macros."""
    parts = (test, *values)
    return (
        all(unit.line(part.start_byte) == unit.line(unit.end(part)) for part in parts)
        and not any(is_torn(unit, part) for part in parts)
        and sum(len(unit.text(part)) for part in parts) < 70
    )


def _conditional(unit: Unit, test: Node, one: Node, other: Node) -> bytes:
    first, second = (spelt(unit, stripped(arm)).within(CONDITIONAL + 1) for arm in (one, other))
    return spelt(unit, test).within(EQUALITY) + b" ? " + first + b" : " + second


def _two_returns(unit: Unit) -> Iterator[tuple[Node, int, Node, Node, Node]]:
    """(if, end, condition, value if true, value if false) of `if (c) return a; [else] return b;`."""
    for node in unit.walk("if_statement"):
        test, found = condition_of(node), arms(unit, node)
        if test is None or found is None:
            continue
        first = _single(found[0].node)
        if found[1] is not None:
            second, end = _single(found[1].node), tail(unit, node)
        else:
            second = node.next_named_sibling
            end = unit.end(second) if second is not None else 0
        if first is None or second is None:
            continue
        one, other = _value(first), _value(second)
        if one is not None and other is not None:
            yield node, end, test, one, other


@rewrite(
    family="branches",
    en="Return one of the two values with a conditional expression",
    zh="用条件表达式直接返回两个值之一",
    changes=[
        (
            "int f(int n, int m)\n{\n    if (n < m)\n        return n;\n    return m;\n}\n",
            "int f(int n, int m)\n{\n    return n < m ? n : m;\n}\n",
        ),
        (
            "int f(int n)\n{\n    if (n) {\n        return 3;\n    } else {\n        return 4;\n    }\n}\n",
            "int f(int n)\n{\n    return n ? 3 : 4;\n}\n",
        ),
    ],
    keeps=[
        "long f(int n, unsigned m, int c)\n{\n    if (c)\n        return n;\n    return m;\n}\n",
        "int f(int n)\n{\n    if (n)\n        return 3; /* full */\n    return 4;\n}\n",
        "int f(int n)\n{\n    if (n)\n        return g();\n    return 4;\n}\n",
        "void f(int n)\n{\n    if (n)\n        return;\n    return;\n}\n",
        "float f(float x, int n)\n{\n    if (n)\n        return x;\n    return 2.0;\n}\n",
    ],
)
def returned_choice(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) return a; return b;` as `return c ? a : b;`.

    Sound: c is evaluated first and then one of the two; both have the same type after promotion, so the common type
    of the conditional changes neither (an `unsigned` beside a negative `int` would). Refuses types that differ or are
    not known, floats, comments, and lines that would get too long.
    """
    for node, end, test, one, other in _two_returns(unit):
        if not _same_kind(unit, one, other):
            yield Refusal(node.start_byte, "types-differ")
        elif not _fits(unit, test, one, other) or _is_else(node):
            yield Refusal(node.start_byte, "not-plain")
        else:
            yield rebuilt(unit, node.start_byte, end, b"return " + _conditional(unit, test, one, other) + b";")


def _is_else(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "else_clause"


@rewrite(
    family="branches",
    en="Assign with a conditional expression instead of an if",
    zh="用条件表达式赋值，代替 if/else",
    changes=[
        (
            "#include <8052.h>\nvoid f(int n)\n{\n    if (n)\n        P1 = 0x0F;\n    else\n        P1 = 0xF0;\n}\n",
            "#include <8052.h>\nvoid f(int n)\n{\n    P1 = n ? 0x0F : 0xF0;\n}\n",
        ),
    ],
    keeps=[
        "void f(int n, int x)\n{\n    if (n)\n        x = 3;\n}\n",
        "void f(int n, int x, int y)\n{\n    if (n)\n        x = 3;\n    else\n        y = 4;\n}\n",
        "void f(long x, int n, unsigned m)\n{\n    if (n)\n        x = n;\n    else\n        x = m;\n}\n",
        "void f(char *p, int n)\n{\n    if (n++)\n        p[n] = 3;\n    else\n        p[n] = 4;\n}\n",
        "void f(int n, int x)\n{\n    if (n)\n        x = 3;\n    else\n        x |= 4;\n}\n",
    ],
)
def assigned_choice(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (c) x = a; else x = b;` as `x = c ? a : b;`.

    Sound: one write on either path, after c and one of the values; the types of the arms are the same after promotion.
    Refuses arms of different type, a target with something to evaluate beside a condition with an effect, comments, and
    lines that would get too long.
    """
    for node, test, target, one, other in _two_assignments(unit):
        if not _same_kind(unit, one, other):
            yield Refusal(node.start_byte, "types-differ")
        elif not _plain_target(unit, target) or (target.type != "identifier" and not unit.symbols.pure(test)):
            yield Refusal(node.start_byte, "target-not-simple")
        elif not _fits(unit, test, one, other) or _is_else(node):
            yield Refusal(node.start_byte, "not-plain")
        else:
            text = unit.text(target) + b" = " + _conditional(unit, test, one, other) + b";"
            yield rebuilt(unit, node.start_byte, tail(unit, node), text)


def _two_assignments(unit: Unit) -> Iterator[tuple[Node, Node, Node, Node, Node]]:
    """(if, condition, target, value if true, value if false) of `if (c) x = a; else x = b;`."""
    for node in unit.walk("if_statement"):
        test, found = condition_of(node), arms(unit, node)
        if test is None or found is None or found[1] is None:
            continue
        first, second = _single(found[0].node), _single(found[1].node)
        one = _assignment(first) if first is not None else None
        other = _assignment(second) if second is not None else None
        if one is None or other is None or unit.text(one[0]).split() != unit.text(other[0]).split():
            continue
        yield node, test, one[0], one[1], other[1]


@rewrite(
    family="branches",
    en="Spell the conditional expression out as if and else",
    zh="把条件表达式展开成 if/else",
    changes=[
        (
            "int f(int n, int m)\n{\n    return n < m ? n : m;\n}\n",
            "int f(int n, int m)\n{\n    if (n < m)\n        return n;\n    else\n        return m;\n}\n",
        ),
        (
            "#include <8052.h>\nvoid f(int n)\n{\n    if (n > 3) {\n        P1 = (n & 1) ? 0x0F : 0xF0;\n    }\n}\n",
            "#include <8052.h>\nvoid f(int n)\n{\n    if (n > 3) {\n        if (n & 1) {\n            P1 = 0x0F;\n"
            "        } else {\n            P1 = 0xF0;\n        }\n    }\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    int m = n ? 3 : 4;\n    return m;\n}\n",
        "long f(int n, unsigned m, int c)\n{\n    return c ? n : m;\n}\n",
        "int f(int n)\n{\n    return g(n ? 3 : 4);\n}\n",
        "int f(int n, int m)\n{\n    if (m) { return n ? 3 : 4; }\n    return 5;\n}\n",
        "void f(char *p, int n)\n{\n    *p++ = n ? 3 : 4;\n}\n",
    ],
)
def spelt_out_choice(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`x = c ? a : b;` and `return c ? a : b;` as an if with two arms.

    Sound and refusing as the two rules that make these, read backwards. Refuses also a declaration, whose value has no
    other place.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("return_statement", "expression_statement"):
        pair = _assignment(node)
        value = stripped(pair[1]) if pair is not None else _value(node)
        value = stripped(value) if value is not None else None
        if value is None or value.type != "conditional_expression" or unit.comments(node.start_byte, node.end_byte):
            continue
        test, one, other = (value.child_by_field_name(part) for part in ("condition", "consequence", "alternative"))
        if test is None or one is None or other is None:
            continue
        if not _same_kind(unit, one, other):
            yield Refusal(node.start_byte, "types-differ")
        elif (pair is not None and not _plain_target(unit, pair[0])) or (
            pair is not None and pair[0].type != "identifier" and not unit.symbols.pure(test)
        ):
            yield Refusal(node.start_byte, "target-not-simple")
        elif is_torn(unit, value):
            yield Refusal(node.start_byte, "not-plain")
        else:
            start = b"return " if pair is None else unit.text(pair[0]) + b" = "
            first, second = (start + unit.text(stripped(part)) + b";" for part in (one, other))
            text = _if_else(unit, layout, unit.text(stripped(test)), first, second, unit.indent(node.start_byte))
            way = "return" if pair is None else "assign"
            yield rebuilt(unit, node.start_byte, unit.end(node), text, way=way)


def _if_else(unit: Unit, layout: Layout, test: bytes, first: bytes, second: bytes, indent: bytes) -> bytes:
    """Two single statements as the arms of an if, in braces where this file puts such arms in braces."""
    head = layout.head(b"if", test)
    if layout.braces_all:
        joint = layout.newline + indent if layout.else_own_line else b" "
        return layout.block(head, first, indent) + joint + layout.block(b"else", second, indent)
    joint = layout.newline + indent
    return head + joint + layout.step + first + joint + b"else" + joint + layout.step + second


@rewrite(
    family="conditions",
    en="Return the condition itself instead of choosing 1 or 0 by it",
    zh="直接返回条件本身，不要再用 if 选择返回 1 或 0",
    changes=[
        (
            "int f(int n)\n{\n    if (n > 3)\n        return 1;\n    return 0;\n}\n",
            "int f(int n)\n{\n    return n > 3;\n}\n",
        ),
        (
            "unsigned char f(int n, int m)\n{\n    if (n == 3 && m)\n        return 0;\n    else\n"
            "        return 1;\n}\n",
            "unsigned char f(int n, int m)\n{\n    return n != 3 || !m;\n}\n",
        ),
        (
            "void f(int n, int x)\n{\n    if (n > 3)\n        x = 1;\n    else\n        x = 0;\n    g(x);\n}\n",
            "void f(int n, int x)\n{\n    x = n > 3;\n    g(x);\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    if (n)\n        return 1;\n    return 0;\n}\n",
        "int f(int n)\n{\n    if (n > 3)\n        return 2;\n    return 0;\n}\n",
        "int f(int n)\n{\n    if (n > 3)\n        return 1; /* full */\n    return 0;\n}\n",
        "float f(int n)\n{\n    if (n > 3)\n        return 1;\n    return 0;\n}\n",
    ],
)
def truth_itself(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (a > b) return 1; return 0;` as `return a > b;`, swapped values as its negation, and so for assignments.

    Sound: a comparison, a logical operator and `!` have the int value 1 or 0 in C. Refuses any other condition (`n & 4`
    is not 1), results that are no integers, and comments at the arms.
    """
    for node, end, test, one, other in _two_returns(unit):
        function = unit.enclosing_function(node)
        symbol = unit.symbols.lookup(unit.function_name(function)) if function is not None else None
        result = symbol.type.of if symbol is not None and symbol.type is not None else None
        text = _truth(unit, test, one, other)
        if text is not None and result is not None and result.integer and not _is_else(node):
            yield rebuilt(unit, node.start_byte, end, b"return " + text + b";", way="return")
    for node, test, target, one, other in _two_assignments(unit):
        text, t = _truth(unit, test, one, other), unit.symbols.type_of(target)
        if text is None or t is None or not t.integer or _is_else(node):
            continue
        if not _plain_target(unit, target) or (target.type != "identifier" and not unit.symbols.pure(test)):
            yield Refusal(node.start_byte, "target-not-simple")
        else:
            ask = ("Assign the condition itself instead of choosing 1 or 0", "直接把条件赋给变量，不用 if 选 1 或 0")
            value = unit.text(target) + b" = " + text + b";"
            yield rebuilt(unit, node.start_byte, tail(unit, node), value, ask, "assign")


def _truth(unit: Unit, test: Node, one: Node, other: Node) -> bytes | None:
    """The condition as the value, or its negation; None where the values are not 1 and 0 or it is no truth."""
    if not is_truth(unit, test) or is_torn(unit, test):
        return None
    values = unit.text(one), unit.text(other)
    if values[0] in _TRUE and values[1] in _FALSE:
        return unit.text(test)
    if values[0] in _FALSE and values[1] in _TRUE:
        turned = negated(unit, test)
        # The negation of `!x` is x, which need not be 1.
        return None if stripped(test).type == "unary_expression" else turned.text
    return None


@rewrite(
    family="conditions",
    en="Return 1 or 0 by an if instead of the condition itself",
    zh="不要直接返回条件，用 if 明确返回 1 或 0",
    changes=[
        (
            "int f(int n)\n{\n    return n > 3;\n}\n",
            "int f(int n)\n{\n    if (n > 3)\n        return 1;\n    return 0;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    return n;\n}\n",
        "int f(int n)\n{\n    return n & 4;\n}\n",
        "int f(int n)\n{\n    return (n > 3) + 1;\n}\n",
        "float f(int n)\n{\n    return n > 3;\n}\n",
        "int f(int n)\n{\n    g(); /* 60 us */\n    return n > 3;\n}\n",
    ],
)
def truth_spelt_out(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`return a > b;` as `if (a > b) return 1; return 0;`.

    Sound: as the other way round. Refuses conditions that need not be 1 or 0, statements that are not in a block, and
    results that are no integers.
    """
    layout = Layout.of(unit, context.style)
    for node in unit.walk("return_statement"):
        value = _value(node)
        if value is None or not is_truth(unit, value) or is_torn(unit, value):
            continue
        function = unit.enclosing_function(node)
        symbol = unit.symbols.lookup(unit.function_name(function)) if function is not None else None
        result = symbol.type.of if symbol is not None and symbol.type is not None else None
        if result is None or not result.integer or node.parent is None or node.parent.type != "compound_statement":
            yield Refusal(node.start_byte, "not-in-a-block" if result is not None and result.integer else "no-integer")
            continue
        words = (b"true", b"false") if result.kind == "bool" and b"true" in unit.symbols.names else (b"1", b"0")
        indent = unit.indent(node.start_byte)
        head, out = layout.head(b"if", unit.text(stripped(value))), b"return " + words[0] + b";"
        joint = layout.newline + indent
        then = layout.block(head, out, indent) if layout.braces_all else head + joint + layout.step + out
        yield rebuilt(unit, node.start_byte, unit.end(node), then + joint + b"return " + words[1] + b";")


RULES = (returned_choice, assigned_choice, spelt_out_choice, truth_itself, truth_spelt_out)
