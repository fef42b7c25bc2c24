"""Updates: assignments and increments in another form."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.unit import Unit
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time

_COMPOUND = frozenset({b"+", b"-", b"*", b"/", b"%", b"&", b"|", b"^", b"<<", b">>"})
_NAME = re.compile(rb"[A-Za-z_]\w*")
# Operands that bind tighter than any binary operator, so that they need no parentheses on either side.
_TIGHT = frozenset(
    {
        "identifier",
        "number_literal",
        "char_literal",
        "parenthesized_expression",
        "call_expression",
        "subscript_expression",
        "field_expression",
    }
)


def _tokens(unit: Unit, node: Node) -> list[bytes]:
    """The tokens of an expression, blanks dropped; empty when a comment lies inside."""
    if unit.comments(node.start_byte, node.end_byte):
        return []
    return re.findall(rb"\w+|[^\s\w]", unit.text(node))


def _simple_target(node: Node) -> bool:
    """Whether writing the target twice evaluates nothing that matters: a name, a member, an index by name or number."""
    if node.type == "identifier":
        return True
    if node.type == "field_expression":
        inner = node.child_by_field_name("argument")
        return inner is not None and _simple_target(inner)
    if node.type == "subscript_expression":
        inner, index = node.child_by_field_name("argument"), node.child_by_field_name("index")
        return (
            inner is not None
            and index is not None
            and _simple_target(inner)
            and index.type in ("identifier", "number_literal")
        )
    if node.type == "pointer_expression":
        inner = node.child_by_field_name("argument")
        return inner is not None and inner.type == "identifier"
    return False


def _assignments(unit: Unit) -> Iterator[tuple[Node, Node, bytes, Node]]:
    for node in unit.walk("assignment_expression"):
        left, sign, right = (node.child_by_field_name(name) for name in ("left", "operator", "right"))
        if left is None or sign is None or right is None or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        yield node, left, unit.text(sign), right


@rewrite(
    family="updates",
    en="Use a compound assignment instead of repeating the variable",
    zh="用复合赋值，不要把变量写两遍",
    changes=[
        ("void f(void)\n{\n    P1 = P1 | 0x01;\n}\n", "void f(void)\n{\n    P1 |= 0x01;\n}\n"),
        ("void f(int n)\n{\n    n = n << 2;\n}\n", "void f(int n)\n{\n    n <<= 2;\n}\n"),
    ],
    keeps=[
        "void f(int n)\n{\n    n = 1 - n;\n}\n",
        "void f(int n, int m)\n{\n    n = n - m + 1;\n}\n",
        "void f(char *p)\n{\n    p[g()] = p[g()] + 1;\n}\n",
        "void f(int n)\n{\n    n = n /* was m */ + 1;\n}\n",
    ],
)
def compound_assignment(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`x = x op e` as `x op= e`.

    Sound: C defines the compound form as the long one with the target evaluated once; a simple target has nothing to
    evaluate twice, and for a port both forms read once and write once. Refuses where the right side is a chain
    (`n - m + 1` is not `n -= m + 1`), where the target has a call or a write inside, and where a comment would be lost.
    """
    for node, left, sign, right in _assignments(unit):
        if sign != b"=" or right.type != "binary_expression":
            continue
        first, inner, second = (right.child_by_field_name(name) for name in ("left", "operator", "right"))
        if first is None or inner is None or second is None or unit.text(inner) not in _COMPOUND:
            continue
        words = _tokens(unit, left)
        if not words or words != _tokens(unit, first):
            continue
        if not _simple_target(left):
            yield Refusal(node.start_byte, "target-not-simple")
        elif unit.comments(node.start_byte, node.end_byte):
            yield Refusal(node.start_byte, "comment-inside")
        else:
            text = unit.text(left) + b" " + unit.text(inner) + b"= " + unit.text(second)
            yield Site((Edit(node.start_byte, node.end_byte, text),))


@rewrite(
    family="updates",
    en="Spell the compound assignment out",
    zh="把复合赋值展开写",
    changes=[
        ("void f(void)\n{\n    P1 &= 0xFE;\n}\n", "void f(void)\n{\n    P1 = P1 & 0xFE;\n}\n"),
        ("void f(int n, int m)\n{\n    n *= m + 1;\n}\n", "void f(int n, int m)\n{\n    n = n * (m + 1);\n}\n"),
    ],
    keeps=["void f(char *p)\n{\n    *p++ |= 1;\n}\n", "void f(void)\n{\n    a[g()] += 1;\n}\n"],
)
def spelt_out_assignment(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`x op= e` as `x = x op e`, with parentheses round an `e` that is not a single operand.

    Sound and refusing as the compound form, read backwards.
    """
    for node, left, sign, right in _assignments(unit):
        if not sign.endswith(b"=") or sign[:-1] not in _COMPOUND:
            continue
        if not _simple_target(left):
            yield Refusal(node.start_byte, "target-not-simple")
        elif unit.comments(node.start_byte, node.end_byte):
            yield Refusal(node.start_byte, "comment-inside")
        else:
            operand = unit.text(right) if right.type in _TIGHT else b"(" + unit.text(right) + b")"
            target = unit.text(left)
            yield Site(
                (Edit(node.start_byte, node.end_byte, target + b" = " + target + b" " + sign[:-1] + b" " + operand),)
            )


@rewrite(
    family="updates",
    scope="file",
    en="Step counters the same way everywhere",
    zh="计数器的自增自减统一成一种写法",
    changes=[
        ("void f(int n)\n{\n    n++;\n}\n", "void f(int n)\n{\n    ++n;\n}\n"),
        (
            "void f(int n)\n{\n    for (n = 0; n < 3; n++)\n        g();\n}\n",
            "void f(int n)\n{\n    for (n = 0; n < 3; ++n)\n        g();\n}\n",
        ),
    ],
    keeps=[
        "int f(int n)\n{\n    return n++;\n}\n",
        "void f(char *p)\n{\n    *p++ = 0;\n}\n",
        "/* 4 cycles a round */\nvoid f(char n)\n{\n    while (P1)\n        n++;\n}\n",
    ],
)
def step_form(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`i++` as `++i` or `i += 1` where the value is not used: a statement of its own, or the third part of a `for`.

    Sound: all three read the operand once and write it once. Refuses where the value is used (`*p++`), targets with
    anything to evaluate inside, and functions whose cycles count: sdcc does not always make the same code of the three.
    """
    wanted = context.style.step
    for node in unit.walk("update_expression"):
        operand = node.child_by_field_name("argument")
        sign = node.child_by_field_name("operator")
        if operand is None or sign is None or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        if not _value_unused(node):
            continue
        if not _simple_target(operand):
            yield Refusal(node.start_byte, "target-not-simple")
            continue
        if keeps_time(unit, node):
            yield Refusal(node.start_byte, "keeps-time")
            continue
        target, mark = unit.text(operand), unit.text(sign)
        is_prefix = sign.start_byte < operand.start_byte
        if wanted == "plus-equal":
            now, way = target + b" " + mark[:1] + b"= 1", "plus-equal"
        elif is_prefix:
            now, way = target + mark, "postfix"
        else:
            now, way = mark + target, "prefix"
        form = {"plus-equal": "i += 1", "postfix": "i++", "prefix": "++i"}[way]
        ask = (f"Step counters in the form `{form}` throughout", f"计数器的步进统一写成 `{form}` 的形式")
        yield Site((Edit(node.start_byte, node.end_byte, now),), ask=ask, way=way)


def _value_unused(node: Node) -> bool:
    parent = node.parent
    if parent is None:
        return False
    if parent.type == "expression_statement":
        return True
    return parent.type == "for_statement" and parent.child_by_field_name("update") == node


RULES = (compound_assignment, spelt_out_assignment, step_form)
