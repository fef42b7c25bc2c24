"""Operands: the two sides of an operator that takes them in either order."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time
from generators.rewrites.truth import (
    BINARY,
    EQUALITY,
    MIRRORED,
    RELATION,
    between,
    either_first,
    is_constant,
    plain_pairs,
    sides,
    spelt,
)


def _swapped(unit: Unit, node: Node, left: Node, sign: bytes, right: Node, ask: tuple[str, str], way: str = "") -> Site:
    """The operands changed over, the operator mirrored; a comparison inside a comparison gets parentheses."""
    level = BINARY[sign] + 1
    text = spelt(unit, right).within(level) + between(unit, left, right, sign, MIRRORED.get(sign, sign))
    return Site((Edit(node.start_byte, unit.end(node), text + spelt(unit, left).within(level)),), ask=ask, way=way)


def _is_fixed(unit: Unit, node: Node) -> bool:
    """Whether a side is a constant expression, which people write last whatever the law allows."""
    fixed = unit.symbols.constant(node) is not None or stripped(node).type == "sizeof_expression"
    return fixed or is_constant(unit, node)


_LEFT = ("Put the constant first in the equality tests", "相等判断统一把常量写在左边")


_RIGHT = ("Put the constant last in the equality tests", "相等判断统一把常量写在右边")


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
    side. Refuses constants on both sides, comments inside, and macro bodies; only an author whose style has constants
    first puts them there.
    """
    found = list(plain_pairs(unit, b"==", b"!="))
    to_left = any(is_constant(unit, right) and not is_constant(unit, left) for _, left, _, right in found)
    if to_left and not context.style.constants_first:
        return
    for node, left, sign, right in found:
        constant, variable = (right, left) if to_left else (left, right)
        if is_constant(unit, constant) and not is_constant(unit, variable):
            if sides(variable) is not None and BINARY[operator(variable)] == EQUALITY:
                yield Refusal(node.start_byte, "chained-comparison")
            else:
                ask, way = (_LEFT, "first") if to_left else (_RIGHT, "last")
                yield _swapped(unit, node, left, sign, right, ask, way)


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
        "int g(void);\nint f(int *p)\n{\n    return *p < g();\n}\n",
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
    for node, left, sign, right in plain_pairs(unit, b"<", b">", b"<=", b">="):
        if _is_fixed(unit, left) or _is_fixed(unit, right):
            continue
        if not either_first(unit, left, right):
            yield Refusal(node.start_byte, "order-matters")
        elif any((within := sides(side)) is not None and BINARY[within[1]] == RELATION for side in (left, right)):
            yield Refusal(node.start_byte, "chained-comparison")
        else:
            ask = (
                "Swap the two sides of the comparison and turn its sign round",
                "把比较的两边对调，比较方向跟着反过来",
            )
            yield _swapped(unit, node, left, sign, right, ask)


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
        "struct s {\n    unsigned long long wide : 40;\n};\nlong f(struct s s)\n{\n    return (s.wide - 8) + 9;\n}\n",
    ],
)
def commuted(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`a + b` as `b + a`, and so for `* & | ^`.

    Sound: these are commutative on integers, overflow and conversions included. Refuses what is not known to be an
    integer (float rounding is symmetric but a pointer belongs first), constants, which people write last, operands of
    which two have effects, and a chain (`a - b + c`), whose operands are not these two.
    """
    for node, left, sign, right in plain_pairs(unit, b"+", b"*", b"&", b"|", b"^"):
        if _is_fixed(unit, left) or _is_fixed(unit, right):
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
            ask = ("Swap the two operands", "交换两个操作数的位置")
            yield _swapped(unit, node, left, sign, right, ask)


RULES = (constant_side, relation_flip, commuted)
