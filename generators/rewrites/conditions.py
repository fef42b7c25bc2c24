"""Conditions: the same test, written another way."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time
from generators.rewrites.truth import (
    AND,
    BINARY,
    EQUALITY,
    OPPOSITE,
    OR,
    RELATION,
    UNARY,
    between,
    is_constant,
    is_tested,
    is_torn,
    is_truth,
    negated,
    plain_pairs,
    sides,
    spelt,
)


@rewrite(
    family="conditions",
    en="Apply De Morgan's law to the condition, so that it reads the other way round",
    zh="用德摩根定律改写这个条件",
    changes=[
        (
            "int f(int n, int m)\n{\n    return !(n == 3 && m);\n}\n",
            "int f(int n, int m)\n{\n    return n != 3 || !m;\n}\n",
        ),
        (
            "int f(int n, int m)\n{\n    if (!n || !m)\n        return 1;\n    return 2;\n}\n",
            "int f(int n, int m)\n{\n    if (!(n && m))\n        return 1;\n    return 2;\n}\n",
        ),
        (
            "int f(int n, int m)\n{\n    return n && !(m || n > 4);\n}\n",
            "int f(int n, int m)\n{\n    return n && !m && n <= 4;\n}\n",
        ),
    ],
    keeps=[
        "int f(int n, int m)\n{\n    return !(n & m);\n}\n",
        "int f(int n, int m)\n{\n    return !n || m;\n}\n",
        "int f(int n, int m)\n{\n    return !(n && /* both */ m);\n}\n",
    ],
)
def de_morgan(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`!(a && b)` as `!a || !b`, `!(a || b)` as `!a && !b`, and `!a || !b` back.

    Sound: the operands keep their order and the second is evaluated in the same cases as before; all forms are the
    int 0 or 1. Refuses comments inside and macro bodies; a relation is turned only where no side is a float.
    """
    for node in unit.walk("unary_expression"):
        argument = node.child_by_field_name("argument")
        if operator(node) != b"!" or argument is None:
            continue
        found = sides(stripped(argument))
        if found is None or found[1] not in (b"&&", b"||") or is_torn(unit, node):
            continue
        left, sign, right = found
        if unit.in_opaque(node.start_byte, node.end_byte):
            continue
        if unit.comments(node.start_byte, node.end_byte):
            yield Refusal(node.start_byte, "comment-inside")
            continue
        other = b"||" if sign == b"&&" else b"&&"
        text = negated(unit, left).within(EQUALITY) + between(unit, left, right, sign, other)
        text += negated(unit, right).within(EQUALITY)
        ask = ("Move the negation into the condition", "把取反移到条件里面的每一项")
        text = text if _takes(node, other) else b"(" + text + b")"
        yield Site((Edit(node.start_byte, unit.end(node), text),), ask=ask, way="inwards")
    for node, left, sign, right in plain_pairs(unit, b"&&", b"||"):
        if all(side.type == "unary_expression" and operator(side) == b"!" for side in (left, right)):
            other = b"||" if sign == b"&&" else b"&&"
            text = negated(unit, left).within(EQUALITY) + between(unit, left, right, sign, other)
            text = b"!(" + text + negated(unit, right).within(EQUALITY) + b")"
            if not _takes(node, sign, strictly=True):
                yield Refusal(node.start_byte, "chain")
            else:
                ask = ("Pull the negations out of the condition, in front of it", "把条件里的取反提到整个条件前面")
                yield Site((Edit(node.start_byte, unit.end(node), text),), ask=ask, way="outwards")


def _takes(node: Node, sign: bytes, strictly: bool = False) -> bool:
    """Whether the place of `node` takes an operand with this logical operator outside, without parentheses.

    Compilers warn of an && under an ||, so this asks for the same operator or a place of its own.
    """
    parent = node.parent
    found = sides(parent) if parent is not None else None
    if found is not None:
        return found[1] == sign and not strictly
    return parent is None or parent.type not in ("unary_expression", "cast_expression")


@rewrite(
    family="conditions",
    en="Turn the negated comparison into the opposite comparison",
    zh="把取反的比较改写成相反的比较",
    changes=[
        ("int f(int n)\n{\n    return !(n < 3);\n}\n", "int f(int n)\n{\n    return n >= 3;\n}\n"),
        (
            "int f(int n, int m)\n{\n    return m && !(n == 3);\n}\n",
            "int f(int n, int m)\n{\n    return m && n != 3;\n}\n",
        ),
    ],
    keeps=[
        "int f(float n)\n{\n    return !(n < 3.0);\n}\n",
        "int f(int n)\n{\n    return !(n & 3);\n}\n",
        "int f(int n)\n{\n    return !(n < unknown);\n}\n",
    ],
)
def negated_comparison(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`!(a < b)` as `a >= b`, and so for the other five comparisons.

    Sound: on integers and pointers exactly one of the two holds, and both are an int. Refuses floats (a NaN fails both)
    and sides of which the type is not known; `==` and `!=` are opposites for every type.
    """
    for node in unit.walk("unary_expression"):
        argument = node.child_by_field_name("argument")
        if operator(node) != b"!" or argument is None or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        found = sides(stripped(argument))
        if found is None or found[1] not in OPPOSITE or is_torn(unit, node):
            continue
        if unit.comments(node.start_byte, node.end_byte):
            yield Refusal(node.start_byte, "comment-inside")
            continue
        turned = negated(unit, argument)
        if turned.binds == UNARY:
            yield Refusal(node.start_byte, "maybe-float")
            continue
        level = OR if node.parent is None or sides(node.parent) is None else BINARY[operator(node.parent)] + 1
        if node.parent is not None and node.parent.type in ("unary_expression", "cast_expression"):
            level = UNARY
        yield Site((Edit(node.start_byte, unit.end(node), turned.within(level)),))


@rewrite(
    family="conditions",
    scope="file",
    en="Compare with zero explicitly in the conditions (or drop the comparison, if it is written out now)",
    zh="条件里显式和 0 比较（原来写了比较的就去掉）",
    changes=[
        (
            "int f(int n, int m)\n{\n    if (n && !m)\n        return 1;\n    return 2;\n}\n",
            "int f(int n, int m)\n{\n    if (n != 0 && m == 0)\n        return 1;\n    return 2;\n}\n",
        ),
        (
            "void f(int n)\n{\n    while (n & 1)\n        n >>= 1;\n}\n",
            "void f(int n)\n{\n    while ((n & 1) != 0)\n        n >>= 1;\n}\n",
        ),
        (
            "int f(int n, int m)\n{\n    if (n != 0 || m == 0)\n        return 1;\n    return 2;\n}\n",
            "int f(int n, int m)\n{\n    if (n || !m)\n        return 1;\n    return 2;\n}\n",
        ),
    ],
    keeps=[
        "#include <8052.h>\nvoid f(void)\n{\n    while (!TI)\n        ;\n}\n",
        "int f(int n, int m)\n{\n    return n;\n}\n",
        "int f(int n, int m)\n{\n    if (n < m)\n        return 1;\n    return 2;\n}\n",
        "void f(void)\n{\n    while (1)\n        ;\n}\n",
        "#define BUSY(n) ((n) & 0x80)\nvoid f(void)\n{\n    while (BUSY(g()))\n        ;\n}\n",
        "int f(int n)\n{\n    return n != 0;\n}\n",
        "void f(unsigned char n)\n{\n    do {\n    } while (--n);\n}\n",
        "int f(float x)\n{\n    if (x)\n        return 1;\n    return 2;\n}\n",
    ],
)
def zero_test(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (x)` as `if (x != 0)` and `!x` as `x == 0`, wherever only truth counts; in a file that compares, back.

    Sound: C defines a condition as a comparison with 0, and `x` is read once either way. Refuses bits and _Bool, which
    are truths already (sdcc warns of comparing them), floats, types that are not known, and values outside conditions,
    where `x` and `x != 0` differ.
    """
    bare = [found for node in _tested(unit) if (found := _bare(unit, node)) is not None]
    if bare and not all(isinstance(found, Refusal) for found in bare):
        yield from bare
        return
    yield from bare
    for node, left, sign, right in plain_pairs(unit, b"==", b"!="):
        if unit.text(right) != b"0" or not is_tested(node) or is_truth(unit, left):
            continue
        if keeps_time(unit, node):
            yield Refusal(node.start_byte, "timing-function")
            continue
        t = unit.symbols.type_of(left)
        if t is None or not (t.integer or t.decayed().pointer):
            yield Refusal(node.start_byte, "type-not-known")
            continue
        around = node.parent
        alone = around is not None and around.type in ("parenthesized_expression",)
        kept = spelt(unit, stripped(left)) if alone else spelt(unit, left)
        text = kept.within(OR if alone else AND) if sign == b"!=" else b"!" + spelt(unit, left).within(UNARY)
        ask = ("Drop the comparisons with zero in the conditions", "条件里去掉和 0 的比较")
        yield Site((Edit(node.start_byte, unit.end(node), text),), ask=ask, way="bare")


def _tested(unit: Unit) -> Iterator[Node]:
    """The operands of which only truth counts, `!x` as a whole, innermost ones of `&&` and `||` only."""
    for node in unit.walk():
        if node.type == "parenthesized_expression" or not is_tested(node) or is_truth(unit, node):
            negation = node.type == "unary_expression" and operator(node) == b"!" and is_tested(node)
            if not negation:
                continue
        around = node.parent
        while around is not None and around.type == "parenthesized_expression":
            around = around.parent
        if around is not None and around.type == "unary_expression":
            continue
        if not unit.in_opaque(node.start_byte, node.end_byte) and not is_torn(unit, node):
            yield node


def _bare(unit: Unit, node: Node) -> Site | Refusal | None:
    """`x` or `!x` with the comparison written out; None where it is no plain value."""
    sign, operand = b"!=", node
    if node.type == "unary_expression" and operator(node) == b"!":
        argument = node.child_by_field_name("argument")
        if argument is None:
            return None
        sign, operand = b"==", stripped(argument)
        if is_truth(unit, operand):
            return None
    if is_constant(unit, operand) or operand.type in ("assignment_expression", "comma_expression"):
        return None
    if keeps_time(unit, node):
        return Refusal(node.start_byte, "timing-function")
    t = unit.symbols.type_of(operand)
    if t is None or t.kind not in ("int", "pointer"):
        return Refusal(node.start_byte, "type-not-known" if t is None else "not-an-integer")
    if unit.comments(node.start_byte, node.end_byte):
        return Refusal(node.start_byte, "comment-inside")
    text = spelt(unit, operand).within(RELATION + 1) + b" " + sign + b" 0"
    around = node.parent
    level = OR if around is None or sides(around) is None else BINARY[operator(around)]
    ask = ("Compare with zero explicitly in the conditions", "条件里显式和 0 比较")
    text = text if level <= EQUALITY else b"(" + text + b")"
    return Site((Edit(node.start_byte, unit.end(node), text),), ask=ask, way="explicit")


RULES = (de_morgan, negated_comparison, zero_test)
