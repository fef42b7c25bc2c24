"""Statements change places only where nobody can tell, and are the same only where their names mean the same."""

from __future__ import annotations

import random

import pytest
from tree_sitter import Node

from corpus.source.unit import Unit
from generators.rewrites.apply import sites_of
from generators.rewrites.independence import alike, independent, redeclared
from generators.rewrites.rule import Context
from generators.rewrites.sequence import independent_assignments
from generators.rewrites.style import STYLES

HEAD = """#include <8052.h>
#define LOW n
int g(void);
int shared, other;
int row[4];
__xdata __at(0x8000) int latch;
"""
BODY = "void f(int n, int m, int *p)\n{{\n    int k;\n\n    {one}\n    {two}\n}}\n"
PLAIN = "int shared, other;\nint row[4];\n"
HANDLER = "void t(void) __interrupt(1)\n{\n    shared++;\n}\n"


def pair(
    one: str, two: str, head: str = "int shared, other;\nint row[4];\n", tail: str = ""
) -> tuple[Unit, Node, Node]:
    """Two statements of a function, one below the other."""
    unit = Unit.parse((head + BODY.format(one=one, two=two) + tail).encode())
    assert unit.error is None
    first, second = [n for n in unit.walk("expression_statement") if unit.text(n) in (one.encode(), two.encode())][:2]
    return unit, first, second


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("k = n;", "m = n + 1;"),
        ("shared = n;", "other = m;"),
        ("row[n] = 0;", "shared++;"),
        ("k = *p;", "m = shared;"),
        ("*p = n;", "k = m;"),
    ],
)
def test_statements_that_share_nothing_may_change_places(one: str, two: str) -> None:
    """Plain variables that only one of them writes, and locals beside what a pointer reaches."""
    assert independent(*pair(one, two))


@pytest.mark.parametrize(
    ("one", "two"),
    [
        ("k = n;", "m = k;"),
        ("k = n;", "k = m;"),
        ("k = m++;", "n = m;"),
        ("*p = n;", "shared = m;"),
        ("k = *p;", "row[0] = m;"),
        ("k = g();", "m = n;"),
        ("k = unheard;", "m = n;"),
        ("k = row[n];", "row[m] = 3;"),
    ],
)
def test_statements_that_may_meet_stay_in_order(one: str, two: str) -> None:
    """One writes what the other touches, a pointer may reach it, or nothing is known of a call or a name."""
    assert not independent(*pair(one, two))


def test_registers_stay_in_order() -> None:
    """Also where the other statement has nothing to do with them."""
    assert not independent(*pair("P1 = n;", "k = m;", "#include <8052.h>\n"))


def test_shared_variables_stay_in_order_where_an_interrupt_may_look() -> None:
    """Between the two stores its handler could see the one without the other."""
    assert not independent(*pair("shared = n;", "other = m;", tail=HANDLER))
    assert independent(*pair("k = n;", "m = n;", tail=HANDLER))


def test_a_variable_with_an_address_may_overlap_another() -> None:
    """Both could lie in the same bytes."""
    assert not independent(*pair("latch = n;", "shared = m;", HEAD))
    assert independent(*pair("k = n;", "m = n;", HEAD))


def test_the_same_text_is_another_statement_where_a_name_means_another_variable() -> None:
    """An inner block declares `k` anew."""
    unit = Unit.parse(b"void f(int k)\n{\n    g(k);\n    {\n        int k = 3;\n\n        g(k);\n    }\n    g(k);\n}\n")
    outer, inner, last = unit.walk("expression_statement")
    assert unit.text(outer) == unit.text(inner) == unit.text(last)
    assert alike(unit, outer, last)
    assert not alike(unit, outer, inner)


def test_a_line_number_is_never_the_same() -> None:
    """Two assertions on different lines say different things."""
    unit = Unit.parse(b"void f(void)\n{\n    g(__LINE__);\n    g(__LINE__);\n}\n")
    one, two = unit.walk("expression_statement")
    assert not alike(unit, one, two)


def test_a_name_declared_inside_is_found_at_any_depth() -> None:
    """A step that is copied there would count another variable."""
    unit = Unit.parse(
        b"void f(int i)\n{\n    while (i) {\n        if (g()) {\n            int i = 3;\n        }\n    }\n}"
    )
    loop = next(unit.walk("while_statement"))
    body, test = loop.child_by_field_name("body"), loop.child_by_field_name("condition")
    assert body is not None
    assert redeclared(unit, body, test)
    assert not redeclared(unit, body, None)


def test_the_site_says_whose_assignments_change_places() -> None:
    """A request can name them; an element of an array has no name of its own."""
    context = Context(STYLES[0], random.Random(0))
    unit, _, _ = pair("k = n;", "m = 3;")
    assert [site.params for site in sites_of(independent_assignments, unit, context)[0]] == [
        (("name", "k"), ("last", "m"))
    ]
    unit, _, _ = pair("row[n] = 0;", "k = 3;")
    assert [site.params for site in sites_of(independent_assignments, unit, context)[0]] == [()]
