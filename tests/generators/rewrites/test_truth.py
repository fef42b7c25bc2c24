"""Conditions are negated and swapped as C allows it."""

from __future__ import annotations

import pytest
from tree_sitter import Node

from corpus.source.unit import Unit
from generators.rewrites.truth import either_first, is_torn, negated, operand, sides

HEAD = """#include <8052.h>
#define READY n || m
#define LIMIT (3 + 4)
int g(void);
extern int shared;
"""


def condition(text: str) -> tuple[Unit, Node]:
    """The expression that a function returns."""
    unit = Unit.parse(
        f"{HEAD}int f(int n, int m, unsigned char u, float x, int *p)\n{{\n    return {text};\n}}\n".encode()
    )
    return unit, next(unit.walk("return_statement")).named_children[0]


@pytest.mark.parametrize(
    ("text", "opposite"),
    [
        ("n", "!n"),
        ("!n", "n"),
        ("n == 3", "n != 3"),
        ("n < m", "n >= m"),
        ("u > 0", "u == 0"),
        ("x < 1.0", "!(x < 1.0)"),
        ("x == 1.0", "x != 1.0"),
        ("n & 4", "!(n & 4)"),
        ("n && m == 3", "!n || m != 3"),
        ("n || !m", "!n && m"),
        ("n && (m || u)", "!(n && (m || u))"),
    ],
)
def test_a_condition_is_negated_as_a_person_would(text: str, opposite: str) -> None:
    """Comparisons turn, `!` comes off, logical operators follow De Morgan; floats keep theirs, for a NaN."""
    unit, node = condition(text)
    assert negated(unit, node).text.decode() == opposite


@pytest.mark.parametrize(
    ("text", "free"),
    [
        ("n < m", True),
        ("n < P1", True),
        ("P0 < P1", False),
        ("n < g()", True),
        ("shared < g()", False),
        ("*p < g()", False),
        ("g() < LIMIT", True),
        ("n++ < n", False),
        ("n++ < m", True),
    ],
)
def test_two_operands_change_places_only_where_nobody_sees_it(text: str, free: bool) -> None:
    """One effect at most, and nothing that it writes is read beside it."""
    unit, node = condition(text)
    found = sides(node)
    assert found is not None
    assert either_first(unit, found[0], found[2]) is free


def test_a_macro_of_several_operands_is_torn() -> None:
    """`!READY` would mean `!n || m`, so such an expression is left alone; one in parentheses is whole."""
    assert is_torn(*condition("READY"))
    assert is_torn(*condition("UNDECLARED && n"))
    assert not is_torn(*condition("LIMIT + n"))


def test_bit_operators_get_parentheses_beside_logical_ones() -> None:
    """C needs none, readers do."""
    assert operand(*condition("n & 4")) == b"(n & 4)"
    assert operand(*condition("n == 4")) == b"n == 4"
