"""Bits: masks by macros, and tests of masks."""

from __future__ import annotations

import re
from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.ctype import literal_value
from corpus.source.edits import Edit
from corpus.source.expressions import operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.lines import line_stop
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time

_BIT_SIGNS = frozenset({b"&", b"|", b"^", b"&=", b"|=", b"^="})
_SINGLE = re.compile(rb"0[xX][0-9a-fA-F]+|0[bB][01]+")
_SHIFT = re.compile(rb"\(?\s*1\s*<<\s*([0-9]+)\s*\)?")
_MOST = 14  # the highest bit that an int constant of the target can have
_OPEN = frozenset({"parenthesized_expression", "argument_list", "expression_statement", "return_statement",
                   "init_declarator", "assignment_expression"})  # fmt: skip


def _masked(unit: Unit, node: Node) -> bool:
    """Whether a number is an operand of a bit operator, perhaps complemented."""
    parent = node.parent
    while parent is not None and parent.type in ("parenthesized_expression", "unary_expression"):
        if parent.type == "unary_expression" and operator(parent) != b"~":
            return False
        parent = parent.parent
    return parent is not None and operator(parent) in _BIT_SIGNS


def _bit(unit: Unit, node: Node) -> tuple[int, int, int] | None:
    """(start, end, number) of a constant with one bit set under a bit operator: `0x08`, `1 << 3`, `(1 << 3)`."""
    if unit.in_opaque(node.start_byte, node.end_byte) or unit.comments(node.start_byte, node.end_byte):
        return None
    if node.type == "number_literal" and _SINGLE.fullmatch(unit.text(node)) and _masked(unit, node):
        value = literal_value(unit.text(node))
        if value is not None and value > 0 and not value & (value - 1) and value.bit_length() - 1 <= _MOST:
            return node.start_byte, node.end_byte, value.bit_length() - 1
    if node.type == "binary_expression" and (match := _SHIFT.fullmatch(unit.text(node))) and int(match[1]) <= _MOST:
        whole = node
        if node.parent is not None and node.parent.type == "parenthesized_expression":
            whole = node.parent
        if _masked(unit, whole):
            return whole.start_byte, whole.end_byte, int(match[1])
    return None


def _room(unit: Unit, before: int) -> int | None:
    """The end of the last include above, behind which a macro can be defined."""
    lines = [n for n in unit.root.named_children if n.type == "preproc_include" and n.start_byte < before]
    return line_stop(unit, lines[-1].start_byte) if lines else None


@rewrite(
    family="bits",
    scope="file",
    en="Write single-bit masks with a `BIT(n)` macro",
    zh="单个位的掩码统一用 `BIT(n)` 宏来写",
    changes=[
        (
            "#include <8052.h>\n\nvoid f(void)\n{\n    P1 |= 0x08;\n    P1 &= ~(1 << 3);\n}\n",
            "#include <8052.h>\n\n#define BIT(n) (1 << (n))\n\nvoid f(void)\n{\n    P1 |= BIT(3);\n"
            "    P1 &= ~BIT(3);\n}\n",
        ),
    ],
    keeps=[
        "#include <8052.h>\nvoid f(void)\n{\n    P1 = 0x08;\n    P2 = 0x10;\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    P1 |= 0x08;\n}\n",
        "#include <8052.h>\nunsigned f(unsigned n)\n{\n    return (n & 0x8000) | (n & 0x8000);\n}\n",
        "#include <8052.h>\n#define BIT 3\nvoid f(void)\n{\n    P1 |= 0x08;\n    P1 &= ~0x08;\n}\n",
    ],
)
def bit_macro(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`0x08` and `(1 << 3)` under bit operators as `BIT(3)`, with the macro defined behind the includes.

    Sound: the three are the same `int`, which the compiler folds. Refuses bit 15 (`1 << 15` overflows a 16-bit `int`),
    masks with a suffix, a file with one such mask only, and a `BIT` that is there already.
    """
    found = [hit for node in unit.walk("number_literal", "binary_expression") if (hit := _bit(unit, node)) is not None]
    name = b"BIT"
    if len(found) < 2:
        return
    place = _room(unit, found[0][0])
    if place is None or not _free(unit, context, name):
        yield Refusal(found[0][0], "no-name-or-room")
        return
    edits = [Edit(start, end, name + b"(%d)" % number) for start, end, number in dict.fromkeys(found)]
    text = unit.newline * 2 + b"#define " + name + b"(n) (1 << (n))"
    yield Site((Edit(place, place, text), *edits), (("new", name.decode()),))


def _free(unit: Unit, context: Context, name: bytes) -> bool:
    return unit.symbols.is_free(name) and name.decode() not in context.held


@rewrite(
    family="bits",
    scope="file",
    en="Use macros such as `SET_BITS` and `CLEAR_BITS` to set and clear bits",
    zh="置位、清位统一用 `SET_BITS`、`CLEAR_BITS` 这样的宏",
    changes=[
        (
            "#include <8052.h>\n\nvoid f(unsigned char n)\n{\n    P1 |= 0x08;\n    P2 &= ~(n | 1); /* off */\n}\n",
            "#include <8052.h>\n\n#define SET_BITS(reg, mask) ((reg) |= (mask))\n"
            "#define CLEAR_BITS(reg, mask) ((reg) &= ~(mask))\n\n"
            "void f(unsigned char n)\n{\n    SET_BITS(P1, 0x08);\n    CLEAR_BITS(P2, n | 1); /* off */\n}\n",
        ),
    ],
    keeps=[
        "#include <8052.h>\nvoid f(void)\n{\n    P1 |= 0x08;\n    P1 &= 0xF7;\n}\n",
        "#include <8052.h>\nint f(int n)\n{\n    g(n |= 1);\n    return n |= 2;\n}\n",
        "void f(int n)\n{\n    n |= 1;\n    n |= 2;\n}\n",
        "#include <8052.h>\nvoid f(void)\n{\n    failed |= !g();\n    failed |= h(1);\n}\n",
    ],
)
def bit_helpers(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`reg |= mask;` and `reg &= ~mask;` as statements, by two macros.

    Sound: the macro writes the same expression, its target and mask once each. Refuses assignments whose value is used,
    masks already inverted by hand (`&= 0xF7`), what a call or a test gives, which is no mask, and files with only one
    such statement.
    """
    edits: list[Edit] = []
    used: set[int] = set()
    names = [next((n for n in pair if _free(unit, context, n)), b"") for pair in _HELPERS]
    for node in unit.walk("assignment_expression"):
        parent, sign = node.parent, operator(node)
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if parent is None or parent.type != "expression_statement" or left is None or right is None:
            continue
        if unit.in_opaque(node.start_byte, node.end_byte) or unit.comments(node.start_byte, node.end_byte):
            continue
        if sign == b"|=":
            mask = right
        elif sign == b"&=" and right.type == "unary_expression" and operator(right) == b"~":
            argument = right.child_by_field_name("argument")
            mask = stripped(argument) if argument is not None else right
        else:
            continue
        if mask.type == "comma_expression" or b"\n" in unit.text(node) or _is_outcome(unit, mask):
            continue
        which = int(sign == b"&=")
        used.add(which)
        edits.append(
            Edit(
                node.start_byte, unit.end(node), names[which] + b"(" + unit.text(left) + b", " + unit.text(mask) + b")"
            )
        )
    if len(edits) < 2:
        return
    place = _room(unit, edits[0].start)
    if place is None or any(not names[which] for which in used):
        yield Refusal(edits[0].start, "no-name-or-room")
        return
    bodies = (b"(reg, mask) ((reg) |= (mask))", b"(reg, mask) ((reg) &= ~(mask))")
    text = b"".join(unit.newline + b"#define " + names[which] + bodies[which] for which in sorted(used))
    way = "both" if len(used) > 1 else "clear" if used == {1} else "set"
    named = tuple(zip(("new", "other"), (names[which].decode() for which in sorted(used)), strict=False))
    yield Site((Edit(place, place, unit.newline + text), *edits), named, way=way)


def _is_outcome(unit: Unit, value: Node) -> bool:
    """Whether a value is the outcome of a call or of a test."""
    if any(True for _ in unit.walk("call_expression", "compound_literal_expression", under=value)):
        return True
    return stripped(value).type in ("unary_expression", "binary_expression") and operator(stripped(value)) in _TESTS


_TESTS = frozenset({b"!", b"==", b"!=", b"<", b">", b"<=", b">=", b"&&", b"||"})
_HELPERS = ((b"SET_BITS", b"SET_MASK"), (b"CLEAR_BITS", b"CLEAR_MASK"))


def _as_truth(node: Node) -> bool:
    """Whether only zero or not zero matters of a value."""
    child, parent = node, node.parent
    while parent is not None and parent.type == "parenthesized_expression":
        child, parent = parent, parent.parent
    if parent is None:
        return False
    if parent.type in ("if_statement", "while_statement", "do_statement", "for_statement", "conditional_expression"):
        return parent.child_by_field_name("condition") == child
    return (parent.type == "binary_expression" and operator(parent) in (b"&&", b"||")) or (
        parent.type == "unary_expression" and operator(parent) == b"!"
    )


@rewrite(
    family="bits",
    scope="file",
    en="Compare the result of a bit test with zero explicitly",
    zh="位测试的结果显式地与 0 比较",
    changes=[
        (
            "void f(int n)\n{\n    if (n & 1)\n        g();\n    while (n && !(n & 0x80))\n        n <<= 1;\n}\n",
            "void f(int n)\n{\n    if ((n & 1) != 0)\n        g();\n    while (n && (n & 0x80) == 0)\n"
            "        n <<= 1;\n}\n",
        ),
        ("int f(int n)\n{\n    return 1 + !(n & 1);\n}\n", "int f(int n)\n{\n    return 1 + ((n & 1) == 0);\n}\n"),
    ],
    keeps=["int f(int n)\n{\n    return n & 1;\n}\n", "void f(int n)\n{\n    if (n)\n        g();\n}\n"],
)
def mask_test_explicit(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if (x & m)` as `if ((x & m) != 0)`, `!(x & m)` as `(x & m) == 0`.

    Sound: a condition is false exactly when its value equals zero; the operands are read once as before. Refuses values
    that are more than a condition, and functions that keep time.
    """
    for node in unit.walk("binary_expression"):
        if operator(node) != b"&" or not _as_truth(node) or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        t = unit.symbols.type_of(node)
        if t is None or not t.integer:
            yield Refusal(node.start_byte, "type-unknown")
            continue
        if keeps_time(unit, node):
            yield Refusal(node.start_byte, "keeps-time")
            continue
        top = node
        while top.parent is not None and top.parent.type == "parenthesized_expression":
            top = top.parent
        outer = top.parent
        if outer is not None and outer.type == "unary_expression":
            text = b"(" + unit.text(node) + b") == 0"
            delimited = _as_truth(outer) or (outer.parent is not None and outer.parent.type in _OPEN)
            text = text if delimited and not _is_negated(outer) else b"(" + text + b")"
            yield Site((Edit(outer.start_byte, unit.end(outer), text),))
        else:
            yield Site((Edit(node.start_byte, unit.end(node), b"(" + unit.text(node) + b") != 0"),))


def _is_negated(node: Node) -> bool:
    return node.parent is not None and node.parent.type == "unary_expression"


@rewrite(
    family="bits",
    scope="file",
    en="Use the bit test itself as the condition, without comparing it with zero",
    zh="位测试直接当条件用，不必再与 0 比较",
    changes=[
        (
            "void f(int n)\n{\n    if ((n & 1) != 0)\n        g();\n    if (n > 0 && (n & 2) == 0)\n        g();\n}\n",
            "void f(int n)\n{\n    if (n & 1)\n        g();\n    if (n > 0 && !(n & 2))\n        g();\n}\n",
        ),
    ],
    keeps=["int f(int n)\n{\n    return (n & 1) != 0;\n}\n", "void f(int n)\n{\n    if (n != 0)\n        g();\n}\n"],
)
def mask_test_bare(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`if ((x & m) != 0)` as `if (x & m)`, `(x & m) == 0` as `!(x & m)`.

    Sound and refusing as the explicit comparison, read backwards.
    """
    for node in unit.walk("binary_expression"):
        left, right = node.child_by_field_name("left"), node.child_by_field_name("right")
        if operator(node) not in (b"==", b"!=") or left is None or right is None or unit.text(right) != b"0":
            continue
        mask = stripped(left)
        if mask.type != "binary_expression" or operator(mask) != b"&" or mask == left or not _as_truth(node):
            continue
        if unit.in_opaque(node.start_byte, node.end_byte) or unit.comments(node.start_byte, node.end_byte):
            continue
        if keeps_time(unit, node):
            yield Refusal(node.start_byte, "keeps-time")
        elif operator(node) == b"==":
            yield Site((Edit(node.start_byte, unit.end(node), b"!(" + unit.text(mask) + b")"),))
        else:
            bare = node.parent is not None and node.parent.type == "parenthesized_expression"
            text = unit.text(mask) if bare else b"(" + unit.text(mask) + b")"
            yield Site((Edit(node.start_byte, unit.end(node), text),))


RULES = (bit_macro, bit_helpers, mask_test_explicit, mask_test_bare)
