"""A value is computed at another time only where that cannot trap, overflow or read something else."""

from __future__ import annotations

import pytest
from tree_sitter import Node

from corpus.source.unit import Unit
from generators.rewrites.invariance import any_time, is_int, mixes_declarations, private, writes_to


def value(text: str) -> tuple[Unit, Node]:
    """The expression that a function returns."""
    unit = Unit.parse(f"long f(unsigned char u, int n, unsigned int w, long l)\n{{\n    return {text};\n}}\n".encode())
    return unit, next(unit.walk("return_statement")).named_children[0]


@pytest.mark.parametrize(
    "text", ["u - 1", "u * 4", "n & 15", "(u | 3) + 1", "u / 3", "u % 10", "u << 2", "u > n", "~n"]
)
def test_small_arithmetic_can_be_done_at_any_time(text: str) -> None:
    """It stays within an int of 16 bits, and its divisor is no zero."""
    assert any_time(*value(text))


@pytest.mark.parametrize(
    "text", ["n + 1", "n * u", "w * w", "u / n", "u % u", "n << 2", "u << 12", "1 << n", "g(u)", "-n"]
)
def test_what_may_overflow_or_trap_stays_where_it_is(text: str) -> None:
    """Where the loop makes no pass, it was not computed at all."""
    assert not any_time(*value(text))


@pytest.mark.parametrize(("text", "expected"), [("u - 1", True), ("n & 15", True), ("w - 1", False), ("l + u", False)])
def test_an_int_is_one_on_every_target(text: str, expected: bool) -> None:
    """What is unsigned where an int has 16 bits may be an int where it has 32, but not the other way round."""
    assert is_int(*value(text)) is expected


def test_every_way_to_set_a_variable_counts() -> None:
    """Assignment, step and declaration; an element is the array's."""
    unit = Unit.parse(
        b"void f(int n)\n{\n    int k = 1, a[3];\n\n    k = n;\n    k++;\n    k += 2;\n    a[k] = n;\n}\n"
    )
    assert len(writes_to(unit, unit.root, b"k")) == 4
    assert len(writes_to(unit, unit.root, b"a")) == 1
    assert not writes_to(unit, unit.root, b"n")


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        ("int k;\n    k = 3;", True),
        ("static int k;\n    k = 3;", False),
        ("volatile int k;\n    k = 3;", False),
        ("int k;\n    k = 3;\n    g(&k);", False),
        ("int k;\n    k = 3;\n    {\n        int k;\n        k = 3;\n    }", False),
    ],
)
def test_a_private_variable_is_a_plain_local_of_one_meaning(lines: str, expected: bool) -> None:
    """Nobody else can change it, and its name stands for nothing else."""
    unit = Unit.parse(f"void f(void)\n{{\n    {lines}\n}}\n".encode())
    target = next(unit.walk("assignment_expression")).named_children[0]
    assert (private(unit, target) is not None) is expected


def test_a_file_shows_whether_it_declares_amid_statements() -> None:
    """The head of a for statement counts: it is C99, too."""
    assert mixes_declarations(Unit.parse(b"void f(void)\n{\n    g();\n    int k = 3;\n}\n"))
    assert mixes_declarations(Unit.parse(b"void f(void)\n{\n    for (int i = 0; i < 3; i++)\n        g();\n}\n"))
    assert not mixes_declarations(Unit.parse(b"int m;\nvoid f(void)\n{\n    int k;\n    int l;\n    g();\n}\n"))
