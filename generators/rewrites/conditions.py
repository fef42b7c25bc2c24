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
    MIRRORED,
    OPPOSITE,
    OR,
    RELATION,
    UNARY,
    either_first,
    is_constant,
    is_tested,
    is_torn,
    is_truth,
    negated,
    sides,
    spelt,
)


def _binaries(unit: Unit, *signs: bytes) -> Iterator[tuple[Node, Node, bytes, Node]]:
    """(whole, left, operator, right) of the binary expressions that a rule may touch."""
    for node in unit.walk("binary_expression"):
        found = sides(node)
        if found is None or found[1] not in signs or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        if not unit.comments(node.start_byte, node.end_byte) and not is_torn(unit, node):
            yield node, *found


def _between(unit: Unit, left: Node, right: Node, old: bytes, new: bytes) -> bytes:
    """What stands between two operands, with another operator: the author's blanks and line breaks stay."""
    return unit.src[unit.end(left) : right.start_byte].replace(old, new)


def _swapped(unit: Unit, node: Node, left: Node, sign: bytes, right: Node, ask: tuple[str, str] | None = None) -> Site:
    """The operands changed over, the operator mirrored; a comparison inside a comparison gets parentheses."""
    level = BINARY[sign] + 1
    text = spelt(unit, right).within(level) + _between(unit, left, right, sign, MIRRORED.get(sign, sign))
    return Site((Edit(node.start_byte, unit.end(node), text + spelt(unit, left).within(level)),), ask=ask)


@rewrite(
    family="conditions",
    scope="file",
    en="Put the constant first in the equality tests (or last, if it is first now), so that they all look alike",
    zh="相等判断统一把常量放在左边（原来在左边的就放到右边）",
    changes=[
        (
            "int f(int n)\n{\n    return n == 3 || n != 'x';\n}\n",
            "int f(int n)\n{\n    return 3 == n || 'x' != n;\n}\n",
        ),
        (
            "#define IDLE 0\nint f(int n)\n{\n    if (IDLE == n)\n        return 1;\n    return 2;\n}\n",
            "#define IDLE 0\nint f(int n)\n{\n    if (n == IDLE)\n        return 1;\n    return 2;\n}\n",
        ),
        (
            "void f(int n)\n{\n    if ((n & 3) == 2)\n        g();\n}\n",
            "void f(int n)\n{\n    if (2 == (n & 3))\n        g();\n}\n",
        ),
    ],
    keeps=[
        "int f(int n, int m)\n{\n    return n == m;\n}\n",
        "int f(int n)\n{\n    return n /* ticks */ == 3;\n}\n",
        "int f(int n)\n{\n    return n < 3;\n}\n",
        "#define READY(n) ((n) == 3)\n",
    ],
)
def constant_side(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`n == 3` as `3 == n`, in the whole file; where no constant stands on the right, back.

    Sound: equality is symmetric, its conversions too, and a constant has nothing to evaluate before or after the other
    side. Refuses constants on both sides, comments inside, and macro bodies.
    """
    found = list(_binaries(unit, b"==", b"!="))
    to_left = any(is_constant(unit, right) and not is_constant(unit, left) for _, left, _, right in found)
    for node, left, sign, right in found:
        constant, variable = (right, left) if to_left else (left, right)
        if is_constant(unit, constant) and not is_constant(unit, variable):
            if sides(variable) is not None and BINARY[operator(variable)] == EQUALITY:
                yield Refusal(node.start_byte, "chained-comparison")
            else:
                yield _swapped(unit, node, left, sign, right, _LEFT if to_left else _RIGHT)


_LEFT = ("Put the constant first in the equality tests", "相等判断统一把常量写在左边")
_RIGHT = ("Put the constant last in the equality tests", "相等判断统一把常量写在右边")


@rewrite(
    family="conditions",
    en="Turn the comparison round, so that the smaller side stands where it reads best",
    zh="把大小比较的两边对调（方向跟着反过来）",
    changes=[
        ("int f(int n, int m)\n{\n    return n < m;\n}\n", "int f(int n, int m)\n{\n    return m > n;\n}\n"),
        (
            "int f(int n, int m)\n{\n    return n + 1 >= m && n;\n}\n",
            "int f(int n, int m)\n{\n    return m <= n + 1 && n;\n}\n",
        ),
    ],
    keeps=[
        "#include <8052.h>\nint f(void)\n{\n    return P1 < P2;\n}\n",
        "extern int a;\nint g(void);\nint f(void)\n{\n    return a < g();\n}\n",
        "int f(int *p, int n)\n{\n    return (*p)++ < n + *p;\n}\n",
        "int f(int a)\n{\n    return a < 10;\n}\n",
        "int f(int a, int b)\n{\n    return a /* ticks */ < b;\n}\n",
    ],
)
def relation_flip(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`a < b` as `b > a`, and so for the other three.

    Sound: both are the same comparison after the same conversions. Refuses two sides with effects or volatile reads
    (their order would change), a side that the other may change, and constants, which people write on the right.
    """
    for node, left, sign, right in _binaries(unit, b"<", b">", b"<=", b">="):
        if is_constant(unit, left) or is_constant(unit, right):
            continue
        if not either_first(unit, left, right):
            yield Refusal(node.start_byte, "order-matters")
        elif any((within := sides(side)) is not None and BINARY[within[1]] == RELATION for side in (left, right)):
            yield Refusal(node.start_byte, "chained-comparison")
        else:
            yield _swapped(unit, node, left, sign, right)


@rewrite(
    family="conditions",
    en="Change over the operands of the commutative operator",
    zh="交换可交换运算符的两个操作数",
    changes=[
        ("int f(int n, int m)\n{\n    return n + m;\n}\n", "int f(int n, int m)\n{\n    return m + n;\n}\n"),
        (
            "void f(unsigned char n)\n{\n    P1 = (n << 4) | (n >> 4);\n}\n",
            "void f(unsigned char n)\n{\n    P1 = (n >> 4) | (n << 4);\n}\n",
        ),
        (
            "int f(int n, int m)\n{\n    return n * (m - 1);\n}\n",
            "int f(int n, int m)\n{\n    return (m - 1) * n;\n}\n",
        ),
    ],
    keeps=[
        "#include <8052.h>\nint f(void)\n{\n    return P1 | P2;\n}\n",
        "int g(void);\nint h(void);\nint f(void)\n{\n    return g() + h();\n}\n",
        "float f(float a, float b)\n{\n    return a * b;\n}\n",
        "int f(int a)\n{\n    return a & 0x0F;\n}\n",
        "int f(int a, int b)\n{\n    return a - b + a;\n}\n",
        "char *f(char *p, int n)\n{\n    return p + n;\n}\n",
    ],
)
def commuted(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`a + b` as `b + a`, and so for `* & | ^`.

    Sound: these are commutative on integers, overflow and conversions included. Refuses what is not known to be an
    integer (float rounding is symmetric but a pointer belongs first), constants, which people write last, operands of
    which two have effects, and a chain (`a - b + c`), whose operands are not these two.
    """
    for node, left, sign, right in _binaries(unit, b"+", b"*", b"&", b"|", b"^"):
        if is_constant(unit, left) or is_constant(unit, right):
            continue
        chained = any(
            (within := sides(side)) is not None and BINARY[within[1]] == BINARY[sign] for side in (left, right)
        )
        types = [unit.symbols.type_of(side) for side in (left, right)]
        if not all(t is not None and t.integer for t in types):
            yield Refusal(node.start_byte, "not-known-integers")
        elif chained:
            yield Refusal(node.start_byte, "chain")
        elif not either_first(unit, left, right):
            yield Refusal(node.start_byte, "order-matters")
        elif keeps_time(unit, node):
            yield Refusal(node.start_byte, "timing-function")
        elif unit.text(left) != unit.text(right):
            yield _swapped(unit, node, left, sign, right)


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
        text = negated(unit, left).within(EQUALITY) + _between(unit, left, right, sign, other)
        text += negated(unit, right).within(EQUALITY)
        ask = ("Move the negation into the condition", "把取反移到条件里面的每一项")
        text = text if _takes(node, other) else b"(" + text + b")"
        yield Site((Edit(node.start_byte, unit.end(node), text),), ask=ask)
    for node, left, sign, right in _binaries(unit, b"&&", b"||"):
        if all(side.type == "unary_expression" and operator(side) == b"!" for side in (left, right)):
            other = b"||" if sign == b"&&" else b"&&"
            text = negated(unit, left).within(EQUALITY) + _between(unit, left, right, sign, other)
            text = b"!(" + text + negated(unit, right).within(EQUALITY) + b")"
            if not _takes(node, sign, strictly=True):
                yield Refusal(node.start_byte, "chain")
            else:
                ask = ("Pull the negations out of the condition, in front of it", "把条件里的取反提到整个条件前面")
                yield Site((Edit(node.start_byte, unit.end(node), text),), ask=ask)


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
    for node, left, sign, right in _binaries(unit, b"==", b"!="):
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
        yield Site((Edit(node.start_byte, unit.end(node), text),), ask=ask)


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
    return Site((Edit(node.start_byte, unit.end(node), text),), ask=ask)


RULES = (constant_side, relation_flip, commuted, de_morgan, negated_comparison, zero_test)
