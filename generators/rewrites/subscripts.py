"""Subscripts: `a[i]` and `*(a + i)`, which C defines as the same."""

from __future__ import annotations

from collections.abc import Iterator

from tree_sitter import Node

from corpus.source.edits import Edit
from corpus.source.expressions import operator, stripped
from corpus.source.unit import Unit
from generators.rewrites.rule import Context, Refusal, Site, rewrite
from generators.rewrites.timing import keeps_time

# What may stand beside `+` without parentheses.
_TERM = frozenset({"identifier", "number_literal", "char_literal", "parenthesized_expression", "call_expression",
                   "subscript_expression", "field_expression", "update_expression", "unary_expression"})  # fmt: skip
_POSTFIX = ("field_expression", "subscript_expression", "update_expression", "call_expression")


def _plain_base(unit: Unit, node: Node) -> bool:
    """A pointer or an array, by its name or as a member."""
    t = unit.symbols.type_of(node)
    return node.type in ("identifier", "field_expression") and t is not None and t.kind in ("pointer", "array")


@rewrite(
    family="bits",
    en="Use pointer arithmetic instead of the subscript",
    zh="用指针运算代替数组下标",
    changes=[
        (
            "int f(const char *s, int i)\n{\n    return s[i] + s[i << 1];\n}\n",
            "int f(const char *s, int i)\n{\n    return *(s + i) + s[i << 1];\n}\n",
        ),
        ("void f(char *s, int i)\n{\n    s[i - 1]++;\n}\n", "void f(char *s, int i)\n{\n    (*(s + (i - 1)))++;\n}\n"),
    ],
    keeps=[
        "int f(int i)\n{\n    return x[i];\n}\n",
        "char t[2][2];\nint f(int i)\n{\n    return t[i][0];\n}\n",
        "char *f(char *s, int i)\n{\n    return &s[i];\n}\n",
        "#define F(s) s[1]\n",
        "int f(char *s)\n{\n    return s[0];\n}\n",
    ],
)
def subscript_as_pointer(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`s[i]` as `*(s + i)`.

    Sound: C defines the one as the other. Refuses bases of unknown type, arrays of arrays, an address (`&s[i]`), index
    zero, and functions that keep time.
    """
    for node in unit.walk("subscript_expression"):
        base, index = node.child_by_field_name("argument"), node.child_by_field_name("index")
        if base is None or index is None or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        t, i = unit.symbols.type_of(node), unit.symbols.type_of(index)
        parent = node.parent
        if not _plain_base(unit, base) or t is None or t.kind in ("array", "struct") or i is None or not i.integer:
            yield Refusal(node.start_byte, "type-unknown-or-nested")
            continue
        if parent is None or (parent.type == "pointer_expression" and operator(parent) == b"&"):
            continue
        if unit.text(index) == b"0" or unit.comments(node.start_byte, node.end_byte):
            continue
        if keeps_time(unit, node):
            yield Refusal(node.start_byte, "keeps-time")
            continue
        offset = unit.text(index) if index.type in _TERM else b"(" + unit.text(index) + b")"
        text = b"*(" + unit.text(base) + b" + " + offset + b")"
        tight = parent.type in _POSTFIX and parent.child_by_field_name("index") != node
        yield Site((Edit(node.start_byte, unit.end(node), b"(" + text + b")" if tight else text),))


@rewrite(
    family="bits",
    en="Use a subscript instead of pointer arithmetic",
    zh="用数组下标代替指针运算",
    changes=[
        (
            "int f(char *s, int i)\n{\n    return *(s + i - 1);\n}\n",
            "int f(char *s, int i)\n{\n    return s[i - 1];\n}\n",
        ),
        (
            "void f(char *s, int i)\n{\n    *(s + (i - 1)) = 0;\n}\n",
            "void f(char *s, int i)\n{\n    s[i - 1] = 0;\n}\n",
        ),
    ],
    keeps=[
        "int f(char *s)\n{\n    return *s;\n}\n",
        "int f(int i)\n{\n    return *(x + i);\n}\n",
        "int f(char *s, int i)\n{\n    return *(s - i);\n}\n",
    ],
)
def pointer_as_subscript(unit: Unit, context: Context) -> Iterator[Site | Refusal]:
    """`*(s + i)` as `s[i]`.

    Sound and refusing as the subscript, read backwards; a chain of terms must begin with the pointer.
    """
    for node in unit.walk("pointer_expression"):
        argument = node.child_by_field_name("argument")
        if operator(node) != b"*" or argument is None or argument.type != "parenthesized_expression":
            continue
        total = stripped(argument)
        base = total
        while base.type == "binary_expression" and operator(base) in (b"+", b"-"):
            left = base.child_by_field_name("left")
            if left is None:
                break
            under, base = base, left
        if total.type != "binary_expression" or operator(total) not in (b"+", b"-") or operator(under) != b"+":
            continue
        second = under.child_by_field_name("right")
        if second is None or unit.in_opaque(node.start_byte, node.end_byte):
            continue
        t, i = unit.symbols.type_of(base), unit.symbols.type_of(second)
        if not _plain_base(unit, base) or t is None or i is None or not i.integer:
            yield Refusal(node.start_byte, "type-unknown")
        elif unit.comments(node.start_byte, node.end_byte) or _chained_pointer(unit, total, base):
            yield Refusal(node.start_byte, "not-one-offset")
        elif keeps_time(unit, node):
            yield Refusal(node.start_byte, "keeps-time")
        else:
            last = stripped(second)
            whole = last if second == total.child_by_field_name("right") else second
            end = unit.end(last) if whole == last and last != second else unit.end(total)
            offset = unit.src[whole.start_byte : end]
            yield Site((Edit(node.start_byte, unit.end(node), unit.text(base) + b"[" + offset + b"]"),))


def _chained_pointer(unit: Unit, total: Node, base: Node) -> bool:
    """Whether another term of the chain is no 16-bit integer, so that adding the offsets first could differ."""
    node = total
    several = node.child_by_field_name("left") != base
    while node != base:
        right = node.child_by_field_name("right")
        left = node.child_by_field_name("left")
        if right is None or left is None:
            return True
        span = unit.symbols.range_of(right)
        if span is None or (several and max(-span[0], span[1]) > 255 and not _small(unit, right)):
            return True
        node = left
    return False


def _small(unit: Unit, node: Node) -> bool:
    """A signed int: one that runs over when added to a small constant would have run over the array long before."""
    t = unit.symbols.type_of(node)
    return t is not None and t.signed and t.width <= 16


RULES = (subscript_as_pointer, pointer_as_subscript)
